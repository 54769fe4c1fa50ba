"""The SQLite history: the contract of every store, then what only a file can go through."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest
from contracts.history import *  # noqa: F403 - the suite
from contracts.history import OpenHistory, ids, turn

from core.errors import StorageError
from core.stores.sqlite import database as sqlite_database
from core.stores.sqlite.schema import STEPS
from core.stores.sqlite.turns import history as sqlite_history
from core.stores.sqlite.turns.history import SqliteHistory
from core.types import SessionId

NOBODY = 65_534

# Waits for a line before it opens the file and again before it appends, so that several can be
# started together; then prints each id once its turn is acknowledged.
WRITER = """
import asyncio, sys
from pathlib import Path
from core.stores.sqlite.turns.history import SqliteHistory
from core.types import Question, SessionId, Turn, TurnState

async def main(path, name, count):
    print("started", flush=True)
    sys.stdin.readline()
    async with SqliteHistory.open(Path(path)) as history:
        print("open", flush=True)
        sys.stdin.readline()
        for number in range(int(count)):
            question = Question(id=f"{name}-{number}", session=SessionId("s"), text="질문")
            assert await history.append(Turn(question, TurnState.ANSWERED, "답" * 5000))
            print(question.id, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite3"


@pytest.fixture
def open_history(path: Path) -> OpenHistory:
    return partial(SqliteHistory.open, path)


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of another program, which begins and ends its own transactions."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        yield db


def value(db: sqlite3.Connection, statement: str) -> object:
    return db.execute(statement).fetchone()[0]


@contextmanager
def writer(path: Path, name: str, count: int) -> Iterator[subprocess.Popen[str]]:
    """A process that is about to open the history and append `count` turns to session `s`."""
    command = [sys.executable, "-c", WRITER, path, name, str(count)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, encoding="utf-8") as process:
        try:
            assert process.stdout.readline() == "started\n"
            yield process
        finally:
            process.kill()


def go(process: subprocess.Popen[str]) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


@contextmanager
def read_only_folder() -> Iterator[Path]:
    """A folder that this process may read and not write, even where the tests run as root."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


async def refusal(path: Path) -> str:
    """The one line with which the history at `path` does not open."""
    with pytest.raises(StorageError) as caught:
        async with SqliteHistory.open(path):
            pass
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


async def test_the_file_is_set_to_be_safe_and_shared(path):
    """WAL, a sync at each commit, foreign keys, and a wait for locks."""
    async with SqliteHistory.open(path) as history:

        def pragmas(db: sqlite3.Connection) -> list[object]:
            names = ["journal_mode", "synchronous", "foreign_keys", "busy_timeout", "user_version"]
            return [value(db, f"PRAGMA {name}") for name in names]

        assert await history._file._writer.run(pragmas) == ["wal", 2, 1, 10_000, len(STEPS)]


async def test_closing_leaves_one_file(path):
    """The log is written back, so that copying the one file is a backup."""
    async with SqliteHistory.open(path) as history:
        await history.append(turn("1"))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_recent_reads_an_index_in_its_order(path):
    """No scan and no sort, however long the history is."""
    async with SqliteHistory.open(path):
        pass
    with raw(path) as db:
        plan = db.execute(f"EXPLAIN QUERY PLAN {sqlite_history.RECENT}", ("s", 8)).fetchall()
    assert [row[-1] for row in plan] == [
        "SEARCH turns USING INDEX turns_by_session (session=?)",
    ]


async def test_a_reader_does_not_wait_for_a_writer(path):
    """Another program holds the write lock: appending waits for it, reading and the loop do not."""
    async with SqliteHistory.open(path) as history:
        await history.append(turn("1"))
        with raw(path) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(history.append(turn("2")))
            await asyncio.sleep(0)  # let it ask before we do
            assert await ids(history) == ["1"]
            assert not waiting.done()
            other.execute("ROLLBACK")
        assert await waiting is True
        assert await ids(history) == ["1", "2"]


async def test_leaving_finishes_what_was_begun(path):
    """A caller that was cancelled in mid-append leaves a history that closes and opens again."""
    async with SqliteHistory.open(path) as history:
        with raw(path) as other:
            other.execute("BEGIN IMMEDIATE")
            abandoned = asyncio.create_task(history.append(turn("1")))
            await asyncio.sleep(0)
            abandoned.cancel()
            await asyncio.wait([abandoned])
            other.execute("ROLLBACK")
        assert await history.append(turn("2")) is True
    async with SqliteHistory.open(path) as history:
        assert (await ids(history))[-1] == "2"


async def test_a_lock_that_is_never_released_is_one_line(path, monkeypatch):
    monkeypatch.setattr(sqlite_database, "_BUSY_TIMEOUT_S", 0.01)
    async with SqliteHistory.open(path) as history:
        with raw(path) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError, match="locked by another program; close that"):
                await history.append(turn("1"))
            other.execute("ROLLBACK")
        assert await history.append(turn("1")) is True


async def test_many_may_open_a_new_file_at_once(path):
    """Creating the schema and turning to WAL are raced for, and everybody ends up well."""

    async def use(number: int) -> bool:
        async with SqliteHistory.open(path) as history:
            return await history.append(turn(str(number)))

    assert await asyncio.gather(*map(use, range(12))) == [True] * 12
    async with SqliteHistory.open(path) as history:
        assert len(await ids(history)) == 12


async def test_opening_waits_for_whoever_creates_the_file(path, monkeypatch):
    """Before WAL, SQLite says BUSY at once to the second of two; we try again after a pause."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(sqlite_database.time, "sleep", lambda _: other.execute("ROLLBACK"))
        async with SqliteHistory.open(path) as history:
            assert not other.in_transaction
            assert await history.append(turn("1")) is True


async def test_two_processes_lose_nothing(path):
    """Both create the file and append 50 turns at the same time; each keeps its own order."""
    with writer(path, "a", 50) as one, writer(path, "b", 50) as other:
        for _ in ("open", "append"):
            go(one)
            go(other)
        outputs = [process.communicate()[0].split() for process in (one, other)]
        assert [one.returncode, other.returncode] == [0, 0]
    expected = [[f"{name}-{number}" for number in range(50)] for name in "ab"]
    assert outputs == [["open", *expected[0]], ["open", *expected[1]]]
    async with SqliteHistory.open(path) as history:
        stored = await ids(history, session=SessionId("s"))
    assert len(stored) == 100
    assert [[name for name in stored if name[0] == who] for who in "ab"] == expected


async def test_a_process_that_leaves_takes_nothing_away_from_those_that_stay(path):
    """Whoever closes the last connection deletes SQLite's log, unless locks say it is in use."""
    count = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); "
    count += "print(db.execute('SELECT count(*) FROM turns').fetchone()[0]); db.close()"
    async with SqliteHistory.open(path) as history:
        await history.append(turn("1"))
        session = turn("1").question.session
        assert len(await ids(history, session=session)) == 1  # by the connection that reads
        for stored in (1, 2):
            command = [sys.executable, "-c", count, str(path)]
            counted = await asyncio.to_thread(subprocess.check_output, command)
            assert int(counted) == stored
            await history.append(turn("2"))


