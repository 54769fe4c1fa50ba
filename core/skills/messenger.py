"""Messages that the bot begins by itself: in a channel, or to one person alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from core.bounded import BoundedDict
from core.errors import PlatformError, PlatformRefusedError
from core.ports import History, Inbox
from core.press_ids import press_id
from core.retry import until_back
from core.skills.skill import SkillReply
from core.types import Question, SessionId, Turn, TurnState

logger = logging.getLogger(__name__)

_MOST_NAMES: Final = 2_000


@dataclass(frozen=True, slots=True)
class OwnerRequest:
    """A request to owners, who answer by buttons.

    `text` has the place {owners}, where `contacts` are mentioned. `acts` are the names and labels
    of the buttons, each of which holds the id `about`.
    """

    text: str
    contacts: tuple[str, ...]
    acts: tuple[tuple[str, str], ...]
    about: str


class Outreach(Protocol):
    """A platform's way to people who have not just asked. Everything raises `PlatformError`."""

    async def announce(self, channel: str, text: str) -> None:
        """Post Markdown into a channel."""
        ...

    async def request(self, channel: str, request: OwnerRequest) -> None:
        """Post a request to owners into a channel."""
        ...

    async def direct(self, person: str, near: Question) -> Question:
        """Return the place where a person alone reads, as a question of theirs without a text.

        `near` is a question that was asked where the person is known.
        """
        ...

    async def name_of(self, person: str, near: Question) -> str:
        """Return a person's name as others see it; "" if it is not known."""
        ...


@dataclass(slots=True)
class Messenger:
    """Hands messages to the inbox, which shows them as it shows an answer: once, in all crashes.

    `wake` is called when there is one to show.
    """

    history: History
    inbox: Inbox
    wake: Callable[[], None] = lambda: None
    _outreach: dict[str, Outreach] = field(default_factory=dict)
    _public: dict[str, Callable[[SessionId], bool]] = field(default_factory=dict)
    _names: BoundedDict[tuple[str, str], str] = field(
        default_factory=lambda: BoundedDict(_MOST_NAMES)
    )

    def connect(
        self, prefix: str, outreach: Outreach | None, is_public: Callable[[SessionId], bool]
    ) -> None:
        """Write to people of sessions whose id begins with `prefix` by this outreach.

        Where a session `is_public`, others than the asker read.
        """
        self._public[prefix] = is_public
        if outreach:
            self._outreach[prefix] = outreach

    def is_public(self, session: SessionId) -> bool:
        """Return whether others than the asker read in a session; so if its platform is unknown."""
        told = self._public.get(_prefix(session))
        return told is None or told(session)

    async def announce(self, channel: str, text: str) -> None:
        """Post Markdown into a channel of a platform: `slack:C0123`, `discord:123`.

        Raises:
            PlatformError: it is not posted, or its platform is not on.
        """
        await self._outreach_to(channel).announce(channel.partition(":")[2], text)

    async def request(self, channel: str, request: OwnerRequest) -> None:
        """Post a request to owners into a channel of a platform, as `announce` does.

        Raises:
            PlatformError: it is not posted, or its platform is not on.
        """
        await self._outreach_to(channel).request(channel.partition(":")[2], request)

    async def direct(self, person: str, near: Question) -> Question | None:
        """Return the place where a person alone reads; None where the platform has no such place.

        Raises:
            PlatformError: the platform does not give it now.
        """
        outreach = self._outreach_of(near.session)
        try:
            return await outreach.direct(person, near) if outreach and person else None
        except PlatformRefusedError:  # the person lets nobody write to them
            return None

    async def name_of(self, person: str, near: Question) -> str:
        """Return a person's name as others see it; "" if it is not known."""
        outreach = self._outreach_of(near.session)
        known = (_prefix(near.session), person)
        try:
            if outreach and person and known not in self._names:
                self._names[known] = await outreach.name_of(person, near)
            return self._names.get(known, "")
        except PlatformError as error:
            logger.info("the name of %s is not known: %s", person, error)
            return ""

    async def tell(self, place: Question, reply: SkillReply, *, skill: str, key: str) -> bool:
        """Say something in a place below its text; False if it was said before, by its `key`.

        It waits for a store that is away: what it tells of has come to pass.

        Raises:
            StorageError: the store rejects it, and nothing is said.
        """
        now = datetime.now(UTC)
        question = replace(place, id=press_id(place.id, key), asked_at=now, edited_at=None)
        turn = Turn(
            question,
            TurnState.ANSWERED,
            reply.text,
            followups=reply.choices,
            finished_at=now,
            dialogue=reply.dialogue(skill),
        )
        is_new = await until_back(lambda: self.history.append(turn))
        await until_back(lambda: self.inbox.receive(question, is_notice=True))
        self.wake()
        return is_new

    def _outreach_to(self, channel: str) -> Outreach:
        outreach = self._outreach_of(channel)
        if outreach is None:
            raise PlatformRefusedError(f"nothing can be posted to {channel}: it is not on")
        return outreach

    def _outreach_of(self, session: str | SessionId) -> Outreach | None:
        return self._outreach.get(_prefix(session))


def _prefix(session: str) -> str:
    return f"{session.partition(':')[0]}:"
