"""The requests that ask, edit, stop, delete and rate questions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from bots.shared.answer_view import source_line
from bots.web.context import CONTEXT
from bots.web.handlers.requests import (
    body_of,
    number_in,
    own_in,
    question_text,
    received_in,
    text_in,
    who_began,
)
from bots.web.handlers.streams import describe, stream, wait, wants_events
from bots.web.ids import (
    API,
    PAGE,
    THREAD,
    Place,
    new_message,
    new_place,
    place_of,
    question_id,
)
from bots.web.problems import Problem, check, said
from bots.web.render.page import WITHDRAWN, EndingKind, Page
from bots.web.render.page_html import blocks
from core.press_ids import press_id
from core.types import Feedback, InboxState, Question, Receipt, Received, SessionId

_WAIT_S: Final = 60
_LONGEST_WAIT_S: Final = 300
_MOST_ID: Final = 200
_THREAD = re.compile(THREAD)


_REASON_CHARS: Final = 500
_EXPECTED_CHARS: Final = 1_000


async def ask(request: web.Request) -> web.StreamResponse:
    """Store a question, to be answered soon."""
    context = request.app[CONTEXT]
    body = await body_of(request)
    text = question_text(body, context)
    place, message = await _place(request, body)
    question = Question(
        id=question_id(place, message),
        session=place.session,
        text=text,
        asker=context.gate.person(request),
        asked_at=datetime.now(UTC),
    )
    receipt = await take(request, question)
    if receipt is Receipt.SPOOLED:
        context.hub.show(question.id, Page(text, status=context.profile.kept_for_later))
    else:
        _check(request, receipt)
    return await _answer(request, question.id)


async def press(request: web.Request) -> web.StreamResponse:
    """Ask the question of a follow-up button; two presses are one question."""
    context = request.app[CONTEXT]
    under = (await own_in(request)).question
    index = int(request.match_info["index"])
    view = await context.service.view(under.id)
    if view is None or index >= len(view.followups):
        raise Problem(HTTPStatus.GONE, context.profile.stale_button)
    pressed = Question(
        id=under.id,
        session=under.session,
        text="",
        asker=context.gate.person(request),
        asked_at=datetime.now(UTC),
    )
    asked = press_id(under.id, view.followups[index])
    store = partial(context.service.press, under.id, index, pressed)
    receipt = await context.admission.take(context.gate.source(request), asked, store)
    _check(request, receipt)
    return await _answer(request, asked)


async def revise(request: web.Request) -> web.StreamResponse:
    """Have a question's new text answered in the place of the earlier answer."""
    context = request.app[CONTEXT]
    received = await own_in(request)
    text = question_text(await body_of(request), context)
    if text != received.question.text:
        edited = replace(received.question, text=text)
        store = partial(context.service.revise, edited)
        source = context.gate.source(request)
        if receipt := await context.admission.take(source, edited.id, store):
            _check(request, receipt)
    return await _answer(request, received.question.id)


async def _answer(request: web.Request, asked: str) -> web.StreamResponse:
    """Return the answer in the wanted form, as a stream or as JSON."""
    context = request.app[CONTEXT]
    received = await context.service.find(asked)
    if received is None:  # it was refused before, by a limit that still holds
        _check(request, Receipt.LIMITED)
    if received:
        context.rooms.wake(received.question.session)
    if received is None or received.state is InboxState.WITHDRAWN:
        # The id was used before.
        raise Problem(HTTPStatus.CONFLICT, context.texts.withdrawn)
    if wants_events(request):
        return await stream(request, received)
    if "wait" in request.query:
        return await wait(request, received, seconds=_seconds(request))
    return await describe(request, Received(received.question, received.state))


def _check(request: web.Request, receipt: Receipt | None) -> None:
    """Check that a question was stored.

    Raises:
        Problem: it was refused; the problem tells when to try again.
    """
    context = request.app[CONTEXT]
    check(
        context.profile,
        receipt,
        retry_s=context.service.limits.wait_s(context.gate.person(request)),
    )


def _seconds(request: web.Request) -> int:
    if not request.query["wait"]:
        return _WAIT_S
    return number_in(request, "wait", default=_WAIT_S, most=_LONGEST_WAIT_S)


async def take(request: web.Request, question: Question) -> Receipt | None:
    """Store a question if its address may ask it.

    Raises:
        Problem: the address has asked too much.
        StorageError: the question is not stored.
    """
    context = request.app[CONTEXT]
    store = partial(context.service.receive, question)
    return await context.admission.take(context.gate.source(request), question.id, store)


async def begin(request: web.Request) -> web.Response:
    """Begin a conversation: return the session in which the person may ask."""
    return said({"session": _new(request, PAGE).session}, status=HTTPStatus.CREATED)


