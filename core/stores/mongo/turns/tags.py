"""Gives the turns of a schema before 8 the tags by which turns are looked up since."""

from __future__ import annotations

from typing import Any, Final

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from core.stores.tags import tags_for
from core.types import TurnState

_AT_ONCE: Final = 500
_READ: Final = {"session": True, "asker": True, "state": True, "sources": True, "followups": True}


async def tag_old_turns(turns: AsyncCollection[dict[str, Any]]) -> None:
    """Tag the turns that have no tags yet; it may run twice, also in two processes at once."""
    changes: list[UpdateOne] = []
    async for found in turns.find({"_id": {"$gte": ""}, "tags": None}, _READ):
        is_missed = found["state"] == TurnState.ESCALATED
        titles = found["followups"][:1] if is_missed else found["sources"]
        tags = tags_for(found["session"], found["asker"], titles)
        changes.append(UpdateOne({"_id": found["_id"]}, {"$set": {"tags": tags}}))
        if len(changes) == _AT_ONCE:
            await turns.bulk_write(changes, ordered=False)
            changes.clear()
    if changes:
        await turns.bulk_write(changes, ordered=False)
