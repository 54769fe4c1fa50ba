"""Worker processes of `faqbot run --workers`, which answer what the first process hears."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from typing import Final

logger = logging.getLogger(__name__)

_PAUSE_S: Final = 2.0  # the pause before an ended worker is started again
_GRACE_S: Final = 10.0
_LOOK_S: Final = 1.0
_STARTED_BY: Final = "FAQBOT_WORKER_OF"  # the id of the process that has started a worker
_ANSWERS_ALONE: Final = {
    "FAQBOT_ANSWERS_ONLY": "true",
    "FAQBOT_OPS_PORT": "0",
    "FAQBOT_SLACK_PORT": "0",
    "FAQBOT_WEB": "off",
}


async def keep_worker() -> None:
    """Keep one more `faqbot run` going that answers what this process hears, until cancelled."""
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bots", "run"),
            env={**os.environ, **_ANSWERS_ALONE, _STARTED_BY: str(os.getpid())},
        )
        try:
            status = await process.wait()
        finally:
            if process.returncode is None:
                await _end(process)
        logger.warning("a worker has ended with %s; another one begins", status)
        await asyncio.sleep(_PAUSE_S)


async def leave_with_parent() -> None:
    """End this process, if it is a worker, once the process that has started it was killed.

    Nobody would end it otherwise, and the next `faqbot run` starts workers of its own.
    """
    parent = os.environ.get(_STARTED_BY)
    while parent:
        if str(os.getppid()) != parent:
            logger.warning("the process that has started this worker is gone; leaving, too")
            os.kill(os.getpid(), signal.SIGTERM)
            return
        await asyncio.sleep(_LOOK_S)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let a worker give back its questions; it is killed if that takes too long."""
    process.terminate()
    try:
        async with asyncio.timeout(_GRACE_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
