"""The growth of the stores' times with what they hold: `python -m bench.storage [TURNS…]`.

SQLite in a temporary folder; MongoDB too where MONGO_TEST_URL names one. Sessions have ten turns,
and 100 questions are waiting. All sizes are measured in turns, one call each, so that whatever else
the disk does meets all alike. The 99th percentile is the median of those of the blocks, and its
ratio to that of the smallest store the median of the blocks' own ratios.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from pymongo import AsyncMongoClient

from bots.bootstrap.stores import Stores
from core.stores.inbox_limits import InboxLimits
from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.inbox.inbox import MongoInbox
from core.stores.mongo.turns.archive import MongoArchive
from core.stores.mongo.turns.history import MongoHistory
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.stores.sqlite.lessons import SqliteLessons
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.types import InboxState, Question, Receipt, SessionId, Turn, TurnState

_SIZES = (1_000, 100_000, 1_000_000)
_BLOCKS = 16
_ROUNDS = 250  # of a block
_LIMIT_S = 360.0
_WAITING = 100
_PER_SESSION = 10
_BATCH = 10_000
_ANSWER = "배송비는 [상품 등록] 화면의 배송 항목에서 설정합니다. " * 12  # about the median of a FAQ

Work = Callable[[int], Awaitable[object]]


def turn(number: int) -> Turn:
    """A turn of some session."""
    session = SessionId(f"bench:w:{number // _PER_SESSION}")
    question = Question(id=f"q{number}", session=session, text="배송비는?", asker=f"U{number % 97}")
    return Turn(question, TurnState.ANSWERED, _ANSWER, sources=("f1",), followups=("묶음 배송은?",))


@asynccontextmanager
async def sqlite_of(turns: int) -> AsyncIterator[Stores]:
    """A file that holds `turns` turns."""
    copies = """
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
        INSERT INTO turns SELECT
            n + 1, 'q' || n, 'bench:w:' || (n / 10), text, 'U' || (n % 97), asked_at_ms, reply_to,
            state, answer, sources, followups, label, model, finished_at_ms + n, timings_ms,
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
            inbox = SqliteInbox(file, InboxLimits(per_session=5, total=200))
            yield Stores(history, SqliteArchive(file), inbox, SqliteLessons(file))


def changed(number: int) -> dict[str, object]:
    """Return what differs between two turns in MongoDB."""
    question = turn(number).question
    own = {"_id": question.id, "session": question.session, "asker": question.asker}
    return {**own, "n": number}


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
            await database.turns.insert_many({**first, **changed(n)} for n in numbers)
            sessions = {n // _PER_SESSION for n in numbers} - {start // _PER_SESSION}
            if sessions:
                fields = {"n": turns, "last_at": first["finished_at"]}
                await database.sessions.insert_many(
                    {"_id": f"bench:w:{n}", **fields} for n in sessions
                )
        yield Stores(
            history,
            MongoArchive(database),
            MongoInbox(database, InboxLimits(per_session=5, total=200)),
        )
    async with AsyncMongoClient[dict[str, object]](url) as client:
        await client.drop_database(name)


@dataclass(frozen=True, slots=True)
class StoreUnderTest:
    """A store of a size, and the times of each work in milliseconds, block by block."""

    store: str
    turns: int
    works: dict[str, Work]
    blocks: dict[str, list[list[float]]] = field(default_factory=dict)


def works(stores: Stores, turns: int) -> dict[str, Work]:
    """Return the calls that are measured, each of which takes the number of the round."""

    async def claim(number: int) -> None:
        taken = await stores.inbox.claim(lease_s=30, prefixes=("bench:w:",))
        if taken is None:
            raise AssertionError(f"nothing to claim in round {number}")
        await stores.inbox.settle(taken, InboxState.ANSWERED)

    return {
        "recent 10": lambda n: stores.history.recent(turn(n * 7919 % turns).question.session, 10),
        "list 50 sessions": lambda _: stores.archive.sessions(50),
        "asked by, 10": lambda n: stores.archive.asked_by(f"U{n % 97}", 10),
        "append": lambda n: stores.history.append(turn(turns + n)),
        "receive": lambda n: receive(stores, n),
        "claim, settle": claim,
    }


async def receive(stores: Stores, number: int) -> None:
    """Receive a question of a session of its own."""
    question = replace(turn(number * _PER_SESSION).question, id=f"new{number}")
    if await stores.inbox.receive(question) is not Receipt.STORED:
        raise AssertionError(f"question {number} was not stored")


async def open_subjects(stack: AsyncExitStack, sizes: list[int]) -> list[StoreUnderTest]:
    """Every store at every size, with questions waiting."""
    url = os.environ.get("MONGO_TEST_URL")
    subjects = []
    for turns in sizes:
        opened = {"SQLite": await stack.enter_async_context(sqlite_of(turns))}
        if url:
            opened["MongoDB"] = await stack.enter_async_context(mongo_of(turns, url))
        for store, stores in opened.items():
            for number in range(_WAITING):
                await receive(stores, -number - 1)
            subjects.append(StoreUnderTest(store, turns, works(stores, turns)))
    return subjects


async def measure(subjects: list[StoreUnderTest]) -> None:
    """Fill the subjects' blocks, as many as there is time for."""
    ends = perf_counter() + _LIMIT_S
    for block in range(_BLOCKS):
        times: dict[tuple[int, str], list[float]] = {}
        for number in range(block * _ROUNDS, (block + 1) * _ROUNDS):
            # Who comes first changes from round to round.
            order = [(number + place) % len(subjects) for place in range(len(subjects))]
            for work in subjects[0].works:
                for which in order:
                    started = perf_counter()
                    await subjects[which].works[work](number)
                    took_ms = (perf_counter() - started) * 1000
                    times.setdefault((which, work), []).append(took_ms)
        for (which, work), took in times.items():
            subjects[which].blocks.setdefault(work, []).append(took)
        if perf_counter() > ends:
            return


def report(subjects: list[StoreUnderTest]) -> None:
    """Print the median, the 99th percentile and its ratio to the smallest of the same store."""
    print(f"{len(next(iter(subjects[0].blocks.values())))} blocks of {_ROUNDS}")
    print(f"{'store':<8} {'turns':>9}  {'work':<16} {'p50 ms':>8} {'p99 ms':>8} {'ratio':>6}")
    for work in subjects[0].works:
        for subject in subjects:
            smallest = next(other for other in subjects if other.store == subject.store)
            p50 = median(time for block in subject.blocks[work] for time in block)
            p99s, least = (
                [quantiles(block, n=100)[98] for block in one.blocks[work]]
                for one in (subject, smallest)
            )
            ratio = median(p99 / other for p99, other in zip(p99s, least, strict=True))
            print(
                f"{subject.store:<8} {subject.turns:>9,}  {work:<16} {p50:>8.2f} "
                f"{median(p99s):>8.2f} {ratio:>6.2f}"
            )


async def main(sizes: list[int]) -> None:
    """Measure every store at every size."""
    async with AsyncExitStack() as stack:
        subjects = await open_subjects(stack, sizes or list(_SIZES))
        await measure(subjects)
        report(subjects)
    if "MONGO_TEST_URL" not in os.environ:
        print("MongoDB: NOT RUN, since MONGO_TEST_URL names none")


if __name__ == "__main__":
    asyncio.run(main([int(size) for size in sys.argv[1:]]))
