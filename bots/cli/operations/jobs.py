"""`faqbot jobs`: print the scheduled jobs, and run one now."""

from __future__ import annotations

import asyncio

from bots.bootstrap.jobs import build_jobs, next_run
from bots.bootstrap.processes.members import leaders
from bots.bootstrap.stores import open_stores
from config.settings import Settings
from core.errors import ConfigError
from core.stores.times import utc_now


def list_jobs(settings: Settings) -> int:
    """Print each job with its cron line and its next time."""
    return asyncio.run(_list(settings))


def run_job(settings: Settings, name: str) -> int:
    """Run a job now and print what it did.

    Raises:
        ConfigError: there is no such job here.
        FaqbotError: the job failed.
    """
    return asyncio.run(_run(settings, name))


async def _list(settings: Settings) -> int:
    async with open_stores(settings) as stores:
        led = await leaders(stores.cluster)
        for job in build_jobs(settings, stores):
            time = next_run(job, timezone=settings.jobs_timezone, now=utc_now())
            when = f"{time:%Y-%m-%d %H:%M %Z}" if time else "never"
            who = led.get(job.name, "nobody yet")
            print(f"{job.name:<10} {job.cron:<14} next {when}  {job.about} (led by {who})")
    return 0


async def _run(settings: Settings, name: str) -> int:
    async with open_stores(settings) as stores:
        jobs = {job.name: job for job in build_jobs(settings, stores)}
        if name not in jobs:
            raise ConfigError(
                f"no job {name!r}; there are {', '.join(jobs)} (FAQBOT_SOURCE, "
                "FAQBOT_RETENTION_DAYS and FAQBOT_DIGEST_TO make more)"
            )
        print(await jobs[name].run())
    return 0
