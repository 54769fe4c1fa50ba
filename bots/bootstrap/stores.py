"""The stores of this installation.

MongoDB and a Chroma server where settings name them, else files.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.settings import Settings
from core.errors import NoFaqError
from core.llm.budget import SpendingStore
from core.ports import Archive, Cases, Cluster, History, Inbox, Lessons, Memories, Reports
from core.reporting.gaps import GapStores
from core.skills.meetings.diaries.sqlite import SqliteDiary
from core.skills.meetings.diary import Diary
from core.stores.inbox_limits import InboxLimits
from core.stores.sqlite.cases import SqliteCases
from core.stores.sqlite.cluster import SqliteCluster
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.stores.sqlite.lessons import SqliteLessons
from core.stores.sqlite.memories import SqliteMemories
from core.stores.sqlite.spending import SqliteSpendingStore
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.stores.sqlite.turns.reports import SqliteReports
from core.types import Entry

if TYPE_CHECKING:
    from core.retrieval.chroma.index import ChromaIndex


@dataclass(frozen=True, slots=True)
class Stores:
    """The views of one store."""

    history: History
    archive: Archive
    inbox: Inbox
    lessons: Lessons
    reports: Reports
    cases: Cases
    cluster: Cluster
    diary: Diary
    memories: Memories


def gap_stores_of(stores: Stores) -> GapStores:
    """Return the stores that tell which questions have no answer yet."""
    return GapStores(stores.reports, stores.archive, stores.lessons, stores.cases)


@asynccontextmanager
async def open_stores(settings: Settings, *, holder: str = "") -> AsyncIterator[Stores]:
    """Open what the settings name; closed on leaving.

    `holder` is the name of this process, if it answers questions.

    Raises:
        ConfigError: MONGODB_URI is no such URI.
        StorageError: the store is unusable, does not answer, or is of a newer faqbot.
    """
    zone = ZoneInfo(settings.jobs_timezone)
    limits = InboxLimits(
        per_session=settings.inbox_per_session,
        total=settings.inbox_total,
        per_platform=settings.inbox_share,
    )
    if settings.mongodb_uri is None:
        async with SqliteFile.open(settings.history_path, zone=zone) as file:
            yield Stores(
                SqliteHistory(file),
                SqliteArchive(file),
                SqliteInbox(file, limits, holder=holder),
                SqliteLessons(file),
                SqliteReports(file),
                SqliteCases(file),
                SqliteCluster(file),
                SqliteDiary(settings.diary_path),
                SqliteMemories(file),
            )
        return
    # Importing the driver takes a quarter of a second, and the embedded default needs none of it.
    from core.skills.meetings.diaries.mongo import MongoDiary
    from core.stores.mongo.cases import MongoCases
    from core.stores.mongo.cluster import MongoCluster
    from core.stores.mongo.database import MongoDatabase
    from core.stores.mongo.inbox.inbox import MongoInbox
    from core.stores.mongo.lessons import MongoLessons
    from core.stores.mongo.memories import MongoMemories
    from core.stores.mongo.turns.archive import MongoArchive
    from core.stores.mongo.turns.history import MongoHistory
    from core.stores.mongo.turns.reports import MongoReports

    uri = settings.mongodb_uri.get_secret_value()
    async with MongoDatabase.open(uri, zone=zone) as database:
        yield Stores(
            MongoHistory(database),
            MongoArchive(database),
            MongoInbox(database, limits, holder=holder),
            MongoLessons(database),
            MongoReports(database),
            MongoCases(database),
            MongoCluster(database),
            MongoDiary(database),
            MongoMemories(database),
        )


@asynccontextmanager
async def open_spending(settings: Settings) -> AsyncIterator[SpendingStore]:
    """Open the account of what models cost, which all processes of the installation share.

    Raises:
        ConfigError: MONGODB_URI is no such URI.
        StorageError: the store is unusable, does not answer, or is of a newer faqbot.
    """
    if settings.mongodb_uri is None:
        with SqliteSpendingStore.open(settings.spending_path) as in_file:
            yield in_file
        return
    from core.stores.mongo.database import MongoDatabase
    from core.stores.mongo.spending import MongoSpendingStore

    uri = settings.mongodb_uri.get_secret_value()
    async with (
        MongoDatabase.open(uri) as database,
        MongoSpendingStore.open(database) as in_database,
    ):
        yield in_database


def open_index(settings: Settings) -> ChromaIndex:
    """Open the FAQ's index. Blocks.

    Raises:
        FaqIndexError: it cannot be opened, or the server does not answer.
    """
    # Importing Chroma takes half a second, and commands that need no index skip it.
    from core.retrieval.chroma.index import ChromaIndex

    if settings.chroma_url is None:
        return ChromaIndex.open(settings.index_dir)
    return ChromaIndex.connect(settings.chroma_url, _chroma_token(settings))


def served_entries(settings: Settings) -> list[Entry]:
    """Return the entries of the FAQ that is served. Blocks.

    Raises:
        NoFaqError: there is none yet.
        FaqIndexError: the index cannot be opened or read.
    """
    index = open_index(settings)
    serving = index.serving()
    if serving is None:
        raise NoFaqError
    return [entry for entry, _ in index.stored(serving.name)]


def check_index(settings: Settings) -> None:
    """Check that the Chroma server answers, where there is one. Blocks.

    Raises:
        IndexAwayError: it does not.
    """
    if settings.chroma_url is not None:
        from core.retrieval.chroma.client import check_server

        check_server(settings.chroma_url, _chroma_token(settings))


def _chroma_token(settings: Settings) -> str | None:
    return settings.chroma_token.get_secret_value() if settings.chroma_token else None
