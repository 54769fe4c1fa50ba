"""Counts of turns and opinions in MongoDB.

Each count is one `$inc`, so that processes add to the same document. Who dies between a write and
its count leaves it uncounted; `Reports.recount` puts that right.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.stores.counts import (
    buckets_of,
    counts_of,
    entry_counts,
    entry_opinion_counts,
    opinion_counts,
    times,
)
from core.stores.mongo.database import MongoDatabase
from core.types import Feedback, Turn


async def count_turn(database: MongoDatabase, turn: Turn, *, factor: int = 1) -> None:
    """Count a turn that was stored; with the factor -1 one that was taken back."""
    await _add(database, turn, times(factor, counts_of(turn)))
    await _add_to_entries(database, entry_counts(turn), factor)


async def count_opinion(
    database: MongoDatabase, turn: Turn, opinion: Feedback, *, factor: int = 1
) -> None:
    """Count an opinion on a turn; with the factor -1 one that another takes the place of."""
    await _add(database, turn, times(factor, opinion_counts(opinion)))
    await _add_to_entries(database, entry_opinion_counts(turn, opinion), factor)


async def _add(database: MongoDatabase, turn: Turn, counts: Mapping[str, float]) -> None:
    for bucket in buckets_of(turn, database.zone):
        key = f"{bucket.span.value} {bucket.start.isoformat()} {bucket.platform}"
        fields = {"span": bucket.span.value, "start": bucket.start, "platform": bucket.platform}
        await database.traffic.update_one(
            {"_id": key}, {"$inc": dict(counts), "$setOnInsert": fields}, upsert=True
        )


async def _add_to_entries(
    database: MongoDatabase, entries: Mapping[str, Mapping[str, float]], factor: int
) -> None:
    for title, counts in entries.items():
        await database.entry_use.update_one(
            {"_id": title}, {"$inc": times(factor, counts)}, upsert=True
        )
