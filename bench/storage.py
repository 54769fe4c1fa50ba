"""How the stores' times grow with what they hold: `python -m bench.storage [TURNS…]`.

SQLite in a temporary folder; MongoDB too where MONGO_TEST_URL names one. Sessions have ten turns.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from pymongo import AsyncMongoClient

from bots.stores import Stores
from core.backends.mongo_archive import MongoArchive
from core.backends.mongo_database import MongoDatabase
from core.backends.mongo_history import MongoHistory
from core.backends.mongo_inbox import MongoInbox
from core.backends.sqlite_archive import SqliteArchive
from core.backends.sqlite_file import SqliteFile
from core.backends.sqlite_history import SqliteHistory
from core.backends.sqlite_inbox import SqliteInbox
from core.types import InboxState, Question, SessionId, Turn, TurnState

_SIZES = (1_000, 100_000, 1_000_000)
_ROUNDS = 300
_PER_SESSION = 10
_BATCH = 10_000
_ANSWER = "배송비는 [상품 등록] 화면의 배송 항목에서 설정합니다. " * 12  # about the median of a FAQ

Work = Callable[[int], Awaitable[object]]


def turn(number: int) -> Turn:
    """A turn of some session."""
    session = SessionId(f"s{number // _PER_SESSION}")
    question = Question(id=f"q{number}", session=session, text="배송비는?", asker=f"U{number % 97}")
    return Turn(question, TurnState.ANSWERED, _ANSWER, sources=("f1",), followups=("묶음 배송은?",))


@asynccontextmanager
async def sqlite_of(turns: int) -> AsyncIterator[Stores]:
    """A file that holds `turns` turns."""
    copies = """
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
        INSERT INTO turns SELECT
            n + 1, 'q' || n, 's' || (n / 10), text, 'U' || (n % 97), asked_at_ms, reply_to, state,
            answer, sources, followups, label, model, finished_at_ms + n, timings_ms,
            prompt, usage
        FROM number, turns WHERE turns.seq = 1
    """
    listed = "INSERT OR REPLACE INTO sessions SELECT session, max(finished_at_ms) FROM turns"

    def fill(db: sqlite3.Connection) -> None:
        db.execute(copies, (turns - 1,))
        db.execute(f"{listed} GROUP BY session")

    with TemporaryDirectory() as folder:
        async with SqliteFile.open(Path(folder) / "history.sqlite3") as file:
            history = SqliteHistory(file)
            await history.append(turn(0))
            await file.write(fill)
            inbox = SqliteInbox(file, per_session=5, total=200)
            yield Stores(history, SqliteArchive(file), inbox)


@asynccontextmanager
async def mongo_of(turns: int, url: str) -> AsyncIterator[Stores]:
    """A database of its own, dropped at the end, that holds `turns` turns."""
    name = f"faqbot_bench_{secrets.token_hex(4)}"
    base, _, options = url.partition("?")
    scheme, _, hosts = base.partition("://")
    uri = f"{scheme}://{hosts.partition('/')[0]}/{name}?{options}"
    async with MongoDatabase.open(uri) as database:
        history = MongoHistory(database)
        await history.append(turn(0))
        [first] = await database.turns.find({"_id": "q0"}).to_list()
        for start in range(1, turns, _BATCH):
            numbers = range(start, min(start + _BATCH, turns))
            await database.turns.insert_many(
                {**first, "_id": f"q{n}", "session": f"s{n // 10}", "asker": f"U{n % 97}", "n": n}
                for n in numbers
            )
            sessions = {n // _PER_SESSION for n in numbers} - {start // _PER_SESSION}
            if sessions:
                fields = {"n": turns, "last_at": first["finished_at"]}
                await database.sessions.insert_many({"_id": f"s{n}", **fields} for n in sessions)
        yield Stores(
            history, MongoArchive(database), MongoInbox(database, per_session=5, total=200)
        )
    async with AsyncMongoClient[dict[str, object]](url) as client:
        await client.drop_database(name)


def works(stores: Stores, turns: int) -> dict[str, Work]:
    """What is measured, each called with the number of the round."""

    async def claim(number: int) -> None:
        taken = await stores.inbox.claim(lease_s=30)
        if taken is None:
            raise AssertionError(f"nothing to claim in round {number}")
        await stores.inbox.settle(taken, InboxState.ANSWERED)

    def receive(number: int) -> Awaitable[object]:
        return stores.inbox.receive(replace(turn(number * 10).question, id=f"new{number}"))

    return {
        "recent 10": lambda n: stores.history.recent(turn(n * 7919 % turns).question.session, 10),
        "list sessions": lambda _: stores.archive.sessions(50),
        "append": lambda n: stores.history.append(turn(turns + n)),
        "receive": receive,
        "claim, settle": claim,
    }


async def measure(name: str, turns: int, stores: Stores) -> None:
    """Print the median and the 99th percentile of each work, in milliseconds."""
    for work, run in works(stores, turns).items():
        rounds = 150 if work in {"receive", "claim, settle"} else _ROUNDS
        times_ms = []
        for number in range(rounds):
            started = perf_counter()
            await run(number)
            times_ms.append((perf_counter() - started) * 1000)
        cuts = quantiles(times_ms, n=100)
        print(f"{name:<8} {turns:>9,}  {work:<14} {cuts[49]:>8.2f} {cuts[98]:>8.2f}", flush=True)


async def main(sizes: list[int]) -> None:
    """Measure every store at every size."""
    print(f"{'store':<8} {'turns':>9}  {'work':<14} {'p50 ms':>8} {'p99 ms':>8}")
    url = os.environ.get("MONGO_TEST_URL")
    for turns in sizes or _SIZES:
        async with sqlite_of(turns) as stores:
            await measure("SQLite", turns, stores)
        if url:
            async with mongo_of(turns, url) as stores:
                await measure("MongoDB", turns, stores)
    if not url:
        print("MongoDB: NOT RUN, since MONGO_TEST_URL names none")


if __name__ == "__main__":
    asyncio.run(main([int(size) for size in sys.argv[1:]]))
