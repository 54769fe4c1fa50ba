"""The API's description, OpenAPI 3.1. A test holds it to the routes that there are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from bots.web.ids import MESSAGE, SESSION
from bots.web.render.page import Kind

Json = dict[str, Any]

_ABOUT: Final = (
    "Questions and answers with streaming. A question is stored before it is acknowledged; whoever "
    "knows a session's id, which is random, may read it; only who has asked may edit, stop or "
    "delete. Who asks is a browser by its cookie, or with the token the person in `Faqbot-Person`."
)
_STREAM: Final = (
    "Server-sent events: `question` first, then `status` {text}, `delta` {text} to append, "
    "`replace` {text} in place of all, and one of "
    + ", ".join(f"`{kind.value}`" for kind in Kind)
    + ", after which the stream ends. With `?html` also blocks of safe HTML: those after the first "
    "`from` are replaced. `Last-Event-ID` goes on where a connection broke; a comment comes every "
    "15 s."
)


@cache
def document() -> Json:
    """All of it."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "faqbot", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}, {"page": []}],
        "paths": _front() | _sessions() | _questions(),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "page": {"type": "apiKey", "in": "cookie", "name": "faqbot_pass"},
            },
            "schemas": _schemas(),
            "responses": {
                "Problem": {
                    "description": "What was wrong, in a sentence.",
                    "content": {"application/problem+json": _schema("Problem")},
                }
            },
        },
    }


def _front() -> Json:
    api = "/api/v1"
    return {
        "/healthz": {"get": _operation("The process answers", {200: "It does."})},
        "/readyz": {
            "get": _operation("Questions are being answered", {200: "They are.", 503: "Not now."})
        },
        f"{api}/openapi.json": {"get": _operation("This document", {200: "OpenAPI 3.1."})},
        f"{api}/about": {
            "get": _operation("The bot's words, and whether the token is needed", {200: "Both."})
        },
        f"{api}/login": {
            "post": _operation(
                "Exchange the token for the page's cookie",
                {204: "The cookie is set.", 401: "Another token.", 429: "Too many attempts."},
                body={"type": "object", "required": ["token"], "properties": {"token": _TEXT}},
            ),
            "delete": _operation("Take the cookie back", {204: "It is gone."}),
        },
    }


def _sessions() -> Json:
    page = {
        "type": "object",
        "properties": {
            "session": _TEXT,
            "questions": {"type": "array", "items": _ref("Question")},
            "next": {
                "type": ["integer", "null"],
                "description": "`after` of the next page; null after the last.",
            },
        },
    }
    own = {"type": "object", "properties": {"sessions": {"type": "array", "items": _OWN}}}
    return {
        "/api/v1/sessions": {
            "get": _operation("One's own conversations, the latest first", {200: own})
        },
        "/api/v1/sessions/{session}": {
            "get": _operation(
                "A conversation's answered questions, oldest first",
                {200: page, 404: "No session."},
                parameters=[
                    _path("session"),
                    _query("limit", {"type": "integer", "maximum": 200, "default": 50}),
                    _query("after", {"type": "integer", "default": 0}),
                    _HTML,
                ],
            )
        },
    }


def _questions() -> Json:
    one = "/api/v1/questions/{id}"
    asked: dict[int, str | Json] = {200: _ref("Question"), 202: _ref("Question")}
    refused: dict[int, str | Json] = {
        429: "Too many of late; see Retry-After.",
        503: "The inbox is full.",
    }
    asking: list[Json] = [_WAIT, _HTML]
    named = [_path("id")]
    return {
        "/api/v1/questions": {
            "post": _operation(
                "Ask; the same id in the same session is the same question",
                asked | {400: "Empty.", 409: "It was taken back.", 413: "Too long."} | refused,
                body=_ASK,
                parameters=asking,
                streams=True,
            )
        },
        one: {
            "get": _operation("A question, with its answer", asked, parameters=[*named, _HTML]),
            "patch": _operation(
                "Edit one's own question: it is answered anew",
                asked | {403: "Somebody else's."} | refused,
                body={"type": "object", "required": ["text"], "properties": {"text": _TEXT}},
                parameters=[*named, *asking],
                streams=True,
            ),
            "delete": _operation(
                "Take one's own question back, with its answer",
                {204: "Both are gone.", 403: "Somebody else's."},
                parameters=named,
            ),
        },
        f"{one}/events": {
            "get": _operation(
                "The answer as it is written",
                {204: "You have its end already."},
                parameters=[*named, _HTML, _LAST_ID],
                streams=True,
            )
        },
        f"{one}/stop": {
            "post": _operation(
                "End the answer where it is",
                {204: "It ends.", 403: "Somebody else's.", 409: "It has ended."},
                parameters=named,
            )
        },
        f"{one}/opinion": {
            "put": _operation(
                "Say whether the answer helped",
                {204: "Stored.", 404: "There is no such answer any more."},
                body=_OPINION,
                parameters=named,
            )
        },
        f"{one}/followups/{{index}}": {
            "post": _operation(
                "Ask what a follow-up stands for; pressed twice, it is one question",
                asked | {410: "There is no such button any more."} | refused,
                parameters=[*named, _path("index"), *asking],
                streams=True,
            )
        },
    }


