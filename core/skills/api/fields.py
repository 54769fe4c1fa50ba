"""The fields of a JSON object as parameters, also those of objects within it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core.skills.api.operations import Json, Parameter


def fields_of(
    schema: Json, within: tuple[str, ...] = (), *, required: bool = True
) -> Iterator[Parameter]:
    """Yield the fields of an object's schema without references, those of inner objects in place.

    A field of an inner object is called `requester.email`, and is required if all that it is in
    is. What only the API itself fills in (`readOnly`) is none.
    """
    whole = _merged(schema)
    needed = set(whole.get("required") or ())
    for name, part in (whole.get("properties") or {}).items():
        if not isinstance(part, dict) or part.get("readOnly") is True:
            continue
        path, is_needed = (*within, name), required and name in needed
        if _merged(part).get("properties"):
            yield from fields_of(part, path, required=is_needed)
        else:
            about = str(part.get("description") or part.get("title") or "")
            yield Parameter(".".join(path), "body", part, is_needed, about, path)


def nested(fields: Iterable[tuple[tuple[str, ...], Any]]) -> Json:
    """Return the object that has these values at these paths."""
    whole: Json = {}
    for path, value in fields:
        *outer, name = path
        inside = whole
        for step in outer:
            inside = inside.setdefault(step, {})
        inside[name] = value
    return whole


def _merged(schema: Json) -> Json:
    """Return a schema with the properties of all that it is made of (`allOf`)."""
    parts = [_merged(one) for one in schema.get("allOf") or () if isinstance(one, dict)]
    if not parts:
        return schema
    properties: Json = {}
    required: list[str] = []
    for part in (*parts, schema):
        properties |= part.get("properties") or {}
        required += part.get("required") or ()
    return schema | {"properties": properties, "required": required}
