"""The questions that are asked of the example shop, and a database of another subject."""

import sqlite3
import tomllib
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.skills.data.load import load_answerer

_LIBRARY = """
    CREATE TABLE branches (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT, born INTEGER, joined_on TEXT);
    CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, genre TEXT);
    CREATE TABLE loans (
        id INTEGER PRIMARY KEY, book_id INTEGER REFERENCES books (id),
        member_id INTEGER REFERENCES members (id), branch_id INTEGER REFERENCES branches (id),
        lent_on TEXT, returned_on TEXT
    );
"""
_TITLES = {
    "소설": ["강가의 집", "긴 겨울", "파란 문"],
    "과학": ["별의 일생", "작은 세포"],
    "역사": ["옛 서울", "왕의 길"],
    "만화": ["고양이 탐정", "달리는 소년", "마법 부엌"],
}


@pytest.fixture(scope="session")
def questions():
    """Reads one of the two sets of questions with their right SQL."""

    def read(name):
        path = Path(__file__).with_name(f"questions.{name}.toml")
        return tomllib.loads(path.read_text(encoding="utf-8"))["q"]

    return read


@pytest.fixture(scope="session")
def library_day():
    """Today, in the library."""
    return date(2026, 11, 29)


@pytest.fixture(scope="session")
def library(tmp_path_factory, library_day):
    """Two years of loans, which a rule makes: no two counts are alike by chance."""
    path = tmp_path_factory.mktemp("library") / "library.sqlite3"
    books = [(title, genre) for genre, titles in _TITLES.items() for title in titles]
    names = [f"{family}{given}" for family in "김이박최정" for given in ("하늘", "바다", "구름")]
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_LIBRARY)
        db.executemany(
            "INSERT INTO branches VALUES (?, ?)",
            enumerate(("한빛도서관", "샛별도서관", "너른도서관"), 1),
        )
        db.executemany(
            "INSERT INTO books VALUES (?, ?, ?)", [(n, *b) for n, b in enumerate(books, 1)]
        )
        for n, name in enumerate(names, 1):
            joined = (library_day - timedelta(days=61 * n)).isoformat()
            db.execute(
                "INSERT INTO members VALUES (?, ?, ?, ?)", (n, name, 2026 - 6 - 4 * n, joined)
            )
        for n in range(1, 1201):
            day = library_day - timedelta(days=(n * n) % 700)
            back = None if n % 11 == 0 else (day + timedelta(days=3 + n % 17)).isoformat()
            book, member = 1 + (n * n + n // 7) % len(books), 1 + (n * n // 5) % len(names)
            row = (n, book, member, 1 + (n * n // 3) % 3, day.isoformat(), back)
            db.execute("INSERT INTO loans VALUES (?, ?, ?, ?, ?, ?)", row)
    return path


@pytest.fixture(scope="session")
def library_book():
    """The sample questions of the library, with SQL for SQLite."""
    return Path(__file__).with_name("library") / "queries.toml"


@pytest.fixture(scope="session")
def library_questions():
    """Questions to the library that are no samples, each with its right SQL."""
    path = Path(__file__).with_name("library") / "questions.toml"
    return tomllib.loads(path.read_text("utf-8"))["q"]


@pytest.fixture(scope="session")
def librarian(library, library_book, analyzer, encoder):
    url = f"sqlite:///{library}"
    return load_answerer(url, library_book, terms=analyzer.terms, embed=encoder.embed)
