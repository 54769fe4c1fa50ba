"""Drafts of answers to a gap's questions."""

from types import SimpleNamespace

import pytest

from core.reporting.drafts import drafted
from core.retrieval.hits import Hit
from core.types import Entry

ENTRIES = {
    "f1": Entry("f1", "주차할 수 있나요?", "지하 1층에 두 시간 무료예요."),
    "f2": Entry("f2", "반납은 어디에 하나요?", "1층 반납함에 넣으세요."),
}


class Library:
    """An assistant whose search finds two entries, the first of which may answer."""

    def __init__(self, *, answers, written=""):
        self.answers, self.written = answers, written

    async def research(self, text, session, history):
        hits = [
            Hit(faq_id, entry.title, 0.5, 0, 0, 0, answers=self.answers and faq_id == "f1")
            for faq_id, entry in ENTRIES.items()
        ]
        return SimpleNamespace(hits=hits)

    async def nearest(self, hits):
        return [ENTRIES[hit.faq_id] for hit in hits]

    async def draft(self, question, passages, *, charged_to):
        self.given = ([passage.text for passage in passages], charged_to)
        return self.written


class Opinions:
    """What people have said would be right."""

    def __init__(self, *expected):
        self.expected = expected

    async def opinions(self, question_ids):
        return [SimpleNamespace(expected=one) for one in self.expected]


@pytest.mark.parametrize(
    ("library", "expected", "draft"),
    [
        (Library(answers=False), (), ""),
        (Library(answers=True), (), "지하 1층에 두 시간 무료예요."),
        (Library(answers=False), ("세 시간까지예요", ""), "세 시간까지예요"),
        (Library(answers=False, written="모델의 글"), ("세 시간까지예요",), "모델의 글"),
    ],
)
async def test_only_an_entry_that_is_near_enough_is_part_of_a_draft(library, expected, draft):
    """The nearest entries are offered in any case, for the owner to choose from."""
    found = await drafted(library, Opinions(*expected), "주차 되나요?", ["q1"], who="mina")
    assert found.text == draft
    assert found.near == [(one.title, one.text) for one in ENTRIES.values()]


async def test_a_model_gets_what_people_have_said_before_the_nearest_entries():
    """Each reply once; the owner who asked for the draft is charged."""
    library = Library(answers=False, written="세 시간까지 무료예요.")
    said = Opinions("세 시간까지예요", "", "세 시간까지예요")
    await drafted(library, said, "주차 되나요?", ["q1"], who="mina")
    entries = [entry.text for entry in ENTRIES.values()]
    assert library.given == (["세 시간까지예요", *entries], "console:mina")
