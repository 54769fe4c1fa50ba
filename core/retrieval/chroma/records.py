"""The records of an index, and the metadata in which Chroma keeps all of them but the vectors."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields

from chromadb import Collection, Metadata

from core.ports import Vectors
from core.types import Entry, Generation, Terms


@dataclass(frozen=True, slots=True)
class Record:
    """A stored entry, with its terms and one vector for each chunk of its answer."""

    entry: Entry
    terms: Terms
    digest: str
    chunks: tuple[str, ...]
    vectors: Vectors  # (len(chunks), dimension)


def metadata_of(record: Record, number: int) -> Metadata:
    """Return the metadata of a record's chunk; that of the first has the entry and its terms."""
    meta: dict[str, str | int] = {"faq_id": record.entry.faq_id, "chunk": number}
    if number == 0:
        meta["digest"] = record.digest
        meta["entry"] = _json(record.entry)
        meta["terms"] = _json(record.terms)
    return meta


def _json(flat: Entry | Terms) -> str:
    """Return the fields of a value without others inside; `asdict` would copy each text."""
    named = {one.name: getattr(flat, one.name) for one in fields(flat)}
    return json.dumps(named, ensure_ascii=False)


def entry_of(meta: Metadata) -> Entry:
    """Return the entry that the metadata of a first chunk holds."""
    fields = json.loads(str(meta["entry"]))
    questions, related = tuple(fields.pop("questions")), tuple(fields.pop("related"))
    return Entry(**fields, questions=questions, related=related)


def terms_of(meta: Metadata) -> Terms:
    """Return the terms that the metadata of a first chunk holds."""
    fields = json.loads(str(meta["terms"]))
    return Terms(tuple(fields["title"]), tuple(fields["answer"]), tuple(fields["questions"]))


def generation_of(collection: Collection) -> Generation:
    """Return the generation that a collection holds."""
    meta = collection.metadata or {}
    return Generation(
        name=collection.name,
        fingerprint=str(meta.get("fingerprint", "")),
        entries=int(meta.get("entries", 0)),
        created_at=str(meta.get("created_at", "")),
        source=str(meta.get("source", "")),
        digest=str(meta.get("digest", "")),
    )
