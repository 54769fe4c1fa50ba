"""The `History` port on MongoDB."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import Final

from pymongo import DESCENDING
from pymongo.errors import DuplicateKeyError

from core.stores.mongo.database import Document, MongoDatabase
from core.stores.mongo.turns.counters import count_turn
from core.stores.records import as_stored, check_text
from core.stores.tags import tags_of
from core.stores.trace_records import trace_of, trace_record
from core.stores.turn_records import (
    dialogue_of,
    dialogue_record,
    mentions_of,
    passage_of,
    passage_record,
)
from core.types import Label, Question, SessionId, Turn, TurnState, Usage

_NEWEST_FIRST: Final = [("n", DESCENDING)]
_LISTED: Final = {"session": True, "finished_at": True}
UNSHOWN: Final = {"passages": False, "trace": False}


class MongoHistory:
    """The `History` port on the collections `turns` and `sessions`.

    An append is up to three writes. Whatever dies between them leaves a number that nobody has, or
    a turn whose session is not yet listed, and the same append again puts that right.
    """

    def __init__(self, database: MongoDatabase) -> None:
        self._db = database

    async def append(self, turn: Turn) -> bool:
        """Store a turn; False, and nothing changed, if that question id is already there.

        Raises:
            ValueError: a time without a zone.
            StorageError: the turn holds text that no store keeps (NUL, a lone surrogate, more than
                16 MB in all), or MongoDB does not take it.
        """
        kept = as_stored(turn)
        question_id = kept.question.id
        with self._db.translated():
            known = await self._db.turns.find_one({"_id": question_id}, _LISTED)
            stored = known is None and await self._insert(kept)
            if stored:
                await count_turn(self._db, kept)
            listed = known or {"session": kept.question.session, "finished_at": kept.finished_at}
            if stored or known:
                await self._db.sessions.update_one(
                    {"_id": listed["session"]}, {"$max": {"last_at": listed["finished_at"]}}
                )
            return stored

    async def recent(self, session: SessionId, limit: int) -> list[Turn]:
        """Return the last `limit` turns of a session, oldest first; none if `limit` is below 1.

        Raises:
            StorageError: MongoDB fails, or `session` is text that no store keeps.
        """
        check_text("the session", session)
        if limit < 1:  # MongoDB takes 0 for no limit
            return []
        with self._db.translated():
            found = self._db.turns.find({"session": session}).sort(_NEWEST_FIRST).limit(limit)
            return [turn_of(document) for document in reversed(await found.to_list())]

    async def _insert(self, turn: Turn) -> bool:
        number = await self._db.next_number(turn.question.session)
        with suppress(DuplicateKeyError):
            await self._db.turns.insert_one({**document_of(turn), "n": number})
            return True
        return False


def document_of(turn: Turn) -> Document:
    """Return a turn as it is stored, without its number in the session."""
    question = turn.question
    return {
        "_id": question.id,
        "session": question.session,
        "text": question.text,
        "asker": question.asker,
        "asked_at": question.asked_at,
        "reply_to": question.reply_to,
        "state": turn.state.value,
        "answer": turn.answer,
        "sources": list(turn.sources),
        "followups": list(turn.followups),
        "label": turn.label.value,
        "model": turn.model,
        "finished_at": turn.finished_at,
        # Two lists, since a field of MongoDB cannot have every name.
        "timing_names": list(turn.timings_ms),
        "timings_ms": list(turn.timings_ms.values()),
        "prompt": turn.prompt,
        "usage": asdict(turn.usage),
        "passages": [passage_record(one) for one in turn.passages],
        "dialogue": dialogue_record(turn.dialogue),
        "withheld": turn.withheld,
        "trace": trace_record(turn.trace),
        "tags": tags_of(turn),
    }


def turn_of(document: Document) -> Turn:
    """Return the turn that a document holds."""
    return Turn(
        question=question_of(document),
        state=TurnState(document["state"]),
        answer=document["answer"],
        sources=tuple(document["sources"]),
        followups=tuple(document["followups"]),
        label=Label(document["label"]),
        model=document["model"],
        finished_at=document["finished_at"],
        timings_ms=dict(zip(document["timing_names"], document["timings_ms"], strict=True)),
        # Turns of an older faqbot have neither.
        prompt=document.get("prompt", ""),
        usage=Usage(**document.get("usage", {})),
        passages=tuple(map(passage_of, document.get("passages", ()))),
        dialogue=dialogue_of(document.get("dialogue")),
        withheld=document.get("withheld", 0),
        trace=trace_of(document.get("trace")),
    )


def question_of(document: Document) -> Question:
    """Return the question of a turn's or an inbox document; a turn's has no mentions."""
    return Question(
        id=document["_id"],
        session=SessionId(document["session"]),
        text=document["text"],
        asker=document["asker"],
        asked_at=document["asked_at"],
        reply_to=document["reply_to"],
        mentions=mentions_of(document.get("mentions", ())),
    )
