"""Counts of turns and opinions in the file, in the transaction that stores what they count."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import tzinfo
from typing import Final

from core.stores.counts import (
    buckets_of,
    counts_of,
    entry_counts,
    entry_opinion_counts,
    opinion_counts,
    times,
)
from core.stores.sqlite.database import to_ms
from core.types import Feedback, Turn

BUCKET: Final = "SELECT counts FROM traffic WHERE span = ? AND start_ms = ? AND platform = ?"
_PUT: Final = (
    "INSERT OR REPLACE INTO traffic (span, start_ms, platform, counts) VALUES (?, ?, ?, ?)"
)
_ENTRY: Final = """
    INSERT INTO entry_use (title, used, helpful, unhelpful, in_vain)
    VALUES (:title, :used, :helpful, :unhelpful, :in_vain)
    ON CONFLICT (title) DO UPDATE SET
        used = used + excluded.used, helpful = helpful + excluded.helpful,
        unhelpful = unhelpful + excluded.unhelpful, in_vain = in_vain + excluded.in_vain
"""
_NAMES: Final = ("used", "helpful", "unhelpful", "in_vain")


def count_turn(db: sqlite3.Connection, turn: Turn, zone: tzinfo, *, factor: int = 1) -> None:
    """Count a turn that was stored; with the factor -1 one that was taken back."""
    _add(db, turn, zone, times(factor, counts_of(turn)))
    _add_to_entries(db, entry_counts(turn), factor)


def count_opinion(
    db: sqlite3.Connection, turn: Turn, opinion: Feedback, zone: tzinfo, *, factor: int = 1
) -> None:
    """Count an opinion on a turn; with the factor -1 one that another takes the place of."""
    _add(db, turn, zone, times(factor, opinion_counts(opinion)))
    _add_to_entries(db, entry_opinion_counts(turn, opinion), factor)


def _add(db: sqlite3.Connection, turn: Turn, zone: tzinfo, counts: Mapping[str, float]) -> None:
    for bucket in buckets_of(turn, zone):
        key = (bucket.span.value, to_ms(bucket.start), bucket.platform)
        row = db.execute(BUCKET, key).fetchone()
        known: dict[str, float] = json.loads(row[0]) if row else {}
        for name, number in counts.items():
            known[name] = known.get(name, 0) + number
        db.execute(_PUT, (*key, json.dumps(known)))


def _add_to_entries(
    db: sqlite3.Connection, entries: Mapping[str, Mapping[str, float]], factor: int
) -> None:
    for title, counts in entries.items():
        row = {name: factor * counts.get(name, 0) for name in _NAMES}
        db.execute(_ENTRY, {"title": title, **row})
