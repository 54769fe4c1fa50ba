"""The intake of questions on a platform, and the words for a person whose question is refused."""

from __future__ import annotations

import logging

from core.errors import StorageError
from core.messaging.service import ChatService
from core.profile import Profile
from core.types import Question, Receipt

logger = logging.getLogger(__name__)


def reason_for(profile: Profile, receipt: Receipt | None) -> str:
    """Return the reason why there will be no answer, "" if there will be one.

    The receipt is None if the pressed button does not exist any more.
    """
    reasons = {
        Receipt.FULL: profile.inbox_full,
        Receipt.LIMITED: profile.limited,
        Receipt.NOT_THEIRS: profile.not_your_button,
        Receipt.LAPSED: profile.lapsed_button,
        Receipt.SPOOLED: profile.kept_for_later,
    }
    return reasons.get(receipt, "") if receipt else profile.stale_button


async def refusal(
    service: ChatService, profile: Profile, question: Question, *, wake: bool = True
) -> str:
    """Store a question, to be answered soon; return the reason for its asker if it is not.

    Without `wake`, wake the chat service afterwards: see `ChatService.receive`.
    """
    try:
        receipt = await service.receive(question, wake=wake)
    except StorageError as error:
        logger.error("question %s is not stored: %s", question.id, error)
        return profile.not_stored
    return reason_for(profile, receipt)