async def test_a_killed_process_loses_no_acknowledged_turn(path):
    """SIGKILL in the middle of appending: all that was acknowledged is there, and whole."""
    with writer(path, "k", 1_000_000) as process:
        go(process)
        go(process)
        seen = [process.stdout.readline() for _ in range(40)]
        process.send_signal(signal.SIGKILL)
        acknowledged = "".join([*seen, process.stdout.read()]).split("\n")[1:-1]
        assert process.wait() == -signal.SIGKILL
    async with SqliteHistory.open(path) as history:
        stored = await history.recent(SessionId("s"), 1_000_000)
        assert await history.append(turn("after")) is True
    found = [kept.question.id for kept in stored]
    assert len(acknowledged) >= 39
    assert found[: len(acknowledged)] == acknowledged
    assert len(found) - len(acknowledged) in {0, 1}
    assert {kept.answer for kept in stored} == {"답" * 5000}
    with raw(path) as db:
        assert value(db, "PRAGMA integrity_check") == "ok"


async def test_a_newer_schema_is_refused_and_left_alone(path):
    async with SqliteHistory.open(path):
        pass
    with raw(path) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    assert await refusal(path) == (
        f"{path} was written by a newer faqbot; "
        "upgrade faqbot or set FAQBOT_DATA_DIR to another folder"
    )
    assert path.read_bytes() == before


async def test_a_migration_that_fails_changes_nothing(path):
    """Another program's table is in the way of the index: the step's first half is undone too."""
    path.parent.mkdir()
    with raw(path) as db:
        db.execute("CREATE TABLE turns_by_session (x)")
    assert "already" in await refusal(path)
    with raw(path) as db:
        assert value(db, "PRAGMA user_version") == 0
        assert value(db, "SELECT group_concat(name) FROM sqlite_master") == "turns_by_session"


@pytest.mark.parametrize("size", [2, 100, 511, 512, 5000])
async def test_a_file_that_is_no_database_is_refused_and_left_alone(path, size):
    """SQLite itself takes a file of one byte for an empty one."""
    path.parent.mkdir()
    path.write_bytes(b"x" * size)
    assert "is not a database; move it away or set FAQBOT_DATA_DIR" in await refusal(path)
    assert path.read_bytes() == b"x" * size


async def test_a_damaged_file_is_one_line(path):
    async with SqliteHistory.open(path) as history:
        for number in range(200):
            await history.append(turn(str(number)))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    # At the start or at the first reading: that depends on which page is looked at first.
    with pytest.raises(StorageError, match="is damaged; restore a backup"):
        async with SqliteHistory.open(path) as history:
            await ids(history)


async def test_a_folder_in_the_place_of_the_file_is_refused(path):
    path.mkdir(parents=True)
    assert "cannot be written; let this user write" in await refusal(path)


async def test_a_file_in_the_place_of_the_folder_is_refused(path):
    path.parent.write_text("not a folder")
    assert "cannot be written; let this user write" in await refusal(path)
    assert "cannot be written; let this user write" in await refusal(path / "deeper" / "h.sqlite3")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folders are protected otherwise on Windows")
@pytest.mark.parametrize("name", ["history.sqlite3", "data/history.sqlite3"])
async def test_a_read_only_folder_is_refused(name):
    with read_only_folder() as folder:
        assert "cannot be written; let this user write" in await refusal(folder / name)


async def test_a_full_disk_is_one_line_and_passes(path):
    """The turn that did not fit left nothing behind; once there is space, it is stored."""
    async with SqliteHistory.open(path) as history:
        await history.append(turn("1"))
        # SQLite gives the same SQLITE_FULL at its own limit as on a full disk.
        await history._file._writer.run(partial(value, statement="PRAGMA max_page_count = 30"))
        with pytest.raises(StorageError, match="the disk is full; free some space and try again"):
            await history.append(turn("2", answer="가" * 100_000))
        assert await ids(history) == ["1"]
        await history._file._writer.run(partial(value, statement="PRAGMA max_page_count = 100000"))
        assert await history.append(turn("2", answer="가" * 100_000)) is True
