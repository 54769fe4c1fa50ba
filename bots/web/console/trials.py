"""Trials of a lesson or an ingest before it counts, reported as lines of JSON as they go."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

import orjson
from aiohttp import web

from bots.web.console.access import CONSOLE, visitor_in
from bots.web.console.actions import questions_in
from bots.web.context import CONTEXT
from bots.web.handlers.requests import body_of, text_in
from bots.web.problems import Problem, said
from core.errors import FaqbotError
from core.reporting.operations import Operations
from core.reporting.replay import Asked, Comparison, replay_json
from core.reporting.trial import last_asked
from core.skills.assistant import AnyAssistant
from core.types import Lesson

logger = logging.getLogger(__name__)

BOUND: Final = 0.01  # of the answers may get worse, before it is said to be too many
_EVERY: Final = 10  # questions between two lines
TRYING: Final = web.AppKey("trying", asyncio.Lock)


async def try_lesson(request: web.Request) -> web.StreamResponse:
    """Try an answer to a group's questions, or another answer of a lesson that is there."""
    visitor = visitor_in(request, changes=True)
    operations = request.app[CONSOLE].operations
    body = await body_of(request)
    answer = text_in(body, "answer", most=request.app[CONTEXT].profile.longest_lesson_characters)
    if not answer:
        raise Problem(HTTPStatus.BAD_REQUEST, "write an answer first")
    lessons = await _lessons(operations, body, answer, visitor.name)
    async with _alone(request):
        after = await operations.trials.with_lessons(lessons)
        return await _streamed(request, after)


async def try_source(request: web.Request) -> web.StreamResponse:
    """Try what the FAQ's source holds by now."""
    visitor_in(request, changes=True)
    async with _alone(request), request.app[CONSOLE].operations.trials.with_source() as after:
        return await _streamed(request, after)


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
    """Ingest what the FAQ's source holds by now."""
    visitor = visitor_in(request, changes=True)
    operations = request.app[CONSOLE].operations
    async with _alone(request):
        line = await operations.trials.ingest()
    await operations.note(visitor.name, "faq.ingest", line)
    return said({"told": line})


async def _lessons(
    operations: Operations, body: dict[str, Any], answer: str, who: str
) -> list[Lesson]:
    lesson_id = body.get("lesson")
    if lesson_id is None:
        return await operations.lessons_for(questions_in(body), answer, who=who)
    known = await operations.lessons.find(str(lesson_id))
    if known is None:
        raise Problem(HTTPStatus.NOT_FOUND, "there is no such lesson")
    return [replace(known, answer=answer)]


@asynccontextmanager
async def _alone(request: web.Request) -> AsyncIterator[None]:
    """One trial at a time: each takes as much of a processor as answering does."""
    trying = request.app[TRYING]
    if trying.locked():
        raise Problem(HTTPStatus.CONFLICT, "trial_busy")
    async with trying:
        yield


async def _streamed(request: web.Request, after: AnyAssistant) -> web.StreamResponse:
    """Send a line of how far it is after every ten questions, and at last what was found."""
    trials = request.app[CONSOLE].operations.trials
    asked = await last_asked(trials.reports, trials.archive)
    response = web.StreamResponse(
        headers={"Content-Type": "application/x-ndjson", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    try:
        found = await _compared(response, request, asked, after)
        await _line(response, {"result": replay_json(found, BOUND)})
    except FaqbotError as error:
        logger.error("a trial failed: %s", error)
        await _line(response, {"failed": True})
    await response.write_eof()
    return response


async def _compared(
    response: web.StreamResponse,
    request: web.Request,
    asked: list[Asked],
    after: AnyAssistant,
) -> list[Comparison]:
    trials = request.app[CONSOLE].operations.trials
    found: list[Comparison] = []
    async with aclosing(trials.compare(asked, after)) as comparisons:
        async for comparison in comparisons:
            if len(found) % _EVERY == 0:
                await _line(response, {"done": len(found), "of": len(asked)})
            found.append(comparison)
    return found


async def _line(response: web.StreamResponse, value: dict[str, Any]) -> None:
    await response.write(orjson.dumps(value) + b"\n")
