"""An assistant with skills: a message goes to the skill that it is meant for, else to the FAQ."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Final

from core.assistant.assistant import Assistant
from core.assistant.dialogue.situation import Situation, Situations
from core.assistant.drafts.work import Research
from core.errors import FaqbotError
from core.ports import History
from core.press_ids import is_press, pressed_turn
from core.profile import Profile
from core.skills.commands import SkillCommand, read_command
from core.skills.dialogues import PRESSED_BACK, TURNS_BACK, Dialogues, choices_of, chosen
from core.skills.listening import Listening
from core.skills.router import Router
from core.skills.skill import Skill, SkillReply
from core.skills.tools import SkillTools
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
        self._listening = Listening(
            assistant, self._skills, history, profile, self._situation_of, self._asks_another
        )

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
            said = self._listening.heard(question, _said(question), Dialogue(invited))
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
            yield await self._listening.told(
                question, told, dialogue or replace(pressed.dialogue, data=None)
            )
        elif dialogue and not dialogue.admits(question.asker):
            # Typed words confirm as a press does, so they are for the same people.
            if text in choices_of(turns):
                yield await self._listening.told(question, self._profile.not_your_button, dialogue)
        elif dialogue:
            text = chosen(text, choices_of(turns))
            async with aclosing(self._listening.heard(question, text, dialogue)) as said:
                async for step in said:
                    yield step
                    if isinstance(step, Answered):
                        return
            if self._listening.stops(text):
                ended = replace(dialogue, data=None)
                yield await self._listening.told(question, self._profile.skill_stopped, ended)

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
            async with aclosing(self._listening.heard(question, text, one)) as said:
                async for step in said:
                    yield step
                    if isinstance(step, Answered):
                        return
        reply = SkillReply(f"{self._profile.try_asking}:", command.examples)
        yield await self._listening.kept(question, None, reply)

    async def _begun(
        self, question: Question, research: Research
    ) -> AsyncGenerator[Status | Answered]:
        """Yield what the skills say that a message is meant for; nothing if it is for none."""
        if is_press(question.id):
            return
        is_called = self._tools.skill(research.call)
        wishes = () if is_called else self._router.several(_said(question))
        for said in (
            self._listening.heard_each(question, wishes),
            self._one_begun(question, research),
        ):
            async with aclosing(said):
                async for step in said:
                    yield step
                    if isinstance(step, Answered):
                        return

    async def _one_begun(
        self, question: Question, research: Research
    ) -> AsyncGenerator[Status | Answered]:
        """Yield what the skill says that a message is meant for; nothing if none is."""
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
        async with aclosing(self._listening.heard(question, text, dialogue, arguments)) as said:
            async for step in said:
                yield step

    async def _asked_again(
        self, question: Question, latest: Turn, dialogue: Dialogue
    ) -> AsyncGenerator[Answered]:
        """Yield the open question once more, unless something else was talked about since."""
        if latest.dialogue and latest.dialogue.asks:
            text = f"{self._profile.skill_asks_again}\n\n{latest.answer}"
            yield await self._listening.told(question, text, dialogue, choices=latest.followups)

    async def _situation_of(self, question: Question) -> Situation:
        if self._situations:
            return await self._situations.of(question)
        return Situation(self._now(), question.session.partition(":")[0], question.asker)

    async def _asks_another(self, question: Question, text: str, dialogue: Dialogue) -> bool:
        """Return whether a message plainly asks the FAQ, or another skill than a dialogue's."""
        found = self._router.candidate(text)
        if found and found[0].name != dialogue.skill and found[1] >= _SURE:
            return True
        return await self._assistant.would_answer(question, alone=True)

    def _is_too_long(self, question: Question) -> bool:
        """Return whether a message is longer than a question may be: no skill has to read it."""
        return len(_said(question)) > self._profile.longest_question_characters


AnyAssistant = Assistant | SkilledAssistant


def _is_understood_by_nobody(research: Research) -> bool:
    """Return whether a message is no question that the FAQ answers, and no courtesy either."""
    verdict = research.verdict
    if verdict.label is Label.INJECTION or verdict.kind in _COURTESIES:
        return False
    return research.draft is None and research.referred is None


def _said(question: Question) -> str:
    return normalized(question.text) or question.text.strip()
