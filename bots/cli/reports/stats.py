"""`faqbot stats`: figures over hours, days or weeks."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bots.bootstrap.stores import open_stores
from config.settings import Settings
from core.reporting.stats import Figures, ReportWindow, Stats, read_stats

_COLUMNS = ("asked", "answered", "not_found", "refused", "failed", "helpful", "unhelpful")


def stats(settings: Settings, over: str, *, platform: str, recount: bool, as_json: bool) -> int:
    """Print the figures of a window, all in all, by platform and by period."""
    found = asyncio.run(_read(settings, ReportWindow(over), platform, recount=recount))
    if as_json:
        print(json.dumps(stats_json(found), ensure_ascii=False))
        return 0
    _print(found)
    return 0


def stats_json(found: Stats) -> dict[str, object]:
    """Return the report in JSON's types, with times in the zone of the settings."""
    return {
        "window": found.window.value,
        "since": found.since.isoformat(),
        "total": figures_json(found.total),
        "by_platform": {name: figures_json(one) for name, one in found.by_platform.items()},
        "periods": [
            {"start": start.isoformat(), **figures_json(one)} for start, one in found.periods
        ],
    }


def figures_json(figures: Figures) -> dict[str, object]:
    """Return the figures in JSON's types, with the share of good opinions."""
    liked = figures.liked
    return {**asdict(figures), "liked": None if liked is None else round(liked, 4)}


async def _read(settings: Settings, window: ReportWindow, platform: str, *, recount: bool) -> Stats:
    async with open_stores(settings) as stores:
        if recount:
            await stores.reports.recount()
        zone = ZoneInfo(settings.jobs_timezone)
        return await read_stats(
            stores.reports, window, now=datetime.now(UTC), zone=zone, platform=platform
        )


def _print(found: Stats) -> None:
    names = (*(name.replace("_", " ") for name in _COLUMNS), "p50", "p95", "cost")
    print(f"since {found.since:%Y-%m-%d %H:%M}")
    print(f"{'':<16}" + "".join(f"{name:>11}" for name in names))
    step = "%m-%d %H:00" if found.window is ReportWindow.HOURS else "%Y-%m-%d"
    rows = [("all", found.total), *found.by_platform.items()]
    rows += [(f"{start:{step}}", one) for start, one in found.periods if one.asked]
    for name, one in rows:
        cells = [f"{getattr(one, column):,}" for column in _COLUMNS]
        cells += [_ms(one.p50_ms), _ms(one.p95_ms), f"${one.cost_usd:,.2f}"]
        print(f"{name:<16}" + "".join(f"{cell:>11}" for cell in cells))


def _ms(duration_ms: float | None) -> str:
    return "" if duration_ms is None else f"{duration_ms:,.0f} ms"
