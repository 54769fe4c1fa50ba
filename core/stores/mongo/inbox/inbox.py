"""The `Inbox` port on MongoDB, without transactions.

Each change is one write to one document. Of a session, the oldest open question is `claimable`
unless one is in work; a claim is one findAndModify over those, whatever the queue. That a session
has one question in work is held by a unique index over those that are `working`; where two
processes have made two of a session claimable at the same moment, the second claim runs into it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_hex

from pymongo import ASCENDING, ReturnDocument
from pymongo.errors import DuplicateKeyError

from core.errors import LeaseLostError
from core.stores.inbox_limits import InboxLimits
from core.stores.mongo.database import Document, MongoDatabase
from core.stores.mongo.inbox.documents import (
    ANSWERING,
    BLANK,
    BY_ARRIVAL,
    CLAIMABLE,
    NO_LEASE,
    NO_LONGER_OPEN,
    NOT_WITHDRAWN,
    NOTHING_LEFT,
    ONE_MORE,
    OPEN,
    OWED,
    RECEIVED,
    WORKING,
    claim_of,
    claimed,
    document_of,
    of_prefixes,
)
from core.stores.mongo.inbox.queries import MongoInboxQueries
from core.stores.mongo.inbox.session_order import SessionOrder
from core.stores.mongo.inbox.tombstones import Tombstones
from core.stores.records import (
    check_final,
    check_prefixes,
    check_text,
    is_later,
    prefixes_of,
    question_as_stored,
)
from core.stores.times import utc_now
from core.stores.turn_records import mention_records
from core.types import Claim, InboxState, Question, Receipt

_OWED_EVERY = timedelta(seconds=0.5)


class MongoInbox(MongoInboxQueries):
    """The `Inbox` port on the collection `inbox`.

    The limits may be exceeded by as many questions as are received at the very same moment.
    What was taken back keeps neither its text nor its asker.
    """

    def __init__(
        self,
        database: MongoDatabase,
        limits: InboxLimits,
        *,
        holder: str = "",
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Claim for `holder`: the name of this process, which stays the same after a restart."""
        super().__init__(database, limits)
        self._holder = holder
        self._order = SessionOrder(database)
        self._tombstones = Tombstones(database, clock)
        self._clock = clock
        self._owed_at: datetime | None = None  # when to look next for answers to be taken away

    async def receive(self, question: Question, *, is_notice: bool = False) -> Receipt:
        """Store a question as `received`; see `Inbox.receive`.

        Raises:
            ValueError: a time without a zone.
            StorageError: it holds text that no store keeps, or MongoDB does not take it.
        """
        kept = question_as_stored(question)
        with self._db.translated():
            known = {"_id": kept.id, "session": kept.session}
            if await self._db.inbox.find_one(known, {"_id": True}):
                return Receipt.KNOWN
            if await self._tombstones.covers(kept):
                return Receipt.KNOWN
            before = await self._count_open({"session": kept.session}, self._limits.per_session)
            is_full = before >= self._limits.per_session or await self._is_full(kept.session)
            if is_full and not is_notice:
                return Receipt.FULL
            number = await self._db.next_number(kept.session)
            document = document_of(kept, number, self._clock()) | ({} if before else CLAIMABLE)
            try:
                await self._db.inbox.insert_one(document)
            except DuplicateKeyError:
                return Receipt.KNOWN
            if await self._tombstones.covers(kept):  # it was deleted at this moment
                await self._end(kept.id, NOT_WITHDRAWN, InboxState.WITHDRAWN)
                return Receipt.KNOWN
            if before:  # it may have ended meanwhile
                await self._order.promote(kept.session)
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
        chosen = of_prefixes(prefixes) | {"lease_until": {"$lte": self._clock()}}
        ours = {"lease_until": self._ends(lease_s), "held": self._token()}
        now = self._clock()
        looked = self._owed_at is None or now >= self._owed_at
        with self._db.translated():
            if looked and (taken := await self._take_owed(chosen, ours)):
                return claim_of(taken)
            if looked:
                self._owed_at = now + _OWED_EVERY
            taken = await self._take_open(chosen, ours)
            if not taken and not looked:  # there is time to look
                taken = await self._take_owed(chosen, ours)
        return claim_of(taken) if taken else None

    async def renew(self, claim: Claim, *, lease_s: float) -> None:
        """Extend the lease to `lease_s` seconds from now.

        Raises:
            LeaseLostError: the question was taken away from us.
        """
        await self._held(claim, {"$set": {"lease_until": self._ends(lease_s)}})

    async def note_reply(self, claim: Claim, reply: str) -> None:
        """Store the reference of the message in which the answer is written.

        Raises:
            LeaseLostError: the question was taken away from us.
        """
        check_text("the reply's reference", reply)
        await self._held(claim, {"$set": {"reply": reply}})

    async def release(self, claim: Claim) -> None:
        """Release a question: this process will send nothing more for it."""
        held = {**claimed(claim), "held": claim.token}
        let_go = {"$set": {"lease_until": self._clock()}, "$unset": {"held": ""}}
        with self._db.translated():
            # What a process gives back, it has not tried: a rollout may hand a question on often.
            tried, untried = {"attempts": {"$gt": 0}}, {"$inc": {"attempts": -1}}
            done = await self._db.inbox.update_one({**held, **tried}, {**let_go, **untried})
            if not done.matched_count:
                await self._db.inbox.update_one(held, let_go)

    async def settle(self, claim: Claim, state: InboxState) -> None:
        """End the question in a final state, with nothing left to do.

        Raises:
            LeaseLostError: the question was taken away from us.
        """
        check_final(state)
        await self._held(claim, {"$set": self._ended(state), "$unset": NOTHING_LEFT})
        with self._db.translated():
            await self._order.promote(claim.question.session)

    async def withdraw(self, question_id: str, *, edited_at: datetime | None = None) -> bool:
        """End a question because its asker has deleted it, in whatever state it is.

        An unknown question gets a tombstone.
        """
        if await self.find(question_id) is None:
            # Before the question is looked for again: `receive` looks for both in turn, too.
            with self._db.translated():
                await self._tombstones.make(question_id, edited_at)
        return await self._end(question_id, NOT_WITHDRAWN, InboxState.WITHDRAWN)

    async def stop(self, question_id: str, *, by: Claim | None = None) -> bool:
        """End an open question whose answer is not wanted any more; False if it is not open.

        Raises:
            StorageError: the id is text that no store keeps, or MongoDB does not take it.
        """
        if by is None:
            return await self._end(question_id, OPEN, InboxState.STOPPED)
        ours = {**claimed(by), "fence": by.fence, "held": by.token, **OPEN}
        ended = {**self._ended(InboxState.STOPPED), **OWED}
        with self._db.translated():
            changed = await self._db.inbox.update_one(
                ours, {"$set": ended, "$unset": NO_LONGER_OPEN}
            )
            if changed.matched_count == 1:
                await self._order.promote(by.question.session)
            return changed.matched_count == 1

    async def reopen(self, question: Question) -> bool:
        """Take the new text of a question that its asker edited, to be answered anew.

        Raises:
            ValueError: a time without a zone.
            StorageError: it holds text that no store keeps, or MongoDB does not take it.
        """
        kept = question_as_stored(question)
        edited = {"_id": kept.id, **NOT_WITHDRAWN, "text": {"$ne": kept.text}}
        with self._db.translated():
            while found := await self._db.inbox.find_one(edited):
                if not is_later(kept.edited_at, found.get("edited_at")):
                    return False
                again = {
                    "$set": {
                        "text": kept.text,
                        "mentions": mention_records(kept),
                        "state": RECEIVED,
                        "attempts": 0,
                        "lease_until": found.get("lease_until", NO_LEASE),
                        "edited_at": kept.edited_at or found.get("edited_at"),
                        **OPEN,
                    },
                    "$inc": {"fence": 1},
                    "$unset": {"working": "", "settled_at": "", "owed": ""},
                }
                same = {name: found[name] for name in ("_id", "session", "state", "fence")}
                if (await self._db.inbox.update_one(same, again)).matched_count == 1:
                    await self._order.promote(found["session"])
                    return True
        return False

    async def sweep(self) -> int:
        """Make questions with a lapsed lease `received` again; return their number."""
        with self._db.translated():
            await self._order.mend()
            return await self._free({"lease_until": {"$lte": self._clock()}})

    async def take_back(self) -> int:
        """Free what this process had claimed before a restart; return the number of questions."""
        if not self._holder:
            return 0
        with self._db.translated():
            return await self._free(
                {"held": {"$gte": f"{self._holder} ", "$lt": f"{self._holder}!"}}
            )

    async def _take_owed(self, chosen: Document, ours: Document) -> Document | None:
        """Claim a question that has ended, and whose answer is to be ended or taken away."""
        by_lapse = [("lease_until", ASCENDING)]
        return await self._take({**OWED, **chosen}, {"$set": ours, "$inc": ONE_MORE}, by_lapse)

    async def _take_open(self, chosen: Document, ours: Document) -> Document | None:
        """Claim the oldest question that may be answered now."""
        work = {
            "$set": {**ours, **WORKING, "state": ANSWERING},
            "$inc": ONE_MORE,
            "$unset": CLAIMABLE,
        }
        while True:
            try:
                return await self._take({**CLAIMABLE, **chosen}, work, BY_ARRIVAL)
            except DuplicateKeyError:
                await self._order.demote({**CLAIMABLE, **chosen})

    async def _take(
        self, chosen: Document, change: Document, order: Sequence[tuple[str, int]]
    ) -> Document | None:
        """Claim the first of the chosen questions; None if there is none."""
        taken: Document | None = await self._db.inbox.find_one_and_update(
            chosen, change, sort=list(order), return_document=ReturnDocument.AFTER
        )
        return taken

    async def _free(self, chosen: Document) -> int:
        """Make the chosen questions that are claimed claimable again."""
        again = {
            "$set": {"state": RECEIVED, "lease_until": NO_LEASE, **CLAIMABLE},
            "$unset": {"working": "", "held": ""},
        }
        return (await self._db.inbox.update_many({**WORKING, **chosen}, again)).modified_count

    def _token(self) -> str:
        return f"{self._holder} {token_hex(6)}"

    async def _end(self, question_id: str, chosen: Document, state: InboxState) -> bool:
        """End a question; its process keeps the lease until it lapses or is released."""
        check_text("the question's id", question_id)
        with self._db.translated():
            while found := await self._db.inbox.find_one({"_id": question_id, **chosen}):
                self._owed_at = None  # the next claim looks at once
                ended = self._ended(state) | (BLANK if state is InboxState.WITHDRAWN else {})
                if found["fence"]:  # a question that was never claimed is not shown anywhere
                    ended |= {**OWED, "lease_until": found.get("lease_until", self._clock())}
                same = {name: found[name] for name in ("_id", "session", "state", "fence")}
                changed = await self._db.inbox.update_one(
                    same, {"$set": ended, "$inc": {"fence": 1}, "$unset": NO_LONGER_OPEN}
                )
                if changed.matched_count == 1:
                    await self._order.promote(found["session"])
                    return True
        return False

    async def _held(self, claim: Claim, change: Document) -> None:
        """Write under a claim."""
        held = {**claimed(claim), "fence": claim.fence, "held": claim.token}
        with self._db.translated():
            changed = await self._db.inbox.update_one(held, change)
        if changed.matched_count != 1:
            raise LeaseLostError(f"the claim {claim.fence} of question {claim.question.id} is over")

    def _ended(self, state: InboxState) -> Document:
        return {"state": state.value, "settled_at": self._clock(), "attempts": 0}

    def _ends(self, lease_s: float) -> datetime:
        return self._clock() + timedelta(seconds=lease_s)
