"""The indexes of the collections in MongoDB."""

from __future__ import annotations

from typing import Final

from pymongo import ASCENDING, DESCENDING, IndexModel

OPEN: Final = {"open": True}
WORKING: Final = {"working": True}
CLAIMABLE: Final = {"claimable": True}

# docs/storage.md says what each is for; every query of a request uses one of them. A
# database of schema 1 keeps the index `by_asker`, which nothing needs since.
INDEXES: Final[dict[str, list[IndexModel]]] = {
    "turns": [
        IndexModel([("session", ASCENDING), ("n", DESCENDING)], name="by_session"),
        IndexModel(
            [("asker", ASCENDING), ("finished_at", DESCENDING), ("_id", ASCENDING)],
            name="by_asker_and_end",
        ),
        IndexModel([("finished_at", ASCENDING)], name="by_end"),
        IndexModel([("state", ASCENDING), ("finished_at", ASCENDING)], name="by_state_and_end"),
        IndexModel([("tags", ASCENDING), ("finished_at", ASCENDING)], name="by_tag_and_end"),
    ],
    "sessions": [IndexModel([("last_at", DESCENDING), ("_id", ASCENDING)], name="by_end")],
    "feedback": [
        IndexModel([("question_id", ASCENDING), ("user", ASCENDING)], name="one", unique=True),
        IndexModel([("user", ASCENDING)], name="by_user"),
        IndexModel([("helpful", ASCENDING), ("given_at", ASCENDING)], name="by_opinion"),
    ],
    "traffic": [IndexModel([("span", ASCENDING), ("start", ASCENDING)], name="by_start")],
    "spent": [
        IndexModel([("person", ASCENDING), ("day", ASCENDING)], name="by_person"),
        IndexModel([("day", ASCENDING)], name="by_day"),
    ],
    "leases": [IndexModel([("until", ASCENDING)], name="by_end")],
    "call_counts": [IndexModel([("until", ASCENDING)], name="by_end")],
    "audit": [IndexModel([("at", ASCENDING)], name="by_time")],
    "inbox": [
        IndexModel(
            [("open", ASCENDING), ("received_at", ASCENDING)],
            name="open",
            partialFilterExpression=OPEN,
        ),
        IndexModel(
            [("session", ASCENDING), ("n", ASCENDING)],
            name="open_by_session",
            partialFilterExpression=OPEN,
        ),
        IndexModel(
            [("session", ASCENDING), ("working", ASCENDING)],
            name="one_in_work",
            unique=True,
            partialFilterExpression=WORKING,
        ),
        IndexModel(
            [("working", ASCENDING), ("lease_until", ASCENDING)],
            name="in_work",
            partialFilterExpression=WORKING,
        ),
        IndexModel(
            [("claimable", ASCENDING), ("received_at", ASCENDING)],
            name="claimable",
            partialFilterExpression=CLAIMABLE,
        ),
        IndexModel(
            [("claimable", ASCENDING), ("platform", ASCENDING), ("received_at", ASCENDING)],
            name="claimable_by_platform",
            partialFilterExpression=CLAIMABLE,
        ),
        IndexModel(
            [("lease_until", ASCENDING)],
            name="owed",
            partialFilterExpression={"owed": True},
        ),
        IndexModel([("asker", ASCENDING)], name="by_asker"),
        IndexModel([("settled_at", ASCENDING)], name="by_settling"),
    ],
    "tombstones": [IndexModel([("made_at", ASCENDING)], name="by_age")],
    "lessons": [
        IndexModel([("session", ASCENDING)], name="by_session"),
        IndexModel([("author", ASCENDING)], name="by_author"),
        IndexModel([("asked_by", ASCENDING)], name="by_asker"),
        IndexModel([("approved_by", ASCENDING)], name="by_approver"),
    ],
    "cases": [
        IndexModel(
            [("open", ASCENDING), ("opened_at", ASCENDING), ("_id", ASCENDING)],
            name="open",
        ),
        IndexModel([("due_at", ASCENDING), ("_id", ASCENDING)], name="by_due"),
        IndexModel([("questions", ASCENDING)], name="by_question"),
        IndexModel([("people", ASCENDING)], name="by_person"),
        IndexModel([("answer_id", ASCENDING)], name="by_answer"),
        # Of two processes that add a case at once, one has to look again.
        IndexModel([("number", ASCENDING)], name="number", unique=True, sparse=True),
    ],
    "memories": [
        IndexModel(
            [("person", ASCENDING), ("told_at", ASCENDING), ("_id", ASCENDING)], name="by_person"
        )
    ],
    "diary_meetings": [
        IndexModel([("start", ASCENDING), ("_id", ASCENDING)], name="by_start"),
        IndexModel([("attendees", ASCENDING), ("start", ASCENDING), ("_id", ASCENDING)], name="of"),
    ],
    "diary_polls": [
        IndexModel([("open", ASCENDING), ("_id", ASCENDING)], name="open"),
        IndexModel([("people", ASCENDING), ("_id", ASCENDING)], name="of"),
    ],
}
