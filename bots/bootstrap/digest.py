"""The job that tells owners once a week what the FAQ's week came to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bots.bootstrap.stores import Stores
from config.profiles import profile_of
from config.settings import Settings
from core.errors import PlatformError
from core.messaging.service import ChatService
from core.reporting.digest import digest_text, read_digest
from core.reporting.gaps import GapGroup, grouped, open_gaps


async def tell_owners(settings: Settings, stores: Stores, service: ChatService | None) -> str:
    """Post the digest into the channels of the settings; without a `service` return its text.

    Raises:
        StorageError: it cannot be read.
        PlatformError: a channel has not got it; the others have.
    """

    async def gaps() -> Sequence[GapGroup]:
        if service and service.operations:
            return await service.operations.gaps()
        return await _gaps(settings, stores)

    digest = await read_digest(
        reports=stores.reports,
        cases=stores.cases,
        lessons=stores.lessons,
        gaps=gaps,
        now=datetime.now(UTC),
    )
    text = digest_text(digest, profile_of(settings), ZoneInfo(settings.jobs_timezone))
    if service is None:
        return text
    failed: list[PlatformError] = []
    for channel in settings.digest_channels:
        try:
            await service.messenger.announce(channel, text)
        except PlatformError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return f"told {', '.join(settings.digest_channels)}"


async def _gaps(settings: Settings, stores: Stores) -> Sequence[GapGroup]:
    """Group the gaps where nothing is loaded yet that knows what words mean."""
    # Kiwi takes a second, and the other jobs do without.
    from bots.bootstrap.search import load_language

    now = datetime.now(UTC)
    gaps = await open_gaps(stores.reports, stores.archive, now=now)
    if not gaps:
        return []
    language = await asyncio.to_thread(load_language, settings.profile)
    return await asyncio.to_thread(grouped, gaps, language.encoder.embed, now=now)
