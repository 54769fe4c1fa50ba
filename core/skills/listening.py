"""How one skill hears a message: with its situation, until its store is there, kept as a turn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from core.assistant.assistant import Assistant
from core.assistant.dialogue.situation import Situation
from core.errors import AwayError
from core.ports import History
from core.profile import Profile
from core.skills.skill import Request, Skill, SkillReply
from core.text.korean import compact
from core.types import Answered, Dialogue, Label, Question, Status, Turn, TurnState

logger = logging.getLogger(__name__)

_PAUSE_S: Final = 1.0  # how long a store that is away is left alone

# Whether a message plainly asks somebody else than the skill of a dialogue.
AsksAnother = Callable[[Question, str, Dialogue], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Listening:
    """Lets skills hear messages, and keeps what they reply as turns of the conversation."""

    assistant: Assistant
    skills: Mapping[str, Skill]
    history: History
    profile: Profile
    situation_of: Callable[[Question], Awaitable[Situation]]
    asks_another: AsksAnother

    async def heard(
        self,
        question: Question,
        text: str,
        dialogue: Dialogue,
        arguments: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[Status | Answered]:
        """Yield what one skill says; no answer if it is not meant."""
        request = await self._request(question, text, dialogue.data, arguments or {})
        async with aclosing(self._hearing(self.skills[dialogue.skill], request)) as said:
            async for event in said:
                if isinstance(event, Status):
                    yield event
                elif event.guessed and await self.asks_another(question, text, dialogue):
                    return
                else:
                    yield await self.kept(question, dialogue, event)
                    return

    async def heard_each(
        self, question: Question, wishes: Sequence[tuple[Skill, str]]
    ) -> AsyncGenerator[Status | Answered]:
        """Yield what several skills say, each to its own words, as one reply.

        The dialogue goes on with the last one that asks something. There is no answer if one of
        them is not meant.
        """
        replies: list[SkillReply] = []
        for skill, text in wishes:
            request = await self._request(question, text, None, {})
            async with aclosing(self._hearing(skill, request)) as said:
                async for event in said:
                    if isinstance(event, Status):
                        yield event
                    else:
                        replies.append(event)
        if not replies or len(replies) < len(wishes):
            return
        asking = [place for place, one in enumerate(replies) if one.asks and one.data is not None]
        place = asking[-1] if asking else len(replies) - 1
        last = replies.pop(place)
        reply = replace(
            last,
            text="\n\n".join([*map(_with_choices, replies), last.text]),
            files=tuple(file for one in (*replies, last) for file in one.files),
        )
        yield await self.kept(question, Dialogue(wishes[place][0].name), reply)

    def stops(self, text: str) -> bool:
        """Return whether a text is nothing but words that end a dialogue."""
        return compact(text) in map(compact, self.profile.skill_stops)

    async def told(
        self, question: Question, text: str, dialogue: Dialogue, *, choices: tuple[str, ...] = ()
    ) -> Answered:
        """Say something that leaves a dialogue as it is."""
        reply = SkillReply(
            text,
            choices,
            data=dialogue.data,
            only=dialogue.only,
            until=dialogue.until,
            topic=dialogue.topic,
            asks=False,
        )
        return await self.kept(question, dialogue, reply)

    async def kept(
        self, question: Question, dialogue: Dialogue | None, reply: SkillReply
    ) -> Answered:
        """Store a reply as the turn of a question, and return it as its ending."""
        name = dialogue.skill if dialogue else ""
        turn = Turn(
            question=question,
            state=TurnState.ANSWERED,
            answer=reply.text,
            followups=reply.choices,
            label=Label.ON_TOPIC,
            dialogue=reply.dialogue(name),
        )
        await self.history.append(turn)
        return Answered(reply.text, (), reply.choices, skill=name, files=reply.files)

    async def _request(
        self, question: Question, text: str, data: str | None, arguments: Mapping[str, Any]
    ) -> Request:
        return Request(
            question,
            text,
            data,
            await self.situation_of(question),
            arguments,
            stops=self.stops(text),
            ask_model=partial(self.assistant.json_of, charged_to=question.asker),
        )

    async def _hearing(self, skill: Skill, request: Request) -> AsyncGenerator[Status | SkillReply]:
        """Yield what a skill says; while its store is away, it hears the message again."""
        while True:
            try:
                async with aclosing(skill.hear(request)) as said:
                    async for event in said:
                        yield event
            except AwayError as error:
                logger.warning("question %s waits: %s", request.question.id, error)
            else:
                return
            yield Status(self.profile.taking_long, lasts=True)
            await asyncio.sleep(_PAUSE_S)


def _with_choices(reply: SkillReply) -> str:
    """Return the text of a reply with its choices as lines, where another has the buttons."""
    return "\n".join([reply.text, *(f"- {choice}" for choice in reply.choices)])
