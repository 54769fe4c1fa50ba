"""Commands on what is stored: list, export, delete, and back up SQLite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from bots.bootstrap.stores import open_spending, open_stores
from bots.cli.jsonl import json_line
from config.settings import Settings
from core.errors import ConfigError
from core.ports import Archive
from core.reporting.person_records import PersonRecords
from core.stores.sqlite.backup import backup_file, restore_file
from core.types import SessionId, Turn

_PAGE = 200


def list_sessions(settings: Settings, limit: int) -> int:
    """Print the sessions with the latest turns, newest first."""
    return asyncio.run(_list(settings, limit))


def show_session(settings: Settings, session: str) -> int:
    """Print a session's questions and answers, oldest first."""
    return asyncio.run(_show(settings, SessionId(session)))


def export_sessions(settings: Settings, session: str | None) -> int:
    """Print the turns of one session, or of all, as JSON lines."""
    return asyncio.run(_export(settings, session))


def forget_user(settings: Settings, user: str) -> int:
    """Delete all that a person asked and thought, and say how much it was."""
    return asyncio.run(_forget(settings, user))


def export_person(settings: Settings, user: str) -> int:
    """Print all that is kept of a person as JSON lines."""
    if not user:
        raise ConfigError("name the person, as `faqbot sessions export` shows them")
    return asyncio.run(_export_person(settings, user))


def backup(settings: Settings, target: Path, *, force: bool) -> int:
    """Copy the history to a file, also while the bot runs."""
    _check_embedded(settings)
    backup_file(settings.history_path, target, force=force)
    print(f"{target}: {target.stat().st_size:,} bytes")
    return 0


def restore(settings: Settings, source: Path) -> int:
    """Replace the history by a backup, also while the bot runs."""
    _check_embedded(settings)
    restore_file(source, settings.history_path)
    print(f"{settings.history_path}: restored from {source}")
    return 0


async def _list(settings: Settings, limit: int) -> int:
    async with open_stores(settings) as stores:
        summaries = await stores.archive.sessions(limit)
        if not summaries:
            print("no conversations yet")
        for summary in summaries:
            print(f"{summary.last_at:%Y-%m-%d %H:%M:%S}Z  {summary.session}")
    return 0


async def _show(settings: Settings, session: SessionId) -> int:
    found = False
    async with open_stores(settings) as stores:
        async for turn in _turns(stores.archive, session):
            found = True
            question = turn.question
            print(f"[{question.asked_at:%Y-%m-%d %H:%M:%S}Z] {question.text}")
            print(f"-> {turn.state}: {turn.answer}\n")
    if not found:
        raise ConfigError("no such session; `faqbot sessions list` names those there are")
    return 0


async def _export(settings: Settings, session: str | None) -> int:
    async with open_stores(settings) as stores:
        async for name in _sessions(stores.archive, session):
            async for turn in _turns(stores.archive, name):
                opinions = await stores.archive.opinions([turn.question.id])
                row = {**asdict(turn), "feedback": [asdict(given) for given in opinions]}
                print(json_line(row))
    return 0


async def _forget(settings: Settings, user: str) -> int:
    async with _personal_data(settings) as data:
        gone = await data.forget(user)
    removed = gone.removed
    print(
        f"deleted: {removed.turns:,} turns, {removed.questions:,} received questions, "
        f"{removed.feedback:,} opinions"
        + (f"; {removed.lessons:,} lessons name them no more" if removed.lessons else "")
        + (f"; what {gone.days:,} days cost" if gone.days else "")
        + (f"; {removed.memories:,} things that were to be remembered" if removed.memories else "")
        + (f"; {gone.meetings:,} meetings, or their name in them" if gone.meetings else "")
    )
    return 0


async def _export_person(settings: Settings, user: str) -> int:
    is_known = False
    async with _personal_data(settings) as data:
        async for kind, row in data.of(user):
            is_known = True
            print(json_line({"kind": kind, kind: row}))
    if not is_known:
        raise ConfigError(
            "nothing is stored about that person; `faqbot sessions export` shows names"
        )
    return 0


@asynccontextmanager
async def _personal_data(settings: Settings) -> AsyncIterator[PersonRecords]:
    async with open_stores(settings) as stores, open_spending(settings) as spending:
        yield PersonRecords(stores.archive, stores.lessons, stores.memories, stores.diary, spending)


async def _sessions(archive: Archive, only: str | None) -> AsyncIterator[SessionId]:
    if only is not None:
        yield SessionId(only)
        return
    last = None
    while page := await archive.sessions(_PAGE, last):
        for last in page:
            yield last.session


async def _turns(archive: Archive, session: SessionId) -> AsyncIterator[Turn]:
    place = 0
    while page := await archive.turns(session, _PAGE, place):
        for place, turn in page:  # noqa: B007 - the last one is where the next page begins
            yield turn


def _check_embedded(settings: Settings) -> None:
    if settings.mongodb_uri is not None:
        raise ConfigError("MONGODB_URI is set: back MongoDB up with mongodump and mongorestore")
