"""`kill -9` at every state change: nothing is lost, and nothing is answered twice."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from contracts.inbox import state_of
from fakes import crashing_bot, forks
from fakes.crashing_bot import EDIT_POINTS, POINTS

from core.types import InboxState, SessionId

NAMES = ["1", "2"]


@pytest.fixture(params=["sqlite", "mongodb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "mongodb":
        return f"{request.getfixturevalue('server').uri}/faqbot"
    return str(tmp_path / "history.sqlite3")


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    return tmp_path / "platform.sqlite3"


def run(store: str, platform: Path, point: str, *asked: str) -> int:
    """Run the bot until it is done or dead; its exit code."""
    call = f"main({store!r}, {str(platform)!r}, {point!r}, {[*(asked or NAMES)]!r})"
    script = f"import asyncio\nfrom fakes.crashing_bot import main\nasyncio.run({call})"
    return forks.run(script=script, env=dict(os.environ)).returncode


async def settled(store: str) -> AsyncIterator[tuple[InboxState | None, int]]:
    async with crashing_bot.stores(store) as (history, _, inbox):
        for name in NAMES:
            yield await state_of(inbox, name), len(await history.recent(SessionId("s"), 99))


@pytest.mark.parametrize("point", POINTS)
async def test_a_killed_bot_loses_nothing_and_answers_nothing_twice(store, platform, point):
    """The next process finishes: one message a question, one turn, in the order asked."""
    assert run(store, platform, point) == -signal.SIGKILL
    assert run(store, platform, "never") == 0
    assert [found async for found in settled(store)] == [(InboxState.ANSWERED, 2)] * 2
    with closing(sqlite3.connect(platform)) as db:
        messages = db.execute("SELECT question, text FROM messages ORDER BY id").fetchall()
    assert [question for question, _ in messages] == NAMES
    # What was stored before the end is shown, and not written anew.
    began_again = point in {"claimed", "posted", "noted", "edited"}
    assert messages[0][1] == f"answer of attempt {1 + began_again} to 질문"


@pytest.mark.parametrize("point", [*EDIT_POINTS, "claimed", "edited", "stored", "finished"])
async def test_a_bot_that_is_killed_at_an_edit_answers_the_new_text_once(store, platform, point):
    """The redelivered edit completes it, in the same message; delivered again, it is nothing."""
    assert run(store, platform, "never") == 0
    edited = ["1=반품?", "2"]
    assert run(store, platform, point, *edited) == -signal.SIGKILL
    for _ in range(2):
        assert run(store, platform, "never", *edited) == 0
        assert [found async for found in settled(store)] == [(InboxState.ANSWERED, 2)] * 2
        attempt = 2 if point in {"claimed", "edited"} else 1
        with closing(sqlite3.connect(platform)) as db:
            assert db.execute("SELECT question, text FROM messages ORDER BY id").fetchall() == [
                ("1", f"answer of attempt {attempt} to 반품?"),
                ("2", "answer of attempt 1 to 질문"),
            ]
    async with crashing_bot.stores(store) as (_, archive, inbox):
        assert (await archive.find("1")).question.text == "반품?"
        assert (await inbox.find("1")).question.text == "반품?"


async def test_a_bot_that_is_killed_again_and_again_still_finishes(store, platform):
    """One death after the other, each later than the one before."""
    for point in ["received", "claimed", "posted", "edited", "stored"]:
        assert run(store, platform, point) == -signal.SIGKILL
    assert run(store, platform, "never") == 0
    assert [found async for found in settled(store)] == [(InboxState.ANSWERED, 2)] * 2
    with closing(sqlite3.connect(platform)) as db:
        assert db.execute("SELECT question FROM messages ORDER BY id").fetchall() == [
            ("1",),
            ("2",),
        ]
