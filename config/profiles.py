"""The reading of profiles: an installation's texts, which extend those of another.

`ko.toml` and `en.toml` hold every sentence, for a FAQ on any subject. Your own profile is a TOML
file anywhere, by default `faqbot.toml` in the working folder. It names the profile that it
`extends`, and holds only your texts. A table is a prefix: `call` in `[teach]` is the text
`teach_call`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Any, Final, get_type_hints

from config.channels import check_names, read_channels, read_groups
from config.owners import read_owners
from config.resources import GUARDRAIL
from config.settings import Settings
from core.errors import ConfigError
from core.profile import Profile, Theme

PROFILES = Path(__file__).parent / "profiles"
OWN_PROFILE: Final = Path("faqbot.toml")
"""What is read from the working folder where no setting names a profile."""

DEFAULT: Final = "smartstore"
"""Whose words are spoken until a FAQ of another kind was ingested: the sample is a seller's."""

_BASE: Final = "ko"
_NAME: Final = re.compile(r"[a-z0-9-]+")
_SPOKEN: Final = ("ko", "en")  # the languages in which every sentence ships
_EXTENDED: Final = ("extends", "web", *_SPOKEN)
# What a bot is and does, and what its owners read, is the same in every language.
_SAME_IN_ALL: Final = re.compile(
    r"name|tone|topic|learning_tag|command_option|longest_\w+|teach_\w+|link_hosts|languages|skills"
    r"|examples|themes|owners|channels|groups"
)
_MOST_EXTENDED: Final = 8
_TEXTS_BY_NAME: Final = ("ask_in", "skill_about", "small_talk")
_TABLES: Final[Mapping[str, Callable[[object, Path], object]]] = {
    "owners": read_owners,
    "channels": read_channels,
    "groups": read_groups,
}


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """One file of a chain: its own texts, its words for the web page, those in other languages."""

    path: Path
    extends: str
    texts: Mapping[str, object]
    web: Mapping[str, object] = field(default_factory=dict)
    others: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def synonyms(self) -> Path:
        """The file of this profile's synonyms, None if it has none."""
        return self.path.with_name(f"{self.path.stem}.synonyms.toml")

    @property
    def guardrail(self) -> Path:
        """The file of the guardrail fitted for this profile's FAQ, None if it has none."""
        return self.path.with_name(f"{self.path.stem}.guardrail.npz")


def load_profile(name: str, *, faq: Path | None = None) -> Profile:
    """Read the profile called `name`, one that ships or a path; see `profile_chain`.

    Raises:
        ConfigError: there is no such profile, or a file of it is wrong; says which and why.
    """
    return merged(profile_chain(name, faq=faq))


def profile_of(settings: Settings) -> Profile:
    """Read the profile that the settings name; hosts of the settings may be linked to as well.

    Raises:
        ConfigError: see `load_profile`.
    """
    chain = chain_of(settings)
    own = ProfileFile(Path(".env"), "", {"link_hosts": list(settings.link_host_set)})
    return merged([*chain, own] if settings.link_host_set else chain)


def chain_of(settings: Settings) -> tuple[ProfileFile, ...]:
    """Return the files of the settings' profile, the most general first.

    Raises:
        ConfigError: see `load_profile`.
    """
    return profile_chain(settings.profile, faq=settings.faq_profile)


def profile_chain(name: str, *, faq: Path | None = None) -> tuple[ProfileFile, ...]:
    """Return the files of the profile `name` and of those it extends, most general first.

    `faq` is the file that an ingest wrote about its FAQ: the language to fall back on, examples and
    hosts of links. It comes before the profile itself, whose own words count more. Without a name
    the profile is `faqbot.toml` in the working folder, and without that, the FAQ's file alone.

    Raises:
        ConfigError: a file is missing or cannot be read.
    """
    found = (_read(faq),) if faq and faq.is_file() else ()
    base = found[0].extends if found else DEFAULT
    if not name and not OWN_PROFILE.is_file():
        return (*_chain(base), *found)
    *general, own = _chain(name or str(OWN_PROFILE), base=base if base in ("ko", "en") else _BASE)
    return (*general, *found, own)


def page_texts(chain: Sequence[ProfileFile]) -> dict[str, object]:
    """Return the words of the web page; those of the most specific file win."""
    return {name: text for file in chain for name, text in file.web.items()}


def synonym_files(chain: Sequence[ProfileFile]) -> list[Path]:
    """Return the files of synonyms in a profile's chain."""
    return [file.synonyms for file in chain if file.synonyms.is_file()]


def guardrail_file(chain: Sequence[ProfileFile]) -> Path:
    """Return the guardrail file of the most specific profile that has one, or the general."""
    own = [file.guardrail for file in chain if file.guardrail.is_file()]
    return own[-1] if own else GUARDRAIL


