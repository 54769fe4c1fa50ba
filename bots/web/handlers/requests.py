"""The parsing and validation of requests: bodies, ids, texts and numbers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import orjson
from aiohttp import web

from bots.web.context import CONTEXT, Context
from bots.web.ids import session_of
from bots.web.problems import Problem, TooLong
from bots.web.render.page import EndingKind
from bots.web.visitors import is_named
from core.text.spelling.normalize import normalized
from core.types import InboxState, Received, SessionId

MOST_BYTES: Final = 64 * 1024
_CONTROLS: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


async def body_of(request: web.Request) -> dict[str, Any]:
    """Return the body, which has to be a JSON object.

    Raises:
        Problem: the body has another type, or is no JSON object.
    """
    if request.content_type != "application/json":
        text = "send the body with Content-Type: application/json"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, text)
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"the body is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, "the body has to be a JSON object")
    return body


def text_in(body: dict[str, Any], name: str, *, most: int, default: str | None = None) -> str:
    """Return a text field, without control characters and outer spaces.

    Raises:
        Problem: it is missing and has no default, is no text, or is too long.
    """
    value = body.get(name, default)
    if not isinstance(value, str):
        raise Problem(HTTPStatus.BAD_REQUEST, f"`{name}` has to be a text")
    text = value.translate(_CONTROLS).strip()
    if len(text) > most:
        raise TooLong(f"`{name}`: {most}")
    return text


def question_text(body: dict[str, Any], context: Context, *, field: str = "text") -> str:
    """Return the text of a question.

    Raises:
        Problem: the text is missing, or longer than the profile allows.
    """
    profile = context.profile
    text = text_in(body, field, most=MOST_BYTES)
    if not text:
        raise Problem(HTTPStatus.BAD_REQUEST, profile.empty_question)
    if len(normalized(text)) > profile.longest_question_characters:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, profile.long_question)
    return text


async def received_in(request: web.Request) -> Received:
    """Return the question in the path, which everybody who knows its id may read.

    That of a person whom a service has named is for this person alone: a group's entries may be in
    the answer.

    Raises:
        Problem: there is no such question.
        StorageError: it cannot be looked up.
    """
    received = await _stored_in(request)
    if not may_read(request, received.question.asker):
        raise _unknown(request.app[CONTEXT])
    return received


def may_read(request: web.Request, asker: str) -> bool:
    """Return whether a request that knows the id of a question may read its answer.

    Raises:
        Problem: as `Gate.person`.
    """
    return not is_named(asker) or asker == request.app[CONTEXT].gate.person(request)


async def _stored_in(request: web.Request) -> Received:
    context = request.app[CONTEXT]
    try:
        session_of(request.match_info["id"])
    except ValueError:
        raise _unknown(context) from None
    received = await context.service.find(request.match_info["id"])
    if received is None or _is_gone(context, received):
        raise _unknown(context)
    return received


async def own_in(request: web.Request) -> Received:
    """Return the question in the path, if the person of the request has asked it.

    Raises:
        Problem: there is no such question, or another person has asked it.
        StorageError: it cannot be looked up.
    """
    context = request.app[CONTEXT]
    received = await _stored_in(request)
    if received.question.asker != context.gate.person(request):
        raise Problem(HTTPStatus.FORBIDDEN, context.texts.not_yours)
    return received


def number_in(request: web.Request, name: str, *, default: int, most: int) -> int:
    """Return a number of the query, from 0 to `most`.

    Raises:
        Problem: it is no such number.
    """
    given = request.query.get(name, str(default))
    if not (given.isascii() and given.isdigit() and len(given) < 16 and int(given) <= most):
        raise Problem(HTTPStatus.BAD_REQUEST, f"`{name}` has to be a number from 0 to {most}")
    return int(given)


def _is_gone(context: Context, received: Received) -> bool:
    """Return whether a question was deleted; one that was stopped while it waited is not."""
    if received.state is not InboxState.WITHDRAWN:
        return False
    page = context.hub.page(received.question.id)
    return page is None or page.kind is not EndingKind.STOPPED


def _unknown(context: Context) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, context.texts.not_found)


async def who_began(context: Context, session: SessionId) -> str | None:
    """Return the person who asked a conversation's first question; None without a question."""
    if turns := await context.service.turns(session, 1):
        return turns[0][1].question.asker
    waiting = await context.service.waiting(1, session=session)
    return waiting[0].question.asker if waiting else None
