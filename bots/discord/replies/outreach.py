"""Messages to people who have not just asked, in channels and direct messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bots.discord.ids import (
    DIRECT,
    Beneath,
    Ephemeral,
    Place,
    Within,
    place_of,
    question_id,
    target_of,
    user_of,
    written,
)
from bots.discord.render.components import Button, Page, called_of
from bots.discord.render.markdown import markdown
from bots.discord.render.payload import new_message
from bots.discord.replies.message_writer import MessageWriter
from core.errors import PlatformRefusedError
from core.profile import ids_on
from core.skills.messenger import OwnerRequest
from core.text.markdown.measure import fitting
from core.text.safety.sanitize import Cleaner
from core.types import Question

# https://docs.discord.com/developers/resources/message#create-message
_MESSAGE_CHARS: Final = 2_000


@dataclass(frozen=True, slots=True)
class PlatformOutreach:
    """Implements `core.skills.messenger.Outreach`."""

    writer: MessageWriter
    cleaner: Cleaner

    async def announce(self, channel: str, text: str) -> None:
        """Post Markdown into a channel.

        Raises:
            PlatformError: it is not posted.
        """
        for part in fitting(markdown(text, self.cleaner), _MESSAGE_CHARS):
            await self._post(channel, Page(part))

    async def request(self, channel: str, request: OwnerRequest) -> None:
        """Post a request to owners, with its buttons.

        Raises:
            PlatformError: it is not posted.
        """
        called = called_of(ids_on("discord", request.contacts))
        # Cleaning would remove the mentions.
        text = self.cleaner.clean(request.text).format(owners=" ".join(called.mentions))
        buttons = (Button(f"{act}:{request.about}", label) for act, label in request.acts)
        await self._post(channel, Page(text, tuple(buttons), called=called))

    async def _post(self, channel: str, page: Page) -> None:
        if not channel.isdecimal():
            raise PlatformRefusedError(f"{channel!r} is not the id of a channel on Discord")
        posts = self.writer.budgets.posts(int(channel))
        async with posts.slot():
            path = f"/channels/{channel}/messages"
            await self.writer.rest.call("POST", path, new_message(page), window=posts.window)

    async def direct(self, person: str, near: Question) -> Question:
        """Return the direct messages with a person.

        Two bots have none: another bot is asked where the question is.
        https://docs.discord.com/developers/resources/user#create-dm

        Raises:
            PlatformError: Discord does not open them.
        """
        message = near.id.rpartition(":")[2].partition(">")[0]
        here = place_of(near.session)
        if here.guild != DIRECT and await self._is_bot(person):
            channel = _channel_of(near)
            name = question_id(int(here.guild), channel, int(message))
            return Question(name, near.session, "", person, reply_to=written(Within(channel, 0)))
        recipient = {"recipient_id": user_of(person)}
        opened = await self.writer.rest.call("POST", "/users/@me/channels", recipient)
        channel = int(opened["id"])
        return Question(
            question_id(None, channel, int(message)),
            Place(DIRECT, str(channel), "").session,
            "",
            person,
            reply_to=written(Within(channel, 0)),
        )

    async def _is_bot(self, person: str) -> bool:
        user: dict[str, Any] = await self.writer.rest.call("GET", f"/users/{user_of(person)}")
        return bool(user.get("bot"))

    async def name_of(self, person: str, near: Question) -> str:
        """Return the name that others see in the server of a question.

        Raises:
            PlatformError: Discord does not answer.
        """
        guild, user = place_of(near.session).guild, user_of(person)
        if guild == DIRECT:
            found: dict[str, Any] = await self.writer.rest.call("GET", f"/users/{user}")
            return str(found.get("global_name") or found["username"])
        member = await self.writer.rest.call("GET", f"/guilds/{guild}/members/{user}")
        known = member["user"]
        return str(member.get("nick") or known.get("global_name") or known["username"])


def _channel_of(near: Question) -> int:
    """Return the channel or thread in which a question is answered."""
    match target_of(near.reply_to or ""):
        case Beneath(_, message):  # a thread has the id of the message from which it is opened
            return message
        case Within(channel, _):
            return channel
        case Ephemeral():
            place = place_of(near.session)
            return int(place.channel)
