"""An assistant with skills: a message goes to the skill that it is meant for, else to the FAQ."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Final

from core.assistant.answerer import Research
from core.assistant.assistant import Assistant
from core.assistant.references import named_place
from core.errors import FaqbotError
from core.ports import History
from core.press_ids import is_press, pressed_turn
from core.profile import Profile
from core.skills.router import Router
from core.skills.skill import Request, Situation, Skill, SkillReply
from core.text.normalize import normalized
from core.types import (
    Answered,
    AnswerEvent,
    Dialogue,
    Exchange,
    Failed,
    Label,
    Question,
    SessionId,
    Status,
    Turn,
    TurnState,
)

logger = logging.getLogger(__name__)

# A dialogue is taken up again after so many turns about something else.
_TURNS_BACK: Final = 6


class SkilledAssistant:
    """Answers as the assistant does, and lets skills do what they are for."""

    def __init__(  # noqa: PLR0913 - its collaborators, all by name
        self,
        assistant: Assistant,
        *,
        skills: Sequence[Skill],
        router: Router,
        history: History,
        profile: Profile,
        now: Callable[[], datetime],
    ) -> None:
        """`now` is the time in the installation's zone."""
        self._assistant = assistant
        self._skills = {skill.name: skill for skill in skills}
        self._router = router
        self._history = history
        self._profile = profile
        self._now = now

    async def answer(
        self, question: Question, history: Sequence[Exchange] | None = None
    ) -> AsyncGenerator[AnswerEvent]:
        """Yield the events of a skill's reply or of an answer, as `Assistant.answer` does."""
        try:
            async with aclosing(self._by_skill(question)) as said:
                async for step in said:
                    yield step
                    if isinstance(step, Answered):
                        return
        except FaqbotError as error:
            logger.error("the skill for %s failed: %s", question.id, error)
            yield Failed(self._profile.skill_failed)
            return
        async with aclosing(self._assistant.answer(question, history)) as events:
            async for event in events:
                yield event

    async def research(
        self, text: str, session: SessionId, history: Sequence[Exchange] | None = None
    ) -> Research:
        """Return what `Assistant.research` finds."""
        return await self._assistant.research(text, session, history)

    async def may_share(self, turn: Turn) -> bool:
        """Return whether an answer may be shown to others; see `Assistant.may_share`."""
        return await self._assistant.may_share(turn)

    async def would_answer(self, question: Question) -> bool:
        """Return whether a message goes on with an open dialogue, or the FAQ answers it surely."""
        if not await self._assistant.is_open(question):
            return False
        turns = await self._history.recent(question.session, _TURNS_BACK)
        if self._open_in(turns) or self._router.candidate(normalized(question.text)):
            return True
        return await self._assistant.would_answer(question)

    async def _by_skill(self, question: Question) -> AsyncGenerator[Status | Answered]:
        """Yield what a skill says; nothing if no skill is meant, or others would read it."""
        if not await self._assistant.is_open(question):
            return
        text = normalized(question.text) or question.text.strip()
        turns = await self._history.recent(question.session, _TURNS_BACK)
        dialogue = self._open_in(turns)
        pressed = pressed_turn(question, turns)
        # The dialogue has gone on since, or was settled.
        if pressed and pressed.dialogue and pressed.dialogue != dialogue:
            told = self._profile.settled_button
            yield await self._told(question, told, dialogue or replace(pressed.dialogue, data=None))
            return
        if dialogue and not dialogue.admits(question.asker):
            # Typed words confirm as a press does, so they are for the same people.
            if text in _choices(turns):
                yield await self._told(question, self._profile.not_your_button, dialogue)
                return
        elif dialogue:
            text = _chosen(text, _choices(turns))
            async with aclosing(self._heard(question, text, dialogue)) as said:
                async for step in said:
                    yield step
                    if isinstance(step, Answered):
                        return
        skill = None if is_press(question.id) else await self._meant(text, question.session)
        asked = dialogue.skill if dialogue and dialogue.admits(question.asker) else ""
        if skill and skill.name != asked:
            async with aclosing(self._heard(question, text, Dialogue(skill.name))) as said:
                async for step in said:
                    yield step

    async def _heard(
        self, question: Question, text: str, dialogue: Dialogue
    ) -> AsyncGenerator[Status | Answered]:
        """Yield what one skill says; no answer if it is not meant."""
        situation = Situation(self._now(), question.session.partition(":")[0], question.asker)
        request = Request(question, text, dialogue.data, situation)
        async with aclosing(self._skills[dialogue.skill].hear(request)) as said:
            async for event in said:
                if isinstance(event, Status):
                    yield event
                else:
                    yield await self._kept(question, dialogue, event)
                    return

    async def _meant(self, text: str, session: SessionId) -> Skill | None:
        """Return the skill that a message is meant for: it is liker to it than to the FAQ."""
        found = self._router.candidate(text)
        if found is None:
            return None
        skill, score = found
        research = await self._assistant.research(text, session, ())
        titles = [hit.title for hit in research.hits[:3]]
        questions = [asked for entry in research.entries[:3] for asked in entry.questions]
        return skill if score > self._router.likeness(text, [*titles, *questions]) else None

    def _open_in(self, turns: Sequence[Turn]) -> Dialogue | None:
        """Return the dialogue that is not finished; the latest turn of a skill says so."""
        latest = next((turn.dialogue for turn in reversed(turns) if turn.dialogue), None)
        if latest and latest.skill in self._skills and latest.is_open(self._now()):
            return latest
        return None

    async def _told(self, question: Question, text: str, dialogue: Dialogue) -> Answered:
        """Say something that leaves a dialogue as it is."""
        reply = SkillReply(text, data=dialogue.data, only=dialogue.only, until=dialogue.until)
        return await self._kept(question, dialogue, reply)

    async def _kept(
        self, question: Question, dialogue: Dialogue | None, reply: SkillReply
    ) -> Answered:
        name = dialogue.skill if dialogue else ""
        turn = Turn(
            question=question,
            state=TurnState.ANSWERED,
            answer=reply.text,
            followups=reply.choices,
            label=Label.ON_TOPIC,
            dialogue=Dialogue(name, reply.data, reply.only, reply.until, reply.files),
        )
        await self._history.append(turn)
        return Answered(reply.text, (), reply.choices, skill=name, files=reply.files)


AnyAssistant = Assistant | SkilledAssistant


def _chosen(text: str, choices: Sequence[str]) -> str:
    """Return the choice that a message names by its place; a bare number may be an answer."""
    if any(char.isdigit() for char in text) and "번" not in text:
        return text
    place = named_place(text, len(choices))
    return text if place is None else choices[place]


def _choices(turns: Sequence[Turn]) -> tuple[str, ...]:
    """Return what may be said to the latest question of a skill that has buttons."""
    return next(
        (turn.followups for turn in reversed(turns) if turn.dialogue and turn.followups), ()
    )
