"""Reads the `[[owners]]` of a profile, whom the bot calls to what the FAQ does not answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import ConfigError
from core.profile import Owner

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CONTACT: Final = re.compile(
    r"slack:[UWS][A-Z0-9]{2,20}|discord:(?:role:)?[1-9]\d{0,19}"  # people, groups and roles
)
_HOURS: Final = re.compile(
    r"(?:(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? )?(?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)"
)
_KNOWN: Final = frozenset(
    {"name", "contacts", "topics", "hours", "zone", "away", "reminder_h", "calls_a_day"}
)
_LONGEST_AWAY_DAYS: Final = 366


def read_owners(value: object, path: Path) -> tuple[Owner, ...]:
    """Return the owners that a profile lists.

    Raises:
        ConfigError: something in it cannot be read; says what, and how it is written.
    """
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ConfigError(f"{path}: owners are tables, each under its own [[owners]]")
    owners = tuple(_owner(one, path) for one in value)
    names = [owner.name for owner in owners]
    if len(set(names)) < len(names):
        raise ConfigError(f"{path}: two [[owners]] have the same name")
    return owners


def _owner(given: Mapping[str, Any], path: Path) -> Owner:
    name = given.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ConfigError(f"{path}: every [[owners]] needs a `name`, such as that of a team")
    if unknown := sorted(given.keys() - _KNOWN):
        known = ", ".join(sorted(_KNOWN))
        raise ConfigError(
            f"{path}: the owner {name!r}: `{unknown[0]}` is not known; there are {known}"
        )
    try:
        days, opens, closes = _hours(given.get("hours", "00:00-00:00"))
        return Owner(
            name=name.strip(),
            contacts=_contacts(given.get("contacts")),
            topics=_texts(given.get("topics", []), "topics"),
            days=days,
            opens=opens,
            closes=closes,
            zone=_zone(given.get("zone", "Asia/Seoul")),
            away=tuple(_away(_texts(given.get("away", []), "away"))),
            reminder_h=float(_positive(given.get("reminder_h", 4), "reminder_h")),
            calls_a_day=int(_positive(given.get("calls_a_day", 50), "calls_a_day")),
        )
    except ValueError as error:
        raise ConfigError(f"{path}: the owner {name!r}: {error}") from error


def _texts(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ValueError(f"`{name}` must be a list of texts")
    return tuple(value)


def _contacts(value: object) -> tuple[str, ...]:
    contacts = _texts(value, "contacts")
    wrong = [one for one in contacts if not _CONTACT.fullmatch(one)]
    if wrong or not contacts:
        shown = f" not {wrong[0]!r}" if wrong else ""
        raise ValueError(
            '`contacts` are written as "slack:U0123" (a person), "slack:S0123" (a group), '
            f'"discord:123" or "discord:role:123",{shown}'.rstrip(",")
        )
    return contacts


def _hours(value: object) -> tuple[tuple[int, ...], time, time]:
    wrong = '`hours` are written as "mon-fri 09:00-18:00"'
    read = _HOURS.fullmatch(value.lower()) if isinstance(value, str) else None
    if read is None:
        raise ValueError(wrong)
    try:
        first = _DAYS.index(read["first"] or "mon")
        last = _DAYS.index(read["last"] or read["first"] or "sun")
        opens, closes = time.fromisoformat(read["opens"]), time.fromisoformat(read["closes"])
    except ValueError:
        raise ValueError(wrong) from None
    days = tuple((first + ahead) % 7 for ahead in range((last - first) % 7 + 1))
    return days, opens, closes


def _zone(value: object) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'`zone` {value!r} is not known; write one such as "Asia/Seoul"') from None


def _away(texts: tuple[str, ...]) -> Iterator[date]:
    for text in texts:
        first, _, last = text.partition("..")
        try:
            begins = date.fromisoformat(first)
            days = (date.fromisoformat(last or first) - begins).days
        except ValueError:
            days = -1
        if not 0 <= days < _LONGEST_AWAY_DAYS:
            raise ValueError('`away` are days such as "2026-12-25" or "2026-12-29..2027-01-02"')
        yield from (begins + timedelta(days=ahead) for ahead in range(days + 1))


def _positive(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ValueError(f"`{name}` must be a number above 0")
    return value
