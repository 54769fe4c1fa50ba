"""Nothing of the skill is tied to the example shop: it answers from a library's loans as well."""

import sqlite3
from contextlib import closing

import pytest

from core.skills.data.answerer import DataAnswer, Unsure
from core.skills.data.book import load_book
from core.skills.data.database import Database


def test_most_questions_about_a_library_are_answered_rightly_and_hardly_any_wrongly(
    librarian, library, library_book, library_questions, library_day
):
    parts, wrong, right = load_book(library_book).parts, [], []
    with closing(sqlite3.connect(library)) as db:
        for question in library_questions:
            answer = librarian.answer(question["ask"], library_day)
            rows = db.execute(question["sql"].format(**parts)).fetchall()
            if isinstance(answer, DataAnswer):
                found = list(answer.rows.rows)
                same = (
                    sorted(map(str, found)) == sorted(map(str, rows))
                    if question.get("all")
                    else found[:1] == rows[:1]
                )
                (right if same else wrong).append(question["ask"])
    assert len(right) >= 0.7 * len(library_questions), wrong
    assert len(wrong) <= 0.1 * len(library_questions), wrong


@pytest.mark.parametrize("text", ["몇 개야?", "매출은 얼마야?", "작가가 누구야?", "배송비 알려줘"])
def test_what_the_library_does_not_know_gets_its_own_samples(librarian, library_day, text):
    answer = librarian.answer(text, library_day)
    assert isinstance(answer, Unsure)
    assert 1 <= len(answer.questions) <= 4


def test_no_more_rows_are_asked_for_than_are_shown(librarian, monkeypatch):
    """A server would send all of them before the first is read."""
    asked = []
    monkeypatch.setattr(Database, "read", lambda _, sql: asked.append(sql))
    librarian.run("SELECT id FROM loans")
    librarian.run("SELECT id FROM loans LIMIT 3")
    assert [sql.rpartition("LIMIT ")[2] for sql in asked] == ["201", "3"]
