"""Long messages, several questions, and words that refer to what was said."""

import itertools

import pytest
from fakes.faq import FAQ

from core.press_ids import press_id
from core.types import Answered, Escalated, Question, SessionId

SESSION = SessionId("web:test:9")
TITLES = [entry.title for entry in FAQ]
SETTLEMENT, ACCOUNT, DOCUMENTS, SIGN_UP = TITLES[:4]
NUMBERS = itertools.count()


@pytest.fixture
def talk(make_assistant):
    assistant = make_assistant()

    async def said(text, question_id=""):
        question = Question(question_id or f"m{next(NUMBERS)}", SESSION, text)
        return question, [event async for event in assistant.answer(question)][-1]

    return said


def sources(ending):
    assert isinstance(ending, Answered), ending
    return [passage.title for passage in ending.sources]


@pytest.mark.parametrize(
    "before",
    [
        "안녕하세요! 처음 문의드려요.",
        "안녕하세요, 저는 얼마 전에 꽃집을 연 사람입니다. 아이가 아파서 며칠 못 들여다봤네요.",
        "수고 많으십니다.\n제가 컴퓨터가 많이 서툴러요.\n어제는 전화도 안 되더라고요.",
    ],
)
@pytest.mark.parametrize("behind", ["", " 미리 감사드립니다.", "\n답변 기다릴게요!"])
async def test_the_question_is_found_behind_a_story(talk, before, behind):
    _, ending = await talk(f"{before} {SETTLEMENT}{behind}")
    assert sources(ending) == [SETTLEMENT]


@pytest.mark.parametrize(
    "story",
    [
        "안녕하세요 저는 꽃집을 하는 사람인데요. 요즘 경기가 안 좋아서 힘드네요. 혹시",
        "어제 강아지가 아파서 밤을 새웠어요. 비까지 와서 너무 우울하네요. 아무튼",
        "친구들이 다 결혼해서 외롭네요. 주말에 영화나 볼까 해요.",
    ],
)
async def test_a_story_before_a_question_that_the_faq_does_not_answer_is_no_reason_to_refuse(
    talk, story
):
    _, ending = await talk(f"{story} 판매자 등급은 어떻게 올리나요?")
    assert isinstance(ending, Escalated)


@pytest.mark.parametrize("joint", ["\n", " 그리고 ", "\n또 ", " "])
async def test_two_questions_are_both_answered(talk, joint):
    _, ending = await talk(f"{SETTLEMENT}{joint}{DOCUMENTS}")
    assert sources(ending) == [SETTLEMENT, DOCUMENTS]
    assert ending.text.index("영업일") < ending.text.index("사업자등록증")
    assert not {SETTLEMENT, DOCUMENTS} & {*ending.followups}


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("할인 쿠폰 발급이랑 송장번호 입력 둘 다 알려줘", ("할인 쿠폰", "송장번호")),
        ("반품 승인 절차와 판매 대금 입금 시기 알려 주세요", ("반품 요청", "정산은")),
        ("배송비랑 정산 계좌 변경 둘 다요", ("배송비는", "정산 계좌")),
        ("배송비랑 정산 계좌 변경이랑 할인 쿠폰 알려줘", ("배송비는", "정산 계좌", "할인 쿠폰")),
        (
            "배송비랑 정산 계좌 변경이랑 할인 쿠폰 어떻게 해요",
            ("배송비는", "정산 계좌", "할인 쿠폰"),
        ),
        ("정산은 언제 되고 배송비는 어떻게 설정하나요", ("정산은", "배송비는")),
    ],
)
async def test_nouns_that_are_each_a_question_are_all_answered(talk, text, answered):
    _, ending = await talk(text)
    found = sources(ending)
    assert len(found) == len(answered)
    assert all(word in title for word, title in zip(answered, found, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "사업자등록증과 통장 사본을 꼭 내야 하나요?",
        "제주와 도서 산간 배송비는 어떻게 설정하나요?",
        "반품 수거와 환불 승인 같이 되나요?",
        "상품의 소재와 크기 표시는 어떻게 적나요?",
    ],
)
async def test_what_one_entry_answers_is_one_question(talk, text):
    _, ending = await talk(text)
    assert len(sources(ending)) == 1


