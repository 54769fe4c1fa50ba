"""Entries that resemble each other: in their answers, in their titles, or with other numbers."""

from __future__ import annotations

from collections.abc import Sequence

from core.types import Double, DoubleKind, Entry
from ingest.dedupe import near_duplicates
from ingest.quality import alike_titles, differ_in_numbers


def doubles_of(entries: Sequence[Entry]) -> list[Double]:
    """Return the pairs, contradictions first; each pair once. Takes a second for 3,000 entries."""
    found: dict[frozenset[str], Double] = {}
    for one, other in alike_titles(entries):
        kind = DoubleKind.CONTRADICTION if differ_in_numbers(one, other) else DoubleKind.TITLE
        found[frozenset((one.title, other.title))] = Double(other.title, one.title, kind)
    for pair in near_duplicates([(entry.title, entry.text) for entry in entries]):
        double = Double(pair.second, pair.first, DoubleKind.ANSWER)
        found.setdefault(frozenset((pair.first, pair.second)), double)
    return sorted(found.values(), key=lambda double: list(DoubleKind).index(double.kind))
