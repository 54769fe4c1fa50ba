"""What is said around a call of the bot."""

import pytest

from core.text.utterances.mentions import (
    CALL,
    asked_text,
    is_spoken_to,
    is_thanks,
    may_reply,
    says_something,
    without_calls,
)


@pytest.mark.parametrize(
    "text",
    [
        "감사합니다",
        "네 정말 고맙습니다!",
        "오 고마워요~ ㅎㅎ",
        "ㄱㅅ",
        "Thank you so much!",
        "답변 감사드려요 🙏",
    ],
)
def test_thanks_are_known_with_what_is_said_in_the_same_breath(text):
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text",
    ["네", "감사합니다. 그럼 반품은요?", "감사 카드는 어디서 사나요?", "thanks to whom?", ""],
)
def test_what_asks_or_says_more_is_no_thanks(text):
    assert not is_thanks(text)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("@ :pray: 교환은요?", ":pray: 교환은요?"),
        ("@: 교환은요?", "교환은요?"),
        ("@ : 교환은요?", "교환은요?"),
        ("@님, :wave::skin-tone-3: 교환은요?", ":wave::skin-tone-3: 교환은요?"),
        ("**@** 교환은요?", "교환은요?"),
        ("*@*, 교환은요?", "교환은요?"),
        ("||@|| 교환은요?", "교환은요?"),
        ("~~@~~님 교환은요?", "교환은요?"),
        ("@ *교환*은요?", "*교환*은요?"),
        ("*@ 교환*은요?", "* 교환*은요?"),
        ("@ :shop:", ":shop:"),
    ],
)
def test_what_is_written_around_a_call_goes_with_it_and_nothing_else(said, asked):
    assert without_calls(said.replace("@", CALL)) == asked


@pytest.mark.parametrize("text", ["3000", "5,000", "010-1234-5678"])
def test_a_bare_number_may_be_a_reply_and_asks_nothing(text):
    assert may_reply(text)
    assert not says_something(text)


@pytest.mark.parametrize(
    "text", ["ㅋㅋㅋ", "?!", "!play 3", "!출석 체크", "https://shop.example/3", "@민수", ""]
)
def test_laughter_links_names_and_calls_of_other_bots_are_no_reply(text):
    assert not may_reply(text)


@pytest.mark.parametrize(
    ("before", "after", "spoken_to"),
    [
        ("", " 님, 이거 보셨어요?", True),
        ("이거 봐 주세요 ", "님!", True),
        ("- ", " 씨 정산은 언제 되나요?", True),
        ("", " 님이 말한 빠른정산이 뭐예요?", False),
        ("어제 ", " 씨 있을 때 정한 배송비는 얼마예요?", False),
        ("아까 ", " 님, 그러니까 나래 님이 뭐라고 했어요?", False),
    ],
)
def test_a_name_inside_a_sentence_speaks_to_nobody(before, after, spoken_to):
    assert is_spoken_to(before, after) is spoken_to


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("@나래 정산은 언제 되나요?", "정산은 언제 되나요?"),
        ("@나래님, @지영 님 정산은 언제 되나요?", "정산은 언제 되나요?"),
        ("정산은 언제 되나요? @지영", "정산은 언제 되나요?"),
        ('"정산은 언제 되나요?"', "정산은 언제 되나요?"),
        ("“정산은 언제 되나요?”", "정산은 언제 되나요?"),
        ("@나래님이 말한 정산이 뭐예요?", "@나래님이 말한 정산이 뭐예요?"),
        ('"빠른정산"이 뭐예요?', '"빠른정산"이 뭐예요?'),
        ("@모두 는 누가 쓰나요?", "@모두 는 누가 쓰나요?"),
        ("@나래", ""),
        ("@here @판매팀 정산은 언제 되나요?", "정산은 언제 되나요?"),
        ("cc @판매팀 정산은 언제 되나요?", "정산은 언제 되나요?"),
        ("@판매팀", "@판매팀"),
        ("챗봇님 정산은 언제 되나요?", "정산은 언제 되나요?"),
        ("스마트스토어 도우미님, 정산은 언제 되나요?", "정산은 언제 되나요?"),
        ("AI야 정산은 언제 되나요?", "정산은 언제 되나요?"),
        ("김대리님, 정산은 언제 되나요?", "정산은 언제 되나요?"),
        ("hey bot how do I return it?", "how do I return it?"),
        ("담당자님 연락처 알려 주세요", "담당자님 연락처 알려 주세요"),
        ("챗봇 설정은 어디서 하나요?", "챗봇 설정은 어디서 하나요?"),
        ("챗봇님!", "챗봇님!"),
        ("너 로봇이야 사람이야?", "너 로봇이야 사람이야?"),
    ],
)
def test_people_and_quotes_around_a_question_are_no_part_of_it(text, asked):
    assert asked_text(text, ["@나래", "@지영"]) == asked