async def test_of_topics_under_one_verb_the_one_that_the_faq_lacks_is_named(talk):
    _, ending = await talk("배송비랑 기숙사랑 할인 쿠폰 어떻게 해요")
    assert len(sources(ending)) == 2
    assert "**기숙사**\n\n이 질문에 맞는 도움말을 찾지 못했습니다." in ending.text


async def test_three_questions_are_answered_and_a_fourth_is_offered(talk):
    asked = (SETTLEMENT, DOCUMENTS, SIGN_UP, TITLES[5])
    _, ending = await talk("\n".join(f"{n}) {title}" for n, title in enumerate(asked, 1)))
    assert len(sources(ending)) == 3
    assert {*asked} & {*ending.followups}


async def test_what_does_not_ask_but_stands_behind_the_question_is_not_lost(talk):
    told = "할인 쿠폰도 만들고 싶습니다."
    _, ending = await talk(f"{SETTLEMENT} {told}")
    assert sources(ending)[0] == SETTLEMENT
    assert told in ending.followups or len(sources(ending)) > 1
    _, ending = await talk(f"{told} {SETTLEMENT}")
    assert told not in ending.followups


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1번", 0),
        ("2번", 1),
        ("두 번째 거 알려줘", 1),
        ("②", 1),
        ("네", 0),
        ("응 알려줘", 0),
        ("yes please", 0),
        ("the second one", 1),
        ("number 2", 1),
        ("마지막 거요", -1),
    ],
)
async def test_an_offer_is_picked_by_what_it_is_called(talk, text, place):
    _, first = await talk(SETTLEMENT)
    assert len(first.followups) > 1
    _, picked = await talk(text)
    _, pressed = await talk(first.followups[place])
    assert sources(picked) == sources(pressed)


@pytest.mark.parametrize("text", ["다시 설명해줘", "한 번 더 말해 주세요", "explain that again"])
async def test_the_last_answer_is_told_again(talk, text):
    _, first = await talk(SETTLEMENT)
    _, again = await talk(text)
    assert sources(again) == sources(first)


@pytest.mark.parametrize("text", ["그거 말고", "아니 그거 말고 다른 거", "not that one"])
async def test_what_was_not_meant_is_not_shown_again(talk, text):
    _, first = await talk(SETTLEMENT)
    _, other = await talk(text)
    shown = sources(other) if isinstance(other, Answered) else other.followups
    assert not {*sources(first)} & {*shown}


async def test_a_greeting_does_not_replace_what_was_offered(talk):
    _, first = await talk(SETTLEMENT)
    await talk("안녕하세요")
    _, picked = await talk("2번")
    _, pressed = await talk(first.followups[1])
    assert sources(picked) == sources(pressed)


@pytest.mark.parametrize("typed", [None, "더 보여줘", "show more"])
async def test_the_rest_of_a_long_entry_is_behind_a_button(talk, profile, typed):
    guide = max(FAQ, key=lambda entry: len(entry.text))
    question, first = await talk(guide.title)
    assert first.followups[0] == profile.more
    pressed = press_id(question.id, profile.more)
    _, rest = await talk(typed or profile.more, "" if typed else pressed)
    lines = [line for line in guide.text.splitlines() if line[:1].isdigit()]
    both = (first.text + rest.text).replace("\\", "")
    assert all(line.partition(" ")[2] in both for line in lines)
    assert profile.more not in rest.followups
    _, nothing = await talk("더 보여줘")
    assert nothing.text == profile.nothing_more


async def test_no_question_of_the_conversation_is_offered_again(talk):
    asked = []
    text = SETTLEMENT
    for _ in range(3):
        _, ending = await talk(text)
        asked += [text, *sources(ending)]
        assert not {*ending.followups} & {*asked}
        if not ending.followups:
            break
        text = ending.followups[0]
