"""The conversations of a person: their list, their contents, and changes to them."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from http import HTTPStatus
from typing import Final
from unicodedata import normalize

from aiohttp import web

from bots.web.context import CONTEXT, Context
from bots.web.handlers.requests import body_of, number_in, text_in, who_began
from bots.web.handlers.streams import SSE_HEADERS, send
from bots.web.ids import PREFIX, is_own, place_of
from bots.web.problems import Problem, said
from bots.web.render.json_api import Json, opinion_json, question_of, turn_of
from bots.web.render.page import WITHDRAWN
from bots.web.render.sse import HEARTBEAT, ServerSentEvent
from bots.web.visitors import is_named
from core.types import SessionId, Turn

logger = logging.getLogger(__name__)

LOOK_S: Final = 5.0  # the interval at which changes by other processes are looked for
_HEARTBEAT_LOOKS: Final = 3
_TURNS: Final = 50
_MOST_TURNS: Final = 200
_MOST_WAITING: Final = 100
_LATEST: Final = 200  # the turns of a person by which their conversations are found
_SEARCHED: Final = 2_000
_PLACES: Final = 2**53
_TITLE_CHARS: Final = 120
_SEARCH_CHARS: Final = 200


async def conversations(request: web.Request) -> web.Response:
    """Return the sessions of a person, the latest first, or those that `search` finds."""
    context = request.app[CONTEXT]
    person = context.gate.person(request)
    wanted = _folded(request.query.get("search", "")[:_SEARCH_CHARS].strip())
    turns = await context.service.asked_by(person, _SEARCHED if wanted else _LATEST)
    found: dict[SessionId, Json] = {}
    matching: set[SessionId] = set()
    for received in reversed(await context.service.waiting(_MOST_WAITING, asker=person)):
        question = received.question
        _note(found, question.session, question.asked_at, question.asked_at, question.text)
    for turn in turns:
        question = turn.question
        _note(found, question.session, turn.finished_at, question.asked_at, question.text)
        if wanted and wanted in _folded(f"{question.text}\n{turn.answer}"):
            matching.add(question.session)
    given = await context.service.titles(list(found))
    rows = []
    for session, row in found.items():
        row["title"] = given.get(session, row["title"])
        del row["began_at"]
        if not wanted or session in matching or wanted in _folded(row["title"]):
            rows.append(row)
    return said({"sessions": rows})


async def conversation(request: web.Request) -> web.Response:
    """Return a page of a session's questions, the oldest first; the last page has open ones."""
    context, session = request.app[CONTEXT], await _session_in(request)
    limit = max(number_in(request, "limit", default=_TURNS, most=_MOST_TURNS), 1)
    after = number_in(request, "after", default=0, most=_PLACES)
    person, html = context.gate.person(request), "html" in request.query
    waiting = await context.service.waiting(_MOST_WAITING, session=session)
    turns = await context.service.turns(session, limit, after)
    shown = [await turn_of(context, turn, person, html=html) for _, turn in turns]
    following = turns[-1][0] if len(turns) == limit else None
    if following is None:
        known = {question["id"] for question in shown}
        shown += [
            await question_of(context, received, person, html=html)
            for received in waiting
            if received.question.id not in known
        ]
    titles = await context.service.titles([session])
    title = titles.get(session, "")
    return said({"session": session, "title": title, "questions": shown, "next": following})


async def rename(request: web.Request) -> web.Response:
    """Give a person's own conversation a title; "" returns to its first question."""
    context, session = request.app[CONTEXT], await _own_session(request)
    title = text_in(await body_of(request), "title", most=_TITLE_CHARS)
    await context.service.rename(session, " ".join(title.split()))
    context.rooms.wake(session)
    return web.Response(status=204)


async def delete(request: web.Request) -> web.Response:
    """Delete all that a person has asked in a conversation, with the answers."""
    context, session = request.app[CONTEXT], await _own_session(request)
    person = context.gate.person(request)
    waiting = await context.service.waiting(_MOST_WAITING, session=session, asker=person)
    asked = [received.question for received in waiting]
    asked += [turn.question for turn in await _all_turns(context, session)]
    for question in asked:
        if question.asker == person:
            await context.service.withdraw(question.id)
            context.hub.show(question.id, WITHDRAWN)
    context.rooms.wake(session)
    return web.Response(status=204)


