"""Lines of cron, as crontab(5) reads them: 0 and 7 are Sunday, and 1 to 5 the days of work."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NUMBERS: Final = re.compile(r"([0-7])(?:-([0-7]))?(?:/(\d+))?")


def cron_trigger(line: str, zone: ZoneInfo) -> CronTrigger:
    """Return the trigger of a line; APScheduler itself counts the days from Monday.

    Raises:
        ValueError: it is no line of cron.
    """
    *fields, days = line.split() or ("",)
    named = ",".join(_named(part) for part in days.split(","))
    return CronTrigger.from_crontab(" ".join((*fields, named)), timezone=zone)


def _named(days: str) -> str:
    """Return days that are given by numbers by their names: `1-5`, `0`, `1-7/2`."""
    found = _NUMBERS.fullmatch(days)
    if found is None:
        return days
    first, step = int(found[1]), int(found[3] or 1)
    last = int(found[2] or first)
    return ",".join(_DAYS[day % 7] for day in range(first, last + 1, step)) or days
