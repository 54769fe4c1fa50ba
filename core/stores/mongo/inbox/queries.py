"""The queries of the collection `inbox`; they change nothing there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from core.stores.inbox_limits import InboxLimits
from core.stores.mongo.database import Document, MongoDatabase
from core.stores.mongo.inbox.documents import BY_ARRIVAL, BY_PLACE, OPEN
from core.stores.mongo.turns.history import question_of
from core.stores.records import check_prefix, check_text, platform_range
from core.types import InboxState, Received, SessionId


class MongoInboxQueries:
    """Looks questions up, and counts those that are open."""

    def __init__(self, database: MongoDatabase, limits: InboxLimits) -> None:
        self._db = database
        self._limits = limits

    async def find(self, question_id: str) -> Received | None:
        """Return a question with its state; None if it is unknown."""
        check_text("the question's id", question_id)
        with self._db.translated():
            found = await self._db.inbox.find_one({"_id": question_id})
        if found is None:
            return None
        question = replace(question_of(found), edited_at=found.get("edited_at"))
        return Received(question, InboxState(found["state"]), found["reply"])

    async def asked_since(self, asker: str, since: datetime, limit: int) -> int:
        """Count a person's questions that were asked at that moment or later, up to `limit`."""
        check_text("the asker", asker)
        with self._db.translated():
            chosen = {"asker": asker, "asked_at": {"$gte": since}}
            found = self._db.inbox.find(chosen, {"_id": True}).limit(limit)
            return len(await found.to_list())

    async def is_open(self, session: SessionId) -> bool:
        """Return whether a question of this session waits or is being answered."""
        check_text("the session", session)
        with self._db.translated():
            return await self._count_open({"session": session}, 1) > 0

    async def count_open(self, limit: int) -> int:
        """Count the open questions of all sessions, up to `limit`."""
        with self._db.translated():
            return await self._count_open({}, limit) if limit > 0 else 0

    async def waiting(
        self, limit: int, *, session: SessionId | None = None, asker: str | None = None
    ) -> list[Received]:
        """Open questions in the order of their arrival: of a session, of a person, or of all."""
        check_text("the session", session or "")
        check_text("the asker", asker or "")
        if limit < 1:
            return []
        chosen = OPEN if session is None else {**OPEN, "session": session}
        order = BY_ARRIVAL if session is None else BY_PLACE
        with self._db.translated():
            # Open questions are bounded, and a person has few of them, so that this needs no index.
            found = self._db.inbox.find(chosen).sort(order).limit(0 if asker else limit)
            return [
                Received(question_of(document), InboxState(document["state"]), document["reply"])
                async for document in found
                if asker in {None, document["asker"]}
            ][:limit]

    async def last_seen(self, session_prefix: str) -> datetime | None:
        """Return the time of the latest question in sessions with this prefix; None without any.

        Raises:
            ValueError: the prefix is no platform and no workspace.
        """
        check_prefix(session_prefix)
        check_text("the session's prefix", session_prefix)
        with self._db.translated():
            found = await self._db.seen.find_one({"_id": session_prefix})
            return found["asked_at"] if found else None

    async def _is_full(self, session: SessionId) -> bool:
        """Return whether the session, its platform or the inbox has reached its limit."""
        first, below = platform_range(session)
        for chosen, most in (
            ({"session": session}, self._limits.per_session),
            ({"session": {"$gte": first, "$lt": below}}, self._limits.on_platform),
            ({}, self._limits.total),
        ):
            if await self._count_open(chosen, most) >= most:
                return True
        return False

    async def _count_open(self, chosen: Document, most: int) -> int:
        """Count the open ones of the chosen questions, up to `most`."""
        found = self._db.inbox.find({**chosen, **OPEN}, {"_id": True}).limit(most)
        return len(await found.to_list())
