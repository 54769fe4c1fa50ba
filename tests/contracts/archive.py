"""What every store behind the `Archive` port must do.

A store's test file imports everything from here and defines the fixture `open_stores`: a function
that opens the same stores at each call, empty at first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import pytest
from contracts.history import KEPT, NFC, NFD, NOON, REFUSED, SEOUL, SESSION, ids, turn
from contracts.inbox import state_of

from core.errors import StorageError
from core.ports import Archive, History, Inbox
from core.types import Feedback, InboxState, Removed, SessionId, SessionSummary, Trace


class Stores(Protocol):
    history: History
    archive: Archive
    inbox: Inbox


OpenStores = Callable[[], AbstractAsyncContextManager[Stores]]
HOUR = timedelta(hours=1)
FAR = SessionId("web:far")


@pytest.fixture
async def stores(open_stores: OpenStores) -> AsyncIterator[Stores]:
    async with open_stores() as opened:
        yield opened


async def names(archive: Archive, limit: int = 100) -> list[str]:
    return [summary.session for summary in await archive.sessions(limit)]


async def test_a_turn_is_found_by_its_question(stores):
    """A button carries the question's id and an index; its text is here."""
    await stores.history.append(turn("1"))
    assert await stores.archive.find("1") == turn("1")
    assert await stores.archive.find("2") is None


async def test_sessions_are_listed_newest_first(stores):
    """By the end of their latest turn; at equal times by name."""
    for number, (session, hours) in enumerate([("b", 0), ("a", 2), ("c", 1), ("d", 2), ("b", 3)]):
        moment = NOON + hours * HOUR
        await stores.history.append(turn(str(number), session=session, finished_at=moment))
    expected = [("b", 3), ("a", 2), ("d", 2), ("c", 1)]
    assert await stores.archive.sessions(10) == [
        SessionSummary(SessionId(name), NOON + hours * HOUR) for name, hours in expected
    ]
    assert await names(stores.archive, 2) == ["b", "a"]
    assert await names(stores.archive, 0) == []


