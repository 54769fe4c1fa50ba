"""The `Archive` port on MongoDB."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pymongo import ASCENDING, DESCENDING

from core.stores.mongo.cases import MongoCases
from core.stores.mongo.database import Document, MongoDatabase
from core.stores.mongo.lessons import MongoLessons
from core.stores.mongo.turns.counters import count_opinion, count_turn
from core.stores.mongo.turns.history import UNSHOWN, question_of, turn_of
from core.stores.mongo.turns.opinions import feedback_of, give, withdraw
from core.stores.records import check_ids, check_text, feedback_as_stored
from core.stores.times import in_utc, utc_now
from core.types import (
    Feedback,
    InboxState,
    Received,
    Removed,
    SessionId,
    SessionSummary,
    Turn,
)

_NEWEST: Final = [("last_at", DESCENDING), ("_id", ASCENDING)]
_OLDEST_FIRST: Final = [("n", ASCENDING)]
_LATEST: Final = [("finished_at", DESCENDING), ("_id", ASCENDING)]
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
_AT_ONCE: Final = 500
# Longer than any append takes, which draws a session's number and then uses it.
_IDLE: Final = timedelta(minutes=5)


class MongoArchive:
    """The `Archive` port on the collections of all stores: look-ups, opinions, deletion."""

    def __init__(self, database: MongoDatabase) -> None:
        self._db = database

    async def find(self, question_id: str) -> Turn | None:
        """Return the turn of a question; None if there is none.

        Raises:
            StorageError: MongoDB fails, or the id is text that no store keeps.
        """
        check_text("the question's id", question_id)
        with self._db.translated():
            found = await self._db.turns.find_one({"_id": question_id})
            return turn_of(found) if found else None

    async def found(self, question_ids: Sequence[str]) -> list[Turn]:
        """Return the turns of questions, as far as there are any, as lists show them."""
        check_ids(question_ids)
        with self._db.translated():
            found = self._db.turns.find({"_id": {"$in": list(question_ids)}}, UNSHOWN)
            return [turn_of(document) async for document in found]

    async def last_ended(
        self, question_ids: Sequence[str], limit: int, *, before: datetime
    ) -> list[Turn]:
        """Return those turns of questions that ended last before a moment, the latest first."""
        check_ids(question_ids)
        chosen, until = {"_id": {"$in": list(question_ids)}}, in_utc(before)
        with self._db.translated():  # the rest of a document is read of those alone that are wanted
            found = await self._db.turns.find(chosen, {"finished_at": True}).to_list()
        earlier = [one for one in found if one["finished_at"] < until]
        earlier.sort(key=lambda one: (one["finished_at"], one["_id"]), reverse=True)
        turns = await self.found([one["_id"] for one in earlier[: max(limit, 0)]])
        return sorted(turns, key=lambda turn: (turn.finished_at, turn.question.id), reverse=True)

    async def sessions(
        self, limit: int, after: SessionSummary | None = None
    ) -> list[SessionSummary]:
        """Return sessions, the one with the latest turn first, beginning after `after`."""
        if after is None:
            return await self._sessions({"last_at": {"$lte": _END_OF_TIME}}, limit)
        equal = {"last_at": after.last_at, "_id": {"$gt": after.session}}
        page = await self._sessions(equal, limit)
        older = {"last_at": {"$lt": after.last_at}}
        return page + await self._sessions(older, limit - len(page))

    async def turns(self, session: SessionId, limit: int, after: int = 0) -> list[tuple[int, Turn]]:
        """Return turns with their positions, oldest first, above the position `after`."""
        check_text("the session", session)
        if limit < 1:
            return []
        chosen = {"session": session, "n": {"$gt": after}}
        with self._db.translated():
            found = self._db.turns.find(chosen).sort(_OLDEST_FIRST).limit(limit)
            return [(document["n"], turn_of(document)) async for document in found]

    async def asked_by(self, asker: str, limit: int, after: Turn | None = None) -> list[Turn]:
        """Return a person's turns, the one that ended last first, then by question id."""
        check_text("the asker", asker)
        if after is None:
            return await self._asked({"asker": asker}, limit)
        at = after.finished_at
        equal = {"asker": asker, "finished_at": at, "_id": {"$gt": after.question.id}}
        page = await self._asked(equal, limit)
        older = {"asker": asker, "finished_at": {"$lt": at}}
        return page + await self._asked(older, limit - len(page))

    async def remove(self, question_id: str) -> bool:
        """Delete one turn and the opinions on it; False if there is none."""
        check_text("the question's id", question_id)
        with self._db.translated():
            found = await self._db.turns.find_one({"_id": question_id})
            if found is None:
                return False
            opinions = await self._db.feedback.find({"question_id": question_id}).to_list()
            removed = (await self._remove_some({"_id": question_id}))[0] == 1
            if removed:
                turn = turn_of(found)
                await count_turn(self._db, turn, factor=-1)
                for given in opinions:
                    await count_opinion(self._db, turn, feedback_of(given), factor=-1)
            return removed

    async def give_feedback(self, feedback: Feedback) -> bool:
        """Store an opinion over that person's earlier one; False if there is no such turn.

        Raises:
            ValueError: a time without a zone.
            StorageError: it holds text that no store keeps, or MongoDB does not take it.
        """
        kept = feedback_as_stored(feedback)
        with self._db.translated():
            return await give(self._db, kept)

    async def withdraw_feedback(self, question_id: str, user: str) -> bool:
        """Delete a person's opinion on an answer; False if they have given none."""
        check_text("the question's id", question_id)
        check_text("the user", user)
        with self._db.translated():
            return await withdraw(self._db, question_id, user)

    async def opinion(self, question_id: str, user: str) -> Feedback | None:
        """Return one person's opinion on an answer; None if they gave none."""
        check_text("the question's id", question_id)
        check_text("the user", user)
        with self._db.translated():
            found = await self._db.feedback.find_one({"question_id": question_id, "user": user})
            return feedback_of(found) if found else None

    async def opinions(self, question_ids: Sequence[str]) -> list[Feedback]:
        """Return the opinions on several answers, sorted by question and person."""
        check_ids(question_ids)
        chosen = {"question_id": {"$in": list(question_ids)}}
        with self._db.translated():
            found = [feedback_of(one) for one in await self._db.feedback.find(chosen).to_list()]
        return sorted(found, key=lambda given: (given.question_id, given.user))

    async def rename(self, session: SessionId, title: str) -> bool:
        """Give a session a title of its own; False if it has no turn."""
        check_text("the session", session)
        check_text("the title", title)
        with self._db.translated():
            listed = {"_id": session, "last_at": {"$lte": _END_OF_TIME}}
            renamed = await self._db.sessions.update_one(listed, {"$set": {"title": title}})
        return renamed.matched_count == 1

    async def titles(self, sessions: Sequence[SessionId]) -> dict[SessionId, str]:
        """Return the titles of sessions that were given one, by session."""
        for session in sessions:
            check_text("the session", session)
        with self._db.translated():
            found = self._db.sessions.find({"_id": {"$in": list(sessions)}}, {"title": True})
            return {
                SessionId(document["_id"]): document["title"]
                async for document in found
                if document.get("title")
            }

    async def received_from(self, asker: str) -> list[Received]:
        """Return a person's questions as the inbox holds them, the oldest first."""
        check_text("the asker", asker)
        with self._db.translated():
            found = await self._db.inbox.find({"asker": asker}).to_list()
        found.sort(key=lambda one: one["received_at"])
        return [Received(question_of(one), InboxState(one["state"]), one["reply"]) for one in found]

    async def opinions_of(self, user: str) -> list[Feedback]:
        """Return all opinions of a person on answers, by question."""
        check_text("the user", user)
        with self._db.translated():
            found = await self._db.feedback.find({"user": user}).to_list()
        return sorted(map(feedback_of, found), key=lambda given: given.question_id)

    async def forget(self, asker: str) -> Removed:
        """Delete a person's questions, answers and opinions, and their name in lessons."""
        check_text("the asker", asker)
        with self._db.translated():
            questions = (await self._db.inbox.delete_many({"asker": asker})).deleted_count
            turns, opinions = await self._remove({"asker": asker})
            opinions += (await self._db.feedback.delete_many({"user": asker})).deleted_count
            lessons = await self._unname(asker) if asker else 0
            memories = (await self._db.memories.delete_many({"person": asker})).deleted_count
        return Removed(turns, questions, opinions, lessons, memories)

    async def expire(self, before: datetime) -> Removed:
        """Delete turns that ended before that moment, and questions that were settled before."""
        earlier = {"$lt": in_utc(before)}
        with self._db.translated():
            questions = (await self._db.inbox.delete_many({"settled_at": earlier})).deleted_count
            turns, opinions = await self._remove({"finished_at": earlier})
            await self._drop_bare_sessions(utc_now() - _IDLE)
        return Removed(turns=turns, questions=questions, feedback=opinions)

    async def _unname(self, person: str) -> int:
        """Take a person out of the lessons; of how many."""
        lessons = self._db.lessons
        one = {"_id": True}
        named = [found["_id"] async for found in lessons.find({"asked_by": person}, one)]
        named += [found["_id"] async for found in lessons.find({"author": person}, one)]
        # Who approved is kept as the audit log names people: `김담당 (U9)`, or as an id alone.
        named_so = {"$regex": rf"(^|\(){re.escape(person)}\)?$"}
        approved = {"approved_by": named_so} if person else {"_id": None}
        named += [found["_id"] async for found in lessons.find(approved, one)]
        await lessons.update_many(approved, {"$set": {"approved_by": ""}, "$inc": {"n": 1}})
        asked = {"asked_by": "", "session": "", "question_id": ""}
        await lessons.update_many({"asked_by": person}, {"$set": asked, "$inc": {"n": 1}})
        taught = {"author": "", "author_name": ""}
        await lessons.update_many({"author": person}, {"$set": taught, "$inc": {"n": 1}})
        await MongoCases(self._db).forget(person)
        if named:
            await MongoLessons(self._db).touch()
        return len(set(named))

    async def _sessions(self, chosen: Document, limit: int) -> list[SessionSummary]:
        if limit < 1:
            return []
        with self._db.translated():
            found = self._db.sessions.find(chosen).sort(_NEWEST).limit(limit)
            return [
                SessionSummary(SessionId(document["_id"]), document["last_at"])
                async for document in found
            ]

    async def _asked(self, chosen: Document, limit: int) -> list[Turn]:
        if limit < 1:
            return []
        with self._db.translated():
            found = self._db.turns.find(chosen).sort(_LATEST).limit(limit)
            return [turn_of(document) async for document in found]

    async def _remove(self, chosen: Document) -> tuple[int, int]:
        """Delete the chosen turns with their feedback; how many of each."""
        turns = opinions = 0
        while (removed := await self._remove_some(chosen)) != (0, 0):
            turns += removed[0]
            opinions += removed[1]
        return turns, opinions

    async def _remove_some(self, chosen: Document) -> tuple[int, int]:
        """Delete some of the chosen turns; (0, 0) if there are none.

        Feedback goes first: if we die between, the turns still tell what is left to do.
        """
        found = self._db.turns.find(chosen, {"session": True}).limit(_AT_ONCE)
        some = await found.to_list()
        ids = {"$in": [document["_id"] for document in some]}
        if not some:
            return 0, 0
        opinions = (await self._db.feedback.delete_many({"question_id": ids})).deleted_count
        turns = (await self._db.turns.delete_many({"_id": ids})).deleted_count
        if "asker" in chosen:  # the person may have given the session its title
            sessions = {"$in": list({document["session"] for document in some})}
            await self._db.sessions.update_many({"_id": sessions}, {"$set": {"title": ""}})
        for session in {document["session"] for document in some}:
            await self._unlist(session)
        return turns, opinions

    async def _unlist(self, session: str) -> None:
        """Take a session without turns from the listing, unless it got a number meanwhile.

        Its numbering stays: somebody may have drawn a number and not used it yet.
        """
        counter = await self._db.sessions.find_one({"_id": session}, {"n": True})
        if counter and not await self._db.turns.find_one({"session": session}, {"_id": True}):
            unlisted = {"$unset": {"last_at": "", "title": ""}}
            await self._db.sessions.update_one({"_id": session, "n": counter["n"]}, unlisted)

    async def _drop_bare_sessions(self, idle_since: datetime) -> None:
        """Delete the numbering of sessions that hold nothing and have not been used for long."""
        bare = self._db.sessions.find({"last_at": None}, {"n": True, "touched_at": True})
        async for session in bare:
            held = {"session": session["_id"]}
            if (
                session["touched_at"] < idle_since
                and not await self._db.turns.find_one(held, {"_id": True})
                and not await self._db.inbox.find_one({**held, "open": True}, {"_id": True})
            ):
                await self._db.sessions.delete_one({"_id": session["_id"], "n": session["n"]})
