"""The `Lessons` port on MongoDB."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from core.stores.mongo.database import Document, MongoDatabase
from core.stores.records import blank, check_text, lesson_as_stored, teaching
from core.stores.times import in_utc
from core.types import Lesson, LessonState, SessionId, Teaching

_BY_ID: Final = [("_id", ASCENDING)]
_VERSION: Final = {"_id": "lessons"}


class MongoLessons:
    """Lessons, each a document; the version is written after each change.

    If a process dies between the two, others keep the lessons that they have until the same
    message is delivered again, or until the next change.
    """

    def __init__(self, database: MongoDatabase) -> None:
        self._db = database

    async def teach(self, lesson: Lesson) -> Teaching:
        """Store a lesson, over what is stored under its id unless that was said later.

        Raises:
            ValueError: a time without a zone.
            StorageError: it holds text that no store keeps, or MongoDB does not take it.
        """
        lesson = lesson_as_stored(lesson)
        with self._db.translated():
            while True:
                found = await self._db.lessons.find_one({"_id": lesson.id})
                known = _lesson_of(found) if found else None
                outcome = teaching(lesson, known, removed=bool(found and found["removed"]))
                if outcome is Teaching.KNOWN or await self._put(lesson, found, removed=False):
                    await self.touch()
                    return outcome

    async def remove(self, lesson_id: str, at: datetime) -> bool:
        """Delete a lesson and ignore remarks made until `at`; return False if there is none."""
        check_text("the lesson's id", lesson_id)
        at = in_utc(at)
        with self._db.translated():
            while True:
                found = await self._db.lessons.find_one({"_id": lesson_id})
                last_at = max(at, found["learned_at"]) if found else at
                if await self._put(blank(lesson_id, last_at), found, removed=True):
                    await self.touch()
                    return bool(found and not found["removed"])

    async def find(self, lesson_id: str) -> Lesson | None:
        """Return a lesson by its id; None if there is none."""
        check_text("the lesson's id", lesson_id)
        with self._db.translated():
            found = await self._db.lessons.find_one({"_id": lesson_id})
            return _lesson_of(found) if found and not found["removed"] else None

    async def page(self, limit: int, after: str = "") -> list[Lesson]:
        """Return lessons sorted by id, beginning after the id `after`."""
        check_text("the lesson's id", after)
        if limit < 1:
            return []
        chosen = {"_id": {"$gt": after}, "removed": False}
        with self._db.translated():
            found = self._db.lessons.find(chosen).sort(_BY_ID).limit(limit)
            return [_lesson_of(document) async for document in found]

    async def of_session(self, session: SessionId) -> list[Lesson]:
        """Return the lessons taught on questions of a conversation, in no order."""
        check_text("the session", session)
        with self._db.translated():
            found = self._db.lessons.find({"session": session, "removed": False})
            return [_lesson_of(document) async for document in found]

    async def version(self) -> str:
        """Return a text that differs after every change, by whichever process it was made."""
        with self._db.translated():
            found = await self._db.meta.find_one(_VERSION)
            return str(found["token"]) if found else ""

    async def touch(self) -> None:
        """Change the version, so that other processes read the lessons again."""
        token = {"$set": {"token": secrets.token_hex(8)}}
        await self._db.meta.update_one(_VERSION, token, upsert=True)

    async def _put(self, lesson: Lesson, found: Document | None, *, removed: bool) -> bool:
        """Write it in the place of what was found; False if that is not there any more."""
        fields = {
            "session": lesson.session,
            "question": lesson.question,
            "answer": lesson.answer,
            "author": lesson.author,
            "author_name": lesson.author_name,
            "learned_at": lesson.learned_at,
            "question_id": lesson.question_id,
            "asked_by": lesson.asked_by,
            "removed": removed,
            "state": lesson.state.value,
            "findings": list(lesson.findings),
            "approved_by": lesson.approved_by,
            "review_at": lesson.review_at,
            "category": lesson.category,
        }
        if found is None:
            try:
                await self._db.lessons.insert_one({"_id": lesson.id, **fields, "n": 1})
            except DuplicateKeyError:
                return False
            return True
        change = {"$set": {**fields, "n": found["n"] + 1}}
        unchanged = {"_id": lesson.id, "n": found["n"]}
        return (await self._db.lessons.update_one(unchanged, change)).matched_count == 1


def _lesson_of(document: Document) -> Lesson:
    return Lesson(
        id=document["_id"],
        session=SessionId(document["session"]),
        question=document["question"],
        answer=document["answer"],
        author=document["author"],
        author_name=document["author_name"],
        learned_at=document["learned_at"],
        question_id=document["question_id"],
        asked_by=document["asked_by"],
        state=LessonState(document.get("state", LessonState.SERVED)),
        findings=tuple(document.get("findings", ())),
        approved_by=document.get("approved_by", ""),
        review_at=document.get("review_at"),
        category=document.get("category", ""),
    )