async def test_a_turn_that_ended_earlier_does_not_move_its_session_back(stores):
    await stores.history.append(turn("1", finished_at=NOON))
    await stores.history.append(turn("2", finished_at=NOON - HOUR))
    assert await stores.archive.sessions(10) == [SessionSummary(SESSION, NOON)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
async def test_the_listing_is_paged_without_gaps_or_repetitions(stores, size):
    """Also where a page ends among equal times."""
    every = ["A", "a", "b", NFD, "c", "z", NFC]
    for number, name in enumerate(every):
        moment = NOON + (number // 3) * HOUR
        await stores.history.append(turn(str(number), session=name, finished_at=moment))
    listed, last = [], None
    while page := await stores.archive.sessions(size, last):
        assert len(page) <= size
        listed += page
        last = page[-1]
    assert [summary.session for summary in listed] == [
        NFC, "c", "z", NFD, "A", "a", "b",
    ]  # fmt: skip


async def test_a_sessions_turns_are_paged_from_the_oldest(stores):
    for number in range(7):
        await stores.history.append(turn(str(number)))
        await stores.history.append(turn(f"x{number}", session=FAR))
    read, place = [], 0
    while page := await stores.archive.turns(SESSION, 3, place):
        assert len(page) <= 3
        read += [found for _, found in page]
        place = page[-1][0]
    assert read == [turn(str(number)) for number in range(7)]
    assert await stores.archive.turns(SESSION, 0) == []


async def test_long_texts_are_paged_too(stores):
    """Three turns of 12 MB do not fit into one answer of a server."""
    for number in range(3):
        await stores.history.append(turn(str(number), answer="가" * 4_000_000))
    assert [found.question.id for _, found in await stores.archive.turns(SESSION, 9)] == list("012")


async def test_one_opinion_is_found_among_all(stores):
    await stores.history.append(turn("1"))
    for user in ("U1", "U2"):
        given = Feedback("1", user, helpful=user == "U1", given_at=NOON)
        await stores.archive.give_feedback(given)
    assert (await stores.archive.opinion("1", "U2")).helpful is False
    assert await stores.archive.opinion("1", "U3") is None
    assert await stores.archive.opinion("2", "U1") is None


async def test_feedback_is_the_latest_of_each_person(stores):
    await stores.history.append(turn("1"))
    first = Feedback("1", "U2", helpful=True, given_at=NOON)
    other = Feedback("1", "U1", helpful=True, given_at=NOON.astimezone(SEOUL))
    assert await stores.archive.give_feedback(first)
    assert await stores.archive.give_feedback(other)
    assert await stores.archive.give_feedback(replace(first, helpful=False, given_at=NOON + HOUR))
    assert await stores.archive.opinions(["1"]) == [
        replace(other, given_at=NOON),
        replace(first, helpful=False, given_at=NOON + HOUR),
    ]


async def test_an_opinion_that_is_taken_back_counts_no_more(stores):
    await stores.history.append(turn("1"))
    for user in ("U1", "U2"):
        await stores.archive.give_feedback(Feedback("1", user, helpful=True, given_at=NOON))
    assert await stores.archive.withdraw_feedback("1", "U1")
    assert [one.user for one in await stores.archive.opinions(["1"])] == ["U2"]
    assert not await stores.archive.withdraw_feedback("1", "U1")
    assert not await stores.archive.withdraw_feedback("none", "U1")


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
async def test_feedback_says_why_and_what_would_be_right(stores, text):
    """As written; with a later opinion that says neither, both are gone."""
    await stores.history.append(turn("1"))
    given = Feedback("1", "U1", helpful=False, given_at=NOON, reason=text, expected=text + "!")
    assert await stores.archive.give_feedback(given)
    assert await stores.archive.opinions(["1"]) == [given]
    assert await stores.archive.give_feedback(Feedback("1", "U1", helpful=True, given_at=NOON))
    assert await stores.archive.opinions(["1"]) == [
        Feedback("1", "U1", helpful=True, given_at=NOON)
    ]


async def test_an_opinion_over_sixteen_megabytes_is_refused(stores):
    await stores.history.append(turn("1"))
    half = "가" * 2_700_000
    with pytest.raises(StorageError, match="exceed 16 MB"):
        await stores.archive.give_feedback(
            Feedback("1", "U1", helpful=False, reason=half, expected=half)
        )
    assert await stores.archive.opinions(["1"]) == []


async def test_a_persons_turns_are_listed_latest_first(stores):
    """By the end of each, over all sessions; at equal times by question id."""
    for name, asker, session, hours in [
        ("1", "U1", "a", 1),
        ("2", "U1", "b", 3),
        ("3", "U2", "a", 4),
        ("a", "U1", "c", 2),
        ("B", "U1", "a", 2),
    ]:
        moment = NOON + hours * HOUR
        await stores.history.append(turn(name, asker=asker, session=session, finished_at=moment))
    listed = await stores.archive.asked_by("U1", 10)
    assert [found.question.id for found in listed] == ["2", "B", "a", "1"]
    assert listed[0] == turn("2", session="b", finished_at=NOON + 3 * HOUR)
    assert await stores.archive.asked_by("U1", 2) == listed[:2]
    for place, last in enumerate(listed, start=1):
        assert await stores.archive.asked_by("U1", 9, last) == listed[place:]
    assert await stores.archive.asked_by("U1", 0) == []
    assert await stores.archive.asked_by("U3", 9) == []


async def test_several_turns_are_found_at_once(stores):
    for name in "123":
        await stores.history.append(turn(name))
    found = await stores.archive.found(["3", "1", "none"])
    assert sorted(one.question.id for one in found) == ["1", "3"]
    assert replace(turn("3"), passages=(), trace=Trace()) in found
    assert await stores.archive.found([]) == []


async def test_of_several_turns_those_that_ended_last_are_found_first(stores):
    for name, hours in [("a", 1), ("b", 3), ("c", 2), ("d", 3), ("e", 5)]:
        await stores.history.append(turn(name, finished_at=NOON + hours * HOUR))

    async def found(limit, before):
        turns = await stores.archive.last_ended([*"abcdx"], limit, before=before)
        assert all(one.passages == () for one in turns)
        return [one.question.id for one in turns]

    assert await found(9, NOON + 9 * HOUR) == ["d", "b", "c", "a"]
    assert await found(2, NOON + 9 * HOUR) == ["d", "b"]
    assert await found(9, NOON + 3 * HOUR) == ["c", "a"]
    assert await found(0, NOON + 9 * HOUR) == []
    assert await stores.archive.last_ended([], 9, before=NOON) == []


async def test_one_turn_is_removed_with_its_opinions(stores):
    for name in "123":
        await stores.history.append(turn(name))
        await stores.archive.give_feedback(Feedback(name, "U1", helpful=True, given_at=NOON))
    assert await stores.archive.remove("2") is True
    assert await stores.archive.remove("2") is False
    assert await stores.archive.find("2") is None
    assert await ids(stores.history) == ["1", "3"]
    assert await stores.archive.opinions(["2"]) == []
    assert len(await stores.archive.opinions(["3"])) == 1


async def test_a_removed_turn_may_be_appended_again(stores):
    """It comes last, without the old opinions."""
    for name in "12":
        await stores.history.append(turn(name))
    await stores.archive.give_feedback(Feedback("1", "U1", helpful=False))
    await stores.archive.remove("1")
    redone = turn("1", answer="새 답")
    assert await stores.history.append(redone) is True
    assert await stores.history.append(turn("1")) is False
    assert await stores.archive.find("1") == redone
    assert await ids(stores.history) == ["2", "1"]
    assert await stores.archive.opinions(["1"]) == []


async def test_a_session_whose_only_turn_is_removed_is_not_listed(stores):
    await stores.history.append(turn("1"))
    await stores.history.append(turn("2", session=FAR))
    await stores.archive.remove("1")
    assert await names(stores.archive) == [FAR]
    await stores.history.append(turn("1"))
    assert sorted(await names(stores.archive)) == [SESSION, FAR]


async def test_removing_leaves_the_question_in_the_inbox(stores):
    """Whether it is answered anew is for the inbox to be told."""
    await stores.inbox.receive(turn("1").question)
    await stores.history.append(turn("1"))
    await stores.archive.remove("1")
    assert await state_of(stores.inbox, "1") is InboxState.RECEIVED


async def test_feedback_needs_a_turn(stores):
    assert await stores.archive.give_feedback(Feedback("1", "U1", helpful=True)) is False
    assert await stores.archive.opinions(["1"]) == []


async def test_one_persons_feedback_twenty_times_at_once_is_one(stores):
    await stores.history.append(turn("1"))
    given = Feedback("1", "U1", helpful=True, given_at=NOON)
    assert all(await asyncio.gather(*(stores.archive.give_feedback(given) for _ in range(20))))
    assert await stores.archive.opinions(["1"]) == [given]


async def test_who_is_forgotten_is_nowhere(stores):
    """Questions, answers, every opinion on them, their own opinions, and what is waiting."""
    history, archive = stores.history, stores.archive
    for number, (asker, session) in enumerate([("U1", "a"), ("U2", "a"), ("U1", "b")]):
        await history.append(turn(str(number), asker=asker, session=session))
    for question, user in [("0", "U2"), ("1", "U1"), ("1", "U2")]:
        await archive.give_feedback(Feedback(question, user, helpful=True, given_at=NOON))
    await stores.inbox.receive(turn("8", asker="U1").question)
    await stores.inbox.receive(turn("9", asker="U2").question)
    assert await archive.forget("U1") == Removed(turns=2, questions=1, feedback=2)
    assert [await archive.find(name) for name in "02"] == [None, None]
    assert await ids(history, session=SessionId("a")) == ["1"]
    assert await names(archive) == ["a"]
    assert [given.user for given in await archive.opinions(["1"])] == ["U2"]
    assert await archive.opinions(["0"]) == []
    assert await state_of(stores.inbox, "8") is None
    assert await state_of(stores.inbox, "9") is InboxState.RECEIVED
    assert await archive.forget("U1") == Removed(turns=0, questions=0, feedback=0)


async def test_a_session_goes_on_after_somebody_was_forgotten(stores):
    """What is appended later still comes last."""
    for number, asker in enumerate(["U2", "U1", "U1"]):
        await stores.history.append(turn(str(number), asker=asker))
    await stores.archive.forget("U1")
    await stores.history.append(turn("3"))
    assert await ids(stores.history) == ["0", "3"]


async def test_what_is_too_old_expires(stores):
    """Turns by their end, questions by their settling; what is open stays."""
    await stores.history.append(turn("old", session=FAR, finished_at=NOON - HOUR))
    await stores.history.append(turn("new", finished_at=NOON))
    await stores.archive.give_feedback(Feedback("old", "U1", helpful=True, given_at=NOON))
    await stores.inbox.receive(turn("open").question)
    assert await stores.archive.expire(NOON) == Removed(turns=1, questions=0, feedback=1)
    assert await stores.archive.find("old") is None
    assert await names(stores.archive) == [SESSION]
    assert await stores.archive.find("new") == turn("new", finished_at=NOON)
    assert await state_of(stores.inbox, "open") is InboxState.RECEIVED
    await stores.inbox.withdraw("open")
    assert (await stores.archive.expire(NOON.replace(year=9999))).questions == 1


async def test_more_than_one_batch_expires(stores):
    for first in range(0, 600, 50):  # more at once would wait for a connection of a busy machine
        some = range(first, first + 50)
        await asyncio.gather(*(stores.history.append(turn(str(n))) for n in some))
    assert (await stores.archive.expire(NOON + HOUR)).turns == 600
    assert await ids(stores.history) == []


async def test_a_moment_without_a_zone_is_refused(stores):
    with pytest.raises(ValueError, match="no time zone"):
        await stores.archive.expire(NOON.replace(tzinfo=None))


@pytest.mark.parametrize("text", REFUSED)
async def test_names_that_no_store_keeps_are_refused(stores, text):
    for refusal in (
        stores.archive.find(text),
        stores.archive.turns(SessionId(text), 1),
        stores.archive.opinions([text]),
        stores.archive.forget(text),
        stores.archive.give_feedback(Feedback("1", text, helpful=True)),
        stores.archive.give_feedback(Feedback("1", "U1", helpful=False, reason=text)),
        stores.archive.give_feedback(Feedback("1", "U1", helpful=False, expected=text)),
        stores.archive.asked_by(text, 1),
        stores.archive.remove(text),
    ):
        with pytest.raises(StorageError, match="refused"):
            await refusal
