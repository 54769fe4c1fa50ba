"""A language school with two years of enrolments, for which the skill `data` was not made."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Final

_SCHEMA: Final = """
    CREATE TABLE students (id INTEGER PRIMARY KEY, name TEXT, phone TEXT, born INTEGER, city TEXT);
    CREATE TABLE teachers (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE courses (
        id INTEGER PRIMARY KEY, title TEXT, language TEXT, level TEXT, price INTEGER,
        teacher_id INTEGER REFERENCES teachers (id)
    );
    CREATE TABLE enrolments (
        id INTEGER PRIMARY KEY, student_id INTEGER REFERENCES students (id),
        course_id INTEGER REFERENCES courses (id), enrolled_on TEXT, paid INTEGER, status TEXT
    );
    CREATE TABLE lessons (
        id INTEGER PRIMARY KEY, enrolment_id INTEGER REFERENCES enrolments (id), held_on TEXT,
        present INTEGER
    );
"""
_CITIES: Final = ("서울", "성남", "안양", "부천")
_TEACHERS: Final = ("한지민", "오세훈", "다나카", "왕리", "로페스")
_COURSES: Final = (
    ("영어회화", "영어", "초급", 180_000, 1),
    ("토익 집중반", "영어", "중급", 240_000, 1),
    ("비즈니스 영어", "영어", "고급", 300_000, 2),
    ("일본어 첫걸음", "일본어", "초급", 150_000, 3),
    ("일본어 독해", "일본어", "중급", 190_000, 3),
    ("중국어 발음", "중국어", "초급", 160_000, 4),
    ("스페인어 입문", "스페인어", "초급", 170_000, 5),
)


def build_school(path: Path, *, today: date) -> None:
    """Write the database; a rule makes the rows, so that no two counts are alike by chance."""
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_SCHEMA)
        students = [
            (n, f"학생{n}", "010", 1960 + n * n % 48, _CITIES[(n * n // 3 + n) % 7 % 4])
            for n in range(1, 201)
        ]
        db.executemany("INSERT INTO students VALUES (?, ?, ?, ?, ?)", students)
        db.executemany("INSERT INTO teachers VALUES (?, ?)", enumerate(_TEACHERS, 1))
        courses = [(n, *course) for n, course in enumerate(_COURSES, 1)]
        db.executemany("INSERT INTO courses VALUES (?, ?, ?, ?, ?, ?)", courses)
        for n in range(1, 1501):
            _enrol(db, n, today - timedelta(days=(n * n + n // 5) % 700))


def _enrol(db: sqlite3.Connection, n: int, day: date) -> None:
    """Write the enrolment with a number, and its two lessons."""
    course = (n * n // 7 + n // 3) % 11 % 7
    status = "환불" if n % 17 == 0 else "수강중" if n % 5 == 0 else "수료"
    paid = _COURSES[course][3] - 1000 * (n % 9)
    row = (n, 1 + n * n // 3 % 200, course + 1, day.isoformat(), paid, status)
    db.execute("INSERT INTO enrolments VALUES (?, ?, ?, ?, ?, ?)", row)
    for lesson in range(2):
        held = (day + timedelta(days=3 + lesson)).isoformat()
        present = int((n * 7 + lesson * 3 + course + 1) % 9 > 1)
        db.execute("INSERT INTO lessons VALUES (NULL, ?, ?, ?)", (n, held, present))
