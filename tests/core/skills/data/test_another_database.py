"""Nothing of the skill is tied to the example shop: it answers from a library's loans as well."""

import sqlite3
import tomllib
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.skills.data.answering import DataAnswer, Unsure
from core.skills.data.book import load_book
from core.skills.data.load import load_answerer

ROOM = Path(__file__).with_name("library")
BOOK = ROOM / "queries.toml"
TODAY = date(2026, 11, 29)
_SCHEMA = """
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


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Two years of loans, which a rule makes: no two counts are alike by chance."""
    path = tmp_path_factory.mktemp("library") / "library.sqlite3"
    books = [(title, genre) for genre, titles in _TITLES.items() for title in titles]
    names = [f"{family}{given}" for family in "김이박최정" for given in ("하늘", "바다", "구름")]
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_SCHEMA)
        db.executemany(
            "INSERT INTO branches VALUES (?, ?)",
            enumerate(("한빛도서관", "샛별도서관", "너른도서관"), 1),
        )
        db.executemany(
            "INSERT INTO books VALUES (?, ?, ?)", [(n, *b) for n, b in enumerate(books, 1)]
        )
        for n, name in enumerate(names, 1):
            joined = (TODAY - timedelta(days=61 * n)).isoformat()
            db.execute(
                "INSERT INTO members VALUES (?, ?, ?, ?)", (n, name, 2026 - 6 - 4 * n, joined)
            )
        for n in range(1, 1201):
            day = TODAY - timedelta(days=(n * n) % 700)
            back = None if n % 11 == 0 else (day + timedelta(days=3 + n % 17)).isoformat()
            book, member = 1 + (n * n + n // 7) % len(books), 1 + (n * n // 5) % len(names)
            row = (n, book, member, 1 + (n * n // 3) % 3, day.isoformat(), back)
            db.execute("INSERT INTO loans VALUES (?, ?, ?, ?, ?, ?)", row)
    return path


@pytest.fixture(scope="module")
def librarian(library, analyzer, encoder):
    url = f"sqlite:///{library}"
    return load_answerer(url, BOOK, terms=analyzer.terms, embed=encoder.embed)


def test_most_questions_about_a_library_are_answered_rightly_and_hardly_any_wrongly(
    librarian, library
):
    asked = tomllib.loads((ROOM / "questions.toml").read_text("utf-8"))["q"]
    parts, wrong, right = load_book(BOOK).parts, [], []
    with closing(sqlite3.connect(library)) as db:
        for question in asked:
            answer = librarian.answer(question["ask"], TODAY)
            rows = db.execute(question["sql"].format(**parts)).fetchall()
            if isinstance(answer, DataAnswer):
                found = list(answer.rows.rows)
                same = (
                    sorted(map(str, found)) == sorted(map(str, rows))
                    if question.get("all")
                    else found[:1] == rows[:1]
                )
                (right if same else wrong).append(question["ask"])
    assert len(right) >= 0.7 * len(asked), wrong
    assert len(wrong) <= 0.1 * len(asked), wrong


@pytest.mark.parametrize("text", ["몇 개야?", "매출은 얼마야?", "작가가 누구야?", "배송비 알려줘"])
def test_what_the_library_does_not_know_gets_its_own_samples(librarian, text):
    answer = librarian.answer(text, TODAY)
    assert isinstance(answer, Unsure)
    assert 1 <= len(answer.questions) <= 4
