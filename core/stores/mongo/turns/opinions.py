"""The documents of opinions on answers: written, counted, and taken back."""

from __future__ import annotations

from pymongo.errors import DuplicateKeyError

from core.stores.mongo.database import Document, MongoDatabase
from core.stores.mongo.turns.counters import count_opinion
from core.stores.mongo.turns.history import turn_of
from core.types import Feedback


async def give(database: MongoDatabase, opinion: Feedback) -> bool:
    """Store an opinion and count it, in the place of the one before; False without its turn."""
    one = {"question_id": opinion.question_id, "user": opinion.user}
    said = {"helpful": opinion.helpful, "reason": opinion.reason, "expected": opinion.expected}
    change = {"$set": {**said, "given_at": opinion.given_at}}
    found = await database.turns.find_one({"_id": opinion.question_id})
    if found is None:
        return False
    before = await database.feedback.find_one(one)
    try:
        await database.feedback.update_one(one, change, upsert=True)
    except DuplicateKeyError:  # two first opinions at once: by now there is one to update
        await database.feedback.update_one(one, change)
    if before:
        await count_opinion(database, turn_of(found), feedback_of(before), factor=-1)
    await count_opinion(database, turn_of(found), opinion)
    return True


async def withdraw(database: MongoDatabase, question_id: str, user: str) -> bool:
    """Delete an opinion, and count it no more; False if there is none."""
    one = {"question_id": question_id, "user": user}
    before = await database.feedback.find_one(one)
    if before is None or not (await database.feedback.delete_one(one)).deleted_count:
        return False
    found = await database.turns.find_one({"_id": question_id})
    if found:
        await count_opinion(database, turn_of(found), feedback_of(before), factor=-1)
    return True


def feedback_of(document: Document) -> Feedback:
    """Return the opinion that a document holds."""
    return Feedback(
        document["question_id"],
        document["user"],
        document["helpful"],
        document["given_at"],
        # Opinions of an older faqbot have neither.
        document.get("reason", ""),
        document.get("expected", ""),
    )
