"""The reading of profiles: an installation's texts, which extend those of another.

`ko.toml` and `en.toml` hold every sentence, for a FAQ on any subject. Your own profile is a TOML
file anywhere, by default `faqbot.toml` in the working folder. It names the profile that it
`extends`, and holds only your texts, in the same tables.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from config.channels import check_names
from config.profile_texts import add_texts, profile_from, same_in_all_languages
from config.resources import GUARDRAIL
from config.settings import Settings
from core.errors import ConfigError
from core.profile import Profile

PROFILES = Path(__file__).parent / "profiles"
OWN_PROFILE: Final = Path("faqbot.toml")
"""What is read from the working folder where no setting names a profile."""

DEFAULT: Final = "smartstore"
"""Whose words are spoken until a FAQ of another kind was ingested: the sample is a seller's."""

_BASE: Final = "ko"
_NAME: Final = re.compile(r"[a-z0-9-]+")
_SPOKEN: Final = ("ko", "en")  # the languages in which every sentence ships
_EXTENDED: Final = ("extends", "web", *_SPOKEN)
_MOST_EXTENDED: Final = 8


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """One file of a chain: its own texts, its words for the web page, those in other languages."""

    path: Path
    extends: str
    texts: dict[str, object]
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

    @property
    def names(self) -> list[str]:
        """The names of its own texts, those of a table as `teach.call`."""
        given = self.texts | ({"web": self.web} if self.web else {})
        return [
            name
            for table, value in given.items()
            for name in (
                [f"{table}.{one}" for one in value] if isinstance(value, dict) else [table]
            )
        ]


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
    profile = profile_from(_texts(chain), chain[-1].path)
    check_names(profile, chain[-1].path)
    spoken = _in_other_languages(profile, chain)
    named = {*profile.languages, *(language for file in chain for language in file.others)}
    return replace(
        profile,
        others={one: spoken[one] for one in spoken if one in named},
        for_cases={one: spoken[one] for one in spoken if one not in named},
    )


def _in_other_languages(profile: Profile, chain: Sequence[ProfileFile]) -> dict[str, Profile]:
    """Return the same bot in each other language in which every sentence ships."""
    formal = "-formal" if any(file.path.stem.endswith("-formal") for file in chain) else ""
    general = profile_from(_texts(_chain(f"{profile.language}{formal}")), chain[-1].path)
    same = same_in_all_languages(profile, general)
    found: dict[str, Profile] = {}
    for language in (one for one in _SPOKEN if one != profile.language):
        texts = _texts(_chain(f"{language}{formal}")) | same
        for file in chain:
            add_texts(texts, file.others.get(language, {}), file.path)
        found[language] = profile_from(texts, chain[-1].path)
    return found


def _texts(chain: Sequence[ProfileFile]) -> dict[str, Any]:
    texts: dict[str, Any] = {}
    for file in chain:
        add_texts(texts, file.texts, file.path)
    return texts


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
    return ProfileFile(path, str(given.get("extends", "")), texts, page, others)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read the profile {path}: {error}") from error
