"""The order of a session's questions: which of them may be claimed next.

Of a session, the open question that was asked first becomes `claimable` unless one is in work: a
platform may deliver an event again, behind later ones. Each change is a write
to one document: where a process dies between two of them, `mend` puts it right later.
"""

from __future__ import annotations

from operator import itemgetter
from time import monotonic
from typing import Final

from core.stores.mongo.database import Document, MongoDatabase
from core.stores.mongo.inbox.documents import (
    BY_ARRIVAL,
    BY_PLACE,
    CLAIMABLE,
    OPEN,
    RECEIVED,
    WORKING,
)

_MEND_EVERY_S: Final = 30.0


class SessionOrder:
    """Marks in the collection `inbox` which question of each session may be claimed next."""

    def __init__(self, database: MongoDatabase) -> None:
        self._inbox = database.inbox
        self._mended_at = float("-inf")

    async def promote(self, session: str) -> None:
        """Make the first open question of a session claimable, unless another one is already."""
        fields = {"asked_at": True, "claimable": True, "working": True}
        opened = self._inbox.find({"session": session, **OPEN}, fields).sort(BY_PLACE)
        found = await opened.to_list()
        if not found or any(one.get("claimable") or one.get("working") for one in found):
            return
        first = min(found, key=itemgetter("asked_at"))
        head = {"_id": first["_id"], "session": session, "state": RECEIVED, **OPEN}
        await self._inbox.update_one(head, {"$set": CLAIMABLE})

    async def demote(self, chosen: Document) -> None:
        """Let the first of the chosen questions wait if another one of its session is in work."""
        first = await self._inbox.find_one(chosen, {"session": True}, sort=BY_ARRIVAL)
        if first and await self._inbox.find_one({"session": first["session"], **WORKING}):
            head = {"_id": first["_id"], "session": first["session"], **CLAIMABLE}
            await self._inbox.update_one(head, {"$unset": CLAIMABLE})

    async def mend(self) -> None:
        """Promote in all sessions with open questions whose process died before it could."""
        now = monotonic()
        if now < self._mended_at + _MEND_EVERY_S:
            return
        self._mended_at = now
        fields = {"session": True, "claimable": True, "working": True}
        found = await self._inbox.find(OPEN, fields).to_list()
        moving = {one["session"] for one in found if one.get("claimable") or one.get("working")}
        for session in {one["session"] for one in found} - moving:
            await self.promote(session)