_TEXT: Final[Json] = {"type": "string"}
_OWN: Final[Json] = {
    "type": "object",
    "properties": {"session": _TEXT, "title": _TEXT, "last_at": _TEXT},
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
_OPINION: Final[Json] = {
    "type": "object",
    "required": ["helpful"],
    "properties": {
        "helpful": {"type": "boolean"},
        "reason": {"type": "string", "maxLength": 500},
        "expected": {"type": "string", "maxLength": 1000},
    },
}
_HTML: Final[Json] = {
    "name": "html",
    "in": "query",
    "allowEmptyValue": True,
    "schema": _TEXT,
    "description": "Also the answer as blocks of safe HTML.",
}
_WAIT: Final[Json] = {
    "name": "wait",
    "in": "query",
    "allowEmptyValue": True,
    "schema": {"type": "integer", "maximum": 300},
    "description": "Respond when the answer is there, or after so many seconds (60).",
}
_LAST_ID: Final[Json] = {"name": "Last-Event-ID", "in": "header", "schema": _TEXT}


def _operation(
    summary: str,
    responses: Mapping[int, str | Json],
    *,
    body: Json | None = None,
    parameters: list[Json] | None = None,
    streams: bool = False,
) -> Json:
    told = {str(status): _response(said) for status, said in responses.items()}
    if streams:
        told.setdefault("200", {"description": ""})
        told["200"]["description"] = _STREAM
        told["200"].setdefault("content", {})["text/event-stream"] = {"schema": _TEXT}
    operation: Json = {
        "summary": summary,
        "responses": told | {"default": {"$ref": "#/components/responses/Problem"}},
    }
    if parameters:
        operation["parameters"] = parameters
    if body:
        content = {"application/json": {"schema": body}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _response(said: str | Json) -> Json:
    if isinstance(said, str):
        return {"description": said}
    return {"description": "", "content": {"application/json": {"schema": said}}}


def _path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}


def _query(name: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "schema": schema}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _schema(name: str) -> Json:
    return {"schema": _ref(name)}


def _schemas() -> Json:
    texts = {"type": "array", "items": _TEXT}
    source = {"type": "object", "properties": {"n": {"type": "integer"}, "title": _TEXT}}
    followup = {
        "type": "object",
        "properties": {
            "index": {"type": "integer"},
            "text": _TEXT,
            "pressed": {"type": "boolean"},
        },
    }
    answer = {
        "kind": {"enum": [kind.value for kind in Kind]},
        "text": {"type": "string", "description": "Markdown."},
        "note": {"type": "string", "description": "A line of the bot's own below the text."},
        "sources": {"type": "array", "items": source},
        "lead": {"type": "string", "description": "What stands above the follow-ups."},
        "offers": texts,
        "followups": {"type": "array", "items": followup},
        "rated": {"type": "boolean", "description": "Whether opinions are asked for."},
        "html": texts,
    }
    question = {
        "id": _TEXT,
        "session": _TEXT,
        "text": _TEXT,
        "asked_at": {"type": "string", "format": "date-time"},
        "mine": {"type": "boolean"},
        "state": {"enum": ["answering", *(kind.value for kind in Kind)]},
        "answer": {"oneOf": [_ref("Answer"), {"type": "null"}]},
        "opinion": {"oneOf": [_OPINION, {"type": "null"}]},
    }
    problem = {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT}
    return {
        "Answer": {"type": "object", "properties": answer},
        "Question": {"type": "object", "properties": question},
        "Problem": {"type": "object", "properties": problem},
    }
