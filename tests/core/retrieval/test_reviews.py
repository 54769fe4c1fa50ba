"""Entries whose review is due: a mark, or nothing; and readers who see verified ones alone."""

from datetime import UTC, datetime, timedelta

import pytest

from core.retrieval.audience import Audience
from core.retrieval.overlay.lessons import passages_of
from core.retrieval.reviews import Reviews
from core.types import EntryReview

NOW = datetime(2026, 11, 29, tzinfo=UTC)
DAY = timedelta(days=1)
QUESTION = "리뷰는 언제까지 작성할 수 있나요?"
VERIFIED = Audience(verified=True)


@pytest.fixture
def search(faq_index, make_retriever, tmp_path):
    """A retriever of one's own on the FAQ of all."""
    return make_retriever(faq_index, tmp_path / "cache")


async def reviewed(search, due_at, **parts):
    """Search with one review, of the entry that answers QUESTION; that entry's title."""
    title = search.search(QUESTION, limit=1)[0].title

    async def read():
        return [EntryReview(title, "김담당", NOW - 90 * DAY, due_at)]

    search.reviews = Reviews(read, now=lambda: NOW, **parts)
    await search.reviews.catch_up()
    return title


def told(search):
    """The titles that are found, and whether each is marked."""
    entries = search.entries(search.search(QUESTION, limit=5))
    return {one.title: one.source.expired for one in passages_of(entries, dict.fromkeys(
        (entry.faq_id for entry in entries), 1.0
    ))}  # fmt: skip


async def test_what_nobody_has_reviewed_anew_is_marked(search):
    title = await reviewed(search, NOW - DAY)
    found = told(search)
    assert found.pop(title)
    assert not any(found.values())


async def test_a_review_that_is_not_due_marks_nothing(search):
    await reviewed(search, NOW + DAY, serve_expired=False)
    assert not any(told(search).values())


async def test_what_has_expired_is_not_served_where_the_settings_say_so(search):
    title = await reviewed(search, NOW - DAY, serve_expired=False)
    found = told(search)
    assert title not in found
    assert found
    entry = next(one for one in search.all_entries() if one.title != title)
    assert search.may_tell([entry.faq_id])


async def test_readers_of_verified_entries_find_what_is_reviewed_alone(search):
    title = await reviewed(search, NOW + DAY)
    assert told(search.seen_by(VERIFIED)) == {title: False}
    await reviewed(search, NOW - DAY)
    assert told(search.seen_by(VERIFIED)) == {}
    assert title in told(search)
