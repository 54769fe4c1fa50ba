"""`faqbot gaps`: what could not be answered or was disliked, grouped by meaning."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

from bots.bootstrap.search import load_language
from bots.bootstrap.stores import gap_stores_of, open_stores
from bots.cli.terminal import clean
from config.settings import Settings
from core.reporting.gaps import Gap, GapGroup, grouped, open_gaps

_SHOWN = 5  # questions of a group


def gaps(settings: Settings, *, limit: int, as_json: bool) -> int:
    """Print the groups, the largest first."""
    now = datetime.now(UTC)
    found = asyncio.run(_read(settings, now))
    groups = grouped(found, load_language(settings.profile).encoder.embed, now=now) if found else []
    if as_json:
        print(
            json.dumps({"groups": [group_json(one) for one in groups[:limit]]}, ensure_ascii=False)
        )
        return 0
    if not groups:
        print("no gaps: every question was answered, and no answer disliked")
    for group in groups[:limit]:
        trend = f"{group.this_week} this week, {group.week_before} the week before"
        print(f"{len(group.gaps):>5}  {clean(group.name)}  ({trend})")
        others = dict.fromkeys(" ".join(gap.text.split()) for gap in group.gaps)
        for text in [one for one in others if one != group.name][:_SHOWN]:
            print(f"       {clean(text)}")
    return 0


def group_json(group: GapGroup) -> dict[str, object]:
    """Return a group in JSON's types."""
    return {
        "name": group.name,
        "count": len(group.gaps),
        "this_week": group.this_week,
        "week_before": group.week_before,
        "questions": [
            {
                "id": gap.question_id,
                "session": gap.session,
                "text": gap.text,
                "ended_at": gap.ended_at.isoformat(),
                "disliked": gap.disliked,
                "expected": gap.expected,
            }
            for gap in group.gaps
        ],
    }


async def _read(settings: Settings, now: datetime) -> list[Gap]:
    async with open_stores(settings) as stores:
        return await open_gaps(gap_stores_of(stores), now=now)
