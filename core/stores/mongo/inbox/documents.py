"""The documents of the collection `inbox`, and the conditions by which they are chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from pymongo import ASCENDING

from core.stores.mongo.database import Document
from core.stores.mongo.turns.history import question_of
from core.stores.turn_records import mention_records
from core.types import Claim, InboxState, Question

OPEN: Final = {"open": True}
BY_ARRIVAL: Final = [("received_at", ASCENDING)]
BY_PLACE: Final = [("n", ASCENDING)]
RECEIVED: Final = InboxState.RECEIVED.value
ANSWERING: Final = InboxState.ANSWERING.value
# The answer of such a question has to be ended or deleted.
OWED: Final = {"owed": True}
CLAIMABLE: Final = {"claimable": True}
NOT_WITHDRAWN: Final = {"state": {"$ne": InboxState.WITHDRAWN.value}}
WORKING: Final = {"working": True}
# The lease of a question that nobody has claimed; a claim looks for leases that have lapsed.
NO_LEASE: Final = datetime(1970, 1, 1, tzinfo=UTC)
# A closed question has none of these fields, so that the indexes of open questions leave it out.
NO_LONGER_OPEN: Final = {"open": "", "working": "", "claimable": ""}
# `held` names the claim that owns the lease: a process that has lost the question may still write.
ONE_MORE: Final = {"fence": 1, "attempts": 1}
BLANK: Final = {"text": "", "asker": "", "mentions": []}
NOTHING_LEFT: Final = {**NO_LONGER_OPEN, "lease_until": "", "held": "", "owed": ""}


def document_of(question: Question, number: int, at: datetime) -> Document:
    """Return the document of a question received at a moment, the `number`th of its session."""
    return {
        "_id": question.id,
        "session": question.session,
        "platform": platform_of(question.session),
        "n": number,
        "text": question.text,
        "asker": question.asker,
        "asked_at": question.asked_at,
        "reply_to": question.reply_to,
        "mentions": mention_records(question),
        "state": RECEIVED,
        "fence": 0,
        "attempts": 0,
        "reply": None,
        "received_at": at,
        "lease_until": NO_LEASE,
        "edited_at": question.edited_at,
        "open": True,
    }


def platform_of(session: str) -> str:
    """Return the prefix of all sessions of a platform, such as `slack:`."""
    return f"{session.partition(':')[0]}:"


def claimed(claim: Claim) -> Document:
    """Return the filter of a claim's question; the session in it names the shard of a cluster."""
    return {"_id": claim.question.id, "session": claim.question.session}


def of_prefixes(prefixes: Sequence[str]) -> Document:
    """Return the condition for sessions with a prefix; an index finds whole platforms."""
    if "" in prefixes:
        return {}
    chosen: Document = {"platform": {"$in": sorted(set(map(platform_of, prefixes)))}}
    if not all(prefix == platform_of(prefix) for prefix in prefixes):
        chosen["session"] = {"$regex": "^(?:" + "|".join(map(re.escape, prefixes)) + ")"}
    return chosen


def claim_of(document: Document) -> Claim:
    """Return the claim that a document was just given."""
    return Claim(
        question_of(document),
        fence=document["fence"],
        reply=document["reply"],
        attempt=document["attempts"],
        state=InboxState(document["state"]),
        token=document["held"],
    )
