"""The console's routes, beside those of the page."""

from __future__ import annotations

import asyncio
import tomllib
from typing import Final

from aiohttp import web
from pydantic import SecretStr

from bots.shared.http_server import STREAMED_BODIES
from bots.web.console import actions, people, trials, views
from bots.web.console.access import CONSOLE, Console, ConsoleRole, Key, keys_of
from bots.web.handlers.site import file_of, page_of
from config.check_words import load_check_words
from config.profiles import PROFILES
from config.settings import Settings
from core.errors import ConfigError
from core.reporting.operations import Operations

_API: Final = "/console/api"
_UPLOAD: Final = f"{_API}/source/upload"
_GROUPS: Final = tuple(f"{_API}/{what}" for what in ("gaps/draft", "gaps/teach", "gaps/ask"))
_TRY_LESSON: Final = f"{_API}/lessons/try"
_FILES: Final = (
    "app.js",
    "audit.js",
    "dom.js",
    "chart.js",
    "today.js",
    "trial.js",
    "conversations.js",
    "faq.js",
    "check.js",
    "source.js",
    "gaps.js",
    "lessons.js",
    "replay.js",
    "settings.js",
    "style.css",
    "vendor/uPlot.esm.js",
    "vendor/uPlot.min.css",
)
_LANGUAGES: Final = ("ko", "en")
_SHORTEST_TOKEN: Final = 16


def add_console(app: web.Application, settings: Settings, operations: Operations) -> bool:
    """Add the console to the server if a token opens it; whether it was added.

    Raises:
        ConfigError: a token is too short, or the console's words cannot be read.
    """
    keys = [
        *_keys(ConsoleRole.OWNER, "FAQBOT_CONSOLE_TOKEN", settings.console_token),
        *_keys(ConsoleRole.READER, "FAQBOT_CONSOLE_READER_TOKEN", settings.console_reader_token),
    ]
    if not keys:
        return False
    texts = {language: _texts(language) for language in _LANGUAGES}
    words = {language: load_check_words(language) for language in _LANGUAGES}
    app[CONSOLE] = Console(operations, keys, texts, words, settings.jobs_timezone)
    app[trials.TRYING] = asyncio.Lock()
    app[STREAMED_BODIES] = frozenset({_UPLOAD, _TRY_LESSON, *_GROUPS})
    app.add_routes(routes())
    return True


def _keys(role: ConsoleRole, name: str, setting: SecretStr) -> list[Key]:
    try:
        keys = keys_of(role, setting.get_secret_value())
    except ValueError as error:
        raise ConfigError(f"{name}: {error}") from error
    if any(len(key.token) < _SHORTEST_TOKEN for key in keys):
        raise ConfigError(
            f"{name}: at least {_SHORTEST_TOKEN} characters; "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(24))' makes one"
        )
    return keys


def routes() -> list[web.RouteDef]:
    """Return the console's routes."""
    return [
        web.get("/console", page_of("bots.web.console")),
        *(web.get(f"/console/{name}", file_of("bots.web.console", name)) for name in _FILES),
        web.get(f"{_API}/me", views.me),
        web.post(f"{_API}/login", views.sign_in),
        web.delete(f"{_API}/login", views.sign_out),
        web.get(f"{_API}/today", views.today),
        web.get(f"{_API}/turns", views.turns),
        web.get(f"{_API}/sessions/{{session}}", views.transcript),
        web.get(f"{_API}/turns/{{id}}/replay", views.replay),
        web.get(f"{_API}/entries", views.entries),
        web.get(f"{_API}/entries/{{faq_id}}", views.entry),
        web.get(f"{_API}/check", views.check),
        web.put(f"{_API}/entries/{{faq_id}}/questions", actions.edit_questions),
        web.put(f"{_API}/entries/{{faq_id}}/review", actions.review),
        web.get(f"{_API}/source", trials.show_source),
        web.post(_UPLOAD, trials.upload),
        web.post(f"{_API}/source/try", trials.try_source),
        web.post(f"{_API}/source/ingest", trials.ingest),
        web.get(f"{_API}/gaps", views.gaps),
        web.post(f"{_API}/gaps/draft", actions.draft),
        web.post(f"{_API}/gaps/teach", actions.teach),
        web.post(f"{_API}/gaps/ask", actions.ask_again),
        web.get(f"{_API}/lessons", views.lessons),
        web.post(_TRY_LESSON, trials.try_lesson),
        web.patch(f"{_API}/lessons/{{id}}", actions.correct),
        web.post(f"{_API}/lessons/{{id}}/approve", actions.approve),
        web.post(f"{_API}/lessons/{{id}}/expire", actions.expire),
        web.delete(f"{_API}/lessons/{{id}}", actions.unteach),
        web.get(f"{_API}/switches", views.switches),
        web.put(f"{_API}/switches", actions.switch),
        web.post(f"{_API}/switches/try", trials.try_switch),
        web.get(f"{_API}/people/{{person}}", people.export),
        web.delete(f"{_API}/people/{{person}}", people.forget),
    ]


def _texts(language: str) -> dict[str, str]:
    path = PROFILES / f"{language}.console.toml"
    try:
        texts = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read the console's texts {path}: {error}") from error
    return {name: str(text) for name, text in texts.items()}
