"""Lessons in SQLite: the contract, then what only a file can show."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from contracts.history import turn
from contracts.lessons import *  # noqa: F403 - the suite
from contracts.lessons import OpenLessons, lesson
from fakes.old_schema import turn_back

from core.stores.sqlite import lessons as sqlite_lessons
from core.stores.sqlite.backup import backup_file, restore_file
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.lessons import SqliteLessons
from core.stores.sqlite.schema import STEPS
from core.stores.sqlite.turns import archive as sqlite_archive
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.types import Teaching, Trace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture
def open_lessons(path: Path) -> OpenLessons:
    @asynccontextmanager
    async def opened() -> AsyncIterator[SimpleNamespace]:
        async with SqliteFile.open(path) as file:
            yield SimpleNamespace(lessons=SqliteLessons(file), archive=SqliteArchive(file))

    return opened


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (sqlite_lessons.FIND, 1),
        (sqlite_lessons.PAGE, 2),
        (sqlite_lessons.OF_SESSION, 1),
        (sqlite_lessons.VERSION, 0),
        (sqlite_archive.OF_LESSON_ASKER, 1),
        (sqlite_archive.OF_LESSON_AUTHOR, 1),
    ],
)
async def test_every_statement_reads_an_index(path, statement, values):
    async with SqliteFile.open(path):
        pass
    with closing(sqlite3.connect(path)) as db:
        plan = [row[-1] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", ["1"] * values)]
    assert plan
    for step in plan:
        assert "INDEX" in step or "PRIMARY KEY" in step, plan
        assert "TEMP B-TREE" not in step, plan


async def test_a_file_of_schema_4_is_brought_forward(path):
    """Its turns are there, and lessons can be taught."""
    async with SqliteFile.open(path) as file:
        await SqliteHistory(file).append(turn("1"))
    turn_back(path, 4)
    async with SqliteFile.open(path) as file:
        assert await SqliteArchive(file).find("1") == turn("1", dialogue=None, trace=Trace())
        assert await SqliteLessons(file).teach(lesson()) is Teaching.LEARNED
        assert await SqliteLessons(file).version()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(STEPS),)


async def test_a_backup_holds_the_lessons_and_a_restored_one_is_noticed(path, tmp_path):
    """By a process that has the file open."""
    async with SqliteFile.open(path) as file:
        lessons = SqliteLessons(file)
        await lessons.teach(lesson("1"))
        saved_at = await lessons.version()
        backup_file(path, tmp_path / "backup.sqlite3")
        await lessons.teach(lesson("2"))
        changed_at = await lessons.version()
        restore_file(tmp_path / "backup.sqlite3", path)
        assert [one.id for one in await lessons.page(10)] == ["1"]
        assert await lessons.version() == saved_at != changed_at
