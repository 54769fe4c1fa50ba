"""The one place where the web's names become session and question ids, and back.

A session is `web:{channel}:{thread}`. The channel says where people ask (`page` is the page that
ships); the thread is random, and whoever knows it may read the conversation, as by a link.

A question is `web:{channel}:{thread}:{message}`, the message being the id that a client gave it:
so that the same id in another conversation is another question. A button's question adds to the id
of the question whose answer it stands under (`core.messaging.service.press_id`).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

from core.types import SessionId

PREFIX: Final = "web:"
PAGE: Final = "page"

CHANNEL: Final = "[a-z0-9][a-z0-9-]{0,31}"
THREAD: Final = "[A-Za-z0-9_-]{16,64}"  # 16 of these characters are 96 bits, if they are random
MESSAGE: Final = "[A-Za-z0-9_-]{1,64}"

SESSION: Final = f"web:{CHANNEL}:{THREAD}"
_SESSION = re.compile(f"{PREFIX}({CHANNEL}):({THREAD})")
_QUESTION = re.compile(f"({SESSION}):{MESSAGE}(?:>[0-9a-f]+)?")
_MESSAGE = re.compile(MESSAGE)


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, and the conversation in it."""

    channel: str
    thread: str

    @property
    def session(self) -> SessionId:
        """The session that goes on here."""
        return SessionId(f"{PREFIX}{self.channel}:{self.thread}")


def new_place(channel: str = PAGE) -> Place:
    """A conversation of its own, whose name nobody can guess."""
    return Place(channel, secrets.token_urlsafe(16))


def new_message() -> str:
    """The id of a question that its client gave none."""
    return secrets.token_urlsafe(9)


def place_of(session: str) -> Place:
    """The place that a session id stands for.

    Raises:
        ValueError: it is no session of the web's.
    """
    match = _SESSION.fullmatch(session)
    if match is None:
        raise ValueError("that is no session of the web's")
    return Place(match[1], match[2])


def question_id(place: Place, message: str) -> str:
    """The id of the question that a client named `message`.

    Raises:
        ValueError: the name has a character that is not allowed, or too many.
    """
    if not _MESSAGE.fullmatch(message):
        raise ValueError("an id has 1 to 64 letters, digits, - or _")
    return f"{place.session}:{message}"


def session_of(question: str) -> SessionId:
    """The session in a question's id, also in that of a press.

    Raises:
        ValueError: it is no question of the web's.
    """
    match = _QUESTION.fullmatch(question)
    if match is None:
        raise ValueError("that is no question of the web's")
    return SessionId(match[1])
