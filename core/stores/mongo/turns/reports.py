"""The `Reports` port on MongoDB: what the console and its commands read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING

from core.stores.mongo.database import Document, MongoDatabase
from core.stores.mongo.turns.counters import count_opinion, count_turn
from core.stores.mongo.turns.history import UNSHOWN, turn_of
from core.stores.mongo.turns.opinions import feedback_of
from core.stores.records import check_text
from core.stores.times import in_utc
from core.types import (
    AuditEvent,
    EntryReview,
    EntryUse,
    Feedback,
    ReviewRequest,
    Span,
    Traffic,
    Turn,
    TurnState,
)

_BESIDE_COUNTS: Final = {"_id", "span", "start", "platform"}
_ANY_ID: Final = {"_id": {"$gte": ""}}
_BY_START: Final = [("start", ASCENDING)]
_LAST_FIRST: Final = [("finished_at", DESCENDING)]


class MongoReports:
    """The `Reports` port, which reads the collections of all stores."""

    def __init__(self, database: MongoDatabase) -> None:
        self._db = database

    async def traffic(self, span: Span, since: datetime) -> list[Traffic]:
        """Return the counts of the periods since `since`, oldest first, by platform."""
        chosen = {"span": span.value, "start": {"$gte": in_utc(since)}}
        with self._db.translated():
            found = await self._db.traffic.find(chosen).sort(_BY_START).to_list()
        found.sort(key=lambda document: (document["start"], document["platform"]))
        return [Traffic(row["start"], row["platform"], _counts(row)) for row in found]

    async def entry_uses(self) -> list[EntryUse]:
        """Return how often each entry was used, liked, disliked, or only nearest, by title."""
        with self._db.translated():
            found = await self._db.entry_use.find(_ANY_ID).sort("_id", ASCENDING).to_list()
        names = ("used", "helpful", "unhelpful", "in_vain")
        return [EntryUse(row["_id"], *(int(row.get(name, 0)) for name in names)) for row in found]

    async def review(self, review: EntryReview) -> None:
        """Keep who has reviewed an entry, in the place of the review before."""
        check_text("the entry's title", review.title)
        check_text("who reviewed it", review.who)
        change = {
            "who": review.who,
            "at": in_utc(review.at),
            "due_at": in_utc(review.due_at),
        }
        with self._db.translated():
            await self._db.entry_reviews.update_one(
                {"_id": review.title}, {"$set": change}, upsert=True
            )

    async def reviews(self) -> list[EntryReview]:
        """Return the last review of each entry that has one, by the entry's title."""
        with self._db.translated():
            found = self._db.entry_reviews.find(_ANY_ID).sort("_id", ASCENDING)
            return [
                EntryReview(row["_id"], row["who"], row["at"], row["due_at"]) async for row in found
            ]

    async def request_review(self, request: ReviewRequest) -> None:
        """Keep when the owner of an entry was asked, in the place of the request before."""
        check_text("the entry's title", request.title)
        after_s = int(request.after.total_seconds())
        change = {"at": in_utc(request.at), "after_s": after_s}
        with self._db.translated():
            await self._db.review_requests.update_one(
                {"_id": request.title}, {"$set": change}, upsert=True
            )

    async def review_requests(self) -> list[ReviewRequest]:
        """Return the last request for each entry that has one, by the entry's title."""
        with self._db.translated():
            found = self._db.review_requests.find(_ANY_ID).sort("_id", ASCENDING)
            return [
                ReviewRequest(row["_id"], row["at"], timedelta(seconds=row["after_s"]))
                async for row in found
            ]

    async def latest(
        self, limit: int, *, before: datetime, state: TurnState | None = None, tag: str = ""
    ) -> list[Turn]:
        """Return turns that ended before a moment, the latest first; see `Reports.latest`."""
        check_text("the tag", tag)
        if limit < 1:
            return []
        chosen: Document = {"finished_at": {"$lt": in_utc(before)}}
        if tag:
            chosen = {"tags": tag, **chosen}
        elif state:
            chosen = {"state": state.value, **chosen}
        with self._db.translated():
            found = self._db.turns.find(chosen, UNSHOWN).sort(_LAST_FIRST).limit(limit)
            return [turn_of(document) for document in await found.to_list()]

    async def rated(self, limit: int, *, helpful: bool) -> list[Feedback]:
        """Return opinions of one kind (it helped, or it did not), the latest first."""
        with self._db.translated():
            found = self._db.feedback.find({"helpful": helpful}).sort("given_at", DESCENDING)
            return [feedback_of(given) for given in await found.limit(max(limit, 1)).to_list()]

    async def close_gaps(self, question_ids: Sequence[str], at: datetime) -> None:
        """Note that these questions are answered by now."""
        with self._db.translated():
            for question_id in question_ids:
                await self._db.closed_gaps.update_one(
                    {"_id": question_id}, {"$set": {"closed_at": in_utc(at)}}, upsert=True
                )

    async def closed_gaps(self, question_ids: Sequence[str]) -> set[str]:
        """Return those of the questions whose gap was noted as closed."""
        for question_id in question_ids:
            check_text("the question's id", question_id)
        with self._db.translated():
            found = self._db.closed_gaps.find({"_id": {"$in": list(question_ids)}})
            return {document["_id"] async for document in found}

    async def note(self, event: AuditEvent) -> None:
        """Add a change to the audit log, of which nothing is ever removed."""
        for name in ("who", "action", "detail"):
            check_text(f"the audit's {name}", getattr(event, name))
        row = {"at": in_utc(event.at), "who": event.who, "action": event.action}
        with self._db.translated():
            await self._db.audit.insert_one({"_id": ObjectId(), **row, "detail": event.detail})

    async def audit(self, limit: int) -> list[AuditEvent]:
        """Return the changes made in the console, the latest first."""
        with self._db.translated():
            found = self._db.audit.find().sort("at", DESCENDING).limit(max(limit, 1))
            return [
                AuditEvent(row["at"], row["who"], row["action"], row["detail"])
                async for row in found
            ]

    async def switches(self) -> dict[str, str]:
        """Return the switches that differ from the settings, by name."""
        with self._db.translated():
            found = self._db.switches.find(_ANY_ID)
            return {document["_id"]: document["value"] async for document in found}

    async def switch(self, name: str, value: str | None) -> None:
        """Set a switch; None removes it, so that the settings decide again."""
        check_text("the switch", value or "")
        with self._db.translated():
            if value is None:
                await self._db.switches.delete_one({"_id": name})
            else:
                change = {"$set": {"value": value}}
                await self._db.switches.update_one({"_id": name}, change, upsert=True)

    async def recount(self) -> int:
        """Count all turns that are kept anew; how many there are."""
        counted = 0
        with self._db.translated():
            for span in Span:
                await self._db.traffic.delete_many({"span": span.value})
            await self._db.entry_use.delete_many(_ANY_ID)
            async for document in self._db.turns.find(_ANY_ID):
                turn = turn_of(document)
                await count_turn(self._db, turn)
                given = self._db.feedback.find({"question_id": turn.question.id})
                async for opinion in given:
                    await count_opinion(self._db, turn, feedback_of(opinion))
                counted += 1
        return counted


def _counts(document: Document) -> dict[str, float]:
    return {name: value for name, value in document.items() if name not in _BESIDE_COUNTS}
