"""The codec between Discord's ids and the ids of sessions and questions.

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
    """A channel of a guild (`@me` for direct messages), and the conversation in it."""

    guild: str
    channel: str
    thread: str

    @property
    def session(self) -> SessionId:
        """The session of this conversation."""
        return SessionId(f"{PREFIX}{self.guild}:{self.channel}:{self.thread}")


@dataclass(frozen=True, slots=True)
class Within:
    """The target in a channel or thread, as a reply to a message (0 for no reply)."""

    channel: int
    message: int


@dataclass(frozen=True, slots=True)
class Beneath:
    """The target in the thread that is opened from a message of a channel, and has its id."""

    channel: int
    message: int


@dataclass(frozen=True, slots=True)
class Ephemeral:
    """The target that one person alone sees, by an interaction's token, for 15 minutes."""

    application: int
    token: str


Target = Within | Beneath | Ephemeral


def place_of(session: SessionId) -> Place:
    """Return the place of a session id.

    Raises:
        ValueError: it is not a session on Discord.
    """
    prefix, guild, channel, thread = session.split(":", 3)
    if f"{prefix}:" != PREFIX:
        raise ValueError(f"{session!r} is not a session of Discord")
    return Place(guild, channel, thread)


def is_public(session: SessionId) -> bool:
    """Return whether more people than the asker see a session."""
    place = place_of(session)
    return place.guild != DIRECT and not place.thread.startswith("u")


def guild_name(guild_id: int | None) -> str:
    """Return the name of a guild in ids."""
    return DIRECT if guild_id is None else str(guild_id)


def question_id(guild_id: int | None, channel_id: int, message_id: int) -> str:
    """Return the id of the question of a message or an interaction."""
    return f"{PREFIX}{guild_name(guild_id)}:{channel_id}:{message_id}"


def written(target: Target) -> str:
    """Return a target as the text for `Question.reply_to`."""
    match target:
        case Within(channel, message):
            return f"within:{channel}:{message}"
        case Beneath(channel, message):
            return f"beneath:{channel}:{message}"
        case Ephemeral(application, token):
            return f"aside:{application}:{token}"


def target_of(reply_to: str) -> Target:
    """Return the target from a text that `written` has made.

    Raises:
        ValueError: it is no such text.
    """
    kind, first, second = reply_to.split(":", 2)
    match kind:
        case "within":
            return Within(int(first), int(second))
        case "beneath":
            return Beneath(int(first), int(second))
        case "aside":
            return Ephemeral(int(first), second)
    raise ValueError(f"{reply_to!r} is not a target")


def asker_of(user_id: int) -> str:
    """Return the asker id of a user, which is the same in every guild."""
    return f"{PREFIX}{user_id}"


def user_of(asker: str) -> str:
    """Return the id of the user from the result of `asker_of`."""
    return asker.removeprefix(PREFIX)
