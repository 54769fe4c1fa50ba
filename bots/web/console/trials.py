"""Trials of a lesson or an ingest before it takes effect, reported as JSON lines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import PurePath
from typing import Any, Final

from aiohttp import web

from bots.web.console import describe, lines
from bots.web.console.access import CONSOLE, visitor_in
from bots.web.console.actions import group_in, questions_in
from bots.web.context import CONTEXT
from bots.web.handlers.requests import body_of, text_in
from bots.web.problems import Problem, said
from core.errors import FaqbotError, SourceError
from core.reporting.operations import Operations
from core.reporting.replay import Comparison, ReplayCase, replay_json
from core.reporting.trial import Origin, last_asked
from core.retry import until_back
from core.skills.assistant import AnyAssistant
from core.types import Lesson

logger = logging.getLogger(__name__)

BOUND: Final = 0.01  # of the answers may get worse, before it is said to be too many
_MOST_UPLOADED_BYTES: Final = 50_000_000
_UPLOAD_S: Final = 600.0
_PART_BYTES: Final = 256 * 1024
_TRIED: Final = "answer_confidence"
_NAME_CHARS: Final = 40
_EVERY: Final = 10  # questions between two lines
TRYING: Final = web.AppKey("trying", asyncio.Lock)


async def try_lesson(request: web.Request) -> web.StreamResponse:
    """Try an answer to a group's questions, or a new answer of an existing lesson."""
    visitor = visitor_in(request, changes=True)
    operations = request.app[CONSOLE].operations
    body = await group_in(request)
    answer = text_in(body, "answer", most=request.app[CONTEXT].profile.longest_lesson_characters)
    if not answer:
        raise Problem(HTTPStatus.BAD_REQUEST, "answer_empty")
    lessons = await _lessons(operations, body, answer, visitor.name)
    async with _alone(request):
        after = await operations.trials.with_lessons(lessons)
        return await _streamed(request, after)


async def try_source(request: web.Request) -> web.StreamResponse:
    """Try the present content of the FAQ's source, or the uploaded file."""
    visitor_in(request, changes=True)
    origin = await _origin(request)
    trials = request.app[CONSOLE].operations.trials
    async with _alone(request), _usable(), trials.with_source(origin) as after:
        return await _streamed(request, after)


async def try_switch(request: web.Request) -> web.StreamResponse:
    """Try another confidence from which the bot answers."""
    visitor_in(request, changes=True)
    body = await body_of(request)
    operations = request.app[CONSOLE].operations
    if text_in(body, "name", most=_NAME_CHARS) != _TRIED:
        raise Problem(HTTPStatus.NOT_FOUND, "there is no such switch to be tried")
    try:
        sure = operations.switchboard.checked(_TRIED, text_in(body, "value", most=_NAME_CHARS))
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong_value", reason=str(error)) from None
    async with _alone(request):
        return await _streamed(request, operations.trials.with_confidence(float(sure)))


async def upload(request: web.Request) -> web.Response:
    """Keep a FAQ's file, and tell what an ingest of it would take; nothing is served from it."""
    visitor_in(request, changes=True)
    name = request.query.get("name", "")
    trials = request.app[CONSOLE].operations.trials
    try:
        async with _alone(request), _usable(), asyncio.timeout(_UPLOAD_S):
            told = await trials.upload(name, _content(request))
    except TimeoutError:
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, "upload_too_slow") from None
    return said(describe.dry_run_json(told))


async def show_source(request: web.Request) -> web.Response:
    """Return the source of the FAQ that serves, its time, and its number of entries."""
    visitor_in(request)
    serving = await request.app[CONSOLE].operations.trials.source()
    if serving is None:
        return said({"source": "", "created_at": None, "entries": 0})
    return said(
        {
            "source": serving.source,
            "created_at": serving.created_at,
            "entries": serving.entries,
        }
    )


async def ingest(request: web.Request) -> web.Response:
    """Ingest the present content of the FAQ's source, or the uploaded file."""
    visitor = visitor_in(request, changes=True)
    operations = request.app[CONSOLE].operations
    origin = await _origin(request)
    async with _alone(request), _usable():
        line = await operations.trials.ingest(origin)
    # It is served by now: what is left to do waits for the stores.
    serving = await until_back(operations.trials.source)
    name = PurePath(serving.source).name if serving else ""
    action = "faq.upload" if origin is Origin.UPLOAD else "faq.ingest"
    detail = f"{name}: {line}" if name else line
    await until_back(lambda: operations.note(visitor.name, action, detail))
    return said({"told": line})


async def _origin(request: web.Request) -> Origin:
    uploaded = (await body_of(request)).get("uploaded") is True
    return Origin.UPLOAD if uploaded else Origin.SOURCE


async def _content(request: web.Request) -> AsyncIterator[bytes]:
    """Yield the body as it comes.

    Raises:
        Problem: it is too long.
    """
    size = 0
    async for part in request.content.iter_chunked(_PART_BYTES):
        size += len(part)
        if size > _MOST_UPLOADED_BYTES:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "upload_too_large")
        yield part


@asynccontextmanager
async def _usable() -> AsyncIterator[None]:
    """Tell the owner what is wrong with a source."""
    try:
        yield
    except SourceError as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        raise Problem(status, "source_unusable", reason=str(error)) from error


async def _lessons(
    operations: Operations, body: dict[str, Any], answer: str, who: str
) -> list[Lesson]:
    lesson_id = body.get("lesson")
    if lesson_id is None:
        return await operations.lessons_for(questions_in(body), answer, who=who)
    known = await operations.lessons.find(str(lesson_id))
    if known is None:
        raise Problem(HTTPStatus.NOT_FOUND, "lesson_gone")
    return [replace(known, answer=answer)]


@asynccontextmanager
async def _alone(request: web.Request) -> AsyncIterator[None]:
    """Let one trial run at a time, as each takes as much of a processor as answering."""
    trying = request.app[TRYING]
    if trying.locked():
        raise Problem(HTTPStatus.CONFLICT, "trial_busy")
    async with trying:
        yield


async def _streamed(request: web.Request, after: AnyAssistant) -> web.StreamResponse:
    """Send a line of how far it is after every ten questions, and at last what was found."""
    trials = request.app[CONSOLE].operations.trials
    asked = await last_asked(trials.reports, trials.archive)
    response = await lines.opened(request)
    try:
        found = await _compared(response, request, asked, after)
        await lines.send(response, {"result": replay_json(found, BOUND)})
    except FaqbotError as error:
        logger.error("a trial failed: %s", error)
        await lines.send(response, {"failed": True})
    await response.write_eof()
    return response


async def _compared(
    response: web.StreamResponse,
    request: web.Request,
    asked: list[ReplayCase],
    after: AnyAssistant,
) -> list[Comparison]:
    trials = request.app[CONSOLE].operations.trials
    found: list[Comparison] = []
    async with aclosing(trials.compare(asked, after)) as comparisons:
        async for comparison in comparisons:
            if len(found) % _EVERY == 0:
                await lines.send(response, {"done": len(found), "of": len(asked)})
            found.append(comparison)
    return found
