"""The words of `faqbot check` and the console's list, by language."""

from __future__ import annotations

import tomllib
from typing import Final

from config.profiles import PROFILES
from core.errors import ConfigError
from core.reporting.check_words import CheckWords
from core.types import ProblemKind

_FALLBACK: Final = "en"


def load_check_words(language: str) -> CheckWords:
    """Read the words of a language; English for one that has none.

    Raises:
        ConfigError: the file cannot be read, or lacks a kind.
    """
    path = PROFILES / f"{language}.check.toml"
    if not path.is_file():
        path = PROFILES / f"{_FALLBACK}.check.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        names = {kind: str(told[kind]["name"]) for kind in ProblemKind}
        sentences = {
            (kind, form): (str(words["text"]), str(words["advice"]))
            for kind in ProblemKind
            for form, words in told[kind].items()
            if form != "name"
        }
        return CheckWords(
            str(told["summary"]), str(told["sound"]), str(told["more"]), names, sentences
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ConfigError(f"cannot read the words of the check in {path}: {error}") from error
