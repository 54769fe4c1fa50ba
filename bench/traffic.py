"""A year of synthetic traffic, and how long each view of the console takes on it.

`python -m bench.traffic [TURNS]` fills SQLite, then MongoDB, with turns that cite the entries of
the FAQ (200,000 turns by default; `--store` names one), starts `faqbot run` on each as a process
of its own, and asks it for what each view shows. The MongoDB is the one of the tests, in a thread
of this process, unless MONGO_TEST_URL names a real one. `--into FOLDER` fills the history of a
data folder instead.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import aiohttp
import pymongo
from fakes.mongo_server import MongoServer
from fakes.web_bot import free_port

from bench.processes import cpu_s
from bench.sources import open_sources
from bench.synthetic_traffic import SEOUL, fill, fill_mongo, synthetic
from bench.tables import header, note, table
from config.resources import ROOT
from core.reporting.catalogue import Order
from core.reporting.stats import ReportWindow
from core.stores.mongo.database import MongoDatabase
from core.stores.sqlite.database import SqliteFile
from core.types import Turn, TurnState
from ingest.sources.load import load

_ROUNDS: Final = 5
_FILL_S: Final = 3_600.0
_TOKEN: Final = secrets.token_urlsafe(24)
_POLL_S: Final = 0.2
_QUIET_S: Final = 2.0
_QUIET_SHARE: Final = 0.1  # of a core: the server has nothing left to prepare


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


class Filled(NamedTuple):
    """A store with the traffic: what a process needs to use it, and how much it was asked.

    `work` returns the commands until now and the documents that were read for them, if the store
    counts these.
    """

    settings: dict[str, str]
    work: Callable[[], tuple[int, ...]] = tuple


@asynccontextmanager
async def filled_sqlite(folder: Path, turns: Sequence[Turn]) -> AsyncIterator[Filled]:
    """Fill the file of a data folder."""
    await fill_folder(folder, turns)
    yield Filled({})


@asynccontextmanager
async def filled_mongo(_folder: Path, turns: Sequence[Turn]) -> AsyncIterator[Filled]:
    """Fill a database of MONGO_TEST_URL, else of the tests' server."""
    with ExitStack() as stack:
        url, store = os.environ.get("MONGO_TEST_URL", ""), None
        work: Callable[[], tuple[int, ...]] = tuple
        if not url:
            server = MongoServer()
            store = server.store
            work = partial(_work, server)
            insert = store._insert  # noqa: SLF001 - see `_insert_in_bulk`
            store._insert = partial(_insert_in_bulk, store)  # noqa: SLF001
            url = stack.enter_context(server.running()).uri
        address = f"{url.rstrip('/')}/faqbot_traffic_{secrets.token_hex(4)}"
        async with MongoDatabase.open(address, zone=SEOUL) as database:
            with pymongo.timeout(_FILL_S):
                await fill_mongo(database, turns)
        if store is not None:
            store._insert = insert  # noqa: SLF001
            _build_indexes(store)
        yield Filled({"MONGODB_URI": address}, work)


def _work(server: MongoServer) -> tuple[int, ...]:
    examined = sum(one.examined for one in server.store.collections.values())
    return len(server.commands), examined


async def fill_folder(folder: Path, turns: Sequence[Turn]) -> None:
    """Fill the history of a data folder."""
    path = folder / "history.sqlite3"
    async with SqliteFile.open(path, zone=SEOUL) as file:
        await fill(file, turns)
    note(f"{len(turns):,} turns in {path.stat().st_size:,} bytes")


def views_of(last: Turn) -> dict[str, str]:
    """Return what each view of the console asks for, by its name."""
    session, person = (quote(one, safe="") for one in (last.question.session, last.question.asker))
    turns = {
        "the latest": "",
        "not in the FAQ": f"state={TurnState.ESCALATED}",
        "one platform": "platform=discord",
        "one channel": "channel=C3",
        "disliked": "rated=unhelpful",
        "one person": f"person={person}",
        "one entry": f"entry={quote(last.sources[0])}",
        "a text that is nowhere": f"text={quote('없는 말')}",
    }
    return {
        **{f"today, over {window}": f"/today?over={window}" for window in ReportWindow},
        **{f"conversations, {name}": f"/turns?{query}" for name, query in turns.items()},
        "one conversation": f"/sessions/{session}",
        **{f"the FAQ, by {order}": f"/entries?order={order}" for order in Order},
        "the FAQ, a search": f"/entries?text={quote('정산')}",
        "the FAQ, to improve": "/check",
        "gaps": "/gaps",
        "lessons": "/lessons",
        "switches and the log": "/switches",
        "one person's data": f"/people/{person}",
    }


