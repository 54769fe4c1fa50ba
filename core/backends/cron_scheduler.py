"""Jobs by the clock, through APScheduler."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from core.errors import ConfigError
from core.jobs import Job, run_logged


def next_run(job: Job, *, timezone: str, now: datetime) -> datetime | None:
    """When a job runs next, without its jitter; None if never again.

    Raises:
        ConfigError: the cron line or the time zone is none.
    """
    found: datetime | None = _trigger(job, timezone, jitter_s=0).get_next_fire_time(None, now)
    return found


@asynccontextmanager
async def scheduled(jobs: Sequence[Job], *, timezone: str, jitter_s: int) -> AsyncIterator[None]:
    """Run the jobs at their times until leaving; one that is at work then is cancelled.

    A job never runs twice at once, and however many of its times were missed while the machine
    slept, it runs once.

    Raises:
        ConfigError: a cron line or the time zone is none.
    """
    scheduler = AsyncIOScheduler(timezone=_zone(timezone))
    for job in jobs:
        scheduler.add_job(
            run_logged,
            _trigger(job, timezone, jitter_s=jitter_s),
            args=(job,),
            id=job.name,
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


def _trigger(job: Job, timezone: str, *, jitter_s: int) -> Any:  # noqa: ANN401 - it has no types
    try:
        trigger = CronTrigger.from_crontab(job.cron, timezone=_zone(timezone))
    except ValueError as error:
        raise ConfigError(
            f"FAQBOT_{job.name.upper()}_CRON: {error}; it has five fields, like `30 4 * * *`"
        ) from error
    trigger.jitter = jitter_s or None
    return trigger


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(
            f"FAQBOT_JOBS_TIMEZONE: no time zone {name!r}; one is Asia/Seoul"
        ) from error
