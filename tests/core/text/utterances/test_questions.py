"""The sentences of a message, and which of them ask."""

import pytest

from core.text.utterances.questions import asks, sentences_of, sides_of


def whole(line):
    return [line]


@pytest.mark.parametrize(
    "sentence",
    [
        "환불은 며칠 걸려요",
        "영업시간이 궁금합니다",
        "주차할 수 있나요",
        "비밀번호 바꾸는 방법 좀 알려주세요",
        "How do I cancel my plan",
        "I'd like to know the price",
        "이거 되는 거예요?",
    ],
)
def test_what_asks(sentence):
    assert asks(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["저는 작은 꽃집을 합니다.", "어제 비가 많이 왔어요", "I run a small bakery.", "감사합니다"],
)
def test_what_only_tells(sentence):
    assert not asks(sentence)


def test_greetings_and_thanks_are_no_part_of_a_question():
    [one] = sentences_of("안녕하세요, 회원권 양도가 가능한가요 감사합니다~", whole)
    assert one.text == "회원권 양도가 가능한가요"


def test_the_and_of_one_question_joins_it_to_what_was_said_before():
    [short] = sentences_of("그럼 서류는요?", whole)
    assert short.text == "그럼 서류는요?"
    [long] = sentences_of(
        "안녕하세요, 그럼 서류는 언제까지 어디로 내야 하는 건가요 감사합니다", whole
    )
    assert long.text == "그럼 서류는 언제까지 어디로 내야 하는 건가요"


def test_a_greeting_alone_stays():
    assert [one.text for one in sentences_of("안녕하세요", whole)] == ["안녕하세요"]


def test_lines_numbers_and_words_part_questions():
    text = "1) 락커는 얼마인가요?\n2) 수건은 주나요?\n그리고 주차는 되나요?"
    found = sentences_of(text, whole)
    assert [one.text for one in found] == ["락커는 얼마인가요?", "수건은 주나요?", "주차는 되나요?"]
    assert all(one.asks and one.begins for one in found)


@pytest.mark.parametrize(
    ("sentence", "first", "second"),
    [
        ("쿠폰 만드는 법이랑 배송비 설정법 둘 다", "쿠폰 만드는 법", "배송비 설정법"),
        ("쿠폰 중복과 적립금 기한 좀 알려줘", "쿠폰 중복", "적립금 기한"),
        ("쿠폰 중복이랑 적립금 기한 둘 다 알려줘", "쿠폰 중복", "적립금 기한"),
        ("배송비와 환불 둘 다요", "배송비", "환불"),
        ("매장과 창고 둘 다 운영할 때 주소는?", "매장", "창고 둘 다 운영할 때 주소는?"),
        ("tell me both the late fee and opening hours", "late fee", "opening hours"),
    ],
)
def test_a_sentence_with_an_and_has_two_halves(sentence, first, second):
    assert sides_of(sentence) == [(first, second)]


def test_a_sentence_with_two_ands_may_ask_for_three_things_or_for_two():
    sides = [("주차", "와이파이", "조식"), ("주차", "와이파이랑 조식")]
    assert sides_of("주차랑 와이파이랑 조식 알려줘") == sides


@pytest.mark.parametrize(
    "sentence",
    [
        "정산은 언제 되나요?",
        "쿠폰 할인이랑 포인트 적립 같이 되나요?",
        "안내된 금액이랑 실제 결제 금액이 달라요",
        "What is the difference between the basic plan and the pro plan?",
    ],
)
def test_what_two_things_are_to_one_another_is_one_question(sentence):
    assert sides_of(sentence) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("주차는 얼마고 세금계산서는 언제 나와요", ["주차는 얼마고", "세금계산서는 언제 나와요"]),
        ("몇 시까지인지랑 얼마인지 궁금해요", ["몇 시까지인지", "얼마인지 궁금해요"]),
        ("이거 어디서 사고 싶은지 몰라요", None),
        ("언제까지 어디로 내야 하나요", None),
        ("how do refunds and exchanges work", None),
    ],
)
def test_questions_that_a_verb_joins_are_several(text, parts):
    found = [sentence.text for sentence in sentences_of(text, whole)]
    assert found == (parts or [text])