async def _place(request: web.Request, body: dict[str, Any]) -> tuple[Place, str]:
    """Return the place of a question, and the question's name there.

    Without a session, a new one begins. Its name is made from the question's id, if there is one,
    so that a repeated request is the same question.

    Raises:
        Problem: the session or the id is not valid, or the session is another person's.
        StorageError: the owner of the session cannot be looked up.
    """
    given = text_in(body, "id", most=_MOST_ID, default="")
    session = text_in(body, "session", most=_MOST_ID, default="")
    message = given or new_message()
    try:
        if session:
            place = place_of(SessionId(session))
        elif given:
            if not _THREAD.fullmatch(given):
                text = "an id without a `session` has 16 to 64 letters, digits, - or _, at random"
                raise Problem(HTTPStatus.BAD_REQUEST, text)
            place = Place(API, given)
        else:
            place = _new(request, API)
        question_id(place, message)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from error
    if not await _may_ask(request, place, message):
        place = _new(request, place.channel)
    return place, message


async def _may_ask(request: web.Request, place: Place, message: str) -> bool:
    """Return whether a conversation is the person's own or new; a repeated question is allowed.

    It is False for a person without a cookie, who then begins another conversation.

    Raises:
        Problem: the conversation is another person's.
    """
    context = request.app[CONTEXT]
    began = await who_began(context, place.session)
    if began in (None, context.gate.person(request)):
        return True
    if await context.service.find(question_id(place, message)):
        return True
    if context.gate.is_new(request):
        return False
    raise Problem(HTTPStatus.FORBIDDEN, context.texts.not_yours)


def _new(request: web.Request, channel: str) -> Place:
    gate = request.app[CONTEXT].gate
    return new_place(channel, gate.owner(gate.person(request)))


async def show(request: web.Request) -> web.StreamResponse:
    """Return a question, with its answer if it has ended."""
    return await describe(request, await received_in(request))


async def events(request: web.Request) -> web.StreamResponse:
    """Stream an answer."""
    return await stream(request, await received_in(request))


async def stop(request: web.Request) -> web.Response:
    """Stop an answer."""
    context = request.app[CONTEXT]
    question = (await own_in(request)).question
    shown = context.hub.page(question.id)
    ended = shown and shown.kind and shown.asked == question.text
    if ended or not await context.service.stop(question.id):
        raise Problem(HTTPStatus.CONFLICT, context.profile.nothing_to_stop)
    received = await context.service.find(question.id)
    if received and received.state is InboxState.WITHDRAWN:  # this process was not writing it
        shown = context.hub.page(question.id) or Page(question.text)
        if not shown.kind:
            text, note = shown.text, context.profile.stopped
            stopped = Page(question.text, text, kind=EndingKind.STOPPED, note=note)
            context.hub.show(question.id, stopped)
    return web.Response(status=204)


async def delete(request: web.Request) -> web.Response:
    """Delete a question with its answer."""
    context = request.app[CONTEXT]
    question = (await own_in(request)).question
    await context.service.withdraw(question.id)
    context.hub.show(question.id, WITHDRAWN)
    context.rooms.wake(question.session)
    return web.Response(status=204)


async def rate(request: web.Request) -> web.Response:
    """Store a person's opinion on the answer."""
    context = request.app[CONTEXT]
    question = (await received_in(request)).question
    context.admission.check_opinion(context.gate.source(request))
    body = await body_of(request)
    helpful = body.get("helpful")
    if not isinstance(helpful, bool):
        raise Problem(HTTPStatus.BAD_REQUEST, "`helpful` has to be true or false")
    opinion = Feedback(
        question.id,
        context.gate.person(request),
        helpful,
        reason=text_in(body, "reason", most=_REASON_CHARS, default=""),
        expected=text_in(body, "expected", most=_EXPECTED_CHARS, default=""),
    )
    if not await context.service.feedback.rate(opinion):
        raise Problem(HTTPStatus.NOT_FOUND, context.texts.not_found)
    context.rooms.wake(question.session)
    return web.Response(status=204)


async def take_back(request: web.Request) -> web.Response:
    """Delete what a person thinks of the answer."""
    context = request.app[CONTEXT]
    question = (await received_in(request)).question
    context.admission.check_opinion(context.gate.source(request))
    if not await context.service.feedback.withdraw(question.id, context.gate.person(request)):
        raise Problem(HTTPStatus.NOT_FOUND, context.texts.not_found)
    context.rooms.wake(question.session)
    return web.Response(status=204)


async def source(request: web.Request) -> web.Response:
    """Return the n-th source of an answer, with the text that it had for the answer."""
    context = request.app[CONTEXT]
    question = (await received_in(request)).question
    turn = await context.service.turn(question.id)
    number = int(request.match_info["n"])
    if turn is None or not 1 <= number <= len(turn.passages):
        raise Problem(HTTPStatus.NOT_FOUND, context.texts.source_gone)
    passage = turn.passages[number - 1]
    clean = context.look.cleaner.clean
    return said(
        {
            "n": number,
            "title": clean(source_line(passage, context.profile)),
            "text": clean(passage.text),
            "html": blocks(passage.text, context.look.cleaner, sources=0),
            "address": passage.url if context.look.cleaner.allows(passage.url) else "",
        }
    )
