"""Reports in Sqlite: the contract."""

from __future__ import annotations

import sqlite3
from contextlib import asynccontextmanager, closing
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from contracts.reports import *  # noqa: F403 - the suite
from contracts.reports import ended
from fakes.old_schema import turn_back

from core.stores.sqlite.database import SqliteFile, to_ms
from core.stores.sqlite.turns import reports as sqlite_reports
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.stores.sqlite.turns.reports import SqliteReports
from core.types import TurnState


@pytest.fixture
def open_stores(tmp_path):
    """The stores of one file."""

    @asynccontextmanager
    async def opened():
        async with SqliteFile.open(tmp_path / "h.sqlite3", zone=ZoneInfo("Asia/Seoul")) as file:
            yield SimpleNamespace(
                history=SqliteHistory(file),
                archive=SqliteArchive(file),
                reports=SqliteReports(file),
            )

    return opened


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (sqlite_reports.LATEST, 2),
        (sqlite_reports.LATEST_IN_STATE, 3),
        (sqlite_reports.LATEST_WITH_TAG, 3),
        (sqlite_reports.RATED, 2),
    ],
)
async def test_every_list_reads_an_index_in_its_order(tmp_path, statement, values):
    """No scan of a table and no sort, however much is kept."""
    path = tmp_path / "h.sqlite3"
    async with SqliteFile.open(path):
        pass
    with closing(sqlite3.connect(path)) as db:
        plan = [row[-1] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", ["1"] * values)]
    for step in plan:
        assert "INDEX" in step or "PRIMARY KEY" in step, plan
        assert "TEMP B-TREE" not in step, plan


async def test_turns_of_an_older_file_get_the_same_tags(tmp_path):
    path, tags = tmp_path / "h.sqlite3", "SELECT tag, ended_at_ms, seq FROM turn_tags ORDER BY 1, 3"
    stored = [
        ended("1", session="slack:T1:C1:1", sources=("배송", "배송")),
        ended("2", session="web:page", state=TurnState.ESCALATED, followups=("환불", "교환")),
        ended("3", session="odd", state=TurnState.ESCALATED),
    ]
    async with SqliteFile.open(path) as file:
        for one in stored:
            await SqliteHistory(file).append(one)
    with closing(sqlite3.connect(path)) as db:
        before = db.execute(tags).fetchall()
    turn_back(path, 16)
    async with SqliteFile.open(path) as file:
        assert [
            tuple(row) for row in await file.read(lambda db: db.execute(tags).fetchall())
        ] == before


async def test_requests_that_an_older_file_keeps_as_reviews_become_requests(tmp_path):
    path = tmp_path / "h.sqlite3"
    async with SqliteFile.open(path):
        pass
    turn_back(path, 20)
    day_ms = 86_400_000
    rows = [
        ("반품", "mina", 0, 90 * day_ms, 91 * day_ms),
        ("배송", "", 50 * day_ms, 230 * day_ms, 50 * day_ms),
        ("정산", "joon", 0, day_ms, None),
    ]
    with closing(sqlite3.connect(path)) as db:
        db.executemany("INSERT INTO entry_reviews VALUES (?, ?, ?, ?, ?)", rows)
        db.commit()
    async with SqliteFile.open(path) as file:
        reports = SqliteReports(file)
        requests = [
            (one.title, to_ms(one.at), one.after.days) for one in await reports.review_requests()
        ]
        assert requests == [("반품", 91 * day_ms, 90), ("배송", 50 * day_ms, 180)]
        assert [one.title for one in await reports.reviews()] == ["반품", "정산"]
