"""The questions about a buyer: read from what was said, and asked by buttons where missing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError

Value = str | float
# What is known of a buyer; None is what they have said that they do not know.
Known = Mapping[str, Value | None]

# Where a clause ends: at a mark, or where it goes on: "30대인데", "혼자 살고", "I live alone and".
_CLAUSE_END: Final = re.compile(
    r"(?<=[.,!?])\s+|(?<=[인은는한]데)\s+|(?<=[이살하]고)\s+|(?<=어서)\s+|\s+(?:and|but|so)\s+"
)
_BARE: Final = re.compile(
    r"(?:about|around|roughly|maybe|한|약|대략|아마)?\s*(\d{1,7}(?:,\d{3})*)"
    r"\s*(?:쯤|정도|or so)?\s*(?:이?요|예요|이에요|입니다|이야|야)?"
)
_POLITE: Final = re.compile(r"\s*(?:이?요|예요|이에요|입니다|please)$")
_SHORTEST: Final = 2  # letters of a part of a choice
_FAR: Final = 4.0  # how far from the choices a number may be
_SHIPPED: Final = {"ko": "appliances.toml", "en": "appliances.en.toml"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A number in what people say: its first group, times `times`, plus `add`."""

    match: re.Pattern[str]
    times: float = 1.0
    add: float = 0.0
    most: float = float("inf")

    def read(self, text: str) -> tuple[int, float] | None:
        """Return where the last such number ends, and the number; None if there is none."""
        found = [
            (match.end(), float(match[1].replace(",", ""))) for match in self.match.finditer(text)
        ]
        fitting = [(end, one * self.times + self.add) for end, one in found if one <= self.most]
        return fitting[-1] if fitting else None


@dataclass(frozen=True, slots=True)
class Field:
    """One feature: how it is asked for and shown, its buttons, and how it is said in words.

    `unit` is that of what is shown, in the unit of the purchases: a dollar in 10,000 won.
    """

    name: str
    ask: str
    value: str
    choices: Mapping[str, Value]
    patterns: tuple[Pattern, ...] = ()
    words: Mapping[str, Value] = field(default_factory=dict)
    unit: float = 1.0

    def shown(self, value: Value) -> str:
        """Return what a value says of the buyer."""
        number = value if isinstance(value, str) else value / self.unit
        return self.value.format(value=number)

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
        """Return the value that the text names, the last one: so people correct themselves."""
        if text in self.choices:
            return self.choices[text]
        numbers = [one for pattern in self.patterns if (one := pattern.read(text))]
        if numbers:
            return max(numbers, key=lambda one: one[0])[1]
        text = text.lower().replace("’", "'")
        said = [word for word in self.words if word.lower() in text]
        if not said:
            return None
        return self.words[max(said, key=lambda word: (text.rindex(word.lower()), len(word)))]

    def answered(self, text: str) -> Value | None:
        """Return the value that an answer to this question names.

        It may be a number alone, in the unit that is shown, or a part of one choice.
        """
        text = text.strip().strip(".!~?").casefold()
        numbers = [one for one in self.choices.values() if isinstance(one, int | float)]
        if numbers and (match := _BARE.fullmatch(text)):
            value = float(match[1].replace(",", "")) * self.unit
            return value if min(numbers) / _FAR <= value <= max(numbers) * _FAR else None
        text = _POLITE.sub("", text)
        if len(text) < _SHORTEST:
            return None
        begins = re.compile(rf"(?<!\w){re.escape(text)}")
        alike = [value for label, value in self.choices.items() if begins.search(label.casefold())]
        return alike[0] if len(alike) == 1 else None

    def also_said(self, other: Field) -> Field:
        """Return the field with the words of another language, too."""
        patterns = (*self.patterns, *other.patterns)
        return replace(self, patterns=patterns, words={**other.words, **self.words})


@dataclass(frozen=True, slots=True)
class Form:
    """The form: all fields, and the sentences around them."""

    fields: tuple[Field, ...]
    begin: str
    because: str
    reason: str
    others: str
    others_said: re.Pattern[str]
    why_said: re.Pattern[str]
    unknown_said: re.Pattern[str]
    noted: str
    none_left: str
    no_reason: str
    examples: tuple[str, ...] = ()
    products: Mapping[str, str] = field(default_factory=dict)

    def product(self, name: str) -> str:
        """Return how a product of the purchases is called."""
        return self.products.get(name, name)

    def also_said(self, other: Form) -> Form:
        """Return the form with what people say in another language, too."""
        others = {one.name: one for one in other.fields}
        return replace(
            self,
            fields=tuple(one.also_said(others[one.name]) for one in self.fields),
            others_said=_either(self.others_said, other.others_said),
            why_said=_either(self.why_said, other.why_said),
            unknown_said=_either(self.unknown_said, other.unknown_said),
            examples=(*self.examples, *other.examples),
        )

    def read(self, text: str, known: Known, *, is_asked: bool = False) -> dict[str, Value | None]:
        """Return what is known of the buyer after this: what is said anew takes the old's place.

        Words for not knowing answer the next question; so does a bare value, if that `is_asked`.
        """
        asked = self.missing(known)
        if asked and self.unknown_said.fullmatch(text.strip()):
            return {**known, asked.name: None}
        read = {one.name: one.read(text) for one in self.fields}
        said = {name: value for name, value in read.items() if value is not None}
        if is_asked and asked and not said and (value := asked.answered(text)) is not None:
            said = {asked.name: value}
        return {**known, **said}

    def corrected(self, before: Known, after: Known) -> str:
        """Return what is said of the values that were known otherwise before; "" of none."""
        told = [
            self.noted.format(value=one.shown(value))
            for one in self.fields
            if before.get(one.name) is not None
            and (value := after[one.name]) is not None
            and before[one.name] != value
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

    def missing(self, known: Known) -> Field | None:
        """Return the next field to ask for; None if all are known."""
        return next((one for one in self.fields if one.name not in known), None)

    def reasons(self, known: Known, shares: Mapping[str, float], *, limit: int = 2) -> str:
        """Return why, in words: the features that speak for a product, the strongest first."""
        strongest = sorted(self.fields, key=lambda one: -shares[one.name])[:limit]
        told = [
            self.reason.format(value=one.shown(value), share=shares[one.name])
            for one in strongest
            if shares[one.name] > 0 and (value := known[one.name]) is not None
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
        others_said = _compiled(document.pop("others_said"))
        why_said = _compiled(document.pop("why_said"))
        unknown_said = _compiled(document.pop("unknown_said"))
        return Form(
            fields,
            examples=examples,
            others_said=others_said,
            why_said=why_said,
            unknown_said=unknown_said,
            **document,
        )
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise ConfigError(f"cannot use the form {path}: {error}") from error


def load_shipped_form(language: str) -> Form:
    """Read the form that ships in a language; what people say is understood in all of them."""
    folder = files(__package__)
    forms = []
    for name in (_SHIPPED[language], *(n for one, n in _SHIPPED.items() if one != language)):
        with as_file(folder / name) as path:
            forms.append(load_form(path))
    form, *others = forms
    for other in others:
        form = form.also_said(other)
    return form


def _either(one: re.Pattern[str], other: re.Pattern[str]) -> re.Pattern[str]:
    return _compiled(f"{one.pattern}|{other.pattern}")


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _field(row: dict[str, Any]) -> Field:
    choices = {choice["label"]: choice["value"] for choice in row.pop("choices")}
    patterns = tuple(
        Pattern(**{**pattern, "match": _compiled(pattern["match"])})
        for pattern in row.pop("patterns", ())
    )
    return Field(**row, choices=choices, patterns=patterns)
