"""MongoDB by its URI: one client, its schema, and the translation of its errors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

import pymongo
from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient, ReturnDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WTimeoutError,
)

from core.errors import ConfigError, StorageError, StoreAwayError
from core.stores.mongo import condition
from core.stores.mongo.indexes import INDEXES, OPEN, WORKING
from core.stores.mongo.turns.tags import tag_old_turns
from core.stores.times import utc_now

logger = logging.getLogger(__name__)

Document = dict[str, Any]

SCHEMA: Final = 12
_DATABASE: Final = "faqbot"
_TIMEOUT_MS: Final = 10_000
_SELECTION_MS: Final = 5_000
_CLOSE_S: Final = 5.0
_MIGRATION_S: Final = 3_600
_AUTHENTICATION_CODES: Final = {13, 18}  # Unauthorized, AuthenticationFailed
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class MongoDatabase:
    """An open database: its collections, and the numbers of a session's turns and questions."""

    def __init__(self, database: AsyncDatabase[Document], address: str, zone: tzinfo) -> None:
        self.turns: AsyncCollection[Document] = database["turns"]
        self.sessions: AsyncCollection[Document] = database["sessions"]
        self.feedback: AsyncCollection[Document] = database["feedback"]
        self.inbox: AsyncCollection[Document] = database["inbox"]
        self.tombstones: AsyncCollection[Document] = database["tombstones"]
        self.seen: AsyncCollection[Document] = database["seen"]
        self.lessons: AsyncCollection[Document] = database["lessons"]
        self.meta: AsyncCollection[Document] = database["meta"]
        self.traffic: AsyncCollection[Document] = database["traffic"]
        self.entry_use: AsyncCollection[Document] = database["entry_use"]
        self.entry_reviews: AsyncCollection[Document] = database["entry_reviews"]
        self.review_requests: AsyncCollection[Document] = database["review_requests"]
        self.closed_gaps: AsyncCollection[Document] = database["closed_gaps"]
        self.audit: AsyncCollection[Document] = database["audit"]
        self.installations: AsyncCollection[Document] = database["installations"]
        self.spent: AsyncCollection[Document] = database["spent"]
        self.leases: AsyncCollection[Document] = database["leases"]
        self.call_counts: AsyncCollection[Document] = database["call_counts"]
        self.switches: AsyncCollection[Document] = database["switches"]
        self.cases: AsyncCollection[Document] = database["cases"]
        self.case_calls: AsyncCollection[Document] = database["case_calls"]
        self.case_numbers: AsyncCollection[Document] = database["case_numbers"]
        self.memories: AsyncCollection[Document] = database["memories"]
        self.diary_meetings: AsyncCollection[Document] = database["diary_meetings"]
        self.diary_people: AsyncCollection[Document] = database["diary_people"]
        self.diary_polls: AsyncCollection[Document] = database["diary_polls"]
        self.address = address
        self.zone = zone  # the time zone of the days that counts are added up for
        self._database = database

    @classmethod
    @asynccontextmanager
    async def open(cls, uri: str, *, zone: tzinfo = UTC) -> AsyncIterator[Self]:
        """Connect, check and upgrade the schema, yield the database, and close it on leaving.

        The URI decides on TLS, authentication and the database (`faqbot` if it names none).

        Raises:
            ConfigError: the URI is not one of MongoDB.
            StorageError: no server answers in 5 s, it refuses us, or its data is of a newer faqbot.
        """
        client, address = _connect(uri)
        async with _closing(client):
            options = CodecOptions[Document](tz_aware=True, tzinfo=UTC)
            database = client.get_default_database(_DATABASE, codec_options=options)
            opened = cls(database, address, zone)
            await opened._prepare(client.options.server_selection_timeout)
            yield opened

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Translate the driver's errors into one line each, without the URI's password.

        The driver has retried before: reads and single writes, until its time was up.
        """
        try:
            yield
        except PyMongoError as error:
            raised = StoreAwayError if _is_away(error) else StorageError
            raise raised(f"MongoDB at {self.address} {_advice(error)}") from error

    async def next_number(self, session: str) -> int:
        """Return a number above all earlier ones of a session; no two calls get the same."""
        counter: Document | None = await self.sessions.find_one_and_update(
            {"_id": session},
            {"$inc": {"n": 1}, "$set": {"touched_at": utc_now()}},
            projection={"n": True},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if counter is None:
            raise AssertionError("an upsert always has a document")
        return int(counter["n"])

    async def _prepare(self, selection_s: float) -> None:
        """Refuse a newer schema before anything is changed, then create what is missing."""
        meta = self.meta
        with self.translated():
            # A read is tried again until its time is up, and at the start nobody waits that long.
            with pymongo.timeout(selection_s):
                found = await meta.find_one({"_id": "schema"})
            version = found["version"] if found else 0
            if version > SCHEMA:
                raise StorageError(
                    f"MongoDB at {self.address} was written by a newer faqbot (schema {version}, "
                    f"this one knows {SCHEMA}); upgrade faqbot or name another database in "
                    "MONGODB_URI"
                )
            if version == SCHEMA:
                return
            # Every step may be run twice, and by two at once: that is how it survives a crash.
            with pymongo.timeout(_MIGRATION_S):
                for name, indexes in INDEXES.items():
                    await self._database[name].create_indexes(indexes)
                await self._let_old_questions_be_claimed()
                await tag_old_turns(self.turns)
                await self._part_requests_from_reviews()
                await meta.update_one({"_id": "schema"}, {"$max": {"version": SCHEMA}}, upsert=True)

    async def _let_old_questions_be_claimed(self) -> None:
        """Give open questions of a schema before 5 what a claim looks for; a sweep goes on."""
        async for found in self.inbox.find({**OPEN, "platform": None}):
            missing: Document = {"platform": f"{found['session'].partition(':')[0]}:"}
            missing |= WORKING if found["state"] == "answering" else {}
            missing |= {"lease_until": found.get("lease_until", _LONG_AGO)}
            await self.inbox.update_one({"_id": found["_id"]}, {"$set": missing})

    async def _part_requests_from_reviews(self) -> None:
        """Move the requests for reviews, which a schema before 10 kept with the reviews."""
        async for found in self.entry_reviews.find({"_id": {"$gte": ""}}):
            entry = {"_id": found["_id"]}
            if at := found.get("asked_at"):
                after_s = int((found["due_at"] - found["at"]).total_seconds())
                request = {"$set": {"at": at, "after_s": after_s}}
                await self.review_requests.update_one(entry, request, upsert=True)
                await self.entry_reviews.update_one(entry, {"$unset": {"asked_at": ""}})
            if not found["who"]:
                await self.entry_reviews.delete_one(entry)


@asynccontextmanager
async def _closing(client: AsyncMongoClient[Document]) -> AsyncIterator[None]:
    """Close a client at the end, but do not wait for it for ever."""
    try:
        yield
    finally:
        try:
            async with asyncio.timeout(_CLOSE_S):
                await client.close()
        except TimeoutError:
            logger.warning("MongoDB's client was left open at the end: it does not close")


def _connect(uri: str) -> tuple[AsyncMongoClient[Document], str]:
    """Return the client and the address that it connects to, without user and password."""
    condition.mend()
    try:
        client = AsyncMongoClient[Document](uri, **_options(uri))
    except (PyMongoError, ValueError, TypeError):
        # The driver's own sentence may quote the part of the URI that holds the password.
        raise ConfigError(
            "MONGODB_URI is not a MongoDB URI; it looks like "
            "mongodb://user:password@host:27017/faqbot, with every special character of the "
            "password percent-encoded"
        ) from None
    return client, urlsplit(uri).netloc.rpartition("@")[2]


def _options(uri: str) -> Document:
    """Return the options that the URI leaves open."""
    chosen = {name.lower() for name in parse_qs(urlsplit(uri).query)}
    defaults: Document = {
        "appname": "faqbot",
        "serverSelectionTimeoutMS": _SELECTION_MS,
        "timeoutMS": _TIMEOUT_MS,
        # Acknowledged writes survive the loss of a server.
        "w": "majority",
    }
    return {name: value for name, value in defaults.items() if name.lower() not in chosen}


def _is_away(error: PyMongoError) -> bool:
    """Return whether an error passes by itself: no server, no primary, no majority, no time."""
    if isinstance(error, OperationFailure) and error.code in _AUTHENTICATION_CODES:
        return False
    return error.timeout or isinstance(error, ConnectionFailure | WTimeoutError)


def _advice(error: PyMongoError) -> str:
    if isinstance(error, OperationFailure) and error.code in _AUTHENTICATION_CODES:
        return "refused the user or the password; check both in MONGODB_URI"
    if isinstance(error, ServerSelectionTimeoutError):
        return "does not answer; check that it runs, and MONGODB_URI"
    if isinstance(error, WaitQueueTimeoutError):
        return "has no free connection; raise maxPoolSize in MONGODB_URI, or ask less at once"
    if error.timeout:
        return "did not answer in time; see what slows it down, and try again"
    if isinstance(error, AutoReconnect | ConnectionFailure):
        return "lost the connection or its primary; try again"
    code = error.code if isinstance(error, OperationFailure) else type(error).__name__
    return f"failed (code {code}); see its log"
