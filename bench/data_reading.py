"""The ends of questions to data: rightly, in a wrong number, or in samples to choose from."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.school import build_school
from core.skills.data.answerer import DataAnswer, DataAnswerer
from core.skills.data.book import load_book
from core.skills.data.load import EXAMPLE_BOOKS, load_answerer
from core.skills.data.shop import build_shop

if TYPE_CHECKING:
    from bots.bootstrap.search import Language

_ROOM: Final = Path(__file__).with_name("data_questions")
_TODAY: Final = date(2026, 11, 29)
Row = tuple[Any, ...]

_BOOKS: Final = {
    "shop": EXAMPLE_BOOKS,
    "school": {
        "ko": _ROOM / "school.queries.toml",
        "en": _ROOM / "school.queries.en.toml",
    },
}


@dataclass(frozen=True, slots=True)
class Readings:
    """Questions to one database in one language, by how they ended."""

    name: str
    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """The number of all questions."""
        return len(self.right) + len(self.wrong) + len(self.unsure)


def read_all(language: Language, folder: Path) -> Iterator[Readings]:
    """Yield how all questions of `bench/data_questions` end; the databases are made in a folder."""
    for name, books in _BOOKS.items():
        questions = tomllib.loads((_ROOM / f"{name}.toml").read_text("utf-8"))
        for spoken, book in books.items():
            path = folder / f"{name}.{spoken}.sqlite3"
            if name == "shop":
                build_shop(path, last_day=_TODAY, language=spoken)
            else:
                build_school(path, today=_TODAY)
            analyzer, encoder = language.analyzer, language.encoder
            url = f"sqlite:///{path}"
            known = load_answerer(url, book, terms=analyzer.terms, embed=encoder.embed)
            sets = {"": questions}
            if name == "shop":
                sets |= tomllib.loads((_ROOM / "calculations.toml").read_text("utf-8"))
            with closing(sqlite3.connect(path)) as db:
                for among, asked in sets.items():
                    title = f"{name} {among}".strip()
                    parts = load_book(book).parts
                    yield _read(f"{title} ({spoken})", asked[spoken], known, parts, db)


def _read(
    name: str,
    questions: list[dict[str, Any]],
    known: DataAnswerer,
    parts: Mapping[str, str],
    db: sqlite3.Connection,
) -> Readings:
    found = Readings(name)
    for question in questions:
        text, sql = question["ask"], question.get("sql")
        answer = known.answer(text, _TODAY)
        if not isinstance(answer, DataAnswer):
            (found.unsure if sql else found.right).append(text)
            continue
        shown = list(answer.rows.rows)
        if isinstance(sql, list):
            expected = [db.execute(one).fetchall() for one in sql]
            same = any(_agrees(shown, rows, every="all" in question) for rows in expected)
        else:
            rows = db.execute(sql.format(**parts)).fetchall() if sql else []
            if question.get("all"):
                same = sorted(map(str, shown)) == sorted(map(str, rows))
            else:
                same = bool(rows) and shown[:1] == rows[:1]
        (found.right if same else found.wrong).append(text)
    return found


def _agrees(shown: list[Row], expected: list[Row], *, every: bool) -> bool:
    """Return whether what is shown has the expected values, beside whatever else it shows.

    Of two rows that are compared, the answer also says how much the second is more than the first.
    """
    if len(expected) == 1 and len(expected[0]) == 1 and len(shown) == 2:
        first, last = (row[-1] for row in shown)
        if isinstance(first, int | float) and isinstance(last, int | float):
            said = {last - first, first - last, round(100 * (last - first) / (first or 1), 1)}
            if any(_same(value, expected[0][0]) for value in said):
                return True
    if not every:
        return bool(shown and expected) and _has(shown[0], expected[0])
    rows = [any(_has(row, values) for row in shown) for values in expected]
    return len(shown) == len(expected) and all(rows)


def _has(row: Row, values: Row) -> bool:
    return all(any(_same(shown, value) for shown in row) for value in values)


def _same(shown: object, value: object) -> bool:
    """Return whether two values are the same but for their rounding."""
    if isinstance(shown, int | float) and isinstance(value, int | float):
        return isclose(shown, value, rel_tol=0.0005, abs_tol=0.06)
    return str(shown) == str(value)
