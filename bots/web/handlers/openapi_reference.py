"""The reference project's API in the API's description."""

from __future__ import annotations

from typing import Final

from bots.web.handlers.openapi_parts import TEXT, Json, operation, path_parameter

_SESSIONS: Final[Json] = {
    "type": "array",
    "items": {"type": "object", "properties": {"session_id": TEXT, "first_message": TEXT}},
}
_CHATS: Final[Json] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"session_id": TEXT, "user_message": TEXT, "system_message": TEXT},
    },
}
_CHAT: Final[Json] = {
    "type": "object",
    "required": ["user_message"],
    "properties": {"user_message": TEXT},
}
_TAKEN: Final[Json] = {
    "type": "object",
    "properties": {"session_id": TEXT, "streaming_id": TEXT},
}
_STREAM: Final = (
    "Server-sent events without a name: the `data` of each is text to append. The stream closes "
    "with the end of the answer; `Last-Event-ID` goes on where a connection broke."
)


def reference_paths() -> Json:
    """Return the paths of `/v1`, whose errors are all `{"error_message": …}`."""
    chats = "/v1/sessions/{session_id}/chats"
    named = [path_parameter("session_id")]
    streams: dict[int, str | Json] = {
        200: _STREAM,
        204: "You have its end already.",
        404: _error("No such stream, or it is older than ten minutes."),
    }
    return {
        "/v1/sessions": {"get": _told(operation("The client's sessions", {200: _SESSIONS}))},
        chats: {
            "get": _told(
                operation(
                    "A session's questions and answers, oldest first",
                    {200: _CHATS, 404: _error("No such session.")},
                    parameters=named,
                )
            ),
            "post": _told(
                operation(
                    "Ask; a session begins with its first question",
                    {201: _TAKEN, 429: _error("Too many of late; see Retry-After.")},
                    body=_CHAT,
                    parameters=named,
                )
            ),
        },
        "/v1/streaming/{streaming_id}": {
            method: _told(
                operation(
                    "The answer as it is written, for ten minutes",
                    streams,
                    parameters=[path_parameter("streaming_id")],
                )
            )
            for method in ("get", "post")
        },
    }


def _error(description: str) -> Json:
    return {"type": "object", "description": description, "properties": {"error_message": TEXT}}


def _told(described: Json) -> Json:
    """The operation, with errors in the form of this API."""
    error = {"application/json": {"schema": _error("What was wrong, in a sentence.")}}
    described["responses"]["default"] = {"description": "An error.", "content": error}
    return described
