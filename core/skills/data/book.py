"""The sample questions with their SQL, and what fills their blanks, as a file holds them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Grouping:
    """A way to group: `select` is shown, `key` tells groups apart, a `series` has its own order.

    `words` name it beside "…별" or "가장 …", `alone` by themselves, and `asked` where the question
    names nothing else.
    """

    name: str
    select: str
    words: tuple[str, ...]
    key: str = ""
    alone: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    series: bool = False


@dataclass(frozen=True, slots=True)
class SpokenFilter:
    """A condition that stands in no column as it is said; `{1}` is the first group of `match`."""

    match: re.Pattern[str]
    table: str
    where: str
    say: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A column of numbers that questions name: by `words` beside the number, or by its `units`."""

    column: str
    words: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """Ways to ask one thing, and its SQL with blanks.

    `period` is the column that a span of days limits. `answer` says the first row in words,
    `series` all of them. `tables` are the aliases that groupings may use, all where there are none.
    `words` belong to the question itself, though they are a column's values. `by` names the groups
    of a sample that has its own, `extreme` how its most and its least are said.
    """

    questions: tuple[str, ...]
    sql: str
    answer: str
    period: str = ""
    series: str = ""
    tables: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    number: int | None = None
    by: str = ""
    extreme: tuple[str, ...] = ()

    @property
    def grouped(self) -> bool:
        """Return whether it needs a way to group."""
        return "{by}" in self.sql

    def takes(self, grouping: Grouping) -> bool:
        """Return whether its tables have what the grouping looks at."""
        used = set(re.findall(r"\b([A-Za-z_]\w*)\.", grouping.select))
        return self.grouped and (not self.tables or used <= set(self.tables))


@dataclass(frozen=True, slots=True)
class QueryBook:
    """The whole book. `personal` are columns, as `table.column`, whose values are masked."""

    samples: tuple[Sample, ...]
    groupings: tuple[Grouping, ...]
    filters: tuple[SpokenFilter, ...]
    amounts: tuple[Amount, ...]
    parts: Mapping[str, str]
    tables: frozenset[str]
    personal: frozenset[str]
    texts: Mapping[str, Any]


def load_book(path: Path) -> QueryBook:
    """Read a book from TOML.

    Raises:
        ConfigError: it cannot be read; the line says what is wrong.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return QueryBook(
            samples=tuple(Sample(**_tuples(row)) for row in document["sample"]),
            groupings=tuple(Grouping(**_tuples(row)) for row in document.get("by", ())),
            filters=tuple(
                SpokenFilter(**{**row, "match": re.compile(row["match"], re.IGNORECASE)})
                for row in document.get("filter", ())
            ),
            amounts=tuple(Amount(**_tuples(row)) for row in document.get("amount", ())),
            parts=document.get("parts", {}),
            tables=frozenset(document["tables"]),
            personal=frozenset(document.get("personal", ())),
            texts={**_texts_of(document), **document.get("texts", {})},
        )
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise ConfigError(f"cannot use the queries of {path}: {error}") from error


def _texts_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the sentences in the language of the samples, which a book may replace."""
    asked = str([row["questions"] for row in document["sample"]])
    language = "ko" if re.search("[가-힣]", asked) else "en"
    path = Path(__file__).with_name(f"texts.{language}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
