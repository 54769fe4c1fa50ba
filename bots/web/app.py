"""The application of the server: its routes and its middleware."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from aiohttp import web

from bots.web.context import CONTEXT, Context
from bots.web.handlers import conversations, questions, reference, site
from bots.web.handlers.requests import MOST_BYTES
from bots.web.handlers.site import Handler
from bots.web.problems import Problem, TooLong
from core.errors import FaqbotError

logger = logging.getLogger(__name__)

_API: Final = "/api/v1"
_REFERENCE: Final = "/v1"
_ID: Final = f"{_API}/questions/{{id}}"
_SESSION: Final = f"{_API}/sessions/{{session}}"
# The paths that are open to visitors who have not shown the token yet.
_OPEN: Final = {f"{_API}/about", f"{_API}/login", f"{_API}/openapi.json", f"{_API}/visitors"}


def routes() -> list[web.RouteDef]:
    """Return all routes."""
    return [
        web.get("/", site.page_of("bots.web")),
        *(web.get(f"/{name}", site.file(name)) for name in site.FILES),
        web.get("/widget.js", site.messenger()),
        web.get("/embed", site.embedded(site.page_of("bots.web"))),
        web.get("/healthz", site.alive),
        web.get("/readyz", site.ready),
        web.get(f"{_API}/openapi.json", site.openapi),
        web.get(f"{_API}/about", site.about),
        web.post(f"{_API}/login", site.sign_in),
        web.delete(f"{_API}/login", site.sign_out),
        web.post(f"{_API}/visitors", site.visit),
        web.get(f"{_API}/sessions", conversations.conversations),
        web.post(f"{_API}/sessions", questions.begin),
        web.get(_SESSION, conversations.conversation),
        web.patch(_SESSION, conversations.rename),
        web.delete(_SESSION, conversations.delete),
        web.get(f"{_SESSION}/events", conversations.events),
        web.post(f"{_API}/questions", questions.ask),
        web.get(_ID, questions.show, name="question"),
        web.patch(_ID, questions.revise),
        web.delete(_ID, questions.delete),
        web.get(f"{_ID}/events", questions.events),
        web.post(f"{_ID}/stop", questions.stop),
        web.put(f"{_ID}/opinion", questions.rate),
        web.delete(f"{_ID}/opinion", questions.take_back),
        web.get(rf"{_ID}/sources/{{n:\d{{1,2}}}}", questions.source),
        web.get(f"{_REFERENCE}/sessions", reference.sessions),
        web.get(f"{_REFERENCE}/sessions/{{session_id}}/chats", reference.chats),
        web.post(f"{_REFERENCE}/sessions/{{session_id}}/chats", reference.chat),
        web.get(f"{_REFERENCE}/streaming/{{streaming_id}}", reference.streaming),
        web.post(f"{_REFERENCE}/streaming/{{streaming_id}}", reference.streaming),
        web.post(rf"{_ID}/followups/{{index:\d{{1,2}}}}", questions.press),
    ]


def make_app(context: Context) -> web.Application:
    """Make the server's application."""
    app = web.Application(middlewares=[_guarded], client_max_size=MOST_BYTES)
    app[CONTEXT] = context
    app.add_routes(routes())
    app.on_response_prepare.append(_finish)
    app.on_shutdown.append(_close)
    return app


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Handle a request if the rules allow it, and answer all errors in the same form."""
    response: web.StreamResponse
    try:
        response = await _handled(request, handler)
    except TooLong as problem:
        response = _told(request, problem.in_words(request.app[CONTEXT].texts.too_long))
    except Problem as problem:
        response = _told(request, problem)
    except web.HTTPRequestEntityTooLarge:
        response = _told(request, TooLong().in_words(request.app[CONTEXT].texts.too_long))
    except web.HTTPException as error:
        response = _told(request, _refused(error))
    except FaqbotError as error:
        logger.error("%s", error)
        text = request.app[CONTEXT].profile.not_stored
        headers = {"Retry-After": "5"}
        response = _told(request, Problem(HTTPStatus.SERVICE_UNAVAILABLE, text, headers=headers))
    except Exception:  # the outermost edge of a request
        logger.exception("a request broke off")
        text = request.app[CONTEXT].profile.failed
        response = _told(request, Problem(HTTPStatus.INTERNAL_SERVER_ERROR, text))
    resource = request.match_info.route.resource
    # The route is logged and not the path, since a question can be read by its id.
    path = resource.canonical if resource else "?"
    logger.debug("%s %s %d", request.method, path, response.status)
    return response


async def _handled(request: web.Request, handler: Handler) -> web.StreamResponse:
    context = request.app[CONTEXT]
    context.gate.check(request)
    if request.method == "OPTIONS":
        return web.Response(status=204)
    path = request.path
    if "\0" in path:  # no store has an id with it
        raise Problem(HTTPStatus.NOT_FOUND, context.texts.not_found)
    is_closed = path.startswith((f"{_API}/", f"{_REFERENCE}/")) and path not in _OPEN
    if is_closed and not context.gate.is_let_in(request):
        if "Authorization" in request.headers:
            context.admission.check_failure(context.gate.source(request))
        headers = {"WWW-Authenticate": 'Bearer realm="faqbot"'}
        raise Problem(HTTPStatus.UNAUTHORIZED, context.texts.token_about, headers=headers)
    return await handler(request)


def _told(request: web.Request, problem: Problem) -> web.Response:
    """Return an error in the form of the API that was called."""
    is_reference = request.path.startswith(f"{_REFERENCE}/")
    return problem.reference_response() if is_reference else problem.response()


def _refused(error: web.HTTPException) -> Problem:
    """Return aiohttp's error as a problem: an unknown path or method."""
    status = HTTPStatus(error.status)
    headers = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
    return Problem(status, status.description or status.phrase, headers=headers)


async def _finish(request: web.Request, response: web.StreamResponse) -> None:
    request.app[CONTEXT].gate.finish(request, response)


async def _close(app: web.Application) -> None:
    """End the open streams, whose readers then connect to the next process."""
    app[CONTEXT].hub.close()
    app[CONTEXT].rooms.close()
