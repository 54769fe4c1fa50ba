"""The words of a skill in the languages that ship: a file for each, `ko.toml` and `en.toml`.

A bot speaks the language of its profile and understands the others, too: people write as they are
used to.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

LANGUAGES: Final = ("ko", "en")

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Intents:
    """Patterns of what people want, by name, each in every language."""

    patterns: Mapping[str, Sequence[re.Pattern[str]]]

    @classmethod
    def of(cls, tables: Sequence[Table]) -> Intents:
        """Return the intents of all tables, which have the same names.

        `<name>` in an intent stands for a part of the table.
        """
        forms = [_filled(table["intents"], table.get("parts", {})) for table in tables]
        names = forms[0]
        return cls({one: [re.compile(f[one], re.IGNORECASE) for f in forms] for one in names})

    def found(self, intent: str, text: str) -> re.Match[str] | None:
        """Return where a text has a word of an intent; None if it has none."""
        matches = (pattern.search(text) for pattern in self.patterns[intent])
        return next(filter(None, matches), None)

    def is_wholly(self, intent: str, text: str) -> bool:
        """Return whether a text is nothing but a word of an intent."""
        return any(pattern.fullmatch(text) for pattern in self.patterns[intent])

    def without(self, intent: str, text: str) -> str:
        """Return a text without the words of an intent."""
        for pattern in self.patterns[intent]:
            text = pattern.sub("", text)
        return text


def load_tables(package: str, language: str) -> list[Table]:
    """Return the words of a skill in all languages; the first are those that the bot speaks."""
    others = [one for one in LANGUAGES if one != language]
    folder = files(package)
    return [
        tomllib.loads(folder.joinpath(f"{one}.toml").read_text("utf-8"))
        for one in (language, *others)
    ]


def _filled(intents: Mapping[str, str], parts: Mapping[str, str]) -> dict[str, str]:
    """Return intents with their parts in place."""
    filled = dict(intents)
    for part, form in parts.items():
        filled = {name: intent.replace(f"<{part}>", form) for name, intent in filled.items()}
    return filled
