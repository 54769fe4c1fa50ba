"""The texts of a profile: they are checked, merged file by file, and made one `Profile`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final, get_type_hints

from config.channels import read_channels, read_groups
from config.owners import read_owners
from core.errors import ConfigError
from core.profile import Profile, Theme

_NOT_WRITTEN: Final = "others"  # what no file says: it is made of the files of other languages
_TEXTS_BY_NAME: Final = ("ask_in", "skill_about", "small_talk")
# What a bot is, unless it is as general as the profile that ships for its language.
_OWN_IN_ALL: Final = ("name", "tone", "topic")
# What a bot does, and what its owners read, is the same in every language.
_SAME_IN_ALL: Final = (
    "learning_tag",
    "command",
    "teach",
    "longest_lesson_characters",
    "longest_question_characters",
    "link_hosts",
    "languages",
    "skills",
    "examples",
    "themes",
    "owners",
    "channels",
    "groups",
)


def add_texts(texts: dict[str, Any], given: Mapping[str, object], path: Path) -> None:
    """Put the texts of a file in the place of those so far; only its hosts of links are added.

    Raises:
        ConfigError: a text is unknown, of the wrong kind, or names an unknown {place}.
    """
    hosts = texts.get("link_hosts", ())
    _add(texts, given, Profile, path)
    texts["link_hosts"] = tuple(dict.fromkeys((*hosts, *texts.get("link_hosts", ()))))


def same_in_all_languages(profile: Profile, general: Profile) -> dict[str, Any]:
    """Return the texts of a profile that its bot has in its other languages as well.

    `general` is the profile that ships for its language.
    """
    own = [name for name in _OWN_IN_ALL if getattr(profile, name) != getattr(general, name)]
    return {name: _plain(getattr(profile, name)) for name in (*own, *_SAME_IN_ALL)}


def profile_from(texts: Mapping[str, Any], path: Path) -> Profile:
    """Return the profile of checked texts; `path` is the file that an error names.

    Raises:
        ConfigError: a text is missing; says which.
    """
    if lacking := sorted(_lacking(texts, Profile)):
        raise ConfigError(f"the profile {path} lacks: {', '.join(lacking)}")
    tables = {
        name: kind(**texts[name]) for name, kind in _kinds(Profile).items() if _is_table(kind)
    }
    return Profile(**{**texts, **tables})


def _add(
    texts: dict[str, Any], given: Mapping[str, object], table: type, path: Path, within: str = ""
) -> None:
    kinds = _kinds(table)
    if unknown := sorted(given.keys() - kinds.keys()):
        close = get_close_matches(unknown[0], kinds, n=1)
        advice = f"; did you mean {within}{close[0]}?" if close else ""
        named = ", ".join(f"{within}{name}" for name in unknown)
        raise ConfigError(f"the profile {path} has unknown keys: {named}{advice}")
    for name, value in given.items():
        kind = kinds[name]
        if not _is_table(kind):
            texts[name] = _checked(f"{within}{name}", value, texts.get(name), kind=kind, path=path)
        elif isinstance(value, dict):
            _add(texts.setdefault(name, {}), value, kind, path, within=f"{name}.")
        else:
            raise ConfigError(f"{path}: [{name}] must be a table of texts")


def _lacking(texts: Mapping[str, Any], table: type, within: str = "") -> Iterator[str]:
    kinds = _kinds(table)
    for one in fields(table):
        if one.name in kinds and _is_table(kinds[one.name]):
            yield from _lacking(texts.get(one.name, {}), kinds[one.name], f"{one.name}.")
        elif one.name not in texts and _is_needed(one):
            yield f"{within}{one.name}"


@cache
def _kinds(table: type) -> dict[str, Any]:
    """Return the type of each text in a table, by name: reading them takes milliseconds."""
    return {name: kind for name, kind in get_type_hints(table).items() if name != _NOT_WRITTEN}


def _is_table(kind: object) -> bool:
    return isinstance(kind, type) and is_dataclass(kind)


def _is_needed(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _plain(value: Any) -> Any:  # noqa: ANN401 - a text of any kind
    return asdict(value) if _is_table(type(value)) else value


def _checked(name: str, value: object, before: object, *, kind: object, path: Path) -> object:
    if name in _READERS:
        return _READERS[name](value, path)
    if name in _TEXTS_BY_NAME:
        return _by_name(name, value, before, path)
    if kind in (str, int):
        if type(value) is not kind:
            raise ConfigError(f"{path}: `{name}` must be a {'text' if kind is str else 'number'}")
        if isinstance(value, str) and isinstance(before, str):
            _check_places(name, value, before, path)
        return value
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ConfigError(f"{path}: `{name}` must be a list of texts")
    return tuple(value)


def _by_name(name: str, value: object, before: object, path: Path) -> Mapping[str, str]:
    """Merge a table of named texts; those that are not given stay as they were."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ConfigError(f"{path}: [{name}] must be a table of texts")
    known = dict(before) if isinstance(before, Mapping) else {}
    for key, text in value.items():
        _check_places(f"{name}.{key}", text, known.get(key, ""), path)
    return known | value


def _check_places(name: str, text: str, before: str, path: Path) -> None:
    """Raise an error for {placeholders} that the overridden text does not have."""
    allowed = _places(before) or set()
    places = _places(text)
    if allowed and (places is None or places - allowed):
        listed = ", ".join(f"{{{place}}}" for place in sorted(allowed))
        raise ConfigError(f"{path}: `{name}` may name {listed} and no other place in braces")


def _places(text: str) -> set[str] | None:
    try:
        return {place for _, place, _, _ in Formatter().parse(text) if place is not None}
    except ValueError:
        return None


def _themes(value: object, path: Path) -> tuple[Theme, ...]:
    try:
        themes = [(theme["about"], theme["ask"]) for theme in value]  # type: ignore[attr-defined]
    except (KeyError, TypeError) as error:
        raise ConfigError(f"{path}: every [[themes]] needs `about`, words, and `ask`") from error
    for about, ask in themes:
        words = isinstance(about, list) and all(isinstance(word, str) for word in about)
        if not words or not isinstance(ask, str):
            raise ConfigError(f"{path}: every [[themes]] needs `about`, words, and `ask`, a text")
    return tuple(Theme(tuple(about), ask) for about, ask in themes)


_READERS: Final[Mapping[str, Callable[[object, Path], object]]] = {
    "themes": _themes,
    "owners": read_owners,
    "channels": read_channels,
    "groups": read_groups,
}
