"""The spool that processes of one machine share while the store is away."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import StoreAwayError
from core.messaging.inbox.offline import Offline
from core.stores.sqlite.spool import Act, SqliteSpool
from core.types import Question, Receipt, SessionId


def question(number: int) -> Question:
    return Question(f"slack:T1:C1:{number}", SessionId(f"slack:T1:C1:{number}"), "배송비는?", "U1")


@pytest.fixture
async def spools(tmp_path):
    path = tmp_path / "spool.sqlite3"
    async with SqliteSpool.open(path, most=40) as one, SqliteSpool.open(path, most=40) as other:
        yield one, other


async def test_what_two_processes_keep_at_once_is_kept_once_and_refused_by_none(spools):
    """Each process of Discord hears every question."""
    kept = await asyncio.gather(
        *(spool.add(Act.ASK, one) for one in map(question, range(40)) for spool in spools)
    )
    assert all(kept)
    assert await spools[0].count() == 40
    assert not await spools[1].add(Act.ASK, question(41))


async def test_what_is_kept_comes_back_as_it_was(spools):
    edited = replace(question(1), edited_at=datetime(2026, 7, 31, 12, 5, tzinfo=UTC))
    await spools[0].add(Act.EDIT, edited)
    found = await spools[1].oldest()
    assert found is not None
    assert (found.act, found.question.text) == (Act.EDIT, edited.text)
    assert found.question.edited_at == edited.edited_at


async def test_an_act_that_another_process_keeps_comes_before_what_follows(spools):
    """A deletion that is taken in elsewhere does not overtake its question."""
    hears, other = map(Offline, spools)
    assert await hears.keep(Act.ASK, question(1)) is Receipt.SPOOLED
    kept = await other.kept(question(1).id)
    assert kept
    assert kept.text == question(1).text
    with pytest.raises(StoreAwayError, match="an earlier act"):
        await other.check_order(question(1).id)


async def test_a_question_waits_behind_those_of_its_session(spools):
    """The store may be back, and another process may have kept the earlier question."""
    hears, other = map(Offline, spools)
    assert await hears.keep(Act.ASK, question(1)) is Receipt.SPOOLED
    with pytest.raises(StoreAwayError, match="earlier question"):
        await other.check_turn(question(1).session)
    await other.check_turn(question(2).session)


async def test_what_a_newer_faqbot_kept_stays_for_it_and_holds_nothing_up(spools, tmp_path, caplog):
    """Another act, other fields or another form; each is named once in the log."""
    newer = [("react", "{}"), ("ask", f'{{"session": "{question(1).session}"}}'), ("edit", "\x01")]
    with closing(sqlite3.connect(tmp_path / "spool.sqlite3")) as db, db:
        for act, text in newer:
            row = (question(1).id, act, text)
            db.execute("INSERT INTO spool (question_id, act, question) VALUES (?, ?, ?)", row)
    offline, done, all_done = Offline(spools[0]), [], asyncio.Event()

    async def do(spooled):
        done.append(spooled.question.id)
        all_done.set()
        return True

    await offline.check_turn(question(1).session)
    await offline.check_order(question(1).id)
    assert await offline.kept(question(1).id) is None
    draining = asyncio.create_task(offline.drain(do))
    await offline.keep(Act.ASK, question(2))
    async with asyncio.timeout(60):
        await all_done.wait()
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)
    assert done == [question(2).id]
    named = sorted(str(one.args[0]) for one in caplog.records if one.levelname == "ERROR")
    assert named == sorted(act for act, _ in newer)
    assert question(1).id in caplog.text
    async with SqliteSpool.open(tmp_path / "spool.sqlite3", most=40) as later:
        assert await later.count() >= len(newer)