def merged(chain: Sequence[ProfileFile]) -> Profile:
    """Return the profile merged from a chain of files.

    Raises:
        ConfigError: a text is missing, unknown, of the wrong kind, or names an unknown {place}.
    """
    profile = _merged(chain)
    check_names(profile, chain[-1].path)
    return replace(profile, others=_others(profile, chain))


def _others(profile: Profile, chain: Sequence[ProfileFile]) -> dict[str, Profile]:
    """Return the bot in those other languages that its FAQ, or a profile's own words, have."""
    named = {*profile.languages, *(language for file in chain for language in file.others)}
    formal = "-formal" if any(file.path.stem.endswith("-formal") for file in chain) else ""
    found: dict[str, Profile] = {}
    for language in (one for one in _SPOKEN if one in named and one != profile.language):
        own = [
            ProfileFile(file.path, "", texts)
            for file in chain
            if (texts := dict(_flat(file.others.get(language, {}))))
        ]
        given = {name for file in own for name in file.texts}
        same = {
            entry.name: getattr(profile, entry.name)
            for entry in fields(Profile)
            if _SAME_IN_ALL.fullmatch(entry.name) and entry.name not in given
        }
        found[language] = replace(_merged([*_chain(f"{language}{formal}"), *own]), **same)
    return found


def _merged(chain: Sequence[ProfileFile]) -> Profile:
    kinds = get_type_hints(Profile)  # once, not for each text: it takes milliseconds
    texts: dict[str, Any] = {}
    hosts: list[str] = []
    for file in chain:
        if unknown := sorted(file.texts.keys() - kinds.keys()):
            close = get_close_matches(unknown[0], kinds, n=1)
            advice = f"; did you mean {close[0]}?" if close else ""
            raise ConfigError(
                f"the profile {file.path} has unknown keys: {', '.join(unknown)}{advice}"
            )
        for name, value in file.texts.items():
            texts[name] = _checked(name, value, texts.get(name), kind=kinds[name], path=file.path)
        hosts += [host for host in texts.get("link_hosts", ()) if host not in hosts]
    lacking = sorted(
        entry.name
        for entry in fields(Profile)
        if entry.default is MISSING and entry.default_factory is MISSING and entry.name not in texts
    )
    if lacking:
        raise ConfigError(f"the profile {chain[-1].path} lacks: {', '.join(lacking)}")
    return Profile(**{**texts, "link_hosts": tuple(hosts)})


def _chain(name: str, *, base: str = "") -> list[ProfileFile]:
    files: list[ProfileFile] = []
    path = _path(name, Path())
    while True:
        file = _read(path)
        files.insert(0, file)
        packaged = path.parent == PROFILES
        above = file.extends or ("" if packaged else base)
        if not above:
            return files
        if len(files) == _MOST_EXTENDED:
            raise ConfigError(f"{files[-1].path} extends too many profiles, or itself")
        path = _path(above, path.parent)


def _path(name: str, folder: Path) -> Path:
    if _NAME.fullmatch(name) and (packaged := PROFILES / f"{name}.toml").is_file():
        return packaged
    path = folder / Path(name).expanduser()
    if path.is_dir():
        path /= OWN_PROFILE
    if path.is_file():
        return path
    known = ", ".join(sorted(p.stem for p in PROFILES.glob("*.toml") if "." not in p.stem))
    raise ConfigError(
        f"there is no profile {name!r}: set FAQBOT_PROFILE to one of {known}, or to the path of a"
        " file; `faqbot init` writes one"
    )


def _read(path: Path) -> ProfileFile:
    web = path.with_name(f"{path.stem}.web.toml")
    given = _toml(path)
    page = _toml(web) if web.is_file() else given.get("web", {})
    texts = {name: value for name, value in given.items() if name not in _EXTENDED}
    others: dict[str, Any] = {name: given[name] for name in _SPOKEN if name in given}
    if wrong := [name for name, said in others.items() if not isinstance(said, dict)]:
        raise ConfigError(f"{path}: [{wrong[0]}] must be a table of texts")
    return ProfileFile(path, str(given.get("extends", "")), dict(_flat(texts)), page, others)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read the profile {path}: {error}") from error


def _flat(texts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in texts.items():
        if isinstance(value, dict) and name not in _TEXTS_BY_NAME:
            yield from ((f"{name}_{key}", text) for key, text in value.items())
        else:
            yield name, value


def _checked(name: str, value: object, before: object, *, kind: object, path: Path) -> object:
    if name == "themes":
        return _themes(value, path)
    if name in _TABLES:
        return _TABLES[name](value, path)
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
