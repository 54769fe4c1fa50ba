"""The first start: where nothing was ingested yet, one process ingests and the others wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from bots.bootstrap.jobs import resync
from bots.bootstrap.processes.apart import apart
from bots.bootstrap.processes.members import Members
from bots.bootstrap.stores import open_index
from config.resources import SAMPLE_FAQ
from config.settings import Settings
from core.errors import AwayError, IngestRunningError
from core.profile import Profile

logger = logging.getLogger(__name__)

_LOOK_S: Final = 2.0


async def ensure_index(
    settings: Settings, profile: Profile, members: Members, *, say: Callable[[str], None]
) -> None:
    """Make sure that there is an index: of `FAQBOT_SOURCE`, or of the sample if none is named.

    Raises:
        SourceError: the source cannot be read.
        FaqbotError: the ingest failed.
    """
    waits = False
    while not await asyncio.to_thread(_is_there, settings):
        if await members.leads("resync"):
            source = settings.source
            say(f"nothing is indexed yet: ingesting {source}" if source else profile.sample_faq)
            try:
                async with members.leading("resync"):
                    await apart(_ingest, settings)
            except (AwayError, IngestRunningError) as error:
                # `faqbot ingest` runs beside us, or the ingest of a process that was killed.
                logger.warning("%s", error)
                await asyncio.sleep(_LOOK_S)
        else:
            if not waits:
                say("nothing is indexed yet: another process ingests")
            waits = True
            await asyncio.sleep(_LOOK_S)


def _is_there(settings: Settings) -> bool:
    if settings.chroma_url is None and not settings.index_dir.is_dir():
        return False
    return open_index(settings).serving() is not None


def _ingest(settings: Settings) -> None:
    # Kiwi takes a second to import, and later starts need no ingest.
    from bots.bootstrap.index.ingestion import run_ingest

    if settings.source:
        resync(settings, always=True)
        return
    run_ingest(
        settings, SAMPLE_FAQ, questions=None, use_packs=True, progress=lambda _done, _all: None
    )
