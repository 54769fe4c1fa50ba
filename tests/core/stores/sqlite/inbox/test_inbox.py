"""The inbox and the archive in SQLite: the contracts, then what only a file can show."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from contracts import archive as archive_contract
from contracts.archive import *  # noqa: F403 - the suite
from contracts.history import NOON, turn
from contracts.inbox import *  # noqa: F403 - the suite
from contracts.inbox import PER_SESSION, TOTAL, Clock, OpenInbox
from fakes.old_schema import turn_back

from core.stores.inbox_limits import InboxLimits
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.inbox import statements as sqlite_inbox
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.stores.sqlite.schema import STEPS
from core.stores.sqlite.turns import archive as sqlite_archive
from core.stores.sqlite.turns import opinions
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.types import Feedback, Receipt, SessionId, Trace, Usage


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture
def open_inbox(path: Path) -> OpenInbox:
    @asynccontextmanager
    async def opened(clock: Clock, *, holder: str = "", **more: int) -> AsyncIterator[SqliteInbox]:
        async with SqliteFile.open(path) as file:
            limits = InboxLimits(per_session=PER_SESSION, total=TOTAL, **more)
            yield SqliteInbox(file, limits, holder=holder, clock=clock)

    return opened


@pytest.fixture
def open_stores(path: Path) -> Callable[[], AbstractAsyncContextManager[archive_contract.Stores]]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[SimpleNamespace]:
        async with SqliteFile.open(path) as file:
            yield SimpleNamespace(
                history=SqliteHistory(file),
                archive=SqliteArchive(file),
                inbox=SqliteInbox(file, InboxLimits(per_session=PER_SESSION, total=TOTAL)),
            )

    return opened


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (opinions.FIND, 1),
        (sqlite_archive.NEWEST, 1),
        (sqlite_archive.ENDED_WITH, 3),
        (sqlite_archive.ENDED_BEFORE, 2),
        (sqlite_archive.PAGE, 3),
        (opinions.OPINION, 2),
        (opinions.OPINIONS, 1),
        (sqlite_archive.OF_ASKER, 2),
        (sqlite_archive.ENDED, 2),
        (sqlite_archive.FORGET_QUESTIONS, 1),
        (sqlite_archive.EXPIRE_QUESTIONS, 1),
        (sqlite_archive.OF_QUESTION, 2),
        (sqlite_archive.ASKED_BY, 4),
        (sqlite_inbox.FIND, 1),
        (sqlite_inbox.LAST_SEEN, 1),
        (sqlite_inbox.WAITING, 1),
        (sqlite_inbox.WAITING_ON_PLATFORM, 3),
        (sqlite_inbox.WAITING_IN_SESSION, 2),
        (sqlite_inbox.NEXT, 2),
        (sqlite_inbox.OWED, 2),
        (sqlite_inbox.SWEEP, 1),
    ],
)
async def test_every_statement_reads_an_index_in_its_order(path, statement, values):
    """No scan of a table and no sort, however much is kept."""
    async with SqliteFile.open(path):
        pass
    with closing(sqlite3.connect(path)) as db:
        plan = [row[-1] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", ["1"] * values)]
    steps = [step for step in plan if not step.startswith(("CO-ROUTINE", "CORRELATED", "SCAN ("))]
    assert steps
    for step in steps:
        assert "INDEX" in step or "PRIMARY KEY" in step, plan
        assert "TEMP B-TREE" not in step, plan


async def test_a_file_of_schema_1_is_brought_forward(path):
    """Its turns are there, its sessions are listed, and the new tables work."""
    async with SqliteFile.open(path) as file:
        await SqliteHistory(file).append(turn("1"))
    turn_back(path, 1)
    async with SqliteFile.open(path) as file:
        [summary] = await SqliteArchive(file).sessions(10)
        assert summary.last_at == turn("1").finished_at
        assert await SqliteHistory(file).append(turn("2"))
        assert (await SqliteArchive(file).forget("U1")).turns == 2
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(STEPS),)


async def test_a_file_of_schema_2_is_brought_forward(path):
    """Its turns say that no prompt wrote them and that they cost nothing; new ones are whole."""
    async with SqliteFile.open(path) as file:
        await SqliteHistory(file).append(turn("1"))
    turn_back(path, 2)
    async with SqliteFile.open(path) as file:
        history = SqliteHistory(file)
        await history.append(turn("2"))
        turns = await history.recent(turn("1").question.session, 2)
    assert turns == [turn("1", prompt="", usage=Usage(), dialogue=None, trace=Trace()), turn("2")]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(STEPS),)


async def test_a_file_of_schema_3_is_brought_forward(path):
    """Its opinions have no reason, an open question keeps its attempts, and the rest works."""
    async with SqliteFile.open(path) as file:
        history, archive = SqliteHistory(file), SqliteArchive(file)
        inbox = SqliteInbox(file, InboxLimits(per_session=PER_SESSION, total=TOTAL))
        await history.append(turn("1"))
        await archive.give_feedback(Feedback("1", "U1", helpful=True, given_at=NOON))
        await inbox.receive(turn("2").question)
        await inbox.renew(await inbox.claim(lease_s=1), lease_s=0)
        await inbox.sweep()
    turn_back(path, 3)
    async with SqliteFile.open(path) as file:
        history, archive = SqliteHistory(file), SqliteArchive(file)
        inbox = SqliteInbox(file, InboxLimits(per_session=PER_SESSION, total=TOTAL))
        given = Feedback("1", "U1", helpful=True, given_at=NOON)
        assert await archive.opinions(["1"]) == [given]
        assert await archive.give_feedback(replace(given, reason="옛 화면"))
        assert await archive.asked_by("U1", 9) == [turn("1", dialogue=None, trace=Trace())]
        assert (await inbox.claim(lease_s=1)).attempt == 2
        assert await inbox.receive(turn("3", session="slack:T1:a").question) is Receipt.STORED
        assert await inbox.last_seen("slack:T1:") == NOON
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(STEPS),)


async def test_what_is_forgotten_is_not_in_the_files_bytes(path):
    """Free pages are overwritten, and nothing of it is left in the log."""
    async with SqliteFile.open(path) as file:
        history, archive = SqliteHistory(file), SqliteArchive(file)
        for number in range(50):
            await history.append(turn(str(number), text="비밀 질문", answer="비밀 답" * 500))
            await history.append(turn(f"x{number}", asker="U2", session=SessionId("x")))
        await archive.forget("U1")
    assert "비밀".encode() not in path.read_bytes()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
