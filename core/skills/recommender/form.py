"""The questions about a buyer: read from what was said, and asked by buttons where missing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError

Value = str | float

# Where a clause ends: at a mark, or at an ending that goes on: "30대인데", "혼자 살고".
_CLAUSE_END: Final = re.compile(
    r"(?<=[.,!?])\s+|(?<=[인은는한]데)\s+|(?<=[이살하]고)\s+|(?<=어서)\s+"
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A number in what people say: its first group, times `times`, plus `add`."""

    match: re.Pattern[str]
    times: float = 1.0
    add: float = 0.0
    most: float = float("inf")

    def read(self, text: str) -> float | None:
        """Return the last such number; people correct themselves by saying it again."""
        found = [float(match[1].replace(",", "")) for match in self.match.finditer(text)]
        fitting = [number * self.times + self.add for number in found if number <= self.most]
        return fitting[-1] if fitting else None


@dataclass(frozen=True, slots=True)
class Field:
    """One feature: how it is asked for and shown, its buttons, and how it is said in words."""

    name: str
    ask: str
    value: str
    choices: Mapping[str, Value]
    patterns: tuple[Pattern, ...] = ()
    words: Mapping[str, Value] | None = None

    @property
    def schema(self) -> Mapping[str, object]:
        """The JSON schema of its values."""
        values = list(dict.fromkeys(self.choices.values()))
        if all(isinstance(value, str) for value in values):
            return {"type": "string", "enum": values, "description": self.ask}
        return {"type": "number", "description": f"{self.ask} {dict(self.choices)}"}

    def checked(self, value: object) -> Value | None:
        """Return a value that a model has read; None if it is none of the field's."""
        if self.schema["type"] == "string":
            return value if isinstance(value, str) and value in self.choices.values() else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if 0 <= value < float("inf") else None

    def read(self, text: str) -> Value | None:
        """Return the value that the text names; None if it names none."""
        if text in self.choices:
            return self.choices[text]
        for pattern in self.patterns:
            if (number := pattern.read(text)) is not None:
                return number
        words = self.words or {}
        said = [word for word in words if word in text]
        return words[max(said, key=lambda word: (text.rindex(word), len(word)))] if said else None


@dataclass(frozen=True, slots=True)
class Form:
    """The form: all fields, and the sentences around them."""

    fields: tuple[Field, ...]
    begin: str
    because: str
    reason: str
    others: str
    others_said: re.Pattern[str]
    noted: str
    none_left: str
    examples: tuple[str, ...] = ()

    def read(self, text: str, known: Mapping[str, Value]) -> dict[str, Value]:
        """Return what is known of the buyer after this: what is said anew takes the old's place."""
        said = {field.name: field.read(text) for field in self.fields}
        return {**known, **{name: value for name, value in said.items() if value is not None}}

    def corrected(self, before: Mapping[str, Value], after: Mapping[str, Value]) -> str:
        """Return what is said of the values that were known otherwise before; "" of none."""
        told = [
            self.noted.format(value=field.value.format(value=after[field.name]))
            for field in self.fields
            if field.name in before and before[field.name] != after[field.name]
        ]
        return " ".join(told)

    def without(self, text: str) -> str:
        """Return a text without the clauses that say something of the buyer.

        It is itself where they say everything.
        """
        clauses = _CLAUSE_END.split(text)
        others = [one for one in clauses if all(f.read(one) is None for f in self.fields)]
        return " ".join(others) or text

    def checked(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Return what a model has read of the buyer, as far as it is valid."""
        values = {one.name: one.checked(given.get(one.name)) for one in self.fields}
        return {name: value for name, value in values.items() if value is not None}

    def missing(self, known: Mapping[str, Value]) -> Field | None:
        """Return the next field to ask for; None if all are known."""
        return next((field for field in self.fields if field.name not in known), None)

    def reasons(
        self, known: Mapping[str, Value], shares: Mapping[str, float], *, limit: int = 2
    ) -> str:
        """Return why, in words: the features that speak for a product, the strongest first."""
        strongest = sorted(self.fields, key=lambda field: -shares[field.name])[:limit]
        told = [
            self.reason.format(
                value=field.value.format(value=known[field.name]), share=shares[field.name]
            )
            for field in strongest
            if shares[field.name] > 0
        ]
        return self.because.format(reasons=", ".join(told)) if told else ""


def load_form(path: Path) -> Form:
    """Read a form from TOML.

    Raises:
        ConfigError: it cannot be read; the line says what is wrong.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        fields = tuple(map(_field, document.pop("feature")))
        examples = tuple(document.pop("examples", ()))
        others_said = re.compile(document.pop("others_said"))
        return Form(fields, examples=examples, others_said=others_said, **document)
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise ConfigError(f"cannot use the form {path}: {error}") from error


def _field(row: dict[str, Any]) -> Field:
    choices = {choice["label"]: choice["value"] for choice in row.pop("choices")}
    patterns = tuple(
        Pattern(**{**pattern, "match": re.compile(pattern["match"])})
        for pattern in row.pop("patterns", ())
    )
    return Field(**row, choices=choices, patterns=patterns)
