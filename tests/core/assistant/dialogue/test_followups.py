"""What is offered to ask next."""

from core.assistant.dialogue.followups import labels, propose
from core.types import Entry, Passage

ANSWERED = Entry("1", "반품은 어떻게 승인하나요?", "…", related=("반품 배송비는 누가 내나요?",))
FAQ = [
    ANSWERED.title,
    "반품 배송비는 누가 내나요?",
    "교환 상품은 언제 다시 보내나요?",
    "[반품교환] 수거 송장번호는 어디에 입력하나요?",
    "★ 환불 금액은 언제 정산되나요? (온라인 교육 제공)",
]


def entries(*titles):
    return [Entry(f"n{n}", title, "…") for n, title in enumerate(titles)]


class Faq:
    """A search that finds an entry by its exact words, and remembers what it was asked."""

    def __init__(self, titles, score=0.9):
        self.titles = titles
        self.score = score
        self.asked = []

    async def __call__(self, text):
        self.asked.append(text)
        return [Passage("x", title, "…", self.score) for title in self.titles if text in title]


async def offered(
    faq, *, answered=(ANSWERED,), neighbours=None, asked=(), min_score=0.3, **options
):
    found = entries(*FAQ) if neighbours is None else neighbours
    return await propose(
        answered=answered, neighbours=found, asked=asked, search=faq, min_score=min_score, **options
    )


async def test_related_titles_come_first_then_neighbours():
    """Three questions, the related title leading, in words that fit on a button."""
    assert await offered(Faq(FAQ)) == (
        "반품 배송비는 누가 내나요?",
        "교환 상품은 언제 다시 보내나요?",
        "수거 송장번호는 어디에 입력하나요?",
    )


async def test_nothing_that_was_asked_is_offered():
    """Neither the answered entry nor an earlier question, however it was spaced, comes back."""
    found = await offered(
        Faq(FAQ), asked=["교환상품은 언제 다시보내나요", "반품 배송비는 누가 내나요"]
    )
    assert found == ("수거 송장번호는 어디에 입력하나요?", "환불 금액은 언제 정산되나요?")


async def test_a_question_that_leads_elsewhere_is_not_offered():
    """What the search does not answer with its own entry, or barely, is left out."""
    without = [title for title in FAQ if "교환 상품" not in title]
    assert "교환 상품은 언제 다시 보내나요?" not in await offered(Faq(without))
    assert await offered(Faq(FAQ, score=0.2)) == ()


async def test_two_that_are_almost_alike_are_offered_once():
    """A second title that differs in an ending only is no second question."""
    twins = entries("구매확정은 언제 자동으로 되나요?", "구매확정은 언제 자동으로 되나요")
    faq = Faq([entry.title for entry in twins])
    assert len(await offered(faq, neighbours=twins)) == 1


async def test_a_tag_stays_where_the_rest_is_ambiguous():
    """If the bare words find another entry, the whole title is tried."""
    titles = ["[간편결제] 수수료율은 얼마인가요?", "[광고] 수수료율은 얼마인가요?"]
    found = await offered(Faq(titles), neighbours=entries(titles[1]))
    assert found == ("[광고] 수수료율은 얼마인가요?",)


async def test_checks_stop_when_there_are_enough_and_never_go_on_for_long():
    """At most six searches; none beyond those that the limit needs."""
    faq = Faq(FAQ)
    await offered(faq, limit=2)
    assert len(faq.asked) == 2
    silent = Faq([])
    many = entries(
        *(
            f"{word} 설정은 어디에서 바꾸나요?"
            for word in ["가격", "색상", "재고", "옵션", "사진", "후기", "쿠폰"]
        )
    )
    assert await offered(silent, neighbours=many) == ()
    assert len(silent.asked) == 6


def test_a_label_is_what_a_person_reads():
    """Stars, tags, course notes and odd spaces go; a tag that is the topic stays."""
    assert labels("★ [정산]\u00a0정산 주기를 알려주세요 (온라인 교육 제공)") == (
        "정산 주기를 알려주세요",
        "[정산] 정산 주기를 알려주세요",
    )
    assert labels("[가입서류] 법인") == ("[가입서류] 법인",)
