"""The jobs of this installation, wired from its settings: `faqbot jobs`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bots.stores import Stores, open_stores
from config.settings import Settings
from core.backends.cron_scheduler import next_run
from core.backends.turn_rules import utc_now
from core.errors import ConfigError
from core.jobs import Job, expire, sweep


def build_jobs(
    settings: Settings, stores: Stores, *, wake: Callable[[], None] = lambda: None
) -> list[Job]:
    """What there is to do: without a source nothing is re-synced, without days nothing expires."""
    jobs = [
        Job(
            "sweep",
            "open the questions of workers that died",
            settings.sweep_cron,
            partial(sweep, stores.inbox, wake),
        )
    ]
    if settings.retention_days:
        days = settings.retention_days
        about = f"delete what is older than {days} days"
        run = partial(expire, stores.archive, days=days)
        jobs.append(Job("retention", about, settings.retention_cron, run))
    if settings.source:
        resync = partial(asyncio.to_thread, _resync, settings)
        about = f"bring the index in line with {settings.source}"
        jobs.append(Job("resync", about, settings.resync_cron, resync))
    return jobs


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
        for job in build_jobs(settings, stores):
            time = next_run(job, timezone=settings.jobs_timezone, now=utc_now())
            when = f"{time:%Y-%m-%d %H:%M %Z}" if time else "never"
            print(f"{job.name:<10} {job.cron:<14} next {when}  {job.about}")  # noqa: T201
    return 0


async def _run(settings: Settings, name: str) -> int:
    async with open_stores(settings) as stores:
        jobs = {job.name: job for job in build_jobs(settings, stores)}
        if name not in jobs:
            raise ConfigError(
                f"no job {name!r}; there are {', '.join(jobs)} (FAQBOT_SOURCE and "
                "FAQBOT_RETENTION_DAYS make more)"
            )
        print(await jobs[name].run())  # noqa: T201 - the interface
    return 0


def _resync(settings: Settings) -> str:
    # Chroma and Kiwi take a second to import, and the other jobs need neither.
    from bots.ingesting import run_ingest  # noqa: PLC0415
    from ingest.fetch import confirm, fetch, is_url  # noqa: PLC0415

    fetched = is_url(settings.source)
    path = Path(settings.source)
    if fetched:
        path, changed = fetch(settings.source, settings.data_dir / "source")
        if not changed:
            return "the source has not changed"
    report = run_ingest(
        settings, path, questions=None, use_packs=True, progress=lambda _done, _total: None
    )
    if fetched:
        confirm(path)
    changes = report.changes
    return (
        f"{changes.added:,} added, {changes.changed:,} changed, "
        f"{changes.unchanged:,} unchanged, {changes.removed:,} removed"
    )
