"""The requests of the page: its files, its texts, signing in, and health."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from html import escape
from http import HTTPStatus
from importlib.resources import files
from string import Template
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from bots.web.context import CONTEXT, Context
from bots.web.handlers.openapi import document
from bots.web.handlers.requests import body_of, text_in
from bots.web.ids import PREFIX
from bots.web.problems import Problem, said
from core.errors import StorageError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_PAGE: Final = "index.html"
FILES: Final = (
    "app.js",
    "dom.js",
    "memory.js",
    "server.js",
    "texts.js",
    "turn.js",
    "sources.js",
    "scroll.js",
    "opinion.js",
    "conversations.js",
    "style.css",
    "icon.svg",
)
_TYPES: Final = {
    "html": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
}
_WIDGET: Final = "widget.js"
_NOT_HERE: Final = (
    "faqbot: the messenger is not shown, because FAQBOT_WEB_EMBED_ORIGINS does not name {site}"
)
_STORE_S: Final = 3.0
_TOKEN_CHARS: Final = 512


def messenger() -> Handler:
    """Return a handler of the messenger's script, which on any other site only logs the reason.

    Browsers name the site in `Referer`. Where the site forbids that, only the frame is refused.
    """
    script = file(_WIDGET)

    async def serve(request: web.Request) -> web.StreamResponse:
        site = _site_of(request.headers.get("Referer", ""))
        if not site or request.app[CONTEXT].gate.lets_embed(site):
            response = await script(request)
        else:
            text = f"console.error({json.dumps(_NOT_HERE.format(site=site))});\n"
            response = web.Response(text=text, content_type=_TYPES["js"], charset="utf-8")
        response.headers.add("Vary", "Referer")
        return response

    return serve


def _site_of(address: str) -> str:
    """Return the origin of an address; "" if it has none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""


def page_of(package: str) -> Handler:
    """Return a handler of a page's HTML, with the words that it shows until its script has any.

    They are in the browser's language, if the page has it, and else in the profile's.
    """
    html = Template(files(package).joinpath("static", _PAGE).read_text(encoding="utf-8"))

    async def serve(request: web.Request) -> web.Response:
        context = request.app[CONTEXT]
        language = _language_of(request.headers.get("Accept-Language", ""), context)
        texts = {name: escape(text) for name, text in context.words[language].texts.items()}
        content = html.substitute(texts, language=language).encode()
        return _response(request, content, _TYPES["html"], Vary="Accept-Language")

    return serve


def _language_of(accepted: str, context: Context) -> str:
    """Return the first language that a browser accepts and the page has, or the profile's."""
    wanted = (one.split(";")[0].strip()[:2].lower() for one in accepted.split(","))
    return next((one for one in wanted if one in context.words), context.profile.language)


def file(name: str) -> Handler:
    """One of the page's files."""
    return file_of("bots.web", name)


def file_of(package: str, name: str) -> Handler:
    """Return a handler of a file in memory."""
    content = files(package).joinpath("static", name).read_bytes()
    kind = _TYPES[name.rpartition(".")[2]]

    async def serve(request: web.Request) -> web.Response:
        return _response(request, content, kind)

    return serve


def _response(request: web.Request, content: bytes, kind: str, **more: str) -> web.Response:
    """Return a file's response; browsers ask each time whether it has changed."""
    tag = blake2b(content, digest_size=9).hexdigest()
    headers = {"ETag": f'"{tag}"', "Cache-Control": "no-cache", **more}
    if any(known.value == tag for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    return web.Response(body=content, content_type=kind, charset="utf-8", headers=headers)


async def about(request: web.Request) -> web.Response:
    """Return the bot's name, and every sentence of the page in the wanted language."""
    context = request.app[CONTEXT]
    profile, let_in = context.profile, context.gate.is_let_in(request)
    if let_in:
        context.gate.person(request)  # the browser gets its cookie before the first question
    language = request.query.get("lang", "")
    if language not in context.words:
        language = profile.language
    words = context.words[language]
    return said(
        {
            "let_in": let_in,
            "has_token": context.gate.needs_token,
            "language": language,
            "texts": dict(words.texts),
            "languages": profile.languages,
            "examples": words.examples,
            "reasons": words.reasons,
            "question_characters": profile.longest_question_characters,
        }
    )


def embedded(page: Handler) -> Handler:
    """Return a handler of the page in a frame on another site, if any site may show it."""

    async def serve(request: web.Request) -> web.StreamResponse:
        context = request.app[CONTEXT]
        if not context.gate.is_embedded:
            raise Problem(HTTPStatus.NOT_FOUND, "FAQBOT_WEB_EMBED_ORIGINS names no site")
        response = await page(request)
        context.gate.let_be_embedded(response)
        return response

    return serve


async def visit(request: web.Request) -> web.Response:
    """Give a pass to a visitor of the messenger on another site."""
    context = request.app[CONTEXT]
    if not context.gate.is_embedded:
        raise Problem(HTTPStatus.NOT_FOUND, "FAQBOT_WEB_EMBED_ORIGINS names no site")
    return said({"visitor": context.gate.new_visitor()}, status=HTTPStatus.CREATED)


async def sign_in(request: web.Request) -> web.Response:
    """Exchange the token for the page's cookie."""
    context = request.app[CONTEXT]
    token = text_in(await body_of(request), "token", most=_TOKEN_CHARS)
    if not context.gate.knows(token):
        context.admission.check_failure(context.gate.source(request))
        raise Problem(HTTPStatus.UNAUTHORIZED, context.texts.token_wrong)
    response = web.Response(status=204)
    context.gate.let_in(request, response)
    return response


async def sign_out(request: web.Request) -> web.Response:
    """Delete the page's cookie."""
    response = web.Response(status=204)
    request.app[CONTEXT].gate.send_out(request, response)
    return response


async def openapi(request: web.Request) -> web.Response:
    """Return the API document."""
    del request
    return said(document())


async def alive(request: web.Request) -> web.Response:
    """Return that the process is alive."""
    del request
    return said({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """Return whether questions are answered here and the store can be read."""
    service = request.app[CONTEXT].service
    if not service.runner.at_work:
        return said({"status": "not answering yet"}, status=503)
    try:
        async with asyncio.timeout(_STORE_S):
            await service.last_seen(PREFIX)
    except (StorageError, TimeoutError):
        return said({"status": "the store cannot be read"}, status=503)
    return said({"status": "ok"})