@asynccontextmanager
async def served(folder: Path, store: dict[str, str]) -> AsyncIterator[tuple[int, str]]:
    """Run `faqbot run` on stores until leaving; yield its process and the console's address."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("faqbot")),
        "run",
        cwd=ROOT,
        env={
            **os.environ,
            **store,
            "FAQBOT_DATA_DIR": str(folder),
            "FAQBOT_CONSOLE_TOKEN": _TOKEN,
            "FAQBOT_JOBS_TIMEZONE": SEOUL.key,
            "FAQBOT_OPS_PORT": "0",
            "FAQBOT_WEB": "on",
            "FAQBOT_WEB_PORT": str(port),
            "FAQBOT_WEB_OPEN": "false",
        },
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        await _ready(process, f"{address}/readyz")
        yield process.pid, f"{address}/console/api"
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _ready(process: asyncio.subprocess.Process, address: str) -> None:
    """Wait until a server answers questions.

    Raises:
        RuntimeError: it has ended; with the reason on standard error.
    """
    async with aiohttp.ClientSession() as http:
        while process.returncode is None:
            with suppress(aiohttp.ClientError):
                async with http.get(address) as response:
                    if response.status == HTTPStatus.OK:
                        return
            await asyncio.sleep(_POLL_S)
    raise RuntimeError("`faqbot run` ended without serving")


class Measured(NamedTuple):
    """The slowest of five times, the first one included, and the most processor time.

    The latter is that of the server and of this process, which has the MongoDB of the tests.
    `work` is the least that the store was asked for a view, since a server also asks by itself.
    """

    ms: float
    processor_ms: float
    work: tuple[int, ...]


async def measured(
    ask: Callable[[], Awaitable[None]], process: int, work: Callable[[], tuple[int, ...]]
) -> Measured:
    """Ask for a view five times."""
    times, busy, asked = [], [], []
    for _ in range(_ROUNDS):
        before = work()
        started, worked = perf_counter(), cpu_s(process) + process_time()
        await ask()
        times.append((perf_counter() - started) * 1000)
        busy.append((cpu_s(process) + process_time() - worked) * 1000)
        asked.append(tuple(now - then for now, then in zip(work(), before, strict=True)))
    return Measured(max(times), max(busy), min(asked))


async def measure(
    process: int, address: str, last: Turn, work: Callable[[], tuple[int, ...]]
) -> dict[str, Measured]:
    """Return what each view takes, once the server has nothing to prepare."""
    jar = aiohttp.CookieJar(unsafe=True)  # cookies for an address of digits
    async with aiohttp.ClientSession(cookie_jar=jar, raise_for_status=True) as http:
        await http.post(f"{address}/login", json={"token": _TOKEN, "name": "bench"})

        async def ask(path: str) -> None:
            async with http.get(f"{address}{path}") as response:
                await response.read()

        await ask("/check")  # it is made when it is first asked for
        await _quiet(process)
        note(f"measured with a load of {os.getloadavg()[0]:.1f}")
        views = views_of(last).items()
        return {name: await measured(partial(ask, path), process, work) for name, path in views}


async def _quiet(process: int) -> None:
    """Wait until a process does nothing any more."""
    busy = _QUIET_S
    while busy > _QUIET_SHARE * _QUIET_S:
        before = cpu_s(process)
        await asyncio.sleep(_QUIET_S)
        busy = cpu_s(process) - before


async def main(count: int, names: Sequence[str]) -> None:
    """Fill the stores one after the other, and print a table for each."""
    header()
    is_real = "MONGO_TEST_URL" in os.environ
    stores = {
        "sqlite": ("SQLite", filled_sqlite),
        "mongo": ("MongoDB" if is_real else "the tests' MongoDB", filled_mongo),
    }
    with open_sources() as sources:
        titles = [row.title for row in load(sources.faq).rows]
        turns = list(synthetic(count, until=datetime.now(UTC), titles=titles))
        last = next(turn for turn in reversed(turns) if turn.sources)
        for name in names:
            title, filled = stores[name]
            async with (
                filled(sources.data_dir, turns) as (store, work),
                served(sources.data_dir, store) as (process, address),
            ):
                found = await measure(process, address, last, work)
            rows = [
                (
                    view,
                    f"{one.ms:,.0f} ms",
                    f"{one.processor_ms:,.0f} ms",
                    *map("{:,}".format, one.work),
                )
                for view, one in found.items()
            ]
            about = f"{count:,} turns of a year, {len(titles):,} entries"
            head = f"The console on {about}: the slowest of {_ROUNDS}; wanted: 300 ms"
            columns = ["view", title, "processor", "commands", "documents"]
            table(head, columns[: len(rows[0])], rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("turns", type=int, nargs="?", default=200_000)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--store", choices=["sqlite", "mongo"], nargs="*")
    given = parser.parse_args()
    if given.into:
        asyncio.run(fill_folder(given.into, list(synthetic(given.turns, until=datetime.now(UTC)))))
    else:
        asyncio.run(main(given.turns, given.store or ["sqlite", "mongo"]))
