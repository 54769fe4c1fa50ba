"""Whether an answer has anything to do with the texts that it is written from."""

import pytest

from core.text.safety.grounding import is_grounded

PASSAGE = """판매 대금은 언제 입금되나요?
구매 확정 후 1영업일에 정산 예정 금액이 확정되고, 다음 영업일에 등록하신 계좌로 입금됩니다.
빠른정산을 이용하시면 집화 처리 다음 날 지급됩니다."""
IN_ENGLISH = """How long does a refund take?
We refund the card that you paid with within five working days of receiving the goods.
Your bank may need two more days to show it."""
WHALES = """고래는 바다에 사는 포유류로, 허파로 숨을 쉬며 새끼에게 젖을 먹인다. 수염고래는 크릴과
작은 물고기를 걸러 먹고, 향유고래는 깊은 바다로 잠수하여 오징어를 사냥한다."""
MAY_BE = {
    "in other words": (
        """손님이 물건을 받고 확정을 누르면 이튿날 받을 돈이 정해지고, 그다음 평일에 들어옵니다.
        더 일찍 받고 싶으면 택배 기사님이 상자를 가져간 이튿날 주는 빠른정산 제도를 신청하세요.""",
        PASSAGE,
    ),
    "short": ("네, 가능합니다.", PASSAGE),
    "too short to tell": ("고래는 허파로 숨을 쉰다.", PASSAGE),
    "English": (
        """Once the parcel is back with us, your money returns to the same card, usually inside a
        working week, though the bank can be slower to display it.""",
        IN_ENGLISH,
    ),
    "German": (
        """Sobald das Paket wieder bei uns ist, bekommen Sie Ihr Geld innerhalb einer Woche zurück;
        manchmal zeigt das Institut es erst einige Tage danach auf dem Konto an.""",
        IN_ENGLISH,
    ),
    "of an English FAQ": (
        """물건이 저희에게 돌아오면 결제하신 카드로 닷새 안에 돈을 돌려드립니다. 은행에 따라 화면에
        보이기까지 이틀이 더 걸릴 수도 있으니 조금만 기다려 주세요.""",
        IN_ENGLISH,
    ),
}
IS_NONE = {
    "of something else": (WHALES, PASSAGE),
    "word salad": (
        """바다가 노래를 먹고 사람의 나무를 걷는 왕국이 다시 태어난 별을 그리며 도시와 함께 불타는
        시간을 노란 기차에 태웠고 작은 전쟁은 언덕을 마셨다.""",
        PASSAGE,
    ),
    "English": (
        """Whales are mammals that live in the ocean, breathe through lungs and nurse their calves;
        sperm whales dive to great depths, hunting squid in complete darkness.""",
        IN_ENGLISH,
    ),
}


@pytest.mark.parametrize(("answer", "source"), MAY_BE.values(), ids=MAY_BE)
def test_what_may_be_an_answer_is_left(analyzer, answer, source):
    assert is_grounded(answer, [source], analyzer.terms)


@pytest.mark.parametrize(("answer", "source"), IS_NONE.values(), ids=IS_NONE)
def test_what_shares_no_words_is_nonsense(analyzer, answer, source):
    assert not is_grounded(answer, [source], analyzer.terms)


def test_the_words_of_the_question_count(analyzer):
    """An answer may take them up where its passage says it otherwise."""
    question = "향유고래는 깊은 바다에서 오징어를 사냥하나요?"
    assert is_grounded(WHALES, [question, PASSAGE], analyzer.terms)
