"""The port of the store of open questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.types import Claim, InboxState, Question, Receipt, Received, SessionId


class Inbox(Protocol):
    """Questions from their arrival to their end, so that each is answered, and answered once.

    Of one session, only the oldest open question can be claimed, and by one process at a time. When
    a question is withdrawn, stopped or edited, the process that has claimed it loses it: its next
    write raises `LeaseLostError`. A call of that process may still be on its way, so the next claim
    is given only after it has released its own, or after the lease has lapsed.
    """

    async def receive(self, question: Question, *, is_notice: bool = False) -> Receipt:
        """Store a question as `received`; `KNOWN` if its id is there, in whatever state.

        It is `FULL` if there is no room; a notice, which the bot itself has written, needs none.
        """
        ...

    async def claim(self, *, lease_s: float, prefixes: Sequence[str] = ("",)) -> Claim | None:
        """Take what has to be done now, see `Claim.state`; None if there is nothing.

        An answer that has to be ended or taken away comes first, then the oldest question. Only of
        sessions that begin with one of `prefixes`: what this process can answer.
        """
        ...

    async def renew(self, claim: Claim, *, lease_s: float) -> None:
        """Extend the lease to `lease_s` seconds from now."""
        ...

    async def note_reply(self, claim: Claim, reply: str) -> None:
        """Store the reference of the message in which the answer is written."""
        ...

    async def release(self, claim: Claim) -> None:
        """Release a question: this process will send nothing more for it."""
        ...

    async def settle(self, claim: Claim, state: InboxState) -> None:
        """End the question in a final state, with nothing left to do."""
        ...

    async def withdraw(self, question_id: str, *, edited_at: datetime | None = None) -> bool:
        """End a question because its asker has deleted it, in whatever state it is.

        False if it is unknown or was taken back before. If it was ever claimed, a claim to take
        its answer away follows.

        A platform may tell of a deletion before its question: for a day, an unknown question has a
        tombstone, and is `KNOWN` when it comes. `edited_at` is the time, by the platform's clock,
        of an edit that has made something else of the message; a later edit may ask again.
        """
        ...

    async def stop(self, question_id: str, *, by: Claim | None = None) -> bool:
        """End an open question whose answer is not wanted any more; False if it is not open.

        If it was ever claimed, a claim to say so follows, unless it is stopped `by` who has it, and
        settles it having said so; False if they do not have it any more.
        """
        ...

    async def reopen(self, question: Question) -> bool:
        """Take the new text of a question that its asker edited, to be answered anew.

        It is `received` again in its old place, whatever its state was; its noted reply is kept,
        and no limit applies. False, and nothing changed, if it is unknown,
        withdrawn, has that text already, or was edited later than this by the platform's clock.

        A turn with the old text is removed before, and only if `find` shows another text: else a
        redelivered edit would remove the answer to the new one.
        """
        ...

    async def take_back(self) -> int:
        """Free what this process had claimed before a restart; return the number of questions."""
        ...

    async def sweep(self) -> int:
        """Make questions with a lapsed lease `received` again; return their number."""
        ...

    async def find(self, question_id: str) -> Received | None:
        """Return a question with its state; None if it is unknown."""
        ...

    async def asked_since(self, asker: str, since: datetime, limit: int) -> int:
        """Count a person's questions that were asked at that moment or later, up to `limit`."""
        ...

    async def is_open(self, session: SessionId) -> bool:
        """Return whether a question of this session waits or is being answered."""
        ...

    async def count_open(self, limit: int) -> int:
        """Count the open questions of all sessions, up to `limit`."""
        ...

    async def waiting(
        self, limit: int, *, session: SessionId | None = None, asker: str | None = None
    ) -> list[Received]:
        """Open questions in the order of their arrival: of a session, of a person, or of all."""
        ...

    async def last_seen(self, session_prefix: str) -> datetime | None:
        """Return the time of the latest question in sessions with this prefix; None without any.

        `session_prefix` is a platform or a workspace, such as `slack:` or `slack:T1:`.

        Raises:
            ValueError: it is anything else.
        """
        ...
