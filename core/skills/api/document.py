"""An OpenAPI document as operations: https://spec.openapis.org/oas/v3.1.0."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from core.errors import ConfigError
from core.skills.api.fields import fields_of
from core.skills.api.operations import Json, Operation, Parameter, Place

_METHODS: Final = ("get", "head", "put", "delete", "post", "patch")
# https://spec.openapis.org/oas/v3.1.0#parameter-object
_NOT_ARGUMENTS: Final = frozenset({"accept", "content-type", "authorization"})


@dataclass(frozen=True, slots=True)
class Document:
    """An API: where it is, what it does, and the header that its credential goes into.

    `known` are the ids of all its operations, also of those that were not read.
    """

    server: str
    operations: Mapping[str, Operation] = field(default_factory=dict)
    credential_header: str = "Authorization"
    credential_form: str = "Bearer {token}"
    known: tuple[str, ...] = ()


def load_document(path: Path, wanted: Container[str]) -> Document:
    """Read a document in JSON or YAML, and of it the operations that are wanted, by their ids.

    Raises:
        ConfigError: it cannot be read, or is none of OpenAPI 3.
    """
    try:
        whole = yaml.safe_load(path.read_text("utf-8"))  # JSON is YAML, too
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"the API's description {path} cannot be read: {error}") from error
    if not isinstance(whole, dict) or not str(whole.get("openapi", "")).startswith("3."):
        raise ConfigError(f"{path} is not an OpenAPI document of version 3")
    servers = whole.get("servers") or [{}]
    operations, known = {}, []
    for route, item in (whole.get("paths") or {}).items():
        for method in _METHODS:
            if method not in item:
                continue
            name = str(item[method].get("operationId") or f"{method} {route}")
            known.append(name)
            if name in wanted:
                operations[name] = _operation(whole, name, (route, method), item)
    header, form = _credential(whole)
    return Document(str(servers[0].get("url", "")), operations, header, form, tuple(known))


def _operation(whole: Json, name: str, at: tuple[str, str], item: Json) -> Operation:
    route, method = at
    described = item[method]
    listed = [*(item.get("parameters") or []), *(described.get("parameters") or [])]
    described_each = (resolved(whole, one) for one in listed)
    taken = [_parameter(one) for one in described_each if _is_taken(one)]
    body = resolved(whole, described.get("requestBody") or {})
    content = (body.get("content") or {}).get("application/json") or {}
    schema = resolved(whole, content.get("schema") or {})
    taken += fields_of(schema)
    by_place = {(one.place, one.name): one for one in taken}  # an operation's own comes later
    about = described.get("summary") or described.get("description") or name
    return Operation(name, method.upper(), route, str(about), tuple(by_place.values()))


def _is_taken(described: Json) -> bool:
    """Return whether a parameter is an argument: no cookie, and no header of the protocol."""
    ours = described["in"] == "header" and described["name"].lower() in _NOT_ARGUMENTS
    return described["in"] in ("path", "query", "header") and not ours


def _parameter(described: Json) -> Parameter:
    place: Place = described["in"]
    return Parameter(
        described["name"],
        place,
        described.get("schema") or {},
        required=bool(described.get("required")) or place == "path",
        about=str(described.get("description") or ""),
    )


def resolved(whole: Json, part: Any, within: frozenset[str] = frozenset()) -> Any:  # noqa: ANN401 - JSON
    """Return a part of a document with what it refers to in its place.

    What refers to itself is held to nothing there. `within` are the references around the part.

    Raises:
        ConfigError: it refers to what is not there.
    """
    if isinstance(part, list):
        return [resolved(whole, one, within) for one in part]
    if not isinstance(part, dict):
        return part
    if not isinstance(reference := part.get("$ref"), str):
        return _of_today({key: resolved(whole, value, within) for key, value in part.items()})
    if reference in within:
        return {}
    found: Any = whole
    for step in reference.removeprefix("#/").split("/"):
        key = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, dict) or key not in found:
            raise ConfigError(f"the API's description has no {json.dumps(reference)}")
        found = found[key]
    return resolved(whole, found, within | {reference})


def _of_today(schema: Json) -> Json:
    """Return a schema of OpenAPI 3.0 as one of 3.1: bounds are numbers, and null is a type.

    A part may name no draft of its own, which would have other keywords than ours.
    """
    if isinstance(schema.get("$schema"), str):
        del schema["$schema"]
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(bound), bool):
            is_open = schema.pop(bound)
            if is_open and limit in schema:
                schema[bound] = schema.pop(limit)
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    return schema


def _credential(whole: Json) -> tuple[str, str]:
    """Return the header that a credential goes into, and how it stands there."""
    schemes = (whole.get("components") or {}).get("securitySchemes") or {}
    for scheme in schemes.values():
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            return scheme["name"], "{token}"
    return "Authorization", "Bearer {token}"
