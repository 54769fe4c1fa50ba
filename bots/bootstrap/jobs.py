"""Scheduled jobs; one that fails is logged, and does not stop the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bots.bootstrap.cron import cron_trigger
from bots.bootstrap.digest import owners_zone, ran_before, tell_owners
from bots.bootstrap.processes.apart import apart
from bots.bootstrap.processes.members import Members
from bots.bootstrap.stores import Stores
from config.profiles import profile_of
from config.settings import Settings
from core.errors import ConfigError, FaqbotError, StorageError
from core.messaging.service import ChatService
from core.ports import Archive, Inbox
from core.retry import until_back
from core.skills.meetings.reminders import Reminders
from core.skills.meetings.words import load_words
from core.skills.messenger import Messenger
from ingest.sources.url import shown

logger = logging.getLogger(__name__)

# After a job has run; the others' clocks, and their jitter, are a little behind.
_LEADS_ON_S: Final = 90.0
_EACH_MINUTE: Final = "* * * * *"


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its name, one line about it, its cron line (five fields), and its work.

    `run` returns a line that says what was done. Its times are those of `zone`, of the settings' if
    it is "".
    """

    name: str
    about: str
    cron: str
    run: Callable[[], Awaitable[str]]
    zone: str = ""


async def run_logged(job: Job, members: Members) -> None:
    """Run a job where this process leads it, and log its line, or why it failed.

    While a store is away the job waits, as its next time may be a day later.
    """

    def waits(error: Exception) -> None:
        logger.warning("job %s waits: %s", job.name, error)

    try:
        if await until_back(partial(members.leads, job.name), tell=waits):
            async with members.leading(job.name):
                logger.info("job %s: %s", job.name, await until_back(job.run, tell=waits))
            # Long enough that no other runs it at the same time.
            with suppress(StorageError):
                await members.leads(job.name, lease_s=_LEADS_ON_S)
    except FaqbotError as error:
        logger.error("job %s failed: %s", job.name, error)
    except Exception:  # the outermost edge of a job: the others go on
        logger.exception("job %s failed", job.name)


async def expire(archive: Archive, *, days: int) -> str:
    """Delete what is older than `days`; the job `retention`.

    Raises:
        StorageError: the store failed; what is left goes with the next run.
    """
    removed = await archive.expire(datetime.now(UTC) - timedelta(days=days))
    return (
        f"older than {days} days and deleted: {removed.turns:,} turns, "
        f"{removed.questions:,} settled questions, {removed.feedback:,} opinions"
    )


async def sweep(inbox: Inbox, wake: Callable[[], None]) -> str:
    """Release questions whose worker died, and wake the worker here; the job `sweep`.

    Raises:
        StorageError: the store failed.
    """
    lapsed = await inbox.sweep()
    if lapsed:
        wake()
    return f"{lapsed:,} questions with a lapsed lease are open again"


def reminding(
    settings: Settings, stores: Stores, messenger: Messenger
) -> Callable[[], Awaitable[str]]:
    """Return the job `reminders`, which reminds people of meetings that begin soon."""
    reminders = Reminders(
        stores.diary,
        stores.archive,
        messenger,
        load_words(profile_of(settings).language),
        timedelta(minutes=settings.remind_min),
    )

    async def remind() -> str:
        told = await reminders.run(datetime.now(_zone(settings.jobs_timezone)))
        return f"{told:,} messages about meetings"

    return remind


def next_run(job: Job, *, timezone: str, now: datetime) -> datetime | None:
    """Return the time when a job runs next, without its jitter; None if it never runs again.

    Raises:
        ConfigError: the cron line or the time zone is none.
    """
    found: datetime | None = _trigger(job, timezone, jitter_s=0).get_next_fire_time(None, now)
    return found


@asynccontextmanager
async def scheduled(
    jobs: Sequence[Job], *, members: Members, timezone: str, jitter_s: int
) -> AsyncIterator[None]:
    """Run the jobs at their times until leaving; one that is at work then is cancelled.

    Of several processes one runs a job, and the others let it. A job never runs twice at once, and
    however many of its times were missed while the machine slept, it runs once.

    Raises:
        ConfigError: a cron line or the time zone is none.
    """
    scheduler = AsyncIOScheduler(timezone=_zone(timezone))
    for job in jobs:
        scheduler.add_job(
            run_logged,
            _trigger(job, timezone, jitter_s=jitter_s),
            args=(job, members),
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
        trigger = cron_trigger(job.cron, _zone(job.zone or timezone))
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


def build_jobs(
    settings: Settings, stores: Stores, *, service: ChatService | None = None
) -> list[Job]:
    """Return the jobs that the settings ask for; `service` gets what they produce.

    No re-sync without a source, no expiry without days, no digest without a channel.
    """

    def wake() -> None:
        if service:
            service.wake()

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
        # A process that serves would keep what an ingest takes: as much again as serving does.
        run_it = apart if service else asyncio.to_thread
        sync = partial(run_it, resync, settings)
        about = f"bring the index in line with {shown(settings.source)}"
        jobs.append(Job("resync", about, settings.resync_cron, sync))
    if settings.digest_channels:
        about = f"tell {settings.digest_to} what came to pass"
        zone = owners_zone(settings)
        since = partial(ran_before, settings.digest_cron, zone)
        digest = partial(tell_owners, settings, stores, service, zone=zone, since=since)
        jobs.append(Job("digest", about, settings.digest_cron, digest, zone))
    if settings.remind_min and "meetings" in profile_of(settings).skills:
        about = "tell of meetings that begin soon"
        messenger = service.messenger if service else Messenger(stores.history, stores.inbox)
        jobs.append(Job("reminders", about, _EACH_MINUTE, reminding(settings, stores, messenger)))
    return jobs


def resync(settings: Settings, *, always: bool = False) -> str:
    """Bring the index in line with the source, if that has changed, or `always`. Blocks."""
    # Chroma and Kiwi take a second to import, and the other jobs need neither.
    from bots.bootstrap.index.ingestion import run_ingest
    from bots.bootstrap.index.source_entries import fetched

    path, changed = fetched(settings, settings.source)
    if not (changed or always):
        return "the source has not changed"
    report = run_ingest(
        settings, path, questions=None, use_packs=True, progress=lambda _done, _total: None
    )
    changes = report.changes
    told = (
        f"{changes.added:,} added, {changes.changed:,} changed, "
        f"{changes.unchanged:,} unchanged, {changes.removed:,} removed"
    )
    if not report.overlaps:
        return told
    return (
        f"{told}; {len(report.overlaps):,} lessons that it answers, too, or contradicts "
        "(`faqbot lessons review`)"
    )
