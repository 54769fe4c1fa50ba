"""The job that tells owners on the mornings of weekdays what came to pass since the last one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bots.bootstrap.cron import cron_trigger
from bots.bootstrap.stores import Stores, gap_stores_of, served_entries
from config.profiles import profile_of
from config.settings import Settings
from core.errors import NoFaqError, PlatformError
from core.lessons.overlaps import Overlap
from core.messaging.service import ChatService
from core.reporting.digest import read_digest
from core.reporting.digest_text import digest_text
from core.reporting.gaps import GapGroup, grouped, open_gaps
from core.retry import with_pauses
from core.types import Entry, Lesson

_PAUSES_S = (5.0, 30.0, 120.0, 300.0)  # the platform may be away for some minutes
_SECOND, _ABOUT_NOW, _WEEK = timedelta(seconds=1), timedelta(hours=1), timedelta(days=7)


def owners_zone(settings: Settings) -> str:
    """Return the zone of the first owner of the profile, else that of the settings."""
    owners = profile_of(settings).owners
    return owners[0].zone if owners else settings.jobs_timezone


def ran_before(cron: str, zone: str, now: datetime) -> datetime:
    """Return the last time of a cron line that is well before `now`; within a week if none is."""
    trigger = cron_trigger(cron, ZoneInfo(zone))
    found = now - _WEEK - _ABOUT_NOW
    while (after := trigger.get_next_fire_time(None, found + _SECOND)) and after < now - _ABOUT_NOW:
        found = after
    return found.astimezone(UTC)


async def tell_owners(
    settings: Settings,
    stores: Stores,
    service: ChatService | None,
    *,
    zone: str,
    since: Callable[[datetime], datetime],
) -> str:
    """Post the digest into the channels of the settings; without a `service` return its text.

    `since` returns the time of the digest before.

    Raises:
        FaqbotError: it cannot be read.
        PlatformError: a channel has not got it; the others have.
    """
    operations = service.operations if service else None
    now = datetime.now(UTC)
    digest = await read_digest(
        reports=stores.reports,
        archive=stores.archive,
        cases=stores.cases,
        lessons=stores.lessons,
        gaps=operations.gaps if operations else partial(_gaps, settings, stores),
        overlaps=operations.catalogue.overlaps.of if operations else partial(_overlaps, settings),
        since=since(now),
        now=now,
        zone=ZoneInfo(zone),
    )
    profile = profile_of(settings)
    if closed := profile.closed_categories:
        digest = digest.for_everybody(await asyncio.to_thread(_entries, settings), closed)
    text = digest_text(digest, profile, ZoneInfo(zone))
    if service is None:
        return text
    failed: list[PlatformError] = []
    for channel in settings.digest_channels:
        posting = partial(service.messenger.announce, channel, text)
        try:
            await with_pauses(posting, pauses_s=_PAUSES_S)
        except PlatformError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return f"told {', '.join(settings.digest_channels)}"


def _entries(settings: Settings) -> list[Entry]:
    """Return the entries that are served; none before the first ingest."""
    try:
        return served_entries(settings)
    except NoFaqError:
        return []


async def _gaps(settings: Settings, stores: Stores) -> Sequence[GapGroup]:
    """Group the gaps where nothing is loaded yet that knows what words mean."""
    # Kiwi takes a second, and the other jobs do without.
    from bots.bootstrap.search import load_language

    now = datetime.now(UTC)
    gaps = await open_gaps(gap_stores_of(stores), now=now)
    if not gaps:
        return []
    language = await asyncio.to_thread(load_language, settings.profile)
    return await asyncio.to_thread(grouped, gaps, language.encoder.embed, now=now)


async def _overlaps(settings: Settings, lessons: Sequence[Lesson]) -> Sequence[Overlap]:
    """Hold lessons against the FAQ where no search is loaded yet; none where there is no FAQ."""
    from bots.bootstrap.lessons import overlaps_with
    from bots.bootstrap.search import build_retriever

    def found() -> Sequence[Overlap]:
        try:
            retriever, language = build_retriever(settings)
        except NoFaqError:
            return []
        return overlaps_with(retriever, language.analyzer, lessons)

    return await asyncio.to_thread(found) if lessons else []
