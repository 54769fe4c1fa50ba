"""Reads a profile: the words of one installation, and the vocabulary of its trade."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from core.profile import Profile

PROFILES = Path(__file__).parent / "profiles"


def load_profile(name: str) -> Profile:
    """Read `config/profiles/NAME.toml`.

    Raises:
        ConfigError: there is no such profile, or it lacks a text.
    """
    path = PROFILES / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in PROFILES.glob("*.toml") if "." not in p.stem))
        raise ConfigError(f"there is no profile {name!r}: set FAQBOT_PROFILE to one of {known}")
    try:
        texts = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read the profile {path}: {error}") from error
    return _profile(texts, path)


def synonyms_path(name: str) -> Path:
    """Where the profile's synonyms are."""
    return PROFILES / f"{name}.synonyms.toml"


def _profile(texts: dict[str, Any], path: Path) -> Profile:
    wanted = {field.name for field in fields(Profile)}
    if missing := sorted(wanted - texts.keys()):
        raise ConfigError(f"the profile {path} lacks: {', '.join(missing)}")
    if unknown := sorted(texts.keys() - wanted):
        raise ConfigError(f"the profile {path} has unknown keys: {', '.join(unknown)}")
    lists = {name: tuple(texts[name]) for name in ("examples", "link_hosts")}
    return Profile(**{**texts, **lists})
