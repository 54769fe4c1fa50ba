"""The parts that the API's description is put together from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bots.web.render.page import EndingKind

Json = dict[str, Any]

STREAM: Final = (
    "Server-sent events: `question` first, then `status` {text}, `delta` {text} to append, "
    "`replace` {text} in place of all, and one of "
    + ", ".join(f"`{kind.value}`" for kind in EndingKind)
    + ", after which the stream ends. With `?html` also blocks of safe HTML: those after the first "
    "`from` are replaced. `Last-Event-ID` goes on where a connection broke; a comment comes every "
    "15 s."
)
TEXT: Final[Json] = {"type": "string"}


def operation(
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
        told["200"]["description"] = STREAM
        told["200"].setdefault("content", {})["text/event-stream"] = {"schema": TEXT}
    built: Json = {
        "summary": summary,
        "responses": told | {"default": {"$ref": "#/components/responses/Problem"}},
    }
    if parameters:
        built["parameters"] = parameters
    if body:
        content = {"application/json": {"schema": body}}
        built["requestBody"] = {"required": True, "content": content}
    return built


def _response(said: str | Json) -> Json:
    if isinstance(said, str):
        return {"description": said}
    return {"description": "", "content": {"application/json": {"schema": said}}}


def path_parameter(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def query_parameter(name: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "schema": schema}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def schema_ref(name: str) -> Json:
    return {"schema": ref(name)}
