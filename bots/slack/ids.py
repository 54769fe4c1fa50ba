"""The codec between Slack's names and the ids of sessions and questions.

A session is `slack:{team}:{channel}:{thread}`, the thread being its root's `ts`; a direct message
outside of threads has none: the conversation itself is the session. What one person asks in a
channel for themselves alone (`/faq`) has `faq-{user}` there: a conversation of their own, which no
thread can be mistaken for.

A question is `slack:{team}:{channel}:{message}`, a `ts` or what else names it once; a button's
question adds to the id of the question whose answer it stands under (`press_id` in
`core.press_ids`). What is asked by a command, a shortcut or a button outside of answers is
named by its trigger, as the press of a button would be, since nobody has read its text as a
message either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.press_ids import press_id
from core.types import SessionId

PREFIX: Final = "slack:"
_PRIVATE: Final = "faq-"


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of a workspace and a thread in it ("" in a direct message outside of threads)."""

    team: str
    channel: str
    thread: str

    @property
    def session(self) -> SessionId:
        """The session of this conversation."""
        return SessionId(f"{PREFIX}{self.team}:{self.channel}:{self.thread}")

    def owns(self, question: str) -> bool:
        """Return whether a question was asked in this channel; a button's id may be forged."""
        return question.startswith(f"{PREFIX}{self.team}:{self.channel}:")

    @property
    def private_to(self) -> str:
        """The only user who sees the answers here; "" if others see them, too."""
        return self.thread.removeprefix(_PRIVATE) if self.thread.startswith(_PRIVATE) else ""


def place_of(session: SessionId) -> Place:
    """Return the place of a session id.

    Raises:
        ValueError: it is not a session on Slack.
    """
    prefix, team, channel, thread = session.split(":", 3)
    if f"{prefix}:" != PREFIX:
        raise ValueError(f"{session!r} is not a session of Slack")
    return Place(team, channel, thread)


def is_public(session: SessionId) -> bool:
    """Return whether more people than the asker see a session."""
    place = place_of(session)
    return not (place.channel.startswith("D") or place.private_to)


def private_place(team: str, channel: str, user: str) -> Place:
    """Return the place of private answers to a person in a channel."""
    return Place(team, channel, f"{_PRIVATE}{user}")


def question_id(team: str, channel: str, message: str) -> str:
    """Return the id of the question of a message, by its `ts`."""
    return f"{PREFIX}{team}:{channel}:{message}"


def triggered_id(team: str, channel: str, trigger: str) -> str:
    """Return the id of a question without a message, by the `trigger_id` of its interaction."""
    return press_id(question_id(team, channel, trigger), "")


def asked_in(ts: str, home_team: str) -> str:
    """Return `Question.reply_to` of a message: its `ts`, and the asker's own workspace."""
    return f"{ts} {home_team}".rstrip()


def home_team_of(reply_to: str | None) -> str:
    """Return the asker's own workspace from the result of `asked_in`; "" if it is unknown."""
    return (reply_to or "").partition(" ")[2]