async def events(request: web.Request) -> web.StreamResponse:
    """Stream the contents of a conversation to a window, again after every change."""
    context, session = request.app[CONTEXT], await _session_in(request)
    person = context.gate.person(request)
    with context.readers.one(person), context.rooms.open(session) as room:
        response = web.StreamResponse(headers=SSE_HEADERS)
        await response.prepare(request)
        told, quiet = None, 0
        try:
            while not context.hub.closing:
                changed = room.changed
                now = await _summary(context, session, person)
                if now != told:
                    await send(request, response, ServerSentEvent("conversation", now).encoded())
                    told, quiet = now, 0
                elif (quiet := quiet + 1) == _HEARTBEAT_LOOKS:
                    await send(request, response, HEARTBEAT)
                    quiet = 0
                try:
                    async with asyncio.timeout(LOOK_S):
                        await changed.wait()
                except TimeoutError:
                    pass
            await response.write_eof()
        except (ConnectionError, TimeoutError):
            logger.debug("a window has been closed")
        return response


async def _summary(context: Context, session: SessionId, person: str) -> Json:
    """Return the title, and each question with its state and the person's opinion."""
    # In this order, a question that ends in between is in both lists, and not in neither.
    waiting = await context.service.waiting(_MOST_WAITING, session=session)
    turns = await _all_turns(context, session)
    opinions = {
        given.question_id: given
        for given in await context.service.opinions([turn.question.id for turn in turns])
        if given.user == person
    }
    rows = {
        received.question.id: _row(received.question.id, received.question.text, "answering")
        for received in waiting
    }
    for turn in turns:
        question = turn.question
        rows[question.id] = _row(question.id, question.text, turn.state.value) | {
            "opinion": opinion_json(opinions.get(question.id))
        }
    titles = await context.service.titles([session])
    return {"title": titles.get(session, ""), "questions": list(rows.values())}


async def _all_turns(context: Context, session: SessionId) -> list[Turn]:
    turns: list[Turn] = []
    after = 0
    while page := await context.service.turns(session, _MOST_TURNS, after):
        turns += [turn for _, turn in page]
        after = page[-1][0]
    return turns


async def _own_session(request: web.Request) -> SessionId:
    """Return the session in the path, in which the person has asked something.

    Raises:
        Problem: there is no such session, or only other people have asked there.
    """
    context, session = request.app[CONTEXT], await _session_in(request)
    person = context.gate.person(request)
    turns = await _all_turns(context, session)
    waiting = await context.service.waiting(_MOST_WAITING, session=session)
    askers = [turn.question.asker for turn in turns]
    askers += [received.question.asker for received in waiting]
    if not askers:
        raise Problem(HTTPStatus.NOT_FOUND, context.texts.not_found)
    if person not in askers:
        raise Problem(HTTPStatus.FORBIDDEN, context.texts.not_yours)
    return session


async def _session_in(request: web.Request) -> SessionId:
    """Return the session in the path.

    Raises:
        Problem: there is no such session, or its name was chosen by another person's client.
        StorageError: the owner of the session cannot be looked up.
    """
    context = request.app[CONTEXT]
    try:
        place = place_of(request.match_info["session"])
    except ValueError:
        raise Problem(HTTPStatus.NOT_FOUND, context.texts.not_found) from None
    began = await who_began(context, place.session)
    is_mine = began in (None, context.gate.person(request))
    # Only its owner can read a session with a name chosen by a client, or of a person whom a
    # service names: a group's entries may be in it.
    is_link = is_own(place, context.gate.owner(began or "")) and not is_named(began or "")
    if not (is_mine or is_link):
        raise Problem(HTTPStatus.NOT_FOUND, context.texts.not_found)
    return place.session


def _note(
    found: dict[SessionId, Json], session: SessionId, at: datetime, asked_at: datetime, text: str
) -> None:
    """Add a question to the conversations found; the earliest question is the title."""
    if not session.startswith(PREFIX):
        return
    new = {"session": session, "last_at": at, "began_at": asked_at, "title": text}
    row = found.setdefault(session, new)
    if asked_at < row["began_at"]:
        row["title"], row["began_at"] = text, asked_at


def _row(question_id: str, text: str, state: str) -> Json:
    return {"id": question_id, "text": text, "state": state, "opinion": None}


def _folded(text: str) -> str:
    return normalize("NFC", text).casefold()
