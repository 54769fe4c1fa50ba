"""What runs by the clock. A job that fails says so, and does not stop the others."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.errors import FaqbotError
from core.ports import Archive, Inbox

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A name, one line about it, when it runs (five fields of cron), and what it does.

    `run` returns a line that says what was done.
    """

    name: str
    about: str
    cron: str
    run: Callable[[], Awaitable[str]]


async def run_logged(job: Job) -> None:
    """Run a job and log its line, or why it failed."""
    try:
        logger.info("job %s: %s", job.name, await job.run())
    except FaqbotError as error:
        logger.error("job %s failed: %s", job.name, error)  # noqa: TRY400 - one line
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
    """Free questions whose worker died, and wake who is here; the job `sweep`.

    Raises:
        StorageError: the store failed.
    """
    lapsed = await inbox.sweep()
    if lapsed:
        wake()
    return f"{lapsed:,} questions with a lapsed lease are open again"
