"""The audience of each answer: the profile's channel of the question, and what readers may see."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.errors import FaqbotError
from core.profile import ChannelRules, ReaderGroup
from core.retrieval.audience import EVERYTHING, Audience, is_within
from core.text.korean import compact
from core.types import Question

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """The place and the people of a question, as `[[channels]]` and `[[groups]]` name them.

    `public` is true if more people than the asker see the answer.
    """

    places: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    public: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of one answer: its readers, and its channel if the profile describes that."""

    audience: Audience = EVERYTHING
    channel: ChannelRules | None = None
    public: bool = True


Stand = Callable[[Question], Awaitable[Standing]]
"""Returns the standing of a question by asking its platform; raises FaqbotError on a failure."""


class Audiences:
    """Finds the scope of each question; an unknown reader sees what everybody may see."""

    def __init__(self, channels: Sequence[ChannelRules], groups: Sequence[ReaderGroup]) -> None:
        self._channels = channels
        self._groups = groups
        self._platforms: dict[str, Stand] = {}
        closed = (one for group in groups for one in group.categories)
        self._closed = tuple(dict.fromkeys(closed))
        self.is_needed: Final = bool(channels or groups)

    def ask(self, prefix: str, stand: Stand) -> None:
        """Use `stand` for the questions of sessions whose id begins with `prefix`."""
        self._platforms[prefix] = stand

    async def of(self, question: Question) -> Scope:
        """Return the scope of a question.

        If the platform does not answer, it is the scope of people who are in no group.
        """
        try:
            return await self._known(question)
        except FaqbotError as error:
            logger.warning("who reads %s is not known, so it is for all: %s", question.id, error)
        return self._scope(_unknown(question))

    async def category_of(self, question: Question, told: Sequence[str]) -> str:
        """Return the category of a lesson that is taught where a question was asked.

        `told` are the categories of the entries that the question was answered from. The result is
        "" if the lesson belongs to none.

        Raises:
            FaqbotError: the platform does not say who reads the question.
        """
        if closed := [one for one in told if is_within(one, self._closed)]:
            return closed[0]
        scope = await self._known(question)
        granted = [one for one in self._closed if one not in scope.audience.withheld]
        seen = [one for one in told if scope.audience.sees(one)]
        return next(iter((*seen, *scope.audience.only, *granted)), "")

    async def _known(self, question: Question) -> Scope:
        if not self.is_needed:
            return Scope()
        standing = _unknown(question)
        stand = self._platforms.get(f"{question.session.partition(':')[0]}:")
        return self._scope(await stand(question) if stand else standing)

    def for_all(self, scope: Scope) -> Audience:
        """Return the audience of people who are in no group, in the place of a scope."""
        return replace(scope.audience, withheld=self._closed)

    def _scope(self, standing: Standing) -> Scope:
        there = (one for one in self._channels if standing.places & frozenset(one.places))
        channel = next(there, None)
        granted: set[str] = set()
        if not standing.public:
            ours = (one for one in self._groups if standing.people & frozenset(one.members))
            granted = {compact(category) for group in ours for category in group.categories}
        withheld = tuple(one for one in self._closed if compact(one) not in granted)
        only = channel.categories if channel else ()
        verified = bool(channel and channel.only_verified)
        return Scope(Audience(only, withheld, verified), channel, standing.public)


def _unknown(question: Question) -> Standing:
    """Return the standing that the session id alone tells: the platform as the place."""
    return Standing(frozenset({question.session.partition(":")[0]}))
