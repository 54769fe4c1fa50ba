"""The API's description, OpenAPI 3.1. A test holds it to the routes that there are."""

from __future__ import annotations

from functools import cache
from typing import Final

from bots.web.handlers.openapi_parts import (
    TEXT,
    Json,
    operation,
    path_parameter,
    query_parameter,
    ref,
    schema_ref,
)
from bots.web.handlers.openapi_reference import reference_paths
from bots.web.handlers.openapi_schemas import OPINION, schemas
from bots.web.ids import MESSAGE, SESSION

_ABOUT: Final = (
    "Questions and answers with streaming. A question is stored before it is acknowledged. "
    "Everybody who knows a session's id, which is random, may read it; only the asker may edit, "
    "stop or delete. The asker is a browser, known by its cookie, or the person whom a service "
    "names in `Faqbot-Person`."
)


@cache
def document() -> Json:
    """Return the whole document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "faqbot", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}, {"page": []}],
        "paths": _front() | _sessions() | _questions() | reference_paths(),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "page": {"type": "apiKey", "in": "cookie", "name": "faqbot_pass"},
            },
            "schemas": schemas(),
            "responses": {
                "Problem": {
                    "description": "What was wrong, in a sentence.",
                    "content": {"application/problem+json": schema_ref("Problem")},
                }
            },
        },
    }


def _front() -> Json:
    api = "/api/v1"
    return {
        "/healthz": {"get": operation("The process answers", {200: "It does."})},
        "/readyz": {
            "get": operation("Questions are being answered", {200: "They are.", 503: "Not now."})
        },
        f"{api}/openapi.json": {"get": operation("This document", {200: "OpenAPI 3.1."})},
        f"{api}/about": {
            "get": operation(
                "The bot's words, and whether the token is needed",
                {200: "Both."},
                parameters=[query_parameter("lang", {"enum": ["ko", "en"]})],
            )
        },
        f"{api}/login": {
            "post": operation(
                "Exchange the token for the page's cookie",
                {204: "The cookie is set.", 401: "Another token.", 429: "Too many attempts."},
                body={"type": "object", "required": ["token"], "properties": {"token": TEXT}},
            ),
            "delete": operation("Take the cookie back", {204: "It is gone."}),
        },
        f"{api}/visitors": {
            "post": operation(
                "A pass for `Faqbot-Visitor`, where another site may show the messenger",
                {201: {"type": "object", "properties": {"visitor": TEXT}}, 404: "No site may."},
            )
        },
    }


def _sessions() -> Json:
    page = {
        "type": "object",
        "properties": {
            "session": TEXT,
            "questions": {"type": "array", "items": ref("Question")},
            "next": {
                "type": ["integer", "null"],
                "description": "`after` of the next page; null after the last.",
            },
        },
    }
    own = {"type": "object", "properties": {"sessions": {"type": "array", "items": _OWN}}}
    begun = {"type": "object", "properties": {"session": TEXT}}
    one = "/api/v1/sessions/{session}"
    named = [path_parameter("session")]
    title = {"type": "string", "maxLength": 120}
    return {
        "/api/v1/sessions": {
            "get": operation(
                "Your own conversations, the latest first",
                {200: own},
                parameters=[query_parameter("search", TEXT)],
            ),
            "post": operation("Begin a conversation", {201: begun}),
        },
        one: {
            "get": operation(
                "A conversation's questions, oldest first; what still waits is on the last page",
                {200: page, 404: "No session."},
                parameters=[
                    *named,
                    query_parameter("limit", {"type": "integer", "maximum": 200, "default": 50}),
                    query_parameter("after", {"type": "integer", "default": 0}),
                    _HTML,
                ],
            ),
            "patch": operation(
                "Give a conversation of your own a title",
                {204: "It has it.", 403: "Somebody else's."},
                body={"type": "object", "required": ["title"], "properties": {"title": title}},
                parameters=named,
            ),
            "delete": operation(
                "Take back all that one has asked in a conversation, with the answers",
                {204: "All is gone.", 403: "Somebody else's."},
                parameters=named,
            ),
        },
        f"{one}/events": {
            "get": operation(
                "What is in the conversation, as server-sent events: `conversation` {title, "
                "questions: [{id, text, state, opinion}]}, at once and at each change",
                {200: "text/event-stream"},
                parameters=named,
            )
        },
    }


def _questions() -> Json:
    one = "/api/v1/questions/{id}"
    asked: dict[int, str | Json] = {200: ref("Question"), 202: ref("Question")}
    refused: dict[int, str | Json] = {
        429: "Too many of late; see Retry-After.",
        503: "The inbox is full.",
    }
    asking: list[Json] = [_WAIT, _HTML]
    named = [path_parameter("id")]
    return {
        "/api/v1/questions": {
            "post": operation(
                "Ask; the same id in the same session is the same question",
                asked
                | {
                    400: "Empty.",
                    403: "Somebody else's session.",
                    409: "It was taken back.",
                    413: "Too long.",
                }
                | refused,
                body=_ASK,
                parameters=asking,
                streams=True,
            )
        },
        one: {
            "get": operation("A question, with its answer", asked, parameters=[*named, _HTML]),
            "patch": operation(
                "Edit a question of your own: it is answered anew",
                asked | {403: "Somebody else's."} | refused,
                body={"type": "object", "required": ["text"], "properties": {"text": TEXT}},
                parameters=[*named, *asking],
                streams=True,
            ),
            "delete": operation(
                "Take back a question of your own, with its answer",
                {204: "Both are gone.", 403: "Somebody else's."},
                parameters=named,
            ),
        },
        f"{one}/events": {
            "get": operation(
                "The answer as it is written",
                {204: "You have its end already."},
                parameters=[*named, _HTML, _LAST_ID],
                streams=True,
            )
        },
        f"{one}/stop": {
            "post": operation(
                "End the answer where it is",
                {204: "It ends.", 403: "Somebody else's.", 409: "It has ended."},
                parameters=named,
            )
        },
        f"{one}/opinion": {
            "put": operation(
                "Say whether the answer helped",
                {204: "Stored.", 404: "There is no such answer any more."},
                body=OPINION,
                parameters=named,
            ),
            "delete": operation(
                "Take the opinion back",
                {204: "It is gone.", 404: "There was none."},
                parameters=named,
            ),
        },
        f"{one}/sources/{{n}}": {
            "get": operation(
                "A source of the answer, as it read when the answer was made",
                {200: _SOURCE, 404: "It is not kept."},
                parameters=[*named, path_parameter("n")],
            )
        },
        f"{one}/followups/{{index}}": {
            "post": operation(
                "Ask what a follow-up stands for; pressed twice, it is one question",
                asked | {410: "There is no such button any more."} | refused,
                parameters=[*named, path_parameter("index"), *asking],
                streams=True,
            )
        },
    }


_SOURCE: Final[Json] = {
    "type": "object",
    "properties": {
        "n": {"type": "integer"},
        "title": TEXT,
        "text": {"type": "string", "description": "Markdown."},
        "html": {"type": "array", "items": TEXT},
        "address": {"type": "string", "description": "Where it can be read, if that is known."},
    },
}
_OWN: Final[Json] = {
    "type": "object",
    "properties": {"session": TEXT, "title": TEXT, "last_at": TEXT},
}
_ASK: Final[Json] = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string", "description": "The question."},
        "id": {
            "type": "string",
            "pattern": f"^{MESSAGE}$",
            "description": "Yours; sent again, it is the same question.",
        },
        "session": {
            "type": "string",
            "pattern": f"^{SESSION}$",
            "description": "The conversation, `web:{channel}:{thread}` with a random thread. "
            "Without it the question begins one, named by the id if that has 16 characters.",
        },
    },
}
_HTML: Final[Json] = {
    "name": "html",
    "in": "query",
    "allowEmptyValue": True,
    "schema": TEXT,
    "description": "Also the answer as blocks of safe HTML.",
}
_WAIT: Final[Json] = {
    "name": "wait",
    "in": "query",
    "allowEmptyValue": True,
    "schema": {"type": "integer", "maximum": 300},
    "description": "Respond when the answer is there, or after so many seconds (60).",
}
_LAST_ID: Final[Json] = {"name": "Last-Event-ID", "in": "header", "schema": TEXT}
