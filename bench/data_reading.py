"""The ends of questions to data: rightly, in a wrong number, or in samples to choose from."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
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
            with closing(sqlite3.connect(path)) as db:
                yield _read(
                    f"{name} ({spoken})", questions[spoken], known, load_book(book).parts, db
                )


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
        rows = db.execute(sql.format(**parts)).fetchall() if sql else []
        shown = list(answer.rows.rows)
        if question.get("all"):
            same = sorted(map(str, shown)) == sorted(map(str, rows))
        else:
            same = bool(rows) and shown[:1] == rows[:1]
        (found.right if same else found.wrong).append(text)
    return found
