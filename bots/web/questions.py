"""What people do with a question and its answer, and what they look up."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from aiohttp import web

from bots.web.context import CONTEXT
from bots.web.describing import turn_of
from bots.web.ids import PREFIX, place_of
from bots.web.pages import WITHDRAWN, Kind, Page
from bots.web.problems import Problem, said
from bots.web.reading import body_of, number_in, own_in, received_in, text_in
from bots.web.streaming import describe, stream
from core.types import Feedback, InboxState

_REASON_CHARS: Final = 500
_EXPECTED_CHARS: Final = 1_000
_TURNS: Final = 50
_MOST_TURNS: Final = 200
_LATEST: Final = 200  # turns of a person that their conversations are found by
_PLACES: Final = 2**53


async def show(request: web.Request) -> web.StreamResponse:
    """A question, with its answer if it has ended."""
    return await describe(request, await received_in(request))


async def events(request: web.Request) -> web.StreamResponse:
    """The answer's stream."""
    return await stream(request, await received_in(request))


async def stop(request: web.Request) -> web.Response:
    """End an answer where it is."""
    context = request.app[CONTEXT]
    question = (await own_in(request)).question
    shown = context.hub.page(question.id)
    ended = shown and shown.kind and shown.asked == question.text
    if ended or not await context.desk.stop(question.id):
        raise Problem(HTTPStatus.CONFLICT, context.profile.nothing_to_stop)
    received = await context.desk.find(question.id)
    if received and received.state is InboxState.WITHDRAWN:  # nobody here was writing it
        shown = context.hub.page(question.id) or Page(question.text)
        if not shown.kind:
            text, note = shown.text, context.profile.stopped
            stopped = Page(question.text, text, kind=Kind.STOPPED, note=note)
            context.hub.show(question.id, stopped)
    return web.Response(status=204)


async def delete(request: web.Request) -> web.Response:
    """Take a question back, with its answer."""
    context = request.app[CONTEXT]
    question = (await own_in(request)).question
    await context.desk.withdraw(question.id)
    context.hub.show(question.id, WITHDRAWN)
    return web.Response(status=204)


async def rate(request: web.Request) -> web.Response:
    """Store what a person thinks of the answer."""
    context = request.app[CONTEXT]
    question = (await received_in(request)).question
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
    if not await context.desk.rate(opinion):
        raise Problem(HTTPStatus.NOT_FOUND, context.texts.not_found)
    return web.Response(status=204)


async def conversation(request: web.Request) -> web.Response:
    """What was asked and answered in a session, oldest first, by pages."""
    context = request.app[CONTEXT]
    try:
        session = place_of(request.match_info["session"]).session
    except ValueError:
        raise Problem(HTTPStatus.NOT_FOUND, context.texts.not_found) from None
    limit = max(number_in(request, "limit", default=_TURNS, most=_MOST_TURNS), 1)
    after = number_in(request, "after", default=0, most=_PLACES)
    person, html = context.gate.person(request), "html" in request.query
    turns = await context.desk.turns(session, limit, after)
    shown = [await turn_of(context, turn, person, html=html) for _, turn in turns]
    following = turns[-1][0] if len(turns) == limit else None
    return said({"session": session, "questions": shown, "next": following})


async def conversations(request: web.Request) -> web.Response:
    """The sessions in which a person has asked something, the latest first."""
    context = request.app[CONTEXT]
    found: dict[str, dict[str, object]] = {}
    for turn in await context.desk.asked_by(context.gate.person(request), _LATEST):
        question = turn.question
        if not question.session.startswith(PREFIX):
            continue
        row = found.setdefault(
            question.session, {"session": question.session, "last_at": turn.finished_at}
        )
        row["title"] = question.text  # that of the first question stays
    return said({"sessions": list(found.values())})
