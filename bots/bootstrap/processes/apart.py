"""Work in a process of its own, whose memory is free again when it is done."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final, TypeVar

from config.logging import configure_logging
from config.settings import Settings
from core.errors import FaqbotError

T = TypeVar("T")

_END_S: Final = 5.0


async def apart(work: Callable[[Settings], T], settings: Settings) -> T:
    """Return what `work`, a function of a module, returns in a process of its own.

    If the caller is cancelled, the process is ended.

    Raises:
        FaqbotError: `work` raised it; or the process ended early, as it does when the system runs
            out of memory and kills it.
    """
    context = get_context("spawn")  # a fork would copy locks that other threads hold
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_do, args=(there, work, settings), daemon=True)
    process.start()
    there.close()  # so that the pipe ends with the process
    try:
        done, result = await asyncio.to_thread(here.recv)
    except EOFError:
        await asyncio.to_thread(process.join, _END_S)
        raise FaqbotError(_cut_short(process.exitcode)) from None
    finally:
        process.terminate()
        await asyncio.to_thread(process.join, _END_S)
    if done:
        value: T = result
        return value
    raise result


def _cut_short(status: int | None) -> str:
    if status == -signal.SIGKILL:
        return "the system killed the process that did the work: the machine has too little memory"
    return f"the process that did the work ended early, with status {status}; see what it printed"


def _do(there: Connection, work: Callable[[Settings], T], settings: Settings) -> None:
    # Ctrl-C reaches every process of a terminal; the one that waits for this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure_logging(settings.log_level, json=settings.log_format == "json")
    result: tuple[bool, object]
    try:
        result = True, work(settings)
    except FaqbotError as error:
        result = False, error
    with suppress(BrokenPipeError):  # who waited for it was killed
        there.send(result)
