"""A year of synthetic traffic, and how long each view of the console takes on it.

`python -m bench.traffic [TURNS]` fills SQLite in a temporary folder, then MongoDB (200,000 turns by
default; `--store` names one), and prints a table with a row for each view. The MongoDB is the one
of the tests, in a thread of its own, unless MONGO_TEST_URL names a real one. `--into FOLDER` fills
the history of a data folder instead.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import orjson
import pymongo

from bench.synthetic_traffic import ANSWER, ENDS, SEOUL, SUBJECTS, fill, fill_mongo, synthetic
from bench.tables import header, note, table
from bots.bootstrap.search import Language, load_language
from bots.web.console import describe
from config.resources import ROOT
from core.ports import Archive, Inbox, Lessons, Reports
from core.reporting.catalogue import Catalogue, CatalogueIndex, Order
from core.reporting.checkup import CheckReport
from core.reporting.conversations import Filter
from core.reporting.operations import Operations
from core.reporting.person_records import PersonRecords
from core.reporting.stats import ReportWindow, read_stats
from core.reporting.switches import Switchboard
from core.reporting.transcript import read_transcript
from core.stores.inbox_limits import InboxLimits
from core.stores.mongo.archive import MongoArchive
from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.inbox import MongoInbox
from core.stores.mongo.lessons import MongoLessons
from core.stores.mongo.reports import MongoReports
from core.stores.sqlite.archive import SqliteArchive
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.inbox import SqliteInbox
from core.stores.sqlite.lessons import SqliteLessons
from core.stores.sqlite.reports import SqliteReports
from core.types import Entry, Turn, TurnState

_ROUNDS: Final = 5
_FILL_S: Final = 3_600.0
_LIMITS: Final = InboxLimits(per_session=5, total=200)


@dataclass(frozen=True, slots=True)
class Stores:
    """What the console reads from."""

    reports: Reports
    archive: Archive
    inbox: Inbox
    lessons: Lessons


def _insert_in_bulk(store: Any, command: dict[str, Any], namespace: str) -> dict[str, int]:  # noqa: ANN401
    """Take documents as they are: what a test looks at for each is for a few."""
    collection = store._of(namespace)  # noqa: SLF001 - it stands in for its method
    collection.documents.extend(command["documents"])
    collection.changed()
    return {"n": len(command["documents"])}


def _build_indexes(store: Any) -> None:  # noqa: ANN401
    """Sort the documents as their indexes have them: a real server does so with each insert."""
    for collection in store.collections.values():
        for index in collection.indexes:
            collection.ordered(index)


@asynccontextmanager
async def mongo(url: str | None, turns: Iterable[Turn]) -> AsyncIterator[MongoDatabase]:
    """Open a database with these turns: of the server at `url`, else of the one of the tests."""
    with ExitStack() as stack:
        server = None
        if not url:
            sys.path.insert(0, str(ROOT / "tests"))
            server = import_module("fakes.mongo_server").MongoServer()
            server.store._insert = partial(_insert_in_bulk, server.store)  # noqa: SLF001 - see there
            url = stack.enter_context(server.running()).uri
        name = f"faqbot_traffic_{secrets.token_hex(4)}"
        async with MongoDatabase.open(f"{url.rstrip('/')}/{name}", zone=SEOUL) as database:
            with pymongo.timeout(_FILL_S):
                await fill_mongo(database, turns)
            if server:
                _build_indexes(server.store)
            yield database


def operations_of(stores: Stores, language: Language) -> Operations:
    """The console's operations over stores, on a FAQ of the synthetic titles."""
    entries = [
        Entry(f"f{number}", f"{subject} 안내 {number}", ANSWER, questions=(f"{subject}{ENDS[0]}",))
        for subject in SUBJECTS
        for number in range(270)
    ]
    desk = CatalogueIndex(
        version=lambda: "1",
        entries=lambda: entries,
        problems=lambda: CheckReport(len(entries), ()),
        answering=lambda lessons: [None] * len(lessons),
        edit=lambda _entry, _questions: None,
    )
    unused: Any = None
    return Operations(
        reports=stores.reports,
        archive=stores.archive,
        inbox=stores.inbox,
        lessons=stores.lessons,
        assistant=unused,
        embed=language.encoder.embed,
        catalogue=Catalogue(stores.reports, desk),
        trials=unused,
        switchboard=Switchboard(stores.reports, []),
        book=unused,
        category_of=unused,
        personal=PersonRecords(stores.archive, stores.lessons, stores.memories, stores.diary),
    )


View = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Views:
    """The views of the console up to the JSON that is sent."""

    operations: Operations
    last: Turn
    now: datetime

    def by_name(self) -> dict[str, View]:
        """Return every view."""
        person = self.last.question.asker
        return {
            **{f"today, over {window}": partial(self.today, window) for window in ReportWindow},
            "conversations, the latest": partial(self.found, Filter()),
            "conversations, not in the FAQ": partial(self.found, Filter(state=TurnState.ESCALATED)),
            "conversations, one platform": partial(self.found, Filter(platform="discord")),
            "conversations, one channel": partial(self.found, Filter(channel="C3")),
            "conversations, disliked": partial(self.found, Filter(rated="unhelpful")),
            "conversations, one person": partial(self.found, Filter(person=person)),
            "conversations, one entry": partial(self.found, Filter(entry="배송 안내 3")),
            "conversations, a text that is nowhere": partial(self.found, Filter(text="없는 말")),
            "one conversation": self.transcript,
            "the FAQ, by use": partial(self.entries, Order.USED),
            "the FAQ, a search": partial(self.entries, Order.DUE, "정산"),
            "gaps": self.gaps,
            "lessons": self.lessons,
            "the log": self.audit,
            "one person's data": self.person,
        }

    async def found(self, wanted: Filter) -> object:
        """Look for conversations."""
        result = await self.operations.find(wanted, limit=50, before=self.now + timedelta(days=1))
        return [describe.turn_json(turn, opinions) for turn, opinions in result.turns]

    async def today(self, window: ReportWindow) -> object:
        """Read the figures."""
        stats = await read_stats(self.operations.reports, window, now=self.now, zone=SEOUL)
        waiting = await self.operations.inbox.waiting(50)
        return [describe.stats_json(stats), [describe.waiting_json(one) for one in waiting]]

    async def entries(self, order: Order, text: str = "") -> object:
        """List the FAQ."""
        listed = await self.operations.catalogue.listed(order, text)
        return [describe.entry_json(one) for one in listed[:200]]

    async def transcript(self) -> object:
        """Read one conversation."""
        told = await read_transcript(self.operations.archive, self.last.question.session)
        return [describe.whole_turn_json(one.turn, one.opinions) for one in told]

    async def gaps(self) -> object:
        """Group what could not be answered."""
        return [describe.group_json(group) for group in await self.operations.gaps()]

    async def lessons(self) -> object:
        """List the lessons."""
        found = await self.operations.lessons.page(1_000)
        return [describe.lesson_json(one) for one in found]

    async def audit(self) -> object:
        """Read the log."""
        return [describe.audit_json(one) for one in await self.operations.reports.audit(200)]

    async def person(self) -> object:
        """Export one person's data."""
        archive = self.operations.archive
        turns = await archive.asked_by(self.last.question.asker, 10_000)
        given = await archive.opinions([turn.question.id for turn in turns])
        return [[describe.whole_turn_json(turn, ()) for turn in turns], len(given)]


async def slowest_ms(view: View) -> tuple[float, float]:
    """Return the slowest of five times, the first one included; and the most processor time.

    The latter is that of all threads: of the view, and of the MongoDB of the tests.
    """
    times, busy = [], []
    for _ in range(_ROUNDS):
        started, worked = perf_counter(), process_time()
        orjson.dumps(await view())
        times.append((perf_counter() - started) * 1000)
        busy.append((process_time() - worked) * 1000)
    return max(times), max(busy)


async def measure(
    stores: Stores, language: Language, last: Turn, now: datetime
) -> dict[str, tuple[float, float]]:
    """Return how long each view takes, in milliseconds, once a process has warmed up."""
    operations = operations_of(stores, language)
    await operations.warm_up()
    views = Views(operations, last, now).by_name()
    return {name: await slowest_ms(view) for name, view in views.items()}


async def fill_folder(count: int, folder: Path) -> None:
    """Fill the history of a data folder."""
    path = folder / "history.sqlite3"
    async with SqliteFile.open(path, zone=SEOUL) as file:
        await fill(file, synthetic(count, until=datetime.now(UTC)))
    note(f"{count:,} turns in {path}, {path.stat().st_size:,} bytes")


@asynccontextmanager
async def filled_sqlite(turns: Iterable[Turn]) -> AsyncIterator[Stores]:
    """Open a file with these turns in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        async with SqliteFile.open(Path(folder) / "history.sqlite3", zone=SEOUL) as file:
            await fill(file, turns)
            yield Stores(
                SqliteReports(file),
                SqliteArchive(file),
                SqliteInbox(file, _LIMITS),
                SqliteLessons(file),
            )


@asynccontextmanager
async def filled_mongo(turns: Iterable[Turn]) -> AsyncIterator[Stores]:
    """Open a database with these turns."""
    async with mongo(os.environ.get("MONGO_TEST_URL"), turns) as database:
        yield Stores(
            MongoReports(database),
            MongoArchive(database),
            MongoInbox(database, _LIMITS),
            MongoLessons(database),
        )


async def main(count: int, names: Sequence[str]) -> None:
    """Fill the stores one after the other, and print a table for each."""
    header()
    language, now = load_language("smartstore"), datetime.now(UTC)
    is_real = "MONGO_TEST_URL" in os.environ
    stores = {
        "sqlite": ("SQLite", filled_sqlite),
        "mongo": ("MongoDB" if is_real else "the tests' MongoDB", filled_mongo),
    }
    for name in names:
        title, opened = stores[name]
        last: deque[Turn] = deque(maxlen=1)
        turns = (last.append(turn) or turn for turn in synthetic(count, until=now))
        async with opened(turns) as filled:
            times = await measure(filled, language, last[-1], now)
        rows = [(view, f"{ms:,.0f} ms", f"{busy:,.0f} ms") for view, (ms, busy) in times.items()]
        head = f"the console on {count:,} turns of a year: the slowest of {_ROUNDS}; wanted 300 ms"
        table(head, ["view", title, "processor"], rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("turns", type=int, nargs="?", default=200_000)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--store", choices=["sqlite", "mongo"], nargs="*")
    given = parser.parse_args()
    if given.into:
        asyncio.run(fill_folder(given.turns, given.into))
    else:
        asyncio.run(main(given.turns, given.store or ["sqlite", "mongo"]))
