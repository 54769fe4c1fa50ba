"""The `Inbox` port on SQLite: every change is one short transaction under the write lock."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.errors import LeaseLostError
from core.stores.inbox_limits import InboxLimits
from core.stores.records import (
    ALWAYS,
    TOMBSTONES_KEPT,
    check_final,
    check_prefix,
    check_prefixes,
    check_text,
    platform_range,
    prefixes_of,
    question_as_stored,
)
from core.stores.sqlite.database import SqliteFile, from_ms, to_ms
from core.stores.sqlite.inbox.statements import (
    ASKED_SINCE,
    BURIED,
    BURY,
    CLAIM,
    END,
    EXPIRE_TOMBSTONES,
    FIND,
    LAST_SEEN,
    NEXT,
    NOTE,
    OPEN_QUESTIONS,
    OWED,
    RECEIVE,
    RELEASE,
    RENEW,
    REOPEN,
    SEE,
    SETTLE,
    STOP_OURS,
    SWEEP,
    TAKE_BACK,
    WAITING,
    WAITING_IN_SESSION,
    WAITING_ON_PLATFORM,
)
from core.stores.sqlite.turns.history import question_of
from core.stores.times import utc_now
from core.stores.turn_records import mention_records
from core.types import Claim, InboxState, Question, Receipt, Received, SessionId


class SqliteInbox:
    """The `Inbox` port on the SQLite file.

    What was taken back keeps neither its text nor its asker.
    """

    def __init__(
        self,
        file: SqliteFile,
        limits: InboxLimits,
        *,
        holder: str = "",
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Claim for `holder`: the name of this process, which stays the same after a restart."""
        self._file = file
        self._limits = limits
        self._holder = holder
        self._clock = clock

    async def receive(self, question: Question, *, is_notice: bool = False) -> Receipt:
        """Store a question as `received`; see `Inbox.receive`.

        Raises:
            ValueError: a time without a zone.
            StorageError: it holds text that no store keeps, or the file cannot be written.
        """
        kept = question_as_stored(question)
        row: dict[str, str | int | None] = {
            "question_id": kept.id,
            "session": kept.session,
            "text": kept.text,
            "asker": kept.asker,
            "asked_at_ms": to_ms(kept.asked_at),
            "reply_to": kept.reply_to,
            "edited_at_ms": _edited_ms(kept),
            "mentions": json.dumps(mention_records(kept)),
        }

        def receive(db: sqlite3.Connection) -> Receipt:
            if db.execute(FIND, (kept.id,)).fetchone():
                return Receipt.KNOWN
            if db.execute(BURIED, (kept.id, row["edited_at_ms"])).fetchone():
                return Receipt.KNOWN
            if not is_notice and self._is_full(db, kept.session):
                return Receipt.FULL
            db.execute(RECEIVE, row)
            prefixes = prefixes_of(kept.session)
            db.executemany(SEE, [(prefix, row["asked_at_ms"]) for prefix in prefixes])
            return Receipt.STORED

        return await self._file.write(receive)

    async def claim(self, *, lease_s: float, prefixes: Sequence[str] = ("",)) -> Claim | None:
        """Take what has to be done now, see `Claim.state`; None if there is nothing.

        Only of sessions that begin with one of `prefixes`.
        """
        check_prefixes(prefixes)
        wanted = json.dumps(list(prefixes))

        def claim(db: sqlite3.Connection) -> Claim | None:
            now_ms = to_ms(self._clock())
            for statement in (OWED, NEXT):
                if found := db.execute(statement, (wanted, now_ms)).fetchone():
                    taken = db.execute(
                        CLAIM, (self._ends(lease_s), self._holder, found["seq"])
                    ).fetchone()
                    return _claim_of(taken)
            return None

        return await self._file.write(claim)

    async def renew(self, claim: Claim, *, lease_s: float) -> None:
        """Extend the lease to `lease_s` seconds from now.

        Raises:
            LeaseLostError: the question was taken away from us.
        """
        await self._held(claim, RENEW, self._ends(lease_s))

    async def note_reply(self, claim: Claim, reply: str) -> None:
        """Store the reference of the message in which the answer is written.

        Raises:
            LeaseLostError: the question was taken away from us.
        """
        check_text("the reply's reference", reply)
        await self._held(claim, NOTE, reply)

    async def release(self, claim: Claim) -> None:
        """Release a question: this process will send nothing more for it."""
        values = (to_ms(self._clock()), claim.question.id, claim.fence)
        await self._file.write(lambda db: db.execute(RELEASE, values))

    async def settle(self, claim: Claim, state: InboxState) -> None:
        """End the question in a final state, with nothing left to do.

        Raises:
            LeaseLostError: the question was taken away from us.
        """
        check_final(state)
        await self._held(claim, SETTLE, state.value)

    async def withdraw(self, question_id: str, *, edited_at: datetime | None = None) -> bool:
        """End a question because its asker has deleted it, in whatever state it is.

        An unknown question gets a tombstone.
        """
        check_text("the question's id", question_id)
        now = self._clock()
        ended = self._values(question_id, state=InboxState.WITHDRAWN.value)
        tombstone = (question_id, to_ms(edited_at or ALWAYS), to_ms(now))

        def withdraw(db: sqlite3.Connection) -> bool:
            if db.execute(FIND, (question_id,)).fetchone():
                return db.execute(END, ended).rowcount == 1
            db.execute(EXPIRE_TOMBSTONES, (to_ms(now - TOMBSTONES_KEPT),))
            db.execute(BURY, tombstone)
            return False

        return await self._file.write(withdraw)

    async def stop(self, question_id: str, *, by: Claim | None = None) -> bool:
        """End an open question whose answer is not wanted any more; False if it is not open.

        Raises:
            StorageError: the id is text that no store keeps, or the file cannot be written.
        """
        if by is None:
            check_text("the question's id", question_id)
            stopped = self._values(question_id, state=InboxState.STOPPED.value)
            return await self._changed(END, stopped)
        values = self._values(by.question.id, fence=by.fence)
        return await self._changed(STOP_OURS, values)

    async def reopen(self, question: Question) -> bool:
        """Take the new text of a question that its asker edited, to be answered anew.

        Raises:
            ValueError: a time without a zone.
            StorageError: it holds text that no store keeps, or the file cannot be written.
        """
        kept = question_as_stored(question)
        values = {
            "question_id": kept.id,
            "text": kept.text,
            "mentions": json.dumps(mention_records(kept)),
            "edited_at_ms": _edited_ms(kept),
        }
        return await self._file.write(lambda db: db.execute(REOPEN, values).rowcount == 1)

    async def take_back(self) -> int:
        """Free what this process had claimed before a restart; return the number of questions."""
        if not self._holder:
            return 0
        values = (to_ms(self._clock()), self._holder)
        taken = await self._file.write(lambda db: db.execute(TAKE_BACK, values).rowcount)
        return taken and await self.sweep()

    async def sweep(self) -> int:
        """Make questions with a lapsed lease `received` again; return their number."""
        now_ms = to_ms(self._clock())
        return await self._file.write(lambda db: db.execute(SWEEP, (now_ms,)).rowcount)

    async def find(self, question_id: str) -> Received | None:
        """Return a question with its state; None if it is unknown."""
        check_text("the question's id", question_id)
        row = await self._file.read(lambda db: db.execute(FIND, (question_id,)).fetchone())
        if row is None:
            return None
        edited_at = from_ms(row["edited_at_ms"]) if row["edited_at_ms"] else None
        question = replace(question_of(row), edited_at=edited_at)
        return Received(question, InboxState(row["state"]), row["reply"])

    async def asked_since(self, asker: str, since: datetime, limit: int) -> int:
        """Count a person's questions that were asked at that moment or later, up to `limit`."""
        check_text("the asker", asker)
        chosen = (asker, to_ms(since), limit)
        row = await self._file.read(lambda db: db.execute(ASKED_SINCE, chosen).fetchone())
        return int(row[0])

    async def is_open(self, session: SessionId) -> bool:
        """Return whether a question of this session waits or is being answered."""
        check_text("the session", session)
        asked = (session, 1)
        row = await self._file.read(lambda db: db.execute(WAITING_IN_SESSION, asked).fetchone())
        return bool(row[0])

    async def count_open(self, limit: int) -> int:
        """Count the open questions of all sessions, up to `limit`."""
        row = await self._file.read(lambda db: db.execute(WAITING, (max(limit, 0),)).fetchone())
        return int(row[0])

    async def waiting(
        self, limit: int, *, session: SessionId | None = None, asker: str | None = None
    ) -> list[Received]:
        """Open questions in the order of their arrival: of a session, of a person, or of all."""
        check_text("the session", session or "")
        check_text("the asker", asker or "")
        values = {"session": session, "asker": asker, "limit": max(limit, 0)}
        rows = await self._file.read(lambda db: db.execute(OPEN_QUESTIONS, values).fetchall())
        return [Received(question_of(row), InboxState(row["state"]), row["reply"]) for row in rows]

    async def last_seen(self, session_prefix: str) -> datetime | None:
        """Return the time of the latest question in sessions with this prefix; None without any.

        Raises:
            ValueError: the prefix is no platform and no workspace.
        """
        check_prefix(session_prefix)
        check_text("the session's prefix", session_prefix)
        row = await self._file.read(lambda db: db.execute(LAST_SEEN, (session_prefix,)).fetchone())
        return from_ms(row["asked_at_ms"]) if row else None

    def _is_full(self, db: sqlite3.Connection, session: SessionId) -> bool:
        """Return whether the session, its platform or the inbox has reached its limit."""
        limits = self._limits
        counts = (
            (WAITING, (limits.total,)),
            (WAITING_ON_PLATFORM, (*platform_range(session), limits.on_platform)),
            (WAITING_IN_SESSION, (session, limits.per_session)),
        )
        return any(
            db.execute(count, values).fetchone()[0] >= values[-1] for count, values in counts
        )

    async def _held(self, claim: Claim, statement: str, value: str | int) -> None:
        """Write under a claim."""
        values = self._values(claim.question.id, fence=claim.fence, value=value)
        if not await self._changed(statement, values):
            raise LeaseLostError(f"the claim {claim.fence} of question {claim.question.id} is over")

    async def _changed(self, statement: str, values: Mapping[str, str | int]) -> bool:
        return await self._file.write(lambda db: db.execute(statement, values).rowcount == 1)

    def _values(self, question_id: str, **more: str | int) -> dict[str, str | int]:
        return {"question_id": question_id, "now_ms": to_ms(self._clock()), **more}

    def _ends(self, lease_s: float) -> int:
        return to_ms(self._clock() + timedelta(seconds=lease_s))


def _claim_of(row: sqlite3.Row) -> Claim:
    return Claim(
        question_of(row),
        fence=row["fence"],
        reply=row["reply"],
        attempt=row["attempts"],
        state=InboxState(row["state"]),
    )


def _edited_ms(question: Question) -> int:
    return to_ms(question.edited_at) if question.edited_at else 0
