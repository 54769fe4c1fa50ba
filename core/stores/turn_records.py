"""The parts of a turn as both stores keep them, in JSON's types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.stores.times import in_utc
from core.types import Dialogue, File, Mention, Passage, Question, Source


def passage_record(passage: Passage) -> dict[str, Any]:
    """Return a passage as both stores keep it, in JSON's types."""
    source = passage.source
    learned_at = source.learned_at.isoformat() if source.learned_at else None
    return {
        "faq_id": passage.faq_id,
        "title": passage.title,
        "text": passage.text,
        "score": passage.score,
        "kind": source.kind,
        "author": source.author,
        "learned_at": learned_at,
        "expired": source.expired,
        "markdown": passage.markdown,
        "url": passage.url,
        "updated": passage.updated,
    }


def dialogue_record(dialogue: Dialogue | None) -> dict[str, Any] | None:
    """Return a skill's dialogue as both stores keep it, in JSON's types."""
    if dialogue is None:
        return None
    until = in_utc(dialogue.until).isoformat() if dialogue.until else None
    return {
        "skill": dialogue.skill,
        "data": dialogue.data,
        "only": list(dialogue.only),
        "until": until,
        "files": [[one.name, one.media_type, one.text] for one in dialogue.files],
        "topic": dialogue.topic,
        "asks": dialogue.asks,
    }


def dialogue_of(record: Mapping[str, Any] | None) -> Dialogue | None:
    """Return the dialogue that was kept so."""
    if not record:
        return None
    until = datetime.fromisoformat(record["until"]) if record["until"] else None
    files = tuple(File(*one) for one in record.get("files", ()))  # an older faqbot had none
    return Dialogue(
        record["skill"],
        record["data"],
        tuple(record["only"]),
        until,
        files,
        topic=record.get("topic", ""),
        asks=record.get("asks", False),
    )


def mention_records(question: Question) -> list[list[str]]:
    """Return whom a question names as the stores keep it, in JSON's types."""
    return [[one.person, one.name, one.text] for one in question.mentions]


def mentions_of(records: Sequence[Sequence[str]]) -> tuple[Mention, ...]:
    """Return the mentions that were kept so."""
    return tuple(Mention(*record) for record in records)


def passage_of(record: Mapping[str, Any]) -> Passage:
    """Return the passage that was kept so."""
    learned_at = record["learned_at"]
    source = Source(
        record["kind"],
        record["author"],
        datetime.fromisoformat(learned_at) if learned_at else None,
        record.get("expired", False),
    )
    return Passage(
        record["faq_id"],
        record["title"],
        record["text"],
        record["score"],
        source,
        record.get("markdown", False),
        record.get("url", ""),
        record.get("updated", ""),
    )
