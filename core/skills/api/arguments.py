"""An operation's arguments: read from what was said, and held to their schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker

from core.skills.api.book import Allowed
from core.skills.api.operations import Parameter
from core.skills.times.reader import read_times

Arguments = Mapping[str, Any]

_DAYS: Final = ("date", "date-time")
_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*[A-Za-z])")
_QUOTED: Final = re.compile(r"[\"“‘'「](?P<said>[^\"”’'」]+)[\"”’'」]")
# What a value of a format looks like in a sentence.
# https://spec.openapis.org/registry/format/
_FORMATS: Final = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),
    "uri": re.compile(r"https?://[^\s<>\"]+[^\s<>\".,)]"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "ipv4": re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"),
}
_LISTED: Final = re.compile(
    r"\s*(?:[,·/;]|\s(?:and|or|및|그리고)\s|(?<=[가-힣])(?:와|과|이랑|랑|하고)\s)\s*"
)
_YES: Final = frozenset({"예", "네", "true", "yes", "on", "켜", "참"})
_NO: Final = frozenset({"아니요", "아니오", "false", "no", "off", "꺼", "거짓"})


def read_arguments(allowed: Allowed, text: str, now: datetime) -> dict[str, Any]:
    """Return the arguments that a message says plainly, each valid; days are said as of `now`."""
    found: dict[str, Any] = {}
    for parameter in allowed.operation.parameters:
        value = _said(allowed, parameter, text, now)
        if value is not None and not problem(parameter, value):
            found[parameter.name] = value
    return found


def _said(allowed: Allowed, parameter: Parameter, text: str, now: datetime) -> Any:  # noqa: ANN401 - JSON
    """Return what a message says of one argument; None if that is not plain."""
    if pattern := allowed.finds.get(parameter.name):
        match = pattern.search(text)
        said = (match[1] if match.groups() else match[0]) if match else None
        return None if said is None else converted(parameter, said, now)
    if _kind(parameter) == "array":
        named = _named(parameter.schema.get("items") or {}, text)
        return named or None
    if parameter.schema.get("enum"):
        named = _named(parameter.schema, text)
        return named[0] if len(named) == 1 else None
    if _is_number(parameter):
        alike = [one for one in allowed.operation.parameters if _is_number(one)]
        numbers = _NUMBER.findall(text)
        plain = len(alike) == len(numbers) == 1  # with more numbers it is unclear which is which
        return converted(parameter, numbers[0], now) if plain else None
    if parameter.schema.get("format") in _DAYS:
        alike = [one for one in allowed.operation.parameters if one.schema.get("format") in _DAYS]
        return _day(parameter, text, now) if len(alike) == 1 else None
    return _said_string(parameter, text) if _kind(parameter) == "string" else None


def _named(schema: Mapping[str, Any], text: str) -> list[Any]:
    """Return the values of an enum that a text names."""
    return [one for one in schema.get("enum", ()) if str(one).casefold() in text.casefold()]


def _day(parameter: Parameter, text: str, now: datetime) -> str | None:
    """Return the one day that a text names, as it is written in JSON; with its time if wanted."""
    said = read_times(text, now)
    if len(said.days) != 1 or said.days[0].first != said.days[0].last:
        return None
    day = said.days[0].first
    if parameter.schema["format"] == "date":
        return day.isoformat()
    if len(said.clocks) != 1:
        return None
    return datetime.combine(day, said.clocks[0], now.tzinfo).isoformat()


def _said_string(parameter: Parameter, text: str) -> str | None:
    if form := parameter.schema.get("pattern"):
        match = re.search(form.removeprefix("^").removesuffix("$"), text)
        return match[0] if match else None
    if found := _FORMATS.get(str(parameter.schema.get("format"))):
        match = found.search(text)
        return match[0] if match else None
    quoted = _QUOTED.search(text)
    return quoted["said"] if quoted else None


def _kind(parameter: Parameter) -> str:
    """Return the type of a parameter's values; of several, the first that is not null."""
    named = parameter.schema.get("type", "")
    kinds = named if isinstance(named, list) else [named]
    return next((str(one) for one in kinds if one != "null"), "")


def _is_number(parameter: Parameter) -> bool:
    return _kind(parameter) in ("integer", "number")


def converted(parameter: Parameter, said: str, now: datetime) -> Any:  # noqa: ANN401 - JSON
    """Return what was said as the kind of value that the schema wants, as far as it is one."""
    said = said.strip()
    kind = _kind(parameter)
    if kind == "array":
        item = replace(parameter, schema=parameter.schema.get("items") or {})
        return [converted(item, one, now) for one in _LISTED.split(said) if one.strip()]
    if kind in ("integer", "number"):
        with suppress(ValueError):
            return (int if kind == "integer" else float)(said.replace(",", ""))
        return said
    if kind == "boolean":
        lowered = said.casefold()
        return True if lowered in _YES else False if lowered in _NO else said
    if parameter.schema.get("format") in _DAYS:
        return _day(parameter, said, now) or said
    choices = parameter.schema.get("enum", ())
    return next((one for one in choices if str(one).casefold() == said.casefold()), said)


def problem(parameter: Parameter, value: Any) -> str:  # noqa: ANN401 - JSON
    """Return why a value is not valid, in the schema's words; "" if it is."""
    checker = Draft202012Validator(parameter.schema, format_checker=FormatChecker())
    error = next(iter(checker.iter_errors(value)), None)
    return error.message if error else ""


def checked(
    allowed: Allowed, given: Arguments, now: datetime
) -> tuple[dict[str, Any], tuple[Parameter, str] | None]:
    """Return the arguments of a model that are valid, and the first that is not, with why."""
    valid: dict[str, Any] = {}
    wrong = None
    for parameter in allowed.operation.parameters:
        value = given.get(parameter.name)
        if value is None:  # models write null for what was not said
            continue
        value = converted(parameter, value, now) if isinstance(value, str) else value
        if why := problem(parameter, value):
            wrong = wrong or (parameter, why)
        else:
            valid[parameter.name] = value
    return valid, wrong


def missing(allowed: Allowed, arguments: Arguments) -> Parameter | None:
    """Return the first required parameter that is not known; None if all are."""
    wanted = (one for one in allowed.operation.parameters if one.required)
    return next((one for one in wanted if one.name not in arguments), None)
