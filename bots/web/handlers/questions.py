"""Questions that come in: typed, pressed or edited."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from bots.web.context import CONTEXT
from bots.web.ids import THREAD, Place, new_message, new_place, place_of, question_id
from bots.web.problems import Problem, check
from bots.web.reading import (
    body_of,
    number_in,
    own_in,
    question_text,
    received_in,
    text_in,
)
from bots.web.streaming import describe, stream, wait, wants_events
from core.desk import press_id
from core.types import InboxState, Question, Received, SessionId

_API: Final = "api"  # the channel of those who name none
_WAIT_S: Final = 60
_LONGEST_WAIT_S: Final = 300
_MOST_ID: Final = 200
_THREAD = re.compile(THREAD)


async def ask(request: web.Request) -> web.StreamResponse:
    """Take a question; it is stored when this returns."""
    context = request.app[CONTEXT]
    body = await body_of(request)
    text = question_text(body, context)
    place, message = _place(body)
    question = Question(
        id=question_id(place, message),
        session=place.session,
        text=text,
        asker=context.gate.person(request),
        asked_at=datetime.now(UTC),
    )
    check(context.profile, await context.desk.receive(question))
    return await _answer(request, question.id)


async def press(request: web.Request) -> web.StreamResponse:
    """Ask what a follow-up stands for; pressed twice, it is one question."""
    context = request.app[CONTEXT]
    under = (await received_in(request)).question
    index = int(request.match_info["index"])
    view = await context.desk.view(under.id)
    if view is None or index >= len(view.followups):
        raise Problem(HTTPStatus.GONE, context.profile.stale_button)
    pressed = Question(
        id=under.id,
        session=under.session,
        text="",
        asker=context.gate.person(request),
        asked_at=datetime.now(UTC),
    )
    check(context.profile, await context.desk.press(under.id, index, pressed))
    return await _answer(request, press_id(under.id, view.followups[index]))


async def revise(request: web.Request) -> web.StreamResponse:
    """Answer the question as it reads now, in the place of the answer that there is."""
    context = request.app[CONTEXT]
    received = await own_in(request)
    text = question_text(await body_of(request), context)
    if text != received.question.text:
        edited = replace(received.question, text=text, asked_at=datetime.now(UTC))
        if receipt := await context.desk.revise(edited):
            check(context.profile, receipt)
    return await _answer(request, received.question.id)


async def _answer(request: web.Request, asked: str) -> web.StreamResponse:
    """The answer in the form that was asked for."""
    context = request.app[CONTEXT]
    received = await context.desk.find(asked)
    if received is None or received.state is InboxState.WITHDRAWN:
        # By an id that was used before: it was deleted, or refused because of a limit.
        raise Problem(HTTPStatus.CONFLICT, context.texts.withdrawn)
    if wants_events(request):
        return await stream(request, received)
    if "wait" in request.query:
        return await wait(request, received, seconds=_seconds(request))
    return await describe(request, Received(received.question, received.state))


def _seconds(request: web.Request) -> int:
    if not request.query["wait"]:
        return _WAIT_S
    return number_in(request, "wait", default=_WAIT_S, most=_LONGEST_WAIT_S)


def _place(body: dict[str, Any]) -> tuple[Place, str]:
    """Where a question is asked, and its name there.

    Without a session it begins one. That is named by the question's id, if there is one, so that
    the same id is the same question there, too.
    """
    given = text_in(body, "id", most=_MOST_ID, default="")
    session = text_in(body, "session", most=_MOST_ID, default="")
    try:
        if session:
            place = place_of(SessionId(session))
        elif given:
            if not _THREAD.fullmatch(given):
                text = "an id without a `session` has 16 to 64 letters, digits, - or _, at random"
                raise Problem(HTTPStatus.BAD_REQUEST, text)
            place = Place(_API, given)
        else:
            place = new_place(_API)
        message = given or new_message()
        question_id(place, message)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from error
    return place, message
