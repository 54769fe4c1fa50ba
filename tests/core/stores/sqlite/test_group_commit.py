"""Writes that wait together are committed together, and each has its own outcome."""

import asyncio
import sqlite3
import threading
from contextlib import closing

import pytest

from core.errors import StorageError, StoreAwayError
from core.stores.sqlite import database as sqlite_database
from core.stores.sqlite.database import SqliteFile


@pytest.fixture
async def file(tmp_path):
    async with SqliteFile.open(tmp_path / "store.sqlite3") as opened:
        await opened.write(lambda db: db.execute("CREATE TABLE added (name TEXT UNIQUE)"))
        yield opened


def add(name):
    return lambda db: db.execute("INSERT INTO added VALUES (?)", (name,)).rowcount


async def names(file):
    rows = await file.read(lambda db: db.execute("SELECT name FROM added ORDER BY 1").fetchall())
    return [row["name"] for row in rows]


async def test_many_writes_at_once_are_few_commits(file):
    def commits():
        return file.read(lambda db: db.execute("PRAGMA data_version").fetchone()[0])

    before = await commits()
    seen = set()
    writing = asyncio.gather(*(file.write(add(str(number))) for number in range(300)))
    while not writing.done():
        seen.add(await commits())
    assert await writing == [1] * 300
    assert len(await names(file)) == 300
    assert len(seen - {before}) < 100


async def test_a_write_that_fails_takes_no_other_with_it(file):
    def half(db):
        add("half")(db)
        raise ValueError("no more")

    outcomes = await asyncio.gather(
        file.write(add("a")),
        file.write(half),
        file.write(add("a")),
        file.write(add("b")),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes] == [int, ValueError, StorageError, int]
    assert await names(file) == ["a", "b"]


async def test_all_that_wait_hear_of_a_lock_after_one_wait(file, monkeypatch):
    monkeypatch.setattr(sqlite_database, "_BUSY_TIMEOUT_S", 0.5)
    path = file.path
    async with SqliteFile.open(path) as other:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            began = asyncio.get_running_loop().time()
            writes = (other.write(add(str(number))) for number in range(20))
            outcomes = await asyncio.gather(*writes, return_exceptions=True)
            assert asyncio.get_running_loop().time() - began < 3
            assert {type(one) for one in outcomes} == {StoreAwayError}
            db.execute("ROLLBACK")
        assert await other.write(add("later")) == 1


async def test_what_was_cancelled_before_it_began_is_not_done(file):
    begun, may_end = threading.Event(), threading.Event()

    def slow(db):
        begun.set()
        may_end.wait()
        return add("first")(db)

    first = asyncio.create_task(file.write(slow))
    await asyncio.to_thread(begun.wait)
    given_up = asyncio.create_task(file.write(add("given up")))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait([given_up])
    may_end.set()
    await first
    await file.write(add("last"))
    assert await names(file) == ["first", "last"]
