"""Handing a question in, from wherever it is asked."""

from __future__ import annotations

import logging

from bots.receipts import reason_for
from bots.slack.context import Context
from core.errors import StorageError
from core.types import Question

logger = logging.getLogger(__name__)


async def refusal(context: Context, question: Question, *, wake: bool = True) -> str:
    """Store the question, to be answered soon; what to tell the asker if it is not, else "".

    Without `wake` the desk is to be woken afterwards: see `core.desk.Desk.receive`.
    """
    try:
        receipt = await context.desk.receive(question, wake=wake)
    except StorageError as error:
        logger.error("question %s is not stored: %s", question.id, error)  # noqa: TRY400 - one line
        return context.profile.not_stored
    return reason_for(context.profile, receipt)
