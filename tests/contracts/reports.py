"""What every store behind the `Reports` port must do.

A store's test file imports everything from here and defines the fixture `open_stores`: a function
that opens the same stores at each call, empty at first, with days in Seoul.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from contracts.history import turn

from core.errors import StorageError
from core.ports import Archive, History, Reports
from core.types import (
    AuditEvent,
    EntryReview,
    EntryUse,
    Feedback,
    Passage,
    ReviewRequest,
    SessionId,
    Source,
    Span,
    Trace,
    TurnState,
    Usage,
)


class Stores(Protocol):
    history: History
    archive: Archive
    reports: Reports


OpenStores = Callable[[], AbstractAsyncContextManager[Stores]]
LATE = datetime(2026, 7, 31, 15, 30, tzinfo=UTC)  # half past midnight in Seoul
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
async def stores(open_stores: OpenStores) -> AsyncIterator[Stores]:
    async with open_stores() as opened:
        yield opened


def ended(number, at=LATE, state=TurnState.ANSWERED, session="web:page:a", **changes):
    """A turn that ended at that moment."""
    plain = {"usage": Usage(), "timings_ms": {"first_text": 100.0}, "passages": ()}
    changed = {"sources": ("정산",), "followups": (), **plain, **changes}
    return replace(turn(number, session=session), finished_at=at, state=state, **changed)


async def counts(stores, span=Span.DAY):
    return [
        (
            one.start,
            one.platform,
            {name: n for name, n in one.counts.items() if n and ":" not in name},
        )
        for one in await stores.reports.traffic(span, LONG_AGO)
    ]


async def test_turns_are_counted_by_day_in_the_zone_and_by_platform(stores):
    before = LATE - timedelta(hours=1)
    await stores.history.append(ended("1", at=before))
    await stores.history.append(ended("2", usage=Usage(10, 0, 5, 0.25)))
    await stores.history.append(ended("3", state=TurnState.ESCALATED, session="slack:T:C:1"))
    spent = {"prompt_tokens": 10, "completion_tokens": 5, "cost_usd": 0.25}
    midnight = datetime(2026, 7, 31, 15, 0, tzinfo=UTC)
    assert await counts(stores) == [
        (midnight - timedelta(days=1), "web", {"asked": 1, "answered": 1}),
        (midnight, "slack", {"asked": 1, "escalated": 1}),
        (midnight, "web", {"asked": 1, "answered": 1, **spent}),
    ]
    assert len(await stores.reports.traffic(Span.DAY, midnight)) == 2
    assert [start.hour for start, _, _ in await counts(stores, Span.HOUR)] == [14, 15, 15]


async def test_the_same_turn_is_counted_once_and_one_taken_back_is_not_counted(stores):
    for _ in range(2):
        await stores.history.append(ended("1"))
    await stores.archive.give_feedback(Feedback("1", "mina", helpful=True))
    assert (await counts(stores))[0][2] == {"asked": 1, "answered": 1, "helpful": 1}
    await stores.archive.remove("1")
    assert [found for *_, found in await counts(stores)] == [{}]
    assert [use for use in await stores.reports.entry_uses() if use != EntryUse(use.title)] == []


async def test_counts_outlive_the_turns_that_retention_deletes(stores):
    await stores.history.append(ended("1"))
    await stores.archive.expire(LATE + timedelta(days=1))
    assert await stores.archive.find("1") is None
    assert (await counts(stores))[0][2] == {"asked": 1, "answered": 1}


async def test_a_later_opinion_takes_the_place_of_an_earlier_one(stores):
    await stores.history.append(ended("1"))
    for helpful in (True, False):
        await stores.archive.give_feedback(Feedback("1", "mina", helpful=helpful))
    assert (await counts(stores))[0][2] == {"asked": 1, "answered": 1, "unhelpful": 1}
    assert await stores.reports.entry_uses() == [EntryUse("정산", used=1, unhelpful=1)]


async def test_an_entry_is_counted_where_it_is_used_and_where_it_is_asked_for_in_vain(stores):
    await stores.history.append(ended("1", sources=("반품", "정산")))
    await stores.history.append(
        ended("2", state=TurnState.ESCALATED, sources=(), followups=("정산", "배송"))
    )
    assert await stores.reports.entry_uses() == [
        EntryUse("반품", used=1),
        EntryUse("정산", used=1, in_vain=1),
    ]


async def test_an_entry_keeps_its_last_review(stores):
    due = LATE + timedelta(days=90)
    first = EntryReview("정산", "mina", LATE, due)
    await stores.reports.review(first)
    await stores.reports.review(EntryReview("반품", "joon", LATE, due))
    await stores.reports.review(replace(first, who="joon", due_at=due + timedelta(days=1)))
    assert await stores.reports.reviews() == [
        EntryReview("반품", "joon", LATE, due),
        EntryReview("정산", "joon", LATE, due + timedelta(days=1)),
    ]
    with pytest.raises(StorageError):
        await stores.reports.review(replace(first, title="앞\0뒤"))


async def test_an_entry_keeps_its_last_request_for_a_review_which_is_no_review(stores):
    first = ReviewRequest("정산", LATE, timedelta(days=180))
    await stores.reports.request_review(first)
    await stores.reports.request_review(replace(first, title="반품"))
    last = replace(first, at=LATE + timedelta(days=14), after=timedelta(days=90))
    await stores.reports.request_review(last)
    assert await stores.reports.review_requests() == [replace(first, title="반품"), last]
    assert await stores.reports.reviews() == []
    with pytest.raises(StorageError):
        await stores.reports.request_review(replace(first, title="앞\0뒤"))


async def test_the_latest_turns_come_last_first_and_by_state(stores):
    for number in range(4):
        state = TurnState.ESCALATED if number % 2 else TurnState.ANSWERED
        at = LATE + timedelta(minutes=number)
        await stores.history.append(ended(str(number), at=at, state=state))
    later = LATE + timedelta(hours=1)
    reports = stores.reports
    assert [one.question.id for one in await reports.latest(9, before=later)] == [*"3210"]
    assert [one.question.id for one in await reports.latest(2, before=later)] == [*"32"]
    before = LATE + timedelta(minutes=2)
    assert [one.question.id for one in await reports.latest(9, before=before)] == [*"10"]
    assert {one.passages for one in await reports.latest(9, before=later)} == {()}
    assert all(one.trace == Trace() for one in await reports.latest(9, before=later))
    escalated = await reports.latest(9, before=later, state=TurnState.ESCALATED)
    assert [one.question.id for one in escalated] == [*"31"]


async def test_turns_are_looked_up_by_their_tags(stores):
    """By platform, place, person, and an entry that was used or asked for in vain."""
    places = ["slack:T1:C1:1", "slack:T1:C2:2", "discord:G1:C1:3"]
    for number, session in enumerate(places):
        state = TurnState.ESCALATED if number == 2 else TurnState.ANSWERED
        turn = ended(str(number), session=session, at=LATE + number * timedelta(minutes=1))
        turn = replace(turn, state=state, sources=("배송",), followups=("환불", "교환"))
        await stores.history.append(turn)
    other = ended("3", session="web:page:4")
    await stores.history.append(replace(other, question=replace(other.question, asker="U9")))

    async def found(tag, before=LATE + timedelta(hours=1), limit=9):
        turns = await stores.reports.latest(limit, before=before, tag=tag)
        return "".join(one.question.id for one in turns)

    assert await found("platform:slack") == "10"
    assert await found("place:C1") == "20"
    assert await found("place:C1", before=LATE + timedelta(minutes=2)) == "0"
    assert await found("place:C1", limit=1) == "2"
    assert await found("person:U9") == "3"
    assert await found("entry:배송") == "10"
    assert await found("entry:환불") == "2"
    assert await found("entry:교환") == ""
    await stores.archive.remove("1")
    assert await found("platform:slack") == "0"


async def test_the_passages_of_an_answer_are_kept_as_they_were_used(stores):
    learned = Source("learned", "미나", LATE)
    used = (Passage("f1", "정산", "다음 날", 0.5), Passage("learned:1", "q", "a", 0.4, learned))
    await stores.history.append(ended("1", passages=used))
    assert (await stores.archive.find("1")).passages == used


async def test_opinions_on_several_answers_are_read_at_once(stores):
    for number in "123":
        await stores.history.append(ended(number))
        await stores.archive.give_feedback(Feedback(number, "mina", helpful=number == "1"))
    given = await stores.archive.opinions(["3", "1", "none"])
    assert [(one.question_id, one.helpful) for one in given] == [("1", True), ("3", False)]
    assert await stores.archive.opinions([]) == []
    assert [one.question_id for one in await stores.reports.rated(9, helpful=False)] == ["3", "2"]
    assert [one.question_id for one in await stores.reports.rated(9, helpful=True)] == ["1"]


async def test_a_session_has_the_title_it_was_given(stores):
    one, other = SessionId("web:page:a"), SessionId("web:page:b")
    await stores.history.append(ended("1"))
    assert await stores.archive.rename(one, "정산 이야기")
    assert not await stores.archive.rename(other, "없음")
    assert await stores.archive.titles([one, other]) == {one: "정산 이야기"}
    await stores.archive.rename(one, "")
    assert await stores.archive.titles([one]) == {}


async def test_a_title_goes_with_the_person_who_is_forgotten_and_with_the_last_turn(stores):
    one = SessionId("web:page:a")
    for number, asker in (("1", "mina"), ("2", "jun")):
        question = replace(ended(number).question, asker=asker)
        await stores.history.append(replace(ended(number), question=question))
    await stores.archive.rename(one, "미나의 이야기")
    await stores.archive.forget("mina")
    assert await stores.archive.titles([one]) == {}
    await stores.archive.rename(one, "준의 이야기")
    await stores.archive.remove("2")
    assert await stores.archive.titles([one]) == {}


async def test_changes_are_logged_and_switches_go_back(stores):
    for number in range(3):
        at = LATE + timedelta(seconds=number)
        await stores.reports.note(AuditEvent(at, "owner", f"change {number}", "models"))
    assert [one.action for one in await stores.reports.audit(2)] == ["change 2", "change 1"]
    await stores.reports.switch("models", "off")
    await stores.reports.switch("models", "on")
    assert await stores.reports.switches() == {"models": "on"}
    await stores.reports.switch("models", None)
    assert await stores.reports.switches() == {}


async def test_gaps_that_are_closed_stay_closed(stores):
    await stores.reports.close_gaps(["1", "2"], LATE)
    await stores.reports.close_gaps(["2"], LATE)
    assert await stores.reports.closed_gaps(["2", "1", "3"]) == {"1", "2"}
    assert await stores.reports.closed_gaps(["3"]) == set()
    assert await stores.reports.closed_gaps([]) == set()


async def test_what_is_kept_can_be_counted_anew(stores):
    for number in "123":
        await stores.history.append(ended(number))
    await stores.archive.give_feedback(Feedback("1", "mina", helpful=True))
    before = await counts(stores), await stores.reports.entry_uses()
    assert await stores.reports.recount() == 3
    assert (await counts(stores), await stores.reports.entry_uses()) == before
