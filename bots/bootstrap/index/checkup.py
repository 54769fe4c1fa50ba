"""The check of the FAQ that serves, for the console and for `faqbot check`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bots.bootstrap.search import Language
from core.reporting.checkup import CheckReport
from core.retrieval.hits import Hit
from core.retrieval.retriever import Retriever
from core.retrieval.signals import Query
from ingest.quality import problems_of

_AT_ONCE: Final = 64


def check_served(retriever: Retriever, language: Language) -> CheckReport:
    """Look for what could be better in the entries that are served. Blocks.

    Raises:
        FaqIndexError: they cannot be read.
    """
    entries = retriever.all_entries()
    problems = problems_of(
        entries,
        first=lambda asked: [hit.faq_id if hit else "" for hit in first_hits(retriever, asked)],
        embed=language.encoder.embed,
        today=datetime.now(UTC).date(),
    )
    return CheckReport(len(entries), problems)


def first_hits(retriever: Retriever, asked: Sequence[str]) -> list[Hit | None]:
    """Return what is found first for each question, None where nothing is."""
    first: list[Hit | None] = []
    for start in range(0, len(asked), _AT_ONCE):
        queries = [Query(text, ()) for text in asked[start : start + _AT_ONCE]]
        found = retriever.search_all(queries, limit=1)
        first += [hits[0] if hits else None for hits in found]
    return first
