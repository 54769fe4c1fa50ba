"""The manners of the bot among people: without a mention, it speaks only to answer from the FAQ.

The asker need not mention the bot while they are alone with it. Once people talk to each other, the
bot waits to be mentioned.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from typing import Final

from core.bounded import BoundedDict
from core.errors import AwayError, FaqbotError, PlatformError, StorageError
from core.messaging.service import ChatService
from core.messaging.thread_rules import ThreadRule, ThreadRules
from core.text.utterances.colleagues import is_for_colleagues, only_states, wants_something
from core.text.utterances.mentions import asked_text, is_in_copy, is_thanks, may_reply
from core.types import Question, SessionId

logger = logging.getLogger(__name__)

_MOST_SESSIONS: Final = 10_000


class Manners:
    """Decides whether a message without a mention is for the bot, by who speaks there."""

    def __init__(self, service: ChatService, rules: ThreadRules) -> None:
        """`rules` are those of the settings; rules set while the bot runs override them."""
        self._service = service
        self._rules = rules
        self._speakers: BoundedDict[SessionId, set[str]] = BoundedDict(_MOST_SESSIONS)

    def rule_of(self, *channels: str) -> ThreadRule:
        """Return the rule of a channel; see `ThreadRules.of`."""
        return (self._service.thread_rules or self._rules).of(*channels)

    def note(self, session: SessionId, person: str) -> None:
        """Remember that a person has spoken in a conversation."""
        speakers = self._speakers[session] = self._speakers.get(session, set())
        speakers.add(person)

    async def goes_on(
        self,
        question: Question,
        rule: ThreadRule,
        present: Callable[[], Awaitable[AbstractSet[str]]],
    ) -> bool:
        """Return whether a message in one of the bot's conversations is for it without a mention.

        `present` asks the platform who has spoken there, as this process may not have heard all.

        Raises:
            StorageError: the store is away; the message has to be delivered again.
        """
        in_company = rule is ThreadRule.ALL
        if not await self._would_answer(question, rule, in_company=in_company):
            return False
        return in_company or not await self._has_company(question, present)

    async def is_thanked(
        self,
        question: Question,
        rule: ThreadRule,
        present: Callable[[], Awaitable[AbstractSet[str]]],
    ) -> bool:
        """Return whether a message is thanks to the bot, from a person whom it has answered.

        If other people have spoken, the thanks may be for them. `present` is as in `goes_on`.

        Raises:
            StorageError: the store is away.
        """
        if rule is ThreadRule.MENTION or not is_thanks(question.text):
            return False
        if question.asker not in await self._service.askers(question.session):
            return False
        return not await self._has_company(question, present)

    async def begins(self, question: Question, rule: ThreadRule) -> bool:
        """Return whether a message is a question for the bot in a channel that needs no mention.

        Raises:
            AwayError: the store or the index is away; the message has to be delivered again.
            StorageError: the store fails; likewise.
        """
        return await self._would_answer(question, rule, in_company=True)

    async def _would_answer(
        self, question: Question, rule: ThreadRule, *, in_company: bool
    ) -> bool:
        if rule is ThreadRule.MENTION or not may_reply(question.text):
            return False
        try:
            return await self._service.would_answer(question, in_company=in_company)
        except (AwayError, StorageError):
            raise
        except FaqbotError as error:  # nobody waits for an answer, as the bot was not mentioned
            logger.error("%s is left alone: %s", question.id, error)
            return False

    async def is_for_people(self, question: Question, *, to_others: bool) -> bool:
        """Return whether a message that mentions the bot only tells people something: "… cc @bot".

        It asks nothing, and speaks `to_others`, too, or shows the bot only what colleagues say.
        False while the store is away, so that whatever calls the bot is kept for later.
        """
        said = asked_text(question.text, [mention.text for mention in question.mentions])
        if not only_states(said) or is_thanks(said):
            return False
        if not (to_others or is_in_copy(question.text) or is_for_colleagues(said)):
            return False
        try:
            return not await self.begins(question, ThreadRule.ALL)
        except (AwayError, StorageError):
            return False

    async def is_taken_back(
        self, question: Question, rule: ThreadRule, *, still_calls: Callable[[], Awaitable[bool]]
    ) -> bool:
        """Return whether an edit has made talk of a known question that calls the bot no more.

        `still_calls` asks the platform; only for known questions. False while the store is away,
        so that the edit is handled as any other once it is back.
        """
        if not question.text or wants_something(question.text):
            return False
        try:
            if not await self._service.find(question.id) or await still_calls():
                return False
            return not await self.begins(question, rule)
        except (AwayError, StorageError):
            return False

    async def _has_company(
        self, question: Question, present: Callable[[], Awaitable[AbstractSet[str]]]
    ) -> bool:
        """Return whether other people than the asker have spoken in the conversation."""
        known = self._speakers.get(question.session, set())
        speakers = {question.asker} | known | await self._service.askers(question.session)
        if len(speakers) > 1:
            return True
        try:
            return not await present() <= speakers
        except PlatformError as error:
            logger.info("who else is in %s is not known: %s", question.session, error)
            return False
