"""The history of one process, for conversations that need not outlive it."""

from __future__ import annotations

from core.stores.records import as_stored, check_text
from core.types import SessionId, Turn


class MemoryHistory:
    """The `History` port in memory; its turns end with it.

    For one event loop: nothing in it waits, so two calls never interleave.
    """

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._sessions: dict[SessionId, list[Turn]] = {}

    async def append(self, turn: Turn) -> bool:
        """Store a turn; False, and nothing changed, if that question id is already there.

        Raises:
            ValueError: a time without a zone.
            StorageError: the turn holds text that no store keeps, or more than 16 MB of it.
        """
        stored = as_stored(turn)
        if stored.question.id in self._ids:
            return False
        self._ids.add(stored.question.id)
        self._sessions.setdefault(stored.question.session, []).append(stored)
        return True

    async def recent(self, session: SessionId, limit: int) -> list[Turn]:
        """Return the last `limit` turns of a session, oldest first; none if `limit` is below 1.

        Raises:
            StorageError: `session` is text that no store keeps.
        """
        check_text("the session", session)
        return self._sessions.get(session, [])[-limit:] if limit > 0 else []
