"""The suite of diaries on SQLite, and what an older faqbot left."""

import json
import sqlite3
from contextlib import asynccontextmanager, closing

import pytest
from contracts.diary import *  # noqa: F403 - the suite of diaries
from contracts.diary import NINE, meeting

from core.skills.meetings.diaries.sqlite import SqliteDiary


@pytest.fixture
def path(tmp_path):
    return tmp_path / "diary.sqlite3"


@pytest.fixture
def open_diaries(path):
    @asynccontextmanager
    async def opened(number):
        yield [SqliteDiary(path) for _ in range(number)]

    return opened


async def test_a_diary_of_an_older_faqbot_has_names_alone_and_no_polls(path):
    await SqliteDiary(path).book(meeting("q1"))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE meetings SET people = ?", (json.dumps(["민수"]),))
        db.execute("DROP TABLE polls")
    found = await SqliteDiary(path).find("q1")
    assert (found.people[0].name, found.slot.start) == ("민수", NINE)
    assert await SqliteDiary(path).open_polls() == []
