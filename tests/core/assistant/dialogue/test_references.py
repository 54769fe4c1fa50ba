"""A message that points at the conversation: at an offer, at the answer, or at its question."""

import pytest

from core.assistant.dialogue.references import Reference, referred
from core.types import Label, Question, SessionId, Turn, TurnState

OFFERS = ("정산은 언제 되나요?", "수수료는 얼마인가요?", "반품은 어떻게 하나요?")
MORE = "더 보기"


def turn(number, text="배송은 며칠 걸리나요?", offers=OFFERS, label=Label.ON_TOPIC):
    question = Question(f"q{number}", SessionId("t:1"), text, "U1")
    sources = (text,) if label is Label.ON_TOPIC else ()
    return Turn(question, TurnState.ANSWERED, "이틀입니다.", sources, offers, label)


def meant(text, *turns):
    asked = Question("q9", SessionId("t:1"), text, "U1")
    found = referred(asked, text, turns, (), more=MORE)
    return (found.kind, found.text) if found else None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2번", 1), ("두번째 거 알려줘", 1), ("3", 2), ("마지막 거", 2), ("the second one", 1),
        ("네", 0), ("응 알려줘", 0), ("yes please", 0),
    ],
)  # fmt: skip
def test_an_offer_is_picked_by_its_place_or_by_yes(text, place):
    assert meant(text, turn(1)) == (Reference.OFFERED, OFFERS[place])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("첫 번째 거 말고 두 번째 거", 1), ("1번 말고", 1), ("첫번째 말고 다른 거요", 1),
        ("그거 말고 3번 알려줘", 2), ("not the first one, the third", 2),
    ],
)  # fmt: skip
def test_an_offer_is_picked_in_place_of_another(text, place):
    assert meant(text, turn(1)) == (Reference.OFFERED, OFFERS[place])


@pytest.mark.parametrize(
    "text", ["아까 그거 다시 알려줘", "아까 그거요", "아까 그거 다시", "방금 말한 거 뭐였죠?"]
)
def test_what_was_said_before_is_told_again(text):
    assert meant(text, turn(1)) == (Reference.AGAIN, "배송은 며칠 걸리나요?")


@pytest.mark.parametrize(
    "text",
    [
        "아까 배송 그거 다시 알려줘",
        "아까 첫 질문 다시",
        "방금 배송 얘기 한 번 더 해줘",
        "go back to the first question",
    ],
)
def test_an_earlier_answer_is_told_again_by_its_subject(text):
    later = turn(2, "환불은 언제 되나요?", ("교환은 언제 되나요?",))
    assert meant(text, turn(1), later) == (Reference.AGAIN, "배송은 며칠 걸리나요?")


@pytest.mark.parametrize(
    "text",
    [
        "아까 수수료 그거 다시 알려줘",
        "아까 주문한 거 취소해 주세요",
        "배송비 말고 수수료",
        "4번",
        "네 정산은 언제 되나요?",
        "2번 상품은 얼마인가요?",
        "그럼 반품은요?",
    ],
)
def test_what_asks_for_itself_picks_nothing(text):
    assert meant(text, turn(1)) is None


def test_the_examples_below_a_greeting_take_the_place_of_no_offers():
    hello = turn(2, "안녕하세요", ("가입은 어떻게 하나요?",), Label.GREETING)
    assert meant("1번", turn(1), hello) == (Reference.OFFERED, OFFERS[0])
    assert meant("1번", hello) == (Reference.OFFERED, "가입은 어떻게 하나요?")


def test_without_offers_a_number_is_a_message_like_any_other():
    assert meant("2번", turn(1, offers=())) is None
