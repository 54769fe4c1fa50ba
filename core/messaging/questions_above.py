"""Calls that point to the question above them, such as a mention below a colleague's question."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.errors import FaqbotError, PlatformError, StorageError, StoreAwayError
from core.messaging.service import ChatService
from core.text.utterances.mentions import has_words, is_thanks
from core.text.utterances.questions import asks_anything
from core.types import Question

logger = logging.getLogger(__name__)

# The question is stored after this, and a platform waits for that: Slack for three seconds. What is
# not stored is lost with its process, and comes again after minutes, behind later questions.
_WITHIN_S: Final = 2.0
NEARBY_S: Final = 120.0
"""How long before a call in a channel the question was asked to which it may point."""

# How people point to what stands above their call, or lies beside it.
_HERE: Final = r"(?<!\S)(?:이거|이것|이게|이건|여기|이렇게|이런|이대로)|\b(?:this|here)\b"
_POINTS: Final = re.compile(
    rf"{_HERE}|(?<!\S)(?:[그저]거|[그저]것|얘|쟤|이 ?분|이 질문|위에|위의|윗|방금|아까)"
    r"|\b(?:that|him|her|them|above)\b",
    re.IGNORECASE,
)
# How people point to a picture or file, and call it.
_AT_HAND: Final = re.compile(
    rf"{_HERE}|사진|파일|화면|캡[처쳐]|스크린샷|첨부|이미지|영상|음성|녹음|문서|캔버스"
    r"|\b(?:attach\w*|screenshots?|pictures?|images?|photos?|files?|documents?|videos?|canvas)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SaidAbove:
    """A message above a call: its text, and the id that it has if it was a question to the bot.

    The bot's own messages have no text. The id is "" if the call points to this message in any
    case, as a reply does.
    """

    id: str
    text: str


async def with_question_above(
    service: ChatService,
    question: Question,
    above: Callable[[], Awaitable[Sequence[SaidAbove]]],
    *,
    replies: bool = False,
    nearby: bool = False,
) -> Question:
    """Return a call of the bot with the question above it added, if it has none of its own.

    `above` reads the messages above the call, in order: a thread's from its first one on, only the
    one that it `replies` to, or those that stand `nearby` in a channel, which count only for a call
    that points to something. While the store is away the call is asked as it is; likewise where
    the search takes too long, if it has words of its own.

    Raises:
        StorageError: the store fails otherwise; the message has to be delivered again.
    """
    try:
        async with asyncio.timeout(_WITHIN_S if question.text else None):
            return await _joined(service, question, above, replies=replies, nearby=nearby)
    except StoreAwayError:
        return question
    except TimeoutError:
        logger.warning("%s is asked as it is: what it points to takes too long", question.id)
        return question


async def is_about_media(service: ChatService, question: Question) -> bool:
    """Return whether a call is about the picture or file beside it: "이 화면 좀 봐 주세요".

    What the FAQ answers without it is not.

    Raises:
        StorageError: the store fails; the message has to be delivered again.
    """
    if not _AT_HAND.search(question.text):
        return False
    try:
        return not await _is_clear(service, question)
    except StoreAwayError:
        return False


async def _joined(
    service: ChatService,
    question: Question,
    above: Callable[[], Awaitable[Sequence[SaidAbove]]],
    *,
    replies: bool,
    nearby: bool,
) -> Question:
    own = question.text if has_words(question.text) else ""
    if own and (is_thanks(own) or await _is_clear(service, question)):
        return question
    points = not own or await service.leans(own)
    if nearby and not (points or _POINTS.search(own)):
        return question
    try:
        said = await above()
    except PlatformError as error:
        logger.info("what is above %s is not known: %s", question.id, error)
        return question
    if own and not replies and await service.takes_part(question.session):
        # It refers to its conversation, unless a colleague has just asked something.
        said, points = said[-1:], False
    if nearby:
        text = await _question_nearby(service, question, said)
    else:
        text = await _question_in(service, said, points=points)
    return replace(question, text="\n".join(filter(None, (text, own))))


async def _question_in(service: ChatService, said: Sequence[SaidAbove], *, points: bool) -> str:
    """Return the question that a call points to: the first message, or the latest one that asks.

    Questions that were put to the bot are none of these. A first message that asks nothing is one
    only if the call points to something.
    """
    if not said:
        return ""
    first, *others = said
    is_new = not first.id or await service.find(first.id) is None
    if is_new and asks_anything(first.text):
        return first.text
    latest = await _latest_question(service, others)
    return latest or (first.text if is_new and points else "")


async def _question_nearby(
    service: ChatService, question: Question, said: Sequence[SaidAbove]
) -> str:
    """Return the latest question in a channel, if the FAQ surely answers it: it may be talk."""
    text = await _latest_question(service, said)
    return text if text and await _is_clear(service, replace(question, text=text)) else ""


async def _latest_question(service: ChatService, said: Sequence[SaidAbove]) -> str:
    """Return the latest message that asks and was not put to the bot; "" if there is none."""
    for one in reversed(said):
        if asks_anything(one.text) and await service.find(one.id) is None:
            return one.text
    return ""


async def _is_clear(service: ChatService, question: Question) -> bool:
    """Return whether the FAQ answers a message without those above it."""
    try:
        return await service.would_answer(question, alone=True)
    except StorageError:
        raise
    except FaqbotError as error:
        logger.error("%s is asked as it is: %s", question.id, error)
        return True
