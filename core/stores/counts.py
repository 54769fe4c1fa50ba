"""The counts of turns and opinions, kept so that a year of them is read quickly. Pure.

Counts are added up by hour and by day, by platform, and by entry of the FAQ. They hold no text of a
person's and outlive the turns that retention deletes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from core.types import Feedback, Span, Turn, TurnState

FIRST_TEXT: Final = "first_text:"
HANDED_OVER: Final = "handed_over"  # the reason of an opinion by which a person is asked for
_GROWTH: Final = 1.1  # each bucket of a duration is so much longer: percentiles are exact to 10 %


@dataclass(frozen=True, slots=True)
class Bucket:
    """The time and platform that counts belong to."""

    span: Span
    start: datetime
    platform: str


def buckets_of(turn: Turn, zone: tzinfo) -> Iterator[Bucket]:
    """Yield the hour and the day, in that zone, in which a turn ended."""
    platform = turn.question.session.partition(":")[0]
    local = turn.finished_at.astimezone(zone)
    hour = local.replace(minute=0, second=0, microsecond=0)
    yield Bucket(Span.HOUR, hour.astimezone(UTC), platform)
    yield Bucket(Span.DAY, hour.replace(hour=0).astimezone(UTC), platform)


def counts_of(turn: Turn) -> dict[str, float]:
    """Return what one turn adds to its buckets."""
    counts: dict[str, float] = {"asked": 1, turn.state.value: 1}
    waited_ms = turn.timings_ms.get("first_text", turn.timings_ms.get("answered"))
    if waited_ms is not None:
        counts[f"{FIRST_TEXT}{bucket_of(waited_ms)}"] = 1
    usage = turn.usage
    spent = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost_usd": usage.cost_usd,
    }
    return counts | {name: number for name, number in spent.items() if number}


def opinion_counts(opinion: Feedback) -> dict[str, float]:
    """Return what one opinion adds to the buckets of its turn."""
    counts: dict[str, float] = {"helpful" if opinion.helpful else "unhelpful": 1}
    if opinion.reason == HANDED_OVER:
        counts[HANDED_OVER] = 1
    return counts


def entry_counts(turn: Turn) -> dict[str, dict[str, float]]:
    """Return what one turn adds to entries of the FAQ, by title.

    An entry is `used` by an answer, and asked `in_vain` where it was the nearest to a question that
    nothing answered.
    """
    if turn.state is TurnState.ESCALATED:
        return {title: {"in_vain": 1} for title in turn.followups[:1]}
    return {title: {"used": 1} for title in turn.sources}


def entry_opinion_counts(turn: Turn, opinion: Feedback) -> dict[str, dict[str, float]]:
    """Return what one opinion adds to the entries that its turn stands on."""
    name = "helpful" if opinion.helpful else "unhelpful"
    return {title: {name: 1} for title in turn.sources}


def times(factor: int, counts: Mapping[str, float]) -> dict[str, float]:
    """Return counts to be added, or with -1 to be taken back."""
    return {name: factor * number for name, number in counts.items()}


def bucket_of(duration_ms: float) -> int:
    """Return the number of the bucket that a duration falls into."""
    return max(math.ceil(math.log(max(duration_ms, 1.0), _GROWTH)), 0)


def duration_ms(bucket: int) -> float:
    """Return the longest duration of a bucket."""
    return round(_GROWTH**bucket, 1)
