"""Recovery of an answer's messages after a crash: they are found, adopted or deleted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

from core.errors import PlatformError, PlatformRefusedError
from core.messaging.delivery.reply import Reply
from core.retry import when_allowed, with_pauses
from core.types import File

logger = logging.getLogger(__name__)

_AGAIN_S: Final = (0.5, 2.0, 5.0)


async def attach(reply: Reply[Any], file: File) -> None:
    """Attach a file below an answer, in several attempts.

    Raises:
        PlatformError: the file is not attached; `PlatformRefusedError` if it never can be.
    """
    await with_pauses(lambda: reply.attach(file), pauses_s=_AGAIN_S)


async def delete_all(reply: Reply[Any], references: Sequence[str]) -> None:
    """Delete messages, each in several attempts; what the platform refuses to delete is logged.

    Raises:
        PlatformError: some messages may still be there.
    """
    failed = None
    for reference in references:
        try:
            await _delete(reply, reference)
        except PlatformRefusedError as error:
            logger.warning("%s stays where it is: %s", reference, error)
        except PlatformError as error:
            failed = error
    if failed:
        raise failed


async def delete_late(reply: Reply[Any], shown: Sequence[str]) -> None:
    """Delete messages of an earlier attempt that appeared after its messages were looked for.

    The asker has the answer already, so this may wait for the platform's limits. Otherwise a
    message would stay that says for ever that it is being written. A failure is logged.
    """
    try:
        found = await _found_in_the_end(reply)
        await delete_all(reply, [one for one in found if one not in shown])
    except PlatformError as error:
        logger.warning("what an earlier attempt may have left is not looked for: %s", error)


async def with_found(
    noted: Sequence[str], reply: Reply[Any], *, all_of_them: bool = False
) -> Sequence[str]:
    """Return the noted references, then those of messages that were sent and not noted.

    Raises:
        PlatformError: the platform does not list the messages, and none was noted or
            `all_of_them` are needed.
    """
    try:
        found = await (reply.find() if noted and not all_of_them else _found_in_the_end(reply))
    except PlatformError as error:
        if not noted or (all_of_them and not isinstance(error, PlatformRefusedError)):
            raise
        logger.warning("only noted messages are known: %s", error)
        found = ()
    return list(dict.fromkeys([*noted, *found]))


async def _delete(reply: Reply[Any], reference: str) -> None:
    await with_pauses(lambda: reply.delete(reference), pauses_s=_AGAIN_S)


async def _found_in_the_end(reply: Reply[Any]) -> Sequence[str]:
    """Return all messages of an answer; retry while the platform has a temporary failure.

    Without a retry, the next attempt would begin only when the lease lapses, and the last one would
    leave the question failed.
    """
    return await with_pauses(lambda: when_allowed(reply.find), pauses_s=_AGAIN_S)
