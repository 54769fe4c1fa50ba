"""The one place where Discord's names become session and question ids, and back.

A session is `discord:{guild}:{channel}:{thread}`. The thread is the id of one or, where none may
be opened, of the message that a chain of replies began with: a thread opened from that message
would have the same id. A direct message has the guild `@me` and no thread; the answers that one
person alone sees in a channel have the thread `u{user}`.

A question is `discord:{guild}:{channel}:{message}`, the channel being where the message is; a
button's question adds to the id of the question whose answer it stands under
(`core.press_ids.press_id`). `Question.reply_to` holds where the answer goes: a `Target`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.types import SessionId

PREFIX: Final = "discord:"
DIRECT: Final = "@me"


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of a guild (`@me`: of nobody), and the conversation in it."""

    guild: str
    channel: str
    thread: str

    @property
    def session(self) -> SessionId:
        """The session of this conversation."""
        return SessionId(f"{PREFIX}{self.guild}:{self.channel}:{self.thread}")


@dataclass(frozen=True, slots=True)
class Within:
    """Answer in a channel or thread, as a reply to a message (0: as none)."""

    channel: int
    message: int


@dataclass(frozen=True, slots=True)
class Beneath:
    """Answer in the thread that is opened from a message of a channel, and has its id."""

    channel: int
    message: int


@dataclass(frozen=True, slots=True)
class Ephemeral:
    """Answer so that one person alone sees it: by an interaction's token, for 15 minutes."""

    application: int
    token: str


Target = Within | Beneath | Ephemeral


def place_of(session: SessionId) -> Place:
    """The place that a session id stands for.

    Raises:
        ValueError: it is no session of Discord's.
    """
    prefix, guild, channel, thread = session.split(":", 3)
    if f"{prefix}:" != PREFIX:
        raise ValueError(f"{session!r} is no session of Discord's")
    return Place(guild, channel, thread)


def is_public(session: SessionId) -> bool:
    """Return whether others than the asker see a session, which is not direct and not private."""
    place = place_of(session)
    return place.guild != DIRECT and not place.thread.startswith("u")


def guild_name(guild_id: int | None) -> str:
    """Return the name of a guild in ids."""
    return DIRECT if guild_id is None else str(guild_id)


def question_id(guild_id: int | None, channel_id: int, message_id: int) -> str:
    """The id of the question that a message, or an interaction, asks."""
    return f"{PREFIX}{guild_name(guild_id)}:{channel_id}:{message_id}"


def written(target: Target) -> str:
    """A target as `Question.reply_to` holds it."""
    match target:
        case Within(channel, message):
            return f"within:{channel}:{message}"
        case Beneath(channel, message):
            return f"beneath:{channel}:{message}"
        case Ephemeral(application, token):
            return f"aside:{application}:{token}"


def target_of(reply_to: str) -> Target:
    """A target from what `written` made of it.

    Raises:
        ValueError: it was made by something else.
    """
    kind, first, second = reply_to.split(":", 2)
    match kind:
        case "within":
            return Within(int(first), int(second))
        case "beneath":
            return Beneath(int(first), int(second))
        case "aside":
            return Ephemeral(int(first), second)
    raise ValueError(f"{reply_to!r} is no target")


def asker_of(user_id: int) -> str:
    """A user as `Question.asker` and `Feedback.user` have them, the same in every guild."""
    return f"{PREFIX}{user_id}"


def user_of(asker: str) -> str:
    """The id of the user that `asker_of` named."""
    return asker.removeprefix(PREFIX)
