"""The codec between the web's names and the ids of sessions and questions.

A session is `web:{channel}:{thread}`. The channel is the place in which people ask (`page` is the
page that ships), and the thread is random. A thread that this server has made is marked as its
owner's, and everybody who knows it may read the conversation, as by a link. A thread that a client
has named can be read only by the person who began it.

A question is `web:{channel}:{thread}:{message}`, where the message is the id that the client gave.
The same id in another conversation is another question. The id of a button's question extends that
of the question whose answer has the button (`core.press_ids.press_id`).
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from core.types import SessionId

PREFIX: Final = "web:"
PAGE: Final = "page"
API: Final = "api"  # the channel of clients that do not name one
REFERENCE: Final = "v1"

CHANNEL: Final = "[a-z0-9][a-z0-9-]{0,31}"
THREAD: Final = "[A-Za-z0-9_-]{16,128}"  # 16 of these characters are 96 bits, if they are random
MESSAGE: Final = "[A-Za-z0-9_-]{1,64}"

SESSION: Final = f"web:{CHANNEL}:{THREAD}"
_SESSION = re.compile(f"{PREFIX}({CHANNEL}):({THREAD})")
_QUESTION = re.compile(f"({SESSION}):{MESSAGE}(?:>[0-9a-f]+)?")
_MESSAGE = re.compile(MESSAGE)
_OWNER_CHARS: Final = 16
_SEED_BYTES, _MARK_BYTES = 9, 7  # together 22 characters of a thread
_MOST_NAME_BYTES: Final = 84  # 112 characters of a thread


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, and the conversation in it."""

    channel: str
    thread: str

    @property
    def session(self) -> SessionId:
        """The session of this conversation."""
        return SessionId(f"{PREFIX}{self.channel}:{self.thread}")


def new_place(channel: str = PAGE, owner: bytes = b"") -> Place:
    """Return a new conversation with a name that nobody can guess; `owner` is as in `is_own`."""
    return _marked(channel, secrets.token_bytes(_SEED_BYTES), owner)


def is_own(place: Place, owner: bytes) -> bool:
    """Return whether a conversation was made by `new_place` for an owner.

    `owner` is derived from a secret and the person, so that nobody can forge another person's.
    """
    try:
        seed = _decoded(place.thread)[:_SEED_BYTES]
    except ValueError:
        return False
    marked = _marked(place.channel, seed, owner).thread
    return hmac.compare_digest(place.thread.encode(), marked.encode())


def _marked(channel: str, seed: bytes, owner: bytes) -> Place:
    mark = blake2b(channel.encode() + seed, key=owner, digest_size=_MARK_BYTES).digest()
    return Place(channel, _encoded(seed + mark))


def new_message() -> str:
    """Return the id for a question to which its client gave none."""
    return secrets.token_urlsafe(9)


def place_of(session: str) -> Place:
    """Return the place of a session id.

    Raises:
        ValueError: it is not a session on the web.
    """
    match = _SESSION.fullmatch(session)
    if match is None:
        raise ValueError("that is not a session of the web")
    return Place(match[1], match[2])


def question_id(place: Place, message: str) -> str:
    """Return the id of the question that a client named `message`.

    Raises:
        ValueError: the name is too long, or has a character that is not allowed.
    """
    if not _MESSAGE.fullmatch(message):
        raise ValueError("an id has 1 to 64 letters, digits, - or _")
    return f"{place.session}:{message}"


def session_of(question: str) -> SessionId:
    """Return the session in a question's id, also in that of a press.

    Raises:
        ValueError: it is not a question on the web.
    """
    match = _QUESTION.fullmatch(question)
    if match is None:
        raise ValueError("that is not a question of the web")
    return SessionId(match[1])


def reference_place(session_id: str, person: str) -> Place:
    """Return the place of a session that a client of the reference API has named.

    The place depends on the person, too, so that nobody can guess another person's session.

    Raises:
        ValueError: the name is empty or too long.
    """
    name = session_id.encode(errors="surrogatepass")
    if not 1 <= len(name) <= _MOST_NAME_BYTES:
        raise ValueError(f"a session_id has 1 to {_MOST_NAME_BYTES} bytes in UTF-8")
    return Place(REFERENCE, _owner(person) + _encoded(name))


def reference_name(session: SessionId) -> str:
    """Return the client's name of a session of the reference API.

    Raises:
        ValueError: it is no such session.
    """
    place = place_of(session)
    if place.channel != REFERENCE:
        raise ValueError("that is not a session of the reference API")
    return _decoded(place.thread[_OWNER_CHARS:]).decode(errors="surrogatepass")


def streaming_id(question: str) -> str:
    """Return the streaming id of a question for the reference API."""
    return _encoded(question.encode())


def streamed_question(streaming: str) -> str:
    """Return the question id of a streaming id.

    Raises:
        ValueError: it is not a streaming id.
    """
    question = _decoded(streaming).decode()
    if not session_of(question).startswith(f"{PREFIX}{REFERENCE}:"):
        raise ValueError("that is not a stream of the reference API")
    return question


def _owner(person: str) -> str:
    return _encoded(blake2b(person.encode(), digest_size=_OWNER_CHARS * 6 // 8).digest())


def _encoded(name: bytes) -> str:
    return urlsafe_b64encode(name).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
