"""Figures over hours, days or weeks, from stored counts."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from core.ports import Reports
from core.stores.counts import FIRST_TEXT, HANDED_OVER, duration_ms
from core.types import Span, Traffic, TurnState


class ReportWindow(StrEnum):
    """The time that a report covers, and the length of its steps."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


_PERIODS: Final = {ReportWindow.HOURS: 48, ReportWindow.DAYS: 90, ReportWindow.WEEKS: 52}
_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one period, or of all of them; durations are until the first text."""

    asked: int = 0
    answered: int = 0
    not_found: int = 0
    refused: int = 0
    failed: int = 0
    stopped: int = 0
    handed_over: int = 0
    helpful: int = 0
    unhelpful: int = 0
    cost_usd: float = 0.0
    p50_ms: float | None = None
    p95_ms: float | None = None

    @property
    def liked(self) -> float | None:
        """The share of opinions that say an answer helped, 0..1; None without any."""
        given = self.helpful + self.unhelpful
        return self.helpful / given if given else None


@dataclass(frozen=True, slots=True)
class Stats:
    """A report: totals, by platform, and by period, the oldest first."""

    window: ReportWindow
    since: datetime
    total: Figures
    by_platform: dict[str, Figures] = field(default_factory=dict)
    periods: Sequence[tuple[datetime, Figures]] = ()


async def read_stats(
    reports: Reports, window: ReportWindow, *, now: datetime, zone: tzinfo, platform: str = ""
) -> Stats:
    """Read the figures of a window that ends now; with `platform` of that one alone.

    Raises:
        StorageError: the counts cannot be read.
    """
    starts = _starts(window, now.astimezone(zone))
    span = Span.HOUR if window is ReportWindow.HOURS else Span.DAY
    rows = await reports.traffic(span, starts[0])
    if platform:
        rows = [row for row in rows if row.platform == platform]
    within: list[list[Traffic]] = [[] for _ in starts]
    for row in rows:
        within[bisect_right(starts, row.start) - 1].append(row)
    by_platform: dict[str, list[Traffic]] = {}
    for row in rows:
        by_platform.setdefault(row.platform, []).append(row)
    return Stats(
        window,
        starts[0],
        figures(rows),
        {name: figures(some) for name, some in sorted(by_platform.items())},
        [(start, figures(some)) for start, some in zip(starts, within, strict=True)],
    )


def figures(rows: Iterable[Traffic]) -> Figures:
    """Add counts up."""
    counts: defaultdict[str, float] = defaultdict(float)
    for row in rows:
        for name, count in row.counts.items():
            counts[name] += count
    first = {
        int(name.removeprefix(FIRST_TEXT)): int(number)
        for name, number in counts.items()
        if name.startswith(FIRST_TEXT)
    }
    return Figures(
        asked=int(counts["asked"]),
        answered=int(counts[TurnState.ANSWERED]),
        not_found=int(counts[TurnState.ESCALATED]),
        refused=int(counts[TurnState.DECLINED]),
        failed=int(counts[TurnState.FAILED]),
        stopped=int(counts[TurnState.STOPPED]),
        handed_over=int(counts[HANDED_OVER]),
        helpful=int(counts["helpful"]),
        unhelpful=int(counts["unhelpful"]),
        cost_usd=round(counts["cost_usd"], 6),
        p50_ms=percentile(first, 0.5),
        p95_ms=percentile(first, 0.95),
    )


def percentile(buckets: dict[int, int], share: float) -> float | None:
    """Return the duration that this share of all does not exceed, exact to 10 %; None without any.

    `buckets` are how many durations fall into each bucket of `core.stores.counts.bucket_of`.
    """
    wanted = share * sum(buckets.values())
    passed = 0
    for bucket in sorted(buckets):
        passed += buckets[bucket]
        if buckets[bucket] > 0 and passed >= wanted:
            return duration_ms(bucket)
    return None


def _starts(window: ReportWindow, now: datetime) -> list[datetime]:
    """Return the times at which the periods of the window began, the oldest first."""
    count = _PERIODS[window]
    if window is ReportWindow.HOURS:
        this = now.replace(minute=0, second=0, microsecond=0)
        return [this - timedelta(hours=back) for back in range(count - 1, -1, -1)]
    this = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if window is ReportWindow.DAYS:
        return [this - timedelta(days=back) for back in range(count - 1, -1, -1)]
    monday = this - timedelta(days=this.weekday())
    return [monday - back * _WEEK for back in range(count - 1, -1, -1)]
