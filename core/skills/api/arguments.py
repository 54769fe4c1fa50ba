"""An operation's arguments: read from what was said, and held to their schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker

from core.skills.api.book import Allowed
from core.skills.api.operations import Parameter

Arguments = Mapping[str, Any]

_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*[A-Za-z])")
_QUOTED: Final = re.compile(r"[\"“‘'「](?P<said>[^\"”’'」]+)[\"”’'」]")
_YES: Final = frozenset({"예", "네", "true", "yes", "on", "켜", "참"})
_NO: Final = frozenset({"아니요", "아니오", "false", "no", "off", "꺼", "거짓"})


def read_arguments(allowed: Allowed, text: str) -> dict[str, Any]:
    """Return the arguments that a message says plainly, each valid."""
    found: dict[str, Any] = {}
    for parameter in allowed.operation.parameters:
        value = _said(allowed, parameter, text)
        if value is not None and not problem(parameter, value):
            found[parameter.name] = value
    return found


def _said(allowed: Allowed, parameter: Parameter, text: str) -> Any:  # noqa: ANN401 - JSON
    """Return what a message says of one argument; None if that is not plain."""
    if pattern := allowed.finds.get(parameter.name):
        match = pattern.search(text)
        return converted(parameter, match[1] if match.groups() else match[0]) if match else None
    if choices := parameter.schema.get("enum"):
        named = [one for one in choices if str(one).casefold() in text.casefold()]
        return named[0] if len(named) == 1 else None
    if _is_number(parameter):
        alike = [one for one in allowed.operation.parameters if _is_number(one)]
        numbers = _NUMBER.findall(text)
        plain = len(alike) == len(numbers) == 1  # with more numbers it is unclear which is which
        return converted(parameter, numbers[0]) if plain else None
    return _said_string(parameter, text) if _kind(parameter) == "string" else None


def _said_string(parameter: Parameter, text: str) -> str | None:
    if form := parameter.schema.get("pattern"):
        match = re.search(form.removeprefix("^").removesuffix("$"), text)
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


def converted(parameter: Parameter, said: str) -> Any:  # noqa: ANN401 - JSON
    """Return what was said as the kind of value that the schema wants, as far as it is one."""
    said = said.strip()
    match _kind(parameter):
        case "integer":
            with suppress(ValueError):
                return int(said.replace(",", ""))
        case "number":
            with suppress(ValueError):
                return float(said.replace(",", ""))
        case "boolean":
            lowered = said.casefold()
            return True if lowered in _YES else False if lowered in _NO else said
        case _:
            for choice in parameter.schema.get("enum", ()):
                if str(choice).casefold() == said.casefold():
                    return choice
    return said


def problem(parameter: Parameter, value: Any) -> str:  # noqa: ANN401 - JSON
    """Return why a value is not valid, in the schema's words; "" if it is."""
    checker = Draft202012Validator(parameter.schema, format_checker=FormatChecker())
    error = next(iter(checker.iter_errors(value)), None)
    return error.message if error else ""


def checked(
    allowed: Allowed, given: Arguments
) -> tuple[dict[str, Any], tuple[Parameter, str] | None]:
    """Return the arguments of a model that are valid, and the first that is not, with why."""
    valid: dict[str, Any] = {}
    wrong = None
    for parameter in allowed.operation.parameters:
        value = given.get(parameter.name)
        if value is None:  # models write null for what was not said
            continue
        value = converted(parameter, value) if isinstance(value, str) else value
        if why := problem(parameter, value):
            wrong = wrong or (parameter, why)
        else:
            valid[parameter.name] = value
    return valid, wrong


def missing(allowed: Allowed, arguments: Arguments) -> Parameter | None:
    """Return the first required parameter that is not known; None if all are."""
    wanted = (one for one in allowed.operation.parameters if one.required)
    return next((one for one in wanted if one.name not in arguments), None)
