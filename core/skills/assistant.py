"""An assistant with skills: a message goes to the skill that it is meant for, else to the FAQ."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from core.assistant.assistant import Assistant
from core.assistant.dialogue.situation import Situation, Situations
from core.assistant.drafts.work import Research
from core.errors import AwayError, FaqbotError
from core.ports import History
from core.press_ids import is_press, pressed_turn
from core.profile import Profile
from core.skills.commands import SkillCommand, read_command
from core.skills.dialogues import PRESSED_BACK, TURNS_BACK, Dialogues, choices_of, chosen
from core.skills.router import Router
from core.skills.skill import Request, Skill, SkillReply
from core.skills.tools import SkillTools
from core.text.korean import compact
from core.text.spelling.normalize import normalized
from core.types import (
    Answered,
    AnswerEvent,
    Dialogue,
    Exchange,
    Failed,
    Label,
    Question,
    SessionId,
    SmallTalk,
    Status,
    Turn,
    TurnState,
)

logger = logging.getLogger(__name__)

# What is answered as everywhere, also while a skill waits for an answer.
_COURTESIES: Final = frozenset(
    {
        SmallTalk.THANKS,
        SmallTalk.GOODBYE,
        SmallTalk.COMPLAINT,
        SmallTalk.INSULT,
        SmallTalk.ARE_YOU_A_PERSON,
        SmallTalk.WHAT_CAN_YOU_DO,
        SmallTalk.PERSON_WANTED,
    }
)

_PAUSE_S: Final = 1.0  # how long a store that is away is left alone

# How sure the router is of a skill where nobody has called the bot, or another skill has asked.
_SURE: Final = 0.5


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
        situations: Situations | None = None,
    ) -> None:
        """`now` is the time in the installation's zone; `situations` know more than that."""
        self._assistant = assistant
        self._skills = {skill.name: skill for skill in skills}
        self._dialogues = Dialogues(self._skills, now)
        self._router = router
        self._tools = SkillTools.of(skills)
        self._history = history
        self._profile = profile
        self._now = now
        self._situations = situations

    async def answer(
        self, question: Question, history: Sequence[Exchange] | None = None
    ) -> AsyncGenerator[AnswerEvent]:
        """Yield the events of a skill's reply or of an answer, as `Assistant.answer` does."""
        if self._is_too_long(question):
            async with aclosing(self._assistant.answer(question, history)) as events:
                async for event in events:
                    yield event
            return
        command = read_command(question.text, [*self._skills.values()])
        if command and await self._assistant.is_open(question):
            said = self._commanded(question, command)
        elif invited := self._dialogues.inviting(_said(question)):
            said = self._heard(question, _said(question), Dialogue(invited))
        else:
            said = self._in_dialogue(question)
        async with aclosing(self._taken(said)) as steps:
            async for step in steps:
                yield step
                if not isinstance(step, Status):
                    return

        def instead(research: Research) -> AsyncGenerator[AnswerEvent]:
            return self._taken(self._begun(question, research))

        events = self._assistant.answer(question, history, instead=instead)
        async with aclosing(events):
            async for event in events:
                yield event

    async def research(
        self, text: str, session: SessionId, history: Sequence[Exchange] | None = None
    ) -> Research:
        """Return what `Assistant.research` finds."""
        return await self._assistant.research(text, session, history)

    async def for_everybody(self, turn: Turn) -> Turn | None:
        """Return a turn as everybody may see it; see `Assistant.for_everybody`."""
        return await self._assistant.for_everybody(turn)

    def hurry(self, session: SessionId) -> None:
        """Do what `Assistant.hurry` does."""
        self._assistant.hurry(session)

    async def would_answer(
        self, question: Question, *, alone: bool = False, in_company: bool = True
    ) -> bool:
        """Return whether a message continues an open dialogue, or the FAQ is sure of its answer.

        `alone` and `in_company` are as in `Assistant.would_answer`.
        """
        if self._is_too_long(question) or not await self._assistant.is_open(question):
            return False
        turns = await self._history.recent(question.session, TURNS_BACK)
        found = self._router.candidate(normalized(question.text))
        if self._dialogues.for_person(question.asker, turns) or (found and found[1] >= _SURE):
            return True
        return await self._assistant.would_answer(question, alone=alone, in_company=in_company)

    async def only_greets(self, question: Question) -> bool:
        """Do what `Assistant.only_greets` does."""
        return await self._assistant.only_greets(question)

    async def negotiates(self, question: Question, *, called: bool) -> bool:
        """Return whether a message of another bot is to be answered, as none else of a bot's is.

        It answers what a skill has asked that bot, or calls this one and invites it itself.
        """
        if self._is_too_long(question):
            return False
        turns = await self._history.recent(question.session, PRESSED_BACK)
        asker = question.asker
        return self._dialogues.negotiates(asker, _said(question), turns, called=called)

    async def _taken(
        self, said: AsyncGenerator[Status | Answered]
    ) -> AsyncGenerator[Status | Answered | Failed]:
        """Yield what a skill says, and the person's words for its failure."""
        try:
            async with aclosing(said):
                async for step in said:
                    yield step
        except FaqbotError as error:
            logger.error("a skill failed: %s", error)
            yield Failed(self._profile.skill_failed)

    async def _in_dialogue(self, question: Question) -> AsyncGenerator[Status | Answered]:
        """Yield what the skill of an open dialogue says; nothing if the message is not for it."""
        if not await self._assistant.is_open(question):  # others would read it
            return
        text = _said(question)
        back = PRESSED_BACK if is_press(question.id) else TURNS_BACK
        turns = await self._history.recent(question.session, back)
        pressed = pressed_turn(question, turns)
        if pressed and pressed.dialogue:
            topic = pressed.dialogue.topic
            turns = [one for one in turns if one.dialogue and one.dialogue.topic == topic]
        dialogue = self._dialogues.for_person(question.asker, turns)
        # The dialogue has gone on since, or was settled.
        if pressed and pressed.dialogue and pressed.dialogue != dialogue:
            told = self._profile.settled_button
            yield await self._told(question, told, dialogue or replace(pressed.dialogue, data=None))
        elif dialogue and not dialogue.admits(question.asker):
            # Typed words confirm as a press does, so they are for the same people.
            if text in choices_of(turns):
                yield await self._told(question, self._profile.not_your_button, dialogue)
        elif dialogue:
            text = chosen(text, choices_of(turns))
            async with aclosing(self._heard(question, text, dialogue)) as said:
                async for step in said:
                    yield step
                    if isinstance(step, Answered):
                        return
            if self._stops(text):
                ended = replace(dialogue, data=None)
                yield await self._told(question, self._profile.skill_stopped, ended)

    async def _commanded(
        self, question: Question, command: SkillCommand
    ) -> AsyncGenerator[Status | Answered]:
        """Yield what a skill says that was called by its name, or what may be said to it."""
        text = normalized(command.text)
        turns = await self._history.recent(question.session, TURNS_BACK)
        dialogue = self._dialogues.latest(turns)
        named = {skill.name for skill in command.skills}
        new = Dialogue(self._router.likeliest(text, command.skills).name)
        is_open = dialogue and dialogue.skill in named and dialogue.admits(question.asker)
        for one in (dialogue, new) if dialogue and is_open else (new,):
            async with aclosing(self._heard(question, text, one)) as said:
                async for step in said:
                    yield step
                    if isinstance(step, Answered):
                        return
        reply = SkillReply(f"{self._profile.try_asking}:", command.examples)
        yield await self._kept(question, None, reply)

    async def _begun(
        self, question: Question, research: Research
    ) -> AsyncGenerator[Status | Answered]:
        """Yield what the skill says that a message is meant for; nothing if none is."""
        if is_press(question.id):
            return
        text, call = _said(question), research.call
        called = self._tools.skill(call)
        name = called or self._router.meant(text, research)
        arguments = call.arguments if call and called else {}
        turns = await self._history.recent(question.session, TURNS_BACK)
        dialogue = self._dialogues.latest(turns)
        if name is None:
            if dialogue and dialogue.admits(question.asker) and _is_understood_by_nobody(research):
                async for again in self._asked_again(question, turns[-1], dialogue):
                    yield again
            return
        if not (dialogue and dialogue.admits(question.asker) and dialogue.skill == name):
            dialogue = Dialogue(name)
        elif not arguments:
            return  # it has heard the message already
        async with aclosing(self._heard(question, text, dialogue, arguments)) as said:
            async for step in said:
                yield step

    async def _asked_again(
        self, question: Question, latest: Turn, dialogue: Dialogue
    ) -> AsyncGenerator[Answered]:
        """Yield the open question once more, unless something else was talked about since."""
        if latest.dialogue and latest.dialogue.asks:
            text = f"{self._profile.skill_asks_again}\n\n{latest.answer}"
            yield await self._told(question, text, dialogue, choices=latest.followups)

    async def _heard(
        self,
        question: Question,
        text: str,
        dialogue: Dialogue,
        arguments: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[Status | Answered]:
        """Yield what one skill says; no answer if it is not meant."""
        if self._situations:
            situation = await self._situations.of(question)
        else:
            situation = Situation(self._now(), question.session.partition(":")[0], question.asker)
        stops = self._stops(text)
        request = Request(
            question,
            text,
            dialogue.data,
            situation,
            arguments or {},
            stops=stops,
            ask_model=partial(self._assistant.json_of, charged_to=question.asker),
        )
        async with aclosing(self._hearing(self._skills[dialogue.skill], request)) as said:
            async for event in said:
                if isinstance(event, Status):
                    yield event
                elif event.guessed and await self._asks_another(question, text, dialogue):
                    return
                else:
                    yield await self._kept(question, dialogue, event)
                    return

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
            yield Status(self._profile.taking_long, lasts=True)
            await asyncio.sleep(_PAUSE_S)

    async def _asks_another(self, question: Question, text: str, dialogue: Dialogue) -> bool:
        """Return whether a message plainly asks the FAQ, or another skill than a dialogue's."""
        found = self._router.candidate(text)
        if found and found[0].name != dialogue.skill and found[1] >= _SURE:
            return True
        return await self._assistant.would_answer(question, alone=True)

    def _is_too_long(self, question: Question) -> bool:
        """Return whether a message is longer than a question may be: no skill has to read it."""
        return len(_said(question)) > self._profile.longest_question_characters

    def _stops(self, text: str) -> bool:
        """Return whether a text is nothing but words that end a dialogue."""
        return compact(text) in map(compact, self._profile.skill_stops)

    async def _told(
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
            dialogue=reply.dialogue(name),
        )
        await self._history.append(turn)
        return Answered(reply.text, (), reply.choices, skill=name, files=reply.files)


AnyAssistant = Assistant | SkilledAssistant


def _is_understood_by_nobody(research: Research) -> bool:
    """Return whether a message is no question that the FAQ answers, and no courtesy either."""
    verdict = research.verdict
    if verdict.label is Label.INJECTION or verdict.kind in _COURTESIES:
        return False
    return research.draft is None and research.referred is None


def _said(question: Question) -> str:
    return normalized(question.text) or question.text.strip()
