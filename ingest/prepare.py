"""Preparation of loaded rows: clean, without duplicates, laid out, ready to be indexed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from core.retrieval.audience import is_within
from core.types import Entry
from ingest.clean import Cleaned, clean, clean_texts, match_titles, spaceless
from ingest.dead_links import without_dead_links
from ingest.dedupe import Merged, NearDuplicate, dedupe, near_duplicates
from ingest.layout import readable
from ingest.question_packs import title_key
from ingest.sources.rows import Columns, Loaded, Skipped, SourceRemark

_ID_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class PreparedFaq:
    """The entries that an ingest indexes, and what it reports."""

    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...]
    merged: tuple[Merged, ...]
    near_duplicates: tuple[NearDuplicate, ...]
    read: int = 0
    remarks: tuple[SourceRemark, ...] = ()
    columns: tuple[Columns, ...] = ()


def prepare(
    loaded: Loaded,
    pack: Mapping[str, tuple[str, ...]] | None = None,
    *,
    edited: Collection[str] = (),
    closed: Sequence[str] = (),
) -> PreparedFaq:
    """Make entries of `loaded`, with the questions of `pack` (by `title_key`) after their own.

    Of a title whose key is in `edited` those of the pack are all there are. Entries of categories
    that are `closed`, for a group alone, are never merged with those that others see.
    `related` of an entry holds titles of other entries only: keywords are left out.
    """
    cleaned = [clean(row) for row in loaded.rows]
    empty = [
        Skipped(row.position, "the answer is empty once cleaned: write it or remove the row")
        for row in cleaned
        if not row.text
    ]

    def readers(category: str) -> str:
        return category if is_within(category, closed) else ""

    deduped = dedupe((row for row in cleaned if row.text), readers)
    titles = {spaceless(row.title): row.title for row in reversed(deduped.entries)}
    entries = tuple(
        _entry(row, titles, pack or {}, edited, readers(row.category)) for row in deduped.entries
    )
    return PreparedFaq(
        entries=entries,
        skipped=(*loaded.skipped, *empty),
        merged=deduped.merged,
        read=len(loaded.rows) + len(loaded.skipped),
        remarks=loaded.remarks,
        columns=loaded.columns,
        near_duplicates=near_duplicates([(entry.title, entry.text) for entry in entries]),
    )


def faq_id(title: str, readers: str = "") -> str:
    """An entry's name in the index: the first 16 hex digits of the SHA-256 of its title.

    `readers` tells apart what a group alone sees from what has the same title and others see.
    """
    text = f"{readers}\n{title}" if readers else title
    return sha256(text.encode()).hexdigest()[:_ID_DIGITS]


def _entry(
    row: Cleaned,
    titles: dict[str, str],
    pack: Mapping[str, tuple[str, ...]],
    edited: Collection[str],
    readers: str,
) -> Entry:
    text, linked = _answer(row, titles)
    related = match_titles((*row.related, *linked), titles)
    key = title_key(row.title)
    own = () if key in edited else row.questions
    return Entry(
        faq_id=faq_id(row.title, readers),
        title=row.title,
        text=text,
        category=row.category,
        questions=clean_texts([*own, *pack.get(key, ())]),
        related=tuple(title for title in related if title != row.title),
        url=row.url,
        updated=row.updated,
        markdown=row.markdown,
    )


def _answer(row: Cleaned, titles: dict[str, str]) -> tuple[str, list[str]]:
    """Return an answer as people read it, and the titles that its text links to."""
    if row.markdown:
        return row.text, []
    return without_dead_links(readable(row.text), lambda text: spaceless(text) in titles)
