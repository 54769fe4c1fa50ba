"""The interface between platforms and the composition root."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from core.errors import StorageError
from core.messaging.service import ChatService
from core.profile import Profile
from core.types import Question, Receipt

logger = logging.getLogger(__name__)

PASS, NOTE, FAIL = "✓", "!", "✗"


@dataclass(frozen=True, slots=True)
class RunningPlatform:
    """A platform that is set up: a line about it, and what keeps it going until cancelled.

    `address` is what to open in a browser, where there is something.
    """

    about: str
    run: Callable[[], Coroutine[Any, Any, None]]
    address: str = ""


def reason_for(profile: Profile, receipt: Receipt | None) -> str:
    """Return why there will be no answer, "" if there will be one.

    None is a button that is gone.
    """
    match receipt:
        case None:
            return profile.stale_button
        case Receipt.FULL:
            return profile.inbox_full
        case Receipt.LIMITED:
            return profile.limited
        case Receipt.STORED | Receipt.KNOWN:
            return ""


@dataclass(frozen=True, slots=True)
class Check:
    """A mark, what was looked at, what was found, what to do."""

    mark: str
    name: str
    text: str
    fix: str = ""


async def refusal(
    service: ChatService, profile: Profile, question: Question, *, wake: bool = True
) -> str:
    """Store the question, to be answered soon; what to tell the asker if it is not, else "".

    Without `wake`, wake the chat service afterwards: see `ChatService.receive`.
    """
    try:
        receipt = await service.receive(question, wake=wake)
    except StorageError as error:
        logger.error("question %s is not stored: %s", question.id, error)
        return profile.not_stored
    return reason_for(profile, receipt)
