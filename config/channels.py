"""Reads the `[[channels]]` and `[[groups]]` of a profile: who sees what, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError
from core.profile import ChannelRules, Profile, ReaderGroup

_PLACE: Final = re.compile(
    r"slack(?::[CGD][A-Z0-9]{2,20})?|discord(?::(?:tag:)?[1-9]\d{0,19})?"
    r"|web(?::[a-z0-9][a-z0-9-]{0,31})?"
)
_PLACES: Final = (
    '"slack:C0123" (a channel), "discord:123" (a channel, forum or thread), "discord:tag:123" (a'
    ' tag of a forum), "web", or "slack" and "discord" for all of them'
)
_MEMBER: Final = re.compile(
    r"slack:[UWS][A-Z0-9]{2,20}|discord:(?:role:)?[1-9]\d{0,19}|web:\S{1,200}"
)
_MEMBERS: Final = (
    '"slack:U0123" (a person), "slack:S0123" (a user group), "discord:123", "discord:role:123" or'
    ' "web:alice"'
)
_TEXTS: Final = ("greeting", "refusal", "not_found", "tone")
_ANSWERS: Final = ("public", "private")


def read_channels(value: object, path: Path) -> tuple[ChannelRules, ...]:
    """Return the channels that a profile lists.

    Raises:
        ConfigError: something in it cannot be read; says what, and how it is written.
    """
    known = {"name", "places", "categories", "owners", "answers", "only_verified"}
    known |= {"examples", *_TEXTS}
    tables = _tables(value, "channels", known, path)
    return tuple(_channel(one, f"{path}: the channel") for one in tables)


def read_groups(value: object, path: Path) -> tuple[ReaderGroup, ...]:
    """Return the groups that a profile lists.

    Raises:
        ConfigError: something in it cannot be read; says what, and how it is written.
    """
    known = {"name", "members", "categories"}
    return tuple(_group(one, f"{path}: the group") for one in _tables(value, "groups", known, path))


def check_names(profile: Profile, path: Path) -> None:
    """Raise an error for channels whose owners or categories contradict the profile.

    Raises:
        ConfigError: a channel names an owner that is not in the profile.
    """
    owners = {owner.name for owner in profile.owners}
    for channel in profile.channels:
        if unknown := [name for name in channel.owners if name not in owners]:
            raise ConfigError(
                f"{path}: the channel {channel.name!r} names the owner {unknown[0]!r}: add an"
                " [[owners]] with this name"
            )


def _channel(given: Mapping[str, Any], what: str) -> ChannelRules:
    what = f"{what} {given['name']!r}"
    answers = given.get("answers", "public")
    if answers not in _ANSWERS:
        raise ConfigError(f'{what}: `answers` is "public" or "private"')
    if not isinstance(given.get("only_verified", False), bool):
        raise ConfigError(f"{what}: `only_verified` is true or false")
    for name in _TEXTS:
        if not isinstance(given.get(name, ""), str):
            raise ConfigError(f"{what}: `{name}` must be a text")
    return ChannelRules(
        name=given["name"],
        places=_matching(given, "places", _PLACE, _PLACES, what),
        categories=_listed(given, "categories", what),
        owners=_listed(given, "owners", what),
        examples=_listed(given, "examples", what),
        private=answers == "private",
        only_verified=given.get("only_verified", False),
        **{name: given.get(name, "") for name in _TEXTS},
    )


def _group(given: Mapping[str, Any], what: str) -> ReaderGroup:
    what = f"{what} {given['name']!r}"
    categories = _listed(given, "categories", what)
    if not categories:
        raise ConfigError(f"{what}: `categories` must name those that are for it alone")
    return ReaderGroup(
        given["name"], _matching(given, "members", _MEMBER, _MEMBERS, what), categories
    )


def _tables(value: object, name: str, known: set[str], path: Path) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ConfigError(f"{path}: {name} are tables, each under its own [[{name}]]")
    names = [one.get("name") for one in value]
    if not all(isinstance(one, str) and one.strip() for one in names):
        raise ConfigError(f"{path}: every [[{name}]] needs a `name`")
    if len(set(names)) < len(names):
        raise ConfigError(f"{path}: two [[{name}]] have the same name")
    for one in value:
        if unknown := sorted(one.keys() - known):
            wrong = f"`{unknown[0]}` is not known; there are {', '.join(sorted(known))}"
            raise ConfigError(f"{path}: [[{name}]] {one['name']!r}: {wrong}")
    return value


def _matching(
    given: Mapping[str, Any], name: str, pattern: re.Pattern[str], forms: str, what: str
) -> tuple[str, ...]:
    texts = _listed(given, name, what)
    wrong = [one for one in texts if not pattern.fullmatch(one)]
    if wrong or not texts:
        shown = f", not as {wrong[0]!r}" if wrong else ""
        raise ConfigError(f"{what}: `{name}` are written as {forms}{shown}")
    return texts


def _listed(given: Mapping[str, Any], name: str, what: str) -> tuple[str, ...]:
    value = given.get(name, [])
    if not isinstance(value, list) or not all(
        isinstance(one, str) and one.strip() for one in value
    ):
        raise ConfigError(f"{what}: `{name}` must be a list of texts")
    return tuple(one.strip() for one in value)
