"""The situation of a message: the time, the place and the person, for prompts and for skills."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar

from core.errors import FaqbotError
from core.llm.prompts import estimate_tokens
from core.ports import Archive, Memories
from core.types import Question, SessionId

logger = logging.getLogger(__name__)

_T = TypeVar("_T")

_PATIENCE_S: Final = 1.0  # an answer does not wait longer for this, as it can do without
_TOLD_TOKENS: Final = 160
_EARLIER: Final = 3  # questions of other conversations


@dataclass(frozen=True, slots=True)
class Situation:
    """The time, the place and the person of a message; `now` is in the installation's zone.

    `holiday` is the name of today's holiday, "" if there is none. `remembered` are the facts that
    the person told the bot to remember, and `earlier` their questions in other conversations, the
    latest first; both are empty where other people can read.
    """

    now: datetime
    platform: str
    person: str
    holiday: str = ""
    name: str = ""
    is_public: bool = False
    remembered: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()

    def told(self, tokens: int = _TOLD_TOKENS) -> str:
        """Return the situation in lines for a prompt, cut at about so many tokens."""
        day = f"{self.now:%A, %Y-%m-%d %H:%M} {self.now.tzname() or ''}".rstrip()
        lines = [
            f"now: {day}{f' ({self.holiday})' if self.holiday else ''}",
            f"place: {self.platform}, {'others read, too' if self.is_public else 'in private'}",
            *([f"person: {self.name}"] if self.name else []),
            *(f"told to remember: {text}" for text in reversed(self.remembered)),
            *(f"asked before: {text}" for text in self.earlier),
        ]
        kept: list[str] = []
        for line in (" ".join(one.split()) for one in lines):  # what people wrote adds no line
            tokens -= estimate_tokens(line)
            if tokens < 0:
                break
            kept.append(line)
        return "\n".join(kept)


@dataclass(frozen=True, slots=True)
class Situations:
    """Finds the situation of each question; what takes longer than a second is left out.

    `now` returns the time in the installation's zone. `holiday` returns the name of a day's
    holiday, "" if there is none. `is_public` returns whether more people than the asker read a
    conversation.
    """

    now: Callable[[], datetime]
    holiday: Callable[[date], str]
    name_of: Callable[[str, Question], Awaitable[str]]
    is_public: Callable[[SessionId], bool]
    memories: Memories
    archive: Archive

    async def of(self, question: Question) -> Situation:
        """Return the situation of a question. Never raises."""
        now, person = self.now(), question.asker
        is_public = self.is_public(question.session)
        name = ""
        remembered: tuple[str, ...] = ()
        earlier: tuple[str, ...] = ()
        if person:
            private = person if not is_public else ""
            name, remembered, earlier = await asyncio.gather(
                _soon(self.name_of(person, question), ""),
                _soon(self._remembered(private), ()),
                _soon(self._earlier(private, question.session), ()),
            )
        return Situation(
            now,
            question.session.partition(":")[0],
            person,
            self.holiday(now.date()),
            name,
            is_public,
            remembered,
            earlier,
        )

    async def _remembered(self, person: str) -> tuple[str, ...]:
        return tuple(one.text for one in await self.memories.of(person)) if person else ()

    async def _earlier(self, person: str, session: SessionId) -> tuple[str, ...]:
        if not person:
            return ()
        turns = await self.archive.asked_by(person, _EARLIER * 4)
        texts = [turn.question.text for turn in turns if turn.question.session != session]
        return tuple(dict.fromkeys(texts))[:_EARLIER]


async def _soon(found: Awaitable[_T], otherwise: _T) -> _T:
    """Return the result of `found`; `otherwise` if it fails or takes too long."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await found
    except (FaqbotError, TimeoutError) as error:
        logger.info("a part of the situation is not known: %r", error)
        return otherwise
