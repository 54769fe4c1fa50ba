"""The `Cases` port on MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from pymongo import ASCENDING, DESCENDING, ReturnDocument
from pymongo.errors import DuplicateKeyError

from core.stores.case_records import case_as_stored, case_of, case_record
from core.stores.mongo.database import Document, MongoDatabase
from core.stores.records import check_text
from core.stores.times import in_utc
from core.types import Case

_OLDEST: Final = [("opened_at", ASCENDING), ("_id", ASCENDING)]
_MOST_OVERDUE: Final = [("due_at", ASCENDING), ("_id", ASCENDING)]
_BY_ID: Final = [("_id", ASCENDING)]
_OF_DELETED: Final = {"_id": "deleted"}  # the document with the highest number of a deleted case


class MongoCases:
    """Cases, each a document, which is changed only if it is still as it was read."""

    def __init__(self, database: MongoDatabase) -> None:
        self._db = database

    async def latest(self) -> int:
        """Return the number of the case that was added last; 0 if there is none."""
        with self._db.translated():
            numbered = {"number": {"$gt": 0}}
            kept = await self._db.cases.find_one(numbered, sort=[("number", DESCENDING)])
            # Read after the cases: a case that is deleted has left its number before.
            gone = await self._db.case_numbers.find_one(_OF_DELETED)
            return max(int(found["number"]) if found else 0 for found in (kept, gone))

    async def add(self, case: Case, *, after: int) -> bool:
        """Store a new case, numbered; False if its id or its number is there."""
        stored = case_as_stored(replace(case, version=1))
        numbered = {"_id": case.id, "number": after + 1, **_fields(stored)}
        with self._db.translated():
            try:
                await self._db.cases.insert_one(numbered)
            except DuplicateKeyError:
                return False
            return True

    async def save(self, case: Case) -> bool:
        """Store a changed case; False if somebody else has changed it since it was read."""
        stored = case_as_stored(replace(case, version=case.version + 1))
        unchanged = {"_id": case.id, "version": case.version}
        with self._db.translated():
            change = {"$set": _fields(stored)}
            return (await self._db.cases.update_one(unchanged, change)).matched_count == 1

    async def find(self, case_id: str) -> Case | None:
        """Return a case by its id; None if there is none."""
        return await self._one("_id", case_id)

    async def of_question(self, question_id: str) -> Case | None:
        """Return the case of a question; None if there is none."""
        return await self._one("questions", question_id)

    async def of_questions(self, question_ids: Sequence[str]) -> list[Case]:
        """Return the cases of some questions, each once, sorted by id."""
        for question_id in question_ids:
            check_text("the question's id", question_id)
        with self._db.translated():
            asked = {"questions": {"$in": list(question_ids)}}
            return [_case_of(one) async for one in self._db.cases.find(asked).sort(_BY_ID)]

    async def of_answers(self, answer_ids: Sequence[str]) -> list[Case]:
        """Return the cases that some lessons or entries answer, sorted by id."""
        for answer_id in answer_ids:
            check_text("the answer's id", answer_id)
        wanted = [answer_id for answer_id in answer_ids if answer_id]
        with self._db.translated():
            found = self._db.cases.find({"answer_id": {"$in": wanted}}).sort(_BY_ID)
            return [_case_of(document) async for document in found]

    async def open(self, limit: int) -> list[Case]:
        """Return the cases that wait for a person, the oldest first."""
        if limit < 1:
            return []
        with self._db.translated():
            found = self._db.cases.find({"open": True}).sort(_OLDEST).limit(limit)
            return [_case_of(document) async for document in found]

    async def due(self, now: datetime, limit: int) -> list[Case]:
        """Return the cases whose next step is due, the most overdue first."""
        if limit < 1:
            return []
        with self._db.translated():
            by_now = {"due_at": {"$lte": in_utc(now)}}
            found = self._db.cases.find(by_now).sort(_MOST_OVERDUE).limit(limit)
            return [_case_of(document) async for document in found]

    async def count_call(self, owner: str, day: date) -> int:
        """Count one more call of an owner on a day; return how many there are with it."""
        check_text("the owner", owner)
        with self._db.translated():
            counted: Document | None = await self._db.case_calls.find_one_and_update(
                {"_id": f"{day.isoformat()} {owner}"},
                {"$inc": {"calls": 1}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        if counted is None:
            raise AssertionError("an upsert always has a document")
        return int(counted["calls"])

    async def forget(self, person: str) -> None:
        """Take a person out of the cases; those of nobody else go."""
        while documents := await self._db.cases.find({"people": person}).to_list():
            for case in map(_case_of, documents):  # a case that changes meanwhile is read again
                unchanged = {"_id": case.id, "version": case.version}
                left = case.without(person)
                if left is None:
                    await self._delete(unchanged)
                else:
                    stored = replace(left, version=case.version + 1)
                    await self._db.cases.update_one(unchanged, {"$set": _fields(stored)})

    async def _delete(self, unchanged: Document) -> None:
        """Delete a case, whose number is given to no other one."""
        found = await self._db.cases.find_one(unchanged)
        if found is None:
            return
        number = {"$max": {"number": found.get("number", 0)}}
        await self._db.case_numbers.update_one(_OF_DELETED, number, upsert=True)
        await self._db.cases.delete_one(unchanged)

    async def _one(self, field: str, value: str) -> Case | None:
        check_text("an id", value)
        with self._db.translated():
            found = await self._db.cases.find_one({field: value})
            return _case_of(found) if found else None


def _fields(case: Case) -> Document:
    return {
        "open": case.is_open,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "answer_id": case.answer_id,
        "questions": [one.question.id for one in case.waiters],
        "people": sorted({one.question.asker for one in case.waiters} | {case.taken_by} - {""}),
        "version": case.version,
        "record": case_record(case),
    }


def _case_of(document: Document) -> Case:
    return case_of(document["record"], document["version"])
