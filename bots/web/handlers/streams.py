"""An answer while it is written, as server-sent events or as a delayed response."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from functools import partial
from typing import Final

from aiohttp import web

from bots.web.context import CONTEXT, Context
from bots.web.problems import said
from bots.web.render.json_api import ending_of, question_of
from bots.web.render.page import Page, html_of
from bots.web.render.sse import HEARTBEAT, ServerSentEvent, Teller
from bots.web.replies.hub import AnswerSlot
from core.errors import StorageError
from core.types import Received

logger = logging.getLogger(__name__)

HEARTBEAT_S: Final = 15.0
_WRITE_S: Final = 10.0  # a client that reads nothing for so long is disconnected
_EVENTS: Final = "text/event-stream"
SSE_HEADERS: Final = {
    "Content-Type": f"{_EVENTS}; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
}


def wants_events(request: web.Request) -> bool:
    """Return whether the answer is to come as a stream."""
    return _EVENTS in request.headers.get("Accept", "")


async def stream(request: web.Request, received: Received) -> web.StreamResponse:
    """Stream an answer to its end.

    Raises:
        Problem: too many streams are open.
        StorageError: the question cannot be read.
    """
    context = request.app[CONTEXT]
    person = context.gate.person(request)
    html = "html" in request.query
    teller = Teller(
        html=partial(html_of, look=context.look) if html else None,
        last_id=request.headers.get("Last-Event-ID", ""),
    )
    with context.readers.one(person):
        question = await question_of(context, received, person, html=False)
        del question["answer"]  # the next event has it
        async with context.follower.following(received) as slot:
            page = slot.page
            if page and teller.knows_the_ending(page):
                return web.Response(status=204)  # tells an EventSource not to reconnect
            response = web.StreamResponse(headers=SSE_HEADERS)
            await response.prepare(request)
            try:
                await send(request, response, ServerSentEvent("question", question).encoded())
                await _tell(request, response, slot, teller, received.question.id)
                await response.write_eof()
            except (ConnectionError, TimeoutError):
                logger.debug("a reader has left")
            return response


async def wait(request: web.Request, received: Received, *, seconds: float) -> web.Response:
    """Return the question with its answer, or without it if that takes longer.

    Raises:
        Problem: too many requests are waiting.
        StorageError: the question cannot be read.
    """
    context = request.app[CONTEXT]
    with context.readers.one(context.gate.person(request)):
        async with context.follower.following(received) as slot:
            try:
                async with asyncio.timeout(seconds):
                    while not (slot.page and slot.page.kind) and not context.hub.closing:
                        await slot.changed.wait()
            except TimeoutError:
                pass
    return await describe(request, await context.service.find(received.question.id) or received)


async def describe(request: web.Request, received: Received) -> web.Response:
    """Return the question: 200 with its answer, 202 while that is written.

    Raises:
        StorageError: it cannot be looked up.
    """
    context = request.app[CONTEXT]
    person, html = context.gate.person(request), "html" in request.query
    question = await question_of(context, received, person, html=html)
    path = request.app.router["question"].url_for(id=received.question.id)
    return said(
        question, status=200 if question["answer"] else 202, headers={"Location": str(path)}
    )


async def _tell(
    request: web.Request,
    response: web.StreamResponse,
    slot: AnswerSlot,
    teller: Teller,
    question_id: str,
) -> None:
    context = request.app[CONTEXT]
    async for page in pages(context, slot):
        if page is None:
            await send(request, response, HEARTBEAT)
            continue
        shown, ending = page, None
        if page.kind:
            ending = await _ending(context, question_id, slot)
            shown = slot.page or page
        for event in teller.tell(shown, ending):
            await send(request, response, event.encoded())


async def pages(context: Context, slot: AnswerSlot) -> AsyncGenerator[Page | None]:
    """Yield each page of an answer, to the one that ends it; None after 15 s without news."""
    told = None
    while not context.hub.closing:
        changed, page = slot.changed, slot.page
        if page is not None and page is not told:
            yield page
            if page.kind:
                return
            told = page
            continue  # a newer page has come meanwhile
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                await changed.wait()
        except TimeoutError:
            yield None


async def _ending(context: Context, question_id: str, slot: AnswerSlot) -> dict[str, object]:
    assert slot.page  # noqa: S101 - the caller has looked
    try:
        return await ending_of(context, question_id, slot.page, html=False)
    except StorageError as error:
        logger.warning("an ending is sent without its buttons: %s", error)
        return {"kind": slot.page.kind, "text": slot.page.text}


async def send(request: web.Request, response: web.StreamResponse, data: bytes) -> None:
    """Write to a stream; a client that does not read is disconnected.

    Raises:
        ConnectionError: the client has disconnected.
        TimeoutError: the client has not read for a while.
    """
    try:
        async with asyncio.timeout(_WRITE_S):
            await response.write(data)
    except TimeoutError:
        if request.transport:
            request.transport.abort()
        raise
