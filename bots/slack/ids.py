"""The one place where Slack's names become session and question ids, and back.

A session is `slack:{team}:{channel}:{thread}`, the thread being its root's `ts`; a direct message
outside of threads has none: the conversation itself is the session. A question is
`slack:{team}:{channel}:{message}`, a `ts` or what else names it once; a button's question adds to
the id of the question whose answer it stands under (`core.desk.press_id`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.types import SessionId

PREFIX: Final = "slack:"


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of a workspace, and a thread in it ("" in a direct message outside of threads)."""

    team: str
    channel: str
    thread: str

    @property
    def session(self) -> SessionId:
        """The session that goes on here."""
        return SessionId(f"{PREFIX}{self.team}:{self.channel}:{self.thread}")


def place_of(session: SessionId) -> Place:
    """The place that a session id stands for.

    Raises:
        ValueError: it is no session of Slack's.
    """
    prefix, team, channel, thread = session.split(":", 3)
    if f"{prefix}:" != PREFIX:
        raise ValueError(f"{session!r} is no session of Slack's")
    return Place(team, channel, thread)


def question_id(team: str, channel: str, message: str) -> str:
    """The id of the question that a message (its `ts`) asks."""
    return f"{PREFIX}{team}:{channel}:{message}"
