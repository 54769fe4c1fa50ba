"""The API of the reference project: sessions, chats, and an answer as a stream of its text.

Clients of that project work unchanged. A session has the id that its client chose. A streaming id
names the stream of one question for ten minutes; it is looked up in the stores, so that every
replica knows it.
"""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from aiohttp import web

from bots.web.context import CONTEXT, Context
from bots.web.handlers.questions import take
from bots.web.handlers.requests import body_of, may_read, question_text
from bots.web.handlers.streams import SSE_HEADERS, pages, send
from bots.web.ids import (
    Place,
    question_id,
    reference_name,
    reference_place,
    streamed_question,
    streaming_id,
)
from bots.web.problems import Problem, check, said
from bots.web.render.page import Page
from bots.web.render.plain_text import appended, text_event, whole_text
from bots.web.render.sse import HEARTBEAT, had_by, id_of
from core.types import InboxState, Question, Receipt, Received, SessionId

logger = logging.getLogger(__name__)

STREAM_LIFE: Final = timedelta(minutes=10)
_PAGE: Final = 200
_LATEST: Final = 1_000  # the turns of a person by which their sessions are found
_MOST_WAITING: Final = 100


async def sessions(request: web.Request) -> web.Response:
    """Return the client's sessions, the latest first, each with its first question."""
    context = request.app[CONTEXT]
    person = context.gate.client(request)
    waiting = await context.service.waiting(_MOST_WAITING, asker=person)
    turns = await context.service.asked_by(person, _LATEST)
    asked = [received.question for received in reversed(waiting)] + [t.question for t in turns]
    # Earlier questions replace later ones, so that the text of the first remains.
    first = {question.session: question.text for question in asked}
    return said(
        [
            {"session_id": name, "first_message": text}
            for session, text in first.items()
            if (name := _name_of(session)) is not None
        ]
    )


async def chats(request: web.Request) -> web.Response:
    """Return the questions and answers of a session, oldest first; open questions have ""."""
    context = request.app[CONTEXT]
    session = _place_in(request).session
    rows: dict[str, dict[str, str]] = {}
    after, page = 0, await context.service.turns(session, _PAGE)
    name = request.match_info["session_id"]
    while page:
        for after, turn in page:  # noqa: B007 - the last one is where the next page begins
            answer = whole_text(context.follower.kept(turn))
            rows[turn.question.id] = _chat(name, turn.question.text, answer)
        page = await context.service.turns(session, _PAGE, after)
    waiting = await context.service.waiting(_MOST_WAITING, session=session)
    for question in (received.question for received in waiting):
        rows.setdefault(question.id, _chat(name, question.text, ""))
    if not rows:
        raise Problem(HTTPStatus.NOT_FOUND, context.texts.no_session)
    return said(list(rows.values()))


async def chat(request: web.Request) -> web.Response:
    """Store a question, to be answered soon."""
    context = request.app[CONTEXT]
    place = _place_in(request)
    text = question_text(await body_of(request), context, field="user_message")
    question = Question(
        id=question_id(place, secrets.token_urlsafe(16)),
        session=place.session,
        text=text,
        asker=context.gate.client(request),
        asked_at=datetime.now(UTC),
    )
    receipt = await take(request, question)
    if receipt is Receipt.SPOOLED:
        context.hub.show(question.id, Page(text, status=context.profile.kept_for_later))
    else:
        check(context.profile, receipt, retry_s=context.service.limits.wait_s(question.asker))
    told = {
        "session_id": request.match_info["session_id"],
        "streaming_id": streaming_id(question.id),
    }
    return said(told, status=HTTPStatus.CREATED)


async def streaming(request: web.Request) -> web.StreamResponse:
    """Stream the answer's text as it grows: each event has the text to append."""
    context = request.app[CONTEXT]
    received = await _streamed(request, context)
    last_id = request.headers.get("Last-Event-ID", "")
    with context.readers.one(received.question.asker):
        async with context.follower.following(received) as slot:
            if slot.page and slot.page.kind and last_id.endswith("-end"):
                return web.Response(status=204)  # tells an EventSource not to reconnect
            response = web.StreamResponse(headers=SSE_HEADERS)
            await response.prepare(request)
            had: str | None = None
            try:
                async for page in pages(context, slot):
                    if page is None:
                        await send(request, response, HEARTBEAT)
                        continue
                    text = whole_text(page)
                    if had is None:
                        had = had_by(last_id, text) or ""
                    more = appended(had, text)
                    if more or page.kind:
                        event_id = id_of(text, ended=bool(page.kind))
                        await send(request, response, text_event(more, event_id))
                    had = text
                await response.write_eof()
            except (ConnectionError, TimeoutError):
                logger.debug("a reader has left")
            return response


async def _streamed(request: web.Request, context: Context) -> Received:
    """Return the question of the streaming id in the path.

    Raises:
        Problem: there is no such question for the client, or it was asked more than ten minutes
            ago.
        StorageError: it cannot be looked up.
    """
    try:
        asked = streamed_question(request.match_info["streaming_id"])
    except ValueError:
        received = None
    else:
        received = await context.service.find(asked)
    if (
        received is None
        or received.state is InboxState.WITHDRAWN
        or received.question.asked_at < datetime.now(UTC) - STREAM_LIFE
        or not may_read(request, received.question.asker)
    ):
        raise Problem(HTTPStatus.NOT_FOUND, context.texts.no_stream)
    return received


def _place_in(request: web.Request) -> Place:
    context = request.app[CONTEXT]
    try:
        return reference_place(request.match_info["session_id"], context.gate.client(request))
    except ValueError as error:
        raise Problem(HTTPStatus.NOT_FOUND, str(error)) from error


def _name_of(session: SessionId) -> str | None:
    """Return the client's own name of a session; None if it was begun elsewhere."""
    try:
        return reference_name(session)
    except ValueError:
        return None


def _chat(session_id: str, user_message: str, system_message: str) -> dict[str, str]:
    return {
        "session_id": session_id,
        "user_message": user_message,
        "system_message": system_message,
    }
