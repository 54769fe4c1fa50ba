"""An operation's arguments: read from what was said, and held to their schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from core.skills.api.book import Allowed
from core.skills.api.operations import Parameter
from core.skills.api.patterns import is_used
from core.skills.api.schemas import violation
from core.skills.times.reader import read_times, without_times
from core.text.numerals import ENGLISH, KOREAN, any_of, count

Arguments = Mapping[str, Any]

_DAYS: Final = ("date", "date-time")
_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*[A-Za-z])")
_PLAIN_NUMBER: Final = re.compile(  # no time of day, no date and no part of a larger number
    rf"{_NUMBER.pattern}(?!\d)(?!\s*(?:시|분|초|일|월|년|박|백|천|만|억))"
)
_UNITS: Final = (
    "(?:시간|개월|그릇|상자|마리|인분|자리|쪽|명|분|개|장|권|박|대|병|잔|번|회|원|줄|판|동|호|층|일|주"
    "|시|석)"
)
_COUNTED: Final = re.compile(
    rf"(?<![\w.])(?P<count>\d+|{any_of(*KOREAN, *ENGLISH)})\s*"
    rf"(?P<unit>{_UNITS}|(?<=\s)[A-Za-z]{{3,}})",
    re.IGNORECASE,
)
_ASKED_UNIT: Final = re.compile(rf"(?:몇|\()\s*({_UNITS})")
_QUOTED: Final = re.compile(r"[\"“‘'「](?P<said>[^\"”’'」]+)[\"”’'」]")
# What a value of a format looks like in a sentence.
# https://spec.openapis.org/registry/format/
_FORMATS: Final = {
    "email": re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),
    "uri": re.compile(r"https?://[^\s<>\"]+[^\s<>\".,)]"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "ipv4": re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"),
}
_LISTED: Final = re.compile(
    r"\s*(?:[,·/;]|\s(?:and|or|및|그리고)\s|(?<=[가-힣])(?:와|과|이랑|랑|하고)\s)\s*"
)
_NO_NAMES: Final = frozenset({"", ".", ".."})  # in a path they lead elsewhere
_YES: Final = frozenset({"예", "네", "true", "yes", "on", "켜", "참"})
_NO: Final = frozenset({"아니요", "아니오", "false", "no", "off", "꺼", "거짓"})


def read_arguments(allowed: Allowed, text: str, now: datetime) -> dict[str, Any]:
    """Return the arguments that a message says plainly, each valid; days are said as of `now`."""
    said = ((one, _said(allowed, one, text, now)) for one in allowed.operation.parameters)
    return {one.name: value for one, value in said if value is not None and not problem(one, value)}


def misfits(allowed: Allowed, text: str, now: datetime) -> list[Parameter]:
    """Return the parameters of which a message says plainly a value that is not valid."""
    said = ((one, _said(allowed, one, text, now)) for one in allowed.operation.parameters)
    return [one for one, value in said if value is not None and problem(one, value)]


def corrected_number(
    allowed: Allowed, arguments: Arguments, text: str, now: datetime
) -> dict[str, Any]:
    """Return the one number of a message for the one known argument that it may correct."""
    said = _PLAIN_NUMBER.findall(without_times(text, now))
    if len(said) != 1:
        return {}
    numbers = [one for one in allowed.operation.parameters if _is_number(one)]
    values = [(one, converted(one, said[0], now)) for one in numbers if one.name in arguments]
    fitting = {one.name: value for one, value in values if not problem(one, value)}
    return fitting if len(fitting) == 1 else {}


def _said(allowed: Allowed, parameter: Parameter, text: str, now: datetime) -> Any:  # noqa: ANN401 - JSON
    """Return what a message says of one argument; None if that is not plain."""
    if pattern := allowed.finds.get(parameter.name):
        match = pattern.search(text) if is_used(pattern.pattern, len(text)) else None
        said = (match[1] if match.groups() else match[0]) if match else None
        return None if said is None else converted(parameter, said, now)
    if _kind(parameter) == "array":
        named = _named(parameter.schema.get("items") or {}, text)
        return named or None
    if parameter.schema.get("enum"):
        named = _named(parameter.schema, text)
        return named[0] if len(named) == 1 else None
    if _is_number(parameter):
        said = _said_number(allowed, parameter, text, now)
        return None if said is None else converted(parameter, said, now)
    if parameter.schema.get("format") in _DAYS:
        alike = [one for one in allowed.operation.parameters if one.schema.get("format") in _DAYS]
        return _day(parameter, text, now) if len(alike) == 1 else None
    return _said_string(parameter, text) if _kind(parameter) == "string" else None


def _said_number(allowed: Allowed, parameter: Parameter, text: str, now: datetime) -> str | None:
    """Return the number that a text says of a parameter.

    It is the one that stands before the parameter's unit, as in "3 people" and "두 명", or the only
    one that stands before the unit of no other, and is no part of a time that is wanted, too.
    """
    alike = [one for one in allowed.operation.parameters if _is_number(one)]
    counted = [(str(count(m["count"])), m["unit"].casefold()) for m in _COUNTED.finditer(text)]
    owned = {
        one.name: [said for said, unit in counted if _is_unit(unit, allowed, one)] for one in alike
    }
    if own := owned.pop(parameter.name):
        return own[0] if len(own) == 1 and own not in owned.values() else None
    form = _NUMBER if len(alike) == 1 else _PLAIN_NUMBER
    others = [said for found in owned.values() for said in found]
    if any(one.schema.get("format") in _DAYS for one in allowed.operation.parameters):
        text = without_times(text, now)
    numbers = [one for one in form.findall(text) if one not in others]
    return numbers[0] if len(numbers) == 1 and all(owned.values()) else None


def _is_unit(unit: str, allowed: Allowed, parameter: Parameter) -> bool:
    """Return whether what is counted is what a parameter counts, by its name or its words."""
    texts = (parameter.about, *map(parameter.schema.get, ("title", "description")))
    asked = " ".join(str(one or "") for one in (*texts, allowed.asks.get(parameter.name)))
    if not unit.isascii():
        return unit in _ASKED_UNIT.findall(asked) or (unit == "번" and "번호" in asked)
    words = re.findall(r"[A-Z]?[a-z]+", parameter.name)
    words += re.findall(r"(?:how many|number of) ([a-z]+)", asked.casefold())
    return _singular(unit) in {_singular(word.casefold()) for word in words}


def _singular(word: str) -> str:
    return {"people": "person"}.get(word, word.removesuffix("s"))


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
    form = parameter.schema.get("pattern", "").removeprefix("^").removesuffix("$")
    if form and is_used(form, len(text)):
        match = re.search(form, text)
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
    """Return why a value is not valid, in the schema's words; "" if it is.

    A part of a path has to be a name: `..` would be another operation than the one that is allowed.
    """
    parts = value if isinstance(value, list) else [value]
    if parameter.place == "path" and _NO_NAMES.intersection(map(str, parts)):
        return f"{value!r} is not a name"
    return violation(parameter.schema, value)


def checked(
    allowed: Allowed, given: Arguments, now: datetime
) -> tuple[dict[str, Any], Parameter | None]:
    """Return the arguments of a model that are valid, and the first parameter whose is not."""
    valid: dict[str, Any] = {}
    wrong = None
    for parameter in allowed.operation.parameters:
        value = given.get(parameter.name)
        if value is None:  # models write null for what was not said
            continue
        value = converted(parameter, value, now) if isinstance(value, str) else value
        if problem(parameter, value):
            wrong = wrong or parameter
        else:
            valid[parameter.name] = value
    return valid, wrong


def missing(allowed: Allowed, arguments: Arguments) -> Parameter | None:
    """Return the first required parameter that is not known; None if all are."""
    wanted = (one for one in allowed.operation.parameters if one.required)
    return next((one for one in wanted if one.name not in arguments), None)
