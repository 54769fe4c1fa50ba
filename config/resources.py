"""Reads a profile: the words of one installation, and the vocabulary of its trade."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any, get_type_hints

from core.errors import ConfigError
from core.llm.prompts import Prompt
from core.profile import Profile, Theme

PROFILES = Path(__file__).parent / "profiles"
LOANWORDS = Path(__file__).parent / "loanwords.toml"


_FOLDER = Path(__file__).parent / "prompts"
_VERSION_DIGITS = 8
ROOT = Path(__file__).resolve().parents[1]
ENCODER = ROOT / "config" / "models" / "encoder.npz"
GUARDRAIL = ROOT / "config" / "models" / "guardrail.npz"
SAMPLE_FAQ = ROOT / "data" / "sample_faq.jsonl"
QUESTION_PACKS = ROOT / "data" / "questions"
GUARDRAIL_EXAMPLES = ROOT / "data" / "guardrail.jsonl"


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
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read the profile {path}: {error}") from error
    return _profile(texts, path)


def synonyms_path(name: str) -> Path:
    """Return the path of the profile's synonyms."""
    return PROFILES / f"{name}.synonyms.toml"


def load_loanwords() -> dict[str, str]:
    """English words as Korean help pages write them, for `core.korean.Analyzer`.

    Raises:
        ConfigError: the file is missing, or is not a table of words.
    """
    try:
        words = tomllib.loads(LOANWORDS.read_text(encoding="utf-8"))["words"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ConfigError(f"cannot read the loan words in {LOANWORDS}: {error}") from error
    return {str(latin): str(hangul) for latin, hangul in words.items()}


def _profile(texts: dict[str, Any], path: Path) -> Profile:
    wanted = {field.name for field in fields(Profile)}
    if missing := sorted(wanted - texts.keys()):
        raise ConfigError(f"the profile {path} lacks: {', '.join(missing)}")
    if unknown := sorted(texts.keys() - wanted):
        raise ConfigError(f"the profile {path} has unknown keys: {', '.join(unknown)}")
    for name, kind in get_type_hints(Profile).items():
        if kind in (str, int) and type(texts[name]) is not kind:
            raise ConfigError(f"{path}: `{name}` must be a {'text' if kind is str else 'number'}")
    lists = {}
    for name in ("examples", "link_hosts", "feedback_reasons"):
        try:
            lists[name] = _texts(texts[name])
        except TypeError as error:
            raise ConfigError(f"{path}: `{name}` must be a list of texts") from error
    try:
        themes = tuple(Theme(_texts(theme["about"]), theme["ask"]) for theme in texts["themes"])
    except (KeyError, TypeError) as error:
        raise ConfigError(f"{path}: every [[themes]] needs `about`, words, and `ask`") from error
    return Profile(**{**texts, **lists, "themes": themes})


def _texts(given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise TypeError(f"{given!r} is no list of texts")
    return tuple(given)


def load_prompt(name: str, profile: Profile) -> Prompt:
    """Read `config/prompts/NAME.md` and fill in who the bot is.

    Its version is `NAME@` and the beginning of the SHA-256 of what the model will read.

    Raises:
        ConfigError: the file is missing or names something that is not known here.
    """
    path = _FOLDER / f"{name}.md"
    try:
        template = path.read_text(encoding="utf-8").strip()
        text = template.format(name=profile.name, topic=profile.topic)
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise ConfigError(f"cannot use the prompt {path}: {error}") from error
    version = f"{name}@{sha256(text.encode()).hexdigest()[:_VERSION_DIGITS]}"
    return Prompt(version=version, text=text, rules=template)
