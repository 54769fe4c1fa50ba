"""The `Inbox` port on MongoDB, without transactions.

Each change is one write to one document. What two documents have to agree on, that a session has
one question in work, is held by a unique index over the sessions of those that are `answering`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from pymongo import ASCENDING, ReturnDocument
from pymongo.errors import DuplicateKeyError

from core.errors import LeaseLostError
from core.stores.mongo.database import Document, MongoDatabase
from core.stores.mongo.history import question_of
from core.stores.records import (
    check_final,
    check_prefix,
    check_prefixes,
    check_text,
    platform_range,
    prefixes_of,
    question_as_stored,
    utc_now,
)
from core.types import Claim, InboxState, Question, Receipt, Received, SessionId

_OPEN: Final = {"open": True}
_BY_ARRIVAL: Final = [("received_at", ASCENDING)]
_BY_PLACE: Final = [("n", ASCENDING)]
_RECEIVED: Final = InboxState.RECEIVED.value
_ANSWERING: Final = InboxState.ANSWERING.value
# Its answer is to be ended, or taken away.
_OWED: Final = {"owed": True}
# A question that is not open has none of these, and so is in none of the indexes of open ones.
_NO_LONGER_OPEN: Final = {"open": "", "answering_in": ""}
# `held` is whose the lease is, by its fence: whoever has lost the question may still be writing.
_BLANK: Final = {"text": "", "asker": ""}
_NOTHING_LEFT: Final = {**_NO_LONGER_OPEN, "lease_until": "", "held": "", "owed": ""}


class MongoInbox:
    """Questions in the collection `inbox`.

    About `per_session` questions of a session, `per_platform` of a platform (all, if it is None)
    and `total` of all are open at a time: as many more as are received at the very same moment.
    What was taken back keeps neither its text nor its asker.
    """

    def __init__(
        self,
        database: MongoDatabase,
        *,
        per_session: int,
        total: int,
        per_platform: int | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._db = database
        self._per_session = per_session
        self._total = total
        self._per_platform = total if per_platform is None else per_platform
        self._clock = clock

    async def receive(self, question: Question) -> Receipt:
        """Store a question as `received`; `KNOWN` if its id is there, in whatever state.

        Raises:
            ValueError: a time without a zone.
            StorageError: it holds text that no store keeps, or MongoDB does not take it.
        """
        kept = question_as_stored(question)
        with self._db.translated():
            if await self._db.inbox.find_one({"_id": kept.id}, {"_id": True}):
                return Receipt.KNOWN
            if await self._is_full(kept.session):
                return Receipt.FULL
            number = await self._db.next_number(kept.session)
            try:
                await self._db.inbox.insert_one(self._document(kept, number))
            except DuplicateKeyError:
                return Receipt.KNOWN
            # Last: if we die before, one looks back further than needed.
            for prefix in prefixes_of(kept.session):
                with suppress(DuplicateKeyError):  # one received at this moment made it
                    await self._db.seen.update_one(
                        {"_id": prefix}, {"$set": {"asked_at": kept.asked_at}}, upsert=True
                    )
            return Receipt.STORED

    async def claim(self, *, lease_s: float, prefixes: Sequence[str] = ("",)) -> Claim | None:
        """Take what has to be done now, see `Claim.state`; None if there is nothing.

        Only of sessions that begin with one of `prefixes`.
        """
        check_prefixes(prefixes)
        with self._db.translated():
            for head in (*await self._owed(tuple(prefixes)), *await self._heads(tuple(prefixes))):
                try:
                    taken = await self._take(head, lease_s)
                except DuplicateKeyError:  # another question of the session is in work
                    continue
                if taken is not None:
                    return _claim_of(taken)
            return None

    async def renew(self, claim: Claim, *, lease_s: float) -> None:
        """Let the lease end `lease_s` seconds from now.

        Raises:
            LeaseLostError: the question was taken away from us.
        """
        await self._held(claim, {"$set": {"lease_until": self._ends(lease_s)}})

    async def note_reply(self, claim: Claim, reply: str) -> None:
        """Remember the message in which the answer is being written.

        Raises:
            LeaseLostError: the question was taken away from us.
        """
        check_text("the reply's reference", reply)
        await self._held(claim, {"$set": {"reply": reply}})

    async def release(self, claim: Claim) -> None:
        """Let go of a question, whether it is still ours or not: nothing of ours comes any more."""
        held = {"_id": claim.question.id, "held": claim.fence}
        let_go = {"$set": {"lease_until": self._clock()}, "$unset": {"held": ""}}
        with self._db.translated():
            await self._db.inbox.update_one(held, let_go)

    async def settle(self, claim: Claim, state: InboxState) -> None:
        """End the question in a final state; nothing is left to be done.

        Raises:
            LeaseLostError: the question was taken away from us.
        """
        check_final(state)
        await self._held(claim, {"$set": self._ended(state), "$unset": _NOTHING_LEFT})

    async def withdraw(self, question_id: str) -> bool:
        """End a question because its asker took it back, whatever became of it until then."""
        known = {"state": {"$ne": InboxState.WITHDRAWN.value}}
        return await self._end(question_id, known, InboxState.WITHDRAWN)

    async def stop(self, question_id: str, *, by: Claim | None = None) -> bool:
        """End an open question because somebody does not want its answer; False if it is not open.

        Raises:
            StorageError: the id is text that no store keeps, or MongoDB does not take it.
        """
        if by is None:
            return await self._end(question_id, _OPEN, InboxState.STOPPED)
        ours = {"_id": question_id, "fence": by.fence, "held": by.fence, **_OPEN}
        ended = {**self._ended(InboxState.STOPPED), **_OWED}
        with self._db.translated():
            changed = await self._db.inbox.update_one(
                ours, {"$set": ended, "$unset": _NO_LONGER_OPEN}
            )
            return changed.matched_count == 1

    async def reopen(self, question: Question) -> bool:
        """Take the new text of a question that its asker edited, to be answered anew.

        Raises:
            ValueError: a time without a zone.
            StorageError: it holds text that no store keeps, or MongoDB does not take it.
        """
        kept = question_as_stored(question)
        edited = {
            "_id": kept.id,
            "state": {"$ne": InboxState.WITHDRAWN.value},
            "text": {"$ne": kept.text},
        }
        again = {
            "$set": {"text": kept.text, "state": _RECEIVED, "attempts": 0, **_OPEN},
            "$inc": {"fence": 1},
            "$unset": {"answering_in": "", "settled_at": "", "owed": ""},
        }
        with self._db.translated():
            return (await self._db.inbox.update_one(edited, again)).matched_count == 1

    async def sweep(self) -> int:
        """Make questions with a lapsed lease `received` again; how many there were."""
        lapsed = {**_OPEN, "state": _ANSWERING, "lease_until": {"$lte": self._clock()}}
        again = {
            "$set": {"state": _RECEIVED},
            "$unset": {"answering_in": "", "lease_until": "", "held": ""},
        }
        with self._db.translated():
            return (await self._db.inbox.update_many(lapsed, again)).modified_count

    async def find(self, question_id: str) -> Received | None:
        """A question with its state, None if it is unknown."""
        check_text("the question's id", question_id)
        with self._db.translated():
            found = await self._db.inbox.find_one({"_id": question_id})
        if found is None:
            return None
        return Received(question_of(found), InboxState(found["state"]), found["reply"])

    async def is_open(self, session: SessionId) -> bool:
        """Whether a question of this session waits or is being answered."""
        check_text("the session", session)
        with self._db.translated():
            return await self._open({"session": session}, 1) > 0

    async def waiting(
        self, limit: int, *, session: SessionId | None = None, asker: str | None = None
    ) -> list[Received]:
        """Open questions in the order of their arrival: of a session, of a person, or of all."""
        check_text("the session", session or "")
        check_text("the asker", asker or "")
        if limit < 1:
            return []
        chosen = _OPEN if session is None else {**_OPEN, "session": session}
        order = _BY_ARRIVAL if session is None else _BY_PLACE
        with self._db.translated():
            found = self._db.inbox.find(chosen).sort(order)
            # A person has a few of the open ones, which are bounded: no index of their own for it.
            return [
                Received(question_of(document), InboxState(document["state"]), document["reply"])
                async for document in found
                if asker in {None, document["asker"]}
            ][:limit]

    async def last_seen(self, session_prefix: str) -> datetime | None:
        """Return when the question received last was asked, of sessions that begin so.

        None if none was.

        Raises:
            ValueError: the prefix is no platform and no workspace.
        """
        check_prefix(session_prefix)
        check_text("the session's prefix", session_prefix)
        with self._db.translated():
            found = await self._db.seen.find_one({"_id": session_prefix})
            return found["asked_at"] if found else None

    async def _is_full(self, session: SessionId) -> bool:
        """Whether as many are open as may be: in this session, on its platform, or in all."""
        first, below = platform_range(session)
        for chosen, most in (
            ({"session": session}, self._per_session),
            ({"session": {"$gte": first, "$lt": below}}, self._per_platform),
            ({}, self._total),
        ):
            if await self._open(chosen, most) >= most:
                return True
        return False

    async def _open(self, chosen: Document, most: int) -> int:
        """Count the open ones of the chosen questions, up to `most`."""
        found = self._db.inbox.find({**chosen, **_OPEN}, {"_id": True}).limit(most)
        return len(await found.to_list())

    async def _heads(self, prefixes: tuple[str, ...]) -> list[Document]:
        """The oldest open question of each session, if it waits; bounded as all open ones are."""
        fields = {"session": True, "n": True, "state": True, "fence": True, "lease_until": True}
        oldest: dict[str, Document] = {}
        async for found in self._db.inbox.find(_OPEN, fields).sort(_BY_ARRIVAL):
            head = oldest.setdefault(found["session"], found)
            if found["n"] < head["n"]:
                oldest[found["session"]] = found
        now = self._clock()
        return [
            head
            for head in oldest.values()
            if head["state"] == _RECEIVED
            and head["session"].startswith(prefixes)
            and head.get("lease_until", now) <= now
        ]

    async def _owed(self, prefixes: tuple[str, ...]) -> list[Document]:
        """Questions that have ended, and whose answers have not."""
        due = {**_OWED, "lease_until": {"$lte": self._clock()}}
        fields = {"session": True, "state": True, "fence": True}
        found = await self._db.inbox.find(due, fields).sort("lease_until", ASCENDING).to_list()
        return [one for one in found if one["session"].startswith(prefixes)]

    async def _take(self, head: Document, lease_s: float) -> Document | None:
        """The claimed document, or None if somebody was faster."""
        fence = head["fence"]
        work: Document = {"lease_until": self._ends(lease_s), "held": fence + 1}
        if head["state"] == _RECEIVED:
            work |= {"state": _ANSWERING, "answering_in": head["session"]}
        taken: Document | None = await self._db.inbox.find_one_and_update(
            {"_id": head["_id"], "state": head["state"], "fence": fence},
            {"$set": work, "$inc": {"fence": 1, "attempts": 1}},
            return_document=ReturnDocument.AFTER,
        )
        return taken

    async def _end(self, question_id: str, chosen: Document, state: InboxState) -> bool:
        """End a question; whoever has it keeps the lease until it lapses or is released."""
        check_text("the question's id", question_id)
        with self._db.translated():
            while found := await self._db.inbox.find_one({"_id": question_id, **chosen}):
                ended = self._ended(state) | (_BLANK if state is InboxState.WITHDRAWN else {})
                if found["fence"]:  # else it is not shown anywhere
                    ended |= {**_OWED, "lease_until": found.get("lease_until", self._clock())}
                same = {"_id": question_id, "state": found["state"], "fence": found["fence"]}
                changed = await self._db.inbox.update_one(
                    same, {"$set": ended, "$inc": {"fence": 1}, "$unset": _NO_LONGER_OPEN}
                )
                if changed.matched_count == 1:
                    return True
        return False

    async def _held(self, claim: Claim, change: Document) -> None:
        """Write under a claim."""
        held = {"_id": claim.question.id, "fence": claim.fence, "held": claim.fence}
        with self._db.translated():
            changed = await self._db.inbox.update_one(held, change)
        if changed.matched_count != 1:
            raise LeaseLostError(f"the claim {claim.fence} of question {claim.question.id} is over")

    def _ended(self, state: InboxState) -> Document:
        return {"state": state.value, "settled_at": self._clock(), "attempts": 0}

    def _ends(self, lease_s: float) -> datetime:
        return self._clock() + timedelta(seconds=lease_s)

    def _document(self, question: Question, number: int) -> Document:
        return {
            "_id": question.id,
            "session": question.session,
            "n": number,
            "text": question.text,
            "asker": question.asker,
            "asked_at": question.asked_at,
            "reply_to": question.reply_to,
            "state": _RECEIVED,
            "fence": 0,
            "attempts": 0,
            "reply": None,
            "received_at": self._clock(),
            "open": True,
        }


def _claim_of(document: Document) -> Claim:
    return Claim(
        question_of(document),
        fence=document["fence"],
        reply=document["reply"],
        attempt=document["attempts"],
        state=InboxState(document["state"]),
    )
