"""The cost of a claim with many claimers and a long queue: `python -m bench claims`."""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from pymongo import AsyncMongoClient
from pymongo.monitoring import CommandListener, CommandStartedEvent, register

from bench.tables import not_run, table
from core.ports import Inbox
from core.stores.inbox_limits import InboxLimits
from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.inbox.inbox import MongoInbox
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.types import Question, SessionId

_WAITING: Final = 10_000
_CLAIMS: Final = 500
_AT_ONCE: Final = (1, 10, 50)


class _Counting(CommandListener):
    """Counts the requests that the driver sends."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()

    def started(self, event: CommandStartedEvent) -> None:
        self.sent[event.command_name] += 1

    def succeeded(self, event: object) -> None:
        """Count nothing."""

    def failed(self, event: object) -> None:
        """Count nothing."""


@asynccontextmanager
async def _sqlite() -> AsyncIterator[Inbox]:
    with tempfile.TemporaryDirectory() as folder:
        async with SqliteFile.open(Path(folder) / "inbox.sqlite3") as file:
            yield SqliteInbox(file, InboxLimits(per_session=9, total=2 * _WAITING))


@asynccontextmanager
async def _mongo(url: str) -> AsyncIterator[Inbox]:
    name = f"faqbot_bench_{secrets.token_hex(6)}"
    base, _, options = url.partition("?")
    async with MongoDatabase.open(f"{base.rstrip('/')}/{name}?{options}") as database:
        yield MongoInbox(database, InboxLimits(per_session=9, total=2 * _WAITING))
    async with AsyncMongoClient[dict[str, object]](url) as client:
        await client.drop_database(name)


async def _measure(inbox: Inbox, counting: _Counting | None) -> list[tuple[str, ...]]:
    for number in range(_WAITING):
        await inbox.receive(Question(str(number), SessionId(f"slack:{number}"), "배송비는?", "U1"))
    rows = []
    for at_once in _AT_ONCE:
        if counting:
            counting.sent.clear()
        began = time.perf_counter()
        await asyncio.gather(*(_claim(inbox, _CLAIMS // at_once) for _ in range(at_once)))
        each_ms = (time.perf_counter() - began) * 1000 / _CLAIMS
        requests = f"{counting.sent.total() / _CLAIMS:.2f}" if counting else "one transaction"
        rows.append((f"{at_once}", f"{each_ms:.2f}", requests))
    return rows


async def _claim(inbox: Inbox, times: int) -> None:
    for _ in range(times):
        assert await inbox.claim(lease_s=600, prefixes=("slack:", "discord:"))  # noqa: S101


async def _run() -> None:
    columns = ("claimers at once", "ms a claim", "requests a claim")
    async with _sqlite() as inbox:
        table(f"claims, {_WAITING:,} waiting, SQLite", columns, await _measure(inbox, None))
    url = os.environ.get("MONGO_TEST_URL")
    if not url:
        not_run("claims on MongoDB", "MONGO_TEST_URL names no server")
        return
    counting = _Counting()
    register(counting)
    async with _mongo(url) as inbox:
        table(f"claims, {_WAITING:,} waiting, MongoDB", columns, await _measure(inbox, counting))


def main() -> None:
    """Print what a claim costs."""
    asyncio.run(_run())
