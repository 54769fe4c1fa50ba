"""The replies that need no draft: small talk, refusals, another language, the rest of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from core.assistant.dialogue.offers import Offers
from core.assistant.dialogue.references import Reference, Referred
from core.assistant.drafts.rest import rest_of
from core.assistant.drafts.work import LocalDraft, Research, Work
from core.assistant.guardrails.small_talk import small_talk
from core.profile import Profile
from core.text.languages import asking_in, foreign, to_asker
from core.text.safety.instructions import instructs_bot
from core.text.utterances.colleagues import asks_nothing
from core.types import (
    Answered,
    Declined,
    Ending,
    Escalated,
    Label,
    SessionId,
    SmallTalk,
    Turn,
    TurnState,
)

SURE: Final = 0.9
"""The lowest probability of a label at which the bot acts on it although nobody called the bot."""

REMEMBERED_TURNS: Final = 20
"""The number of turns that are read so that no question of the conversation is offered again."""


@dataclass(frozen=True, slots=True)
class ReadyReplies:
    """Chooses the reply to a message that needs no draft.

    `recent` reads the latest turns of a session, at most so many.
    """

    profile: Profile
    offers: Offers
    recent: Callable[[SessionId, int], Awaitable[list[Turn]]]

    async def at_once(self, research: Research, work: Work) -> Ending | None:
        """Return the ending of a message that needs no draft; None if a draft is to be written."""
        if research.referred and research.referred.kind is Reference.MORE:
            return await self._more(research.referred)
        if elsewhere := await self._elsewhere(research):
            return elsewhere
        match research.verdict.label:
            case Label.GREETING | Label.OFF_TOPIC if kind := research.verdict.kind:
                reply = small_talk(kind, self.profile, research.text)
                if kind is not SmallTalk.PERSON_WANTED or isinstance(reply, Escalated):
                    return reply
                return replace(reply, followups=await self.offers.contact(work))
            case Label.ON_TOPIC:
                return None if research.draft else escalated(research, self.profile, self.offers)
            case label:
                suggestions = await self.offers.leading_back(
                    label, research.text, research.hits, work
                )
                return Declined(self.profile.refusal, suggestions, label)

    async def _elsewhere(self, research: Research) -> Declined | None:
        """Return the reply to a question in a language that the FAQ is not written in, else None.

        The guardrail was trained on Korean and English, so its label means little for a question
        in another language. Entries that were found only through the conversation do not count as
        an answer to such a question, unless a model has read it.
        """
        verdict, served = research.verdict, self.profile.languages
        misread = research.leans and isinstance(research.draft, LocalDraft)
        if (research.draft is not None and not misread) or instructs_bot(research.text):
            return None
        language = await asyncio.to_thread(foreign, research.text, served)
        if not language or (language == "en" and verdict.scores[Label.GREETING] >= SURE):
            return None
        return Declined(asking_in(language, served, self.profile.ask_in), (), verdict.label)

    async def _more(self, meant: Referred) -> Answered:
        """Return the parts of an answer's entries that the conversation has not shown yet."""
        assert meant.turn is not None  # noqa: S101 - a reference of kind MORE has a turn
        turns = await self.recent(meant.turn.question.session, REMEMBERED_TURNS)
        shown = [turn.answer for turn in turns if turn.state is TurnState.ANSWERED]
        rest = await asyncio.to_thread(rest_of, meant.turn.passages, [*shown, meant.turn.answer])
        offered = tuple(text for text in meant.turn.followups if text != self.profile.more)
        return Answered(rest or self.profile.nothing_more, meant.turn.passages, offered)


def escalated(research: Research, profile: Profile, offers: Offers) -> Escalated:
    """Return the ending of a message that the FAQ does not answer, with the nearest titles.

    What asks nothing is no question that it does not answer: its author is asked for one.
    """
    if asks_nothing(research.text):
        text = profile.small_talk[SmallTalk.NOT_UNDERSTOOD]
    else:
        text = to_asker(profile, research.text).not_found
    return Escalated(text, offers.nearest(research.hits))
