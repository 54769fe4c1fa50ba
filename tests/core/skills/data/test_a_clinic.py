"""A clinic's visits and bills, asked in Korean and English: a third schema, with fresh questions.

They were written after the books. When they were first asked, 16 of the 20 were answered rightly
and one wrongly: "the illness seen most" as an income. What the samples do not name is asked back
since then, of which one that was right by luck is a case, too. "Where do most patients come from"
was once answered with visits, and counts patients since 2026-12-01.
"""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.skills.data.answerer import DataAnswer
from core.skills.data.book import load_book
from core.skills.data.load import load_answerer

ROOM = Path(__file__).with_name("clinic")
BOOKS = {"ko": ROOM / "queries.toml", "en": ROOM / "queries.en.toml"}
TODAY = date(2026, 11, 30)
_SCHEMA = """
    CREATE TABLE patients (id INTEGER PRIMARY KEY, name TEXT, phone TEXT, district TEXT);
    CREATE TABLE doctors (id INTEGER PRIMARY KEY, name TEXT, department TEXT);
    CREATE TABLE visits (
        id INTEGER PRIMARY KEY, patient_id INTEGER REFERENCES patients (id),
        doctor_id INTEGER REFERENCES doctors (id), seen_on TEXT, diagnosis TEXT, came INTEGER
    );
    CREATE TABLE bills (
        id INTEGER PRIMARY KEY, visit_id INTEGER REFERENCES visits (id), won INTEGER
    );
"""
_DISTRICTS = ("강남구", "마포구", "송파구", "은평구")
_DOCTORS = (
    ("김유진", "내과"), ("이도현", "내과"), ("박소라", "소아과"), ("최민호", "피부과"),
    ("정하나", "정형외과"),
)  # fmt: skip
_DIAGNOSES = ("감기", "두통", "알레르기", "허리 통증", "장염", "습진")
_COUNT, _INCOME = "SELECT COUNT(*) FROM {visits} WHERE ", "SELECT SUM(b.won) FROM {bills} WHERE "
_LAST_MONTH = "v.seen_on >= '2026-10-01' AND v.seen_on < '2026-11-01'"
_THIS_MONTH = "v.seen_on >= '2026-11-01' AND v.seen_on < '2026-12-01'"
_THIS_YEAR = "v.seen_on >= '2026-01-01' AND v.seen_on < '2027-01-01'"
_LAST_YEAR = "v.seen_on >= '2025-01-01' AND v.seen_on < '2026-01-01'"
_MARCH = "v.seen_on >= '2025-03-01' AND v.seen_on < '2025-04-01'"
_MISSED = "SELECT ROUND(100.0 * SUM(v.came = 0) / COUNT(*), 1) FROM {visits} WHERE "
_PATIENTS = "SELECT COUNT(DISTINCT p.id) FROM {visits} WHERE "
_AVERAGE = "SELECT ROUND(AVG(b.won)) FROM {bills} WHERE "
_WEEKDAY = "substr('일월화수목금토', strftime('%w', v.seen_on) + 1, 1) || '요일'"


def _top(by, what, among, where="1", order="DESC", most=1):
    groups = f"SELECT {by}, {what} FROM {among} WHERE {where}"  # noqa: S608 - our own words
    return f"{groups} GROUP BY 1 ORDER BY 2 {order} LIMIT {most}"


_VISITS, _BILLS, _SEEN = "COUNT(*)", "SUM(b.won)", "COUNT(DISTINCT p.id)"
ASKED = {
    "ko": {
        "지난달 내과 진료는 몇 건이었지?": f"{_COUNT}{_LAST_MONTH} AND d.department = '내과'",
        "올해 제일 많이 본 질환이 뭐야": _top("v.diagnosis", _VISITS, "{visits}", _THIS_YEAR),
        "소아과 수입 알려줘": f"{_INCOME}d.department = '소아과'",
        "마포구에서 온 환자는 몇 명이야": f"{_PATIENTS}p.district = '마포구'",
        "작년에 진료비를 가장 많이 번 과는 어디야": _top(
            "d.department", _BILLS, "{bills}", _LAST_YEAR
        ),
        "이번 달 노쇼 비율 좀": f"{_MISSED}{_THIS_MONTH}",
        "박소라 선생님 평균 진료비는 얼마쯤 돼": f"{_AVERAGE}d.name = '박소라'",
        "감기 환자가 제일 적은 지역": _top(
            "p.district", _SEEN, "{visits}", "v.diagnosis = '감기'", "ASC"
        ),
        "요일별로 방문이 얼마나 되나요": _top(_WEEKDAY, _VISITS, "{visits}", most=7),
        "2025년 3월에 정형외과 매출은?": f"{_INCOME}{_MARCH} AND d.department = '정형외과'",
    },
    "en": {
        "how many visits did 피부과 have last month": (
            f"{_COUNT}{_LAST_MONTH} AND d.department = '피부과'"
        ),
        "which doctor saw the most people this year": _top(
            "d.name", _VISITS, "{visits}", _THIS_YEAR
        ),
        "what did we earn in March 2025": f"{_INCOME}{_MARCH}",
        "average bill last year": f"{_AVERAGE}{_LAST_YEAR}",
        "least common illness": _top("v.diagnosis", _VISITS, "{visits}", order="ASC"),
        "top 3 districts by income": _top("p.district", _BILLS, "{bills}", most=3),
        "no-show rate this month": f"{_MISSED}{_THIS_MONTH}",
        "how many patients came this year": f"{_PATIENTS}{_THIS_YEAR}",
        "revenue per month this year": _top(
            "strftime('%Y-%m', v.seen_on)", _BILLS, "{bills}", _THIS_YEAR, most=12
        ),
        "where do most of our patients come from": _top("p.district", _SEEN, "{visits}"),
    },
}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """Two years of visits, which a rule makes."""
    path = tmp_path_factory.mktemp("clinic") / "clinic.sqlite3"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_SCHEMA)
        for n in range(1, 121):
            row = (n, f"환자{n}", "010", _DISTRICTS[(n * n) % 7 % 4])
            db.execute("INSERT INTO patients VALUES (?, ?, ?, ?)", row)
        db.executemany(
            "INSERT INTO doctors VALUES (?, ?, ?)", [(n, *one) for n, one in enumerate(_DOCTORS, 1)]
        )
        for n in range(1, 2001):
            day = (TODAY - timedelta(days=(n * n + n // 3) % 720)).isoformat()
            who = (1 + (n * n // 5) % 120, 1 + (n * n // 7) % 5)
            row = (n, *who, day, _DIAGNOSES[(n * n // 11 + n) % 6], int(n % 13 != 0))
            db.execute("INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?)", row)
            db.execute("INSERT INTO bills VALUES (?, ?, ?)", (n, n, 8000 + (n * 37) % 52000))
    return path


def test_fresh_questions_to_a_clinic_are_answered_rightly_and_none_wrongly(
    clinic, analyzer, encoder
):
    right, wrong = [], []
    with closing(sqlite3.connect(clinic)) as db:
        for language, asked in ASKED.items():
            book = BOOKS[language]
            url = f"sqlite:///{clinic}"
            known = load_answerer(url, book, terms=analyzer.terms, embed=encoder.embed)
            for text, sql in asked.items():
                rows = db.execute(sql.format(**load_book(book).parts)).fetchall()
                answer = known.answer(text, TODAY)
                if isinstance(answer, DataAnswer):
                    found = sorted(map(str, answer.rows.rows[: len(rows)]))
                    (right if found == sorted(map(str, rows)) else wrong).append(text)
    assert len(right) >= 15, wrong
    assert not wrong
