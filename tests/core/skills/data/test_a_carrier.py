"""A carrier's shipments, whose book has totals alone: groups and the rest are calculated."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.skills.data.answerer import DataAnswer
from core.skills.data.load import load_answerer

ROOM = Path(__file__).with_name("carrier")
BOOKS = {"ko": ROOM / "queries.toml", "en": ROOM / "queries.en.toml"}
TODAY = date(2026, 11, 29)
_SCHEMA = """
    CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT, industry TEXT, city TEXT);
    CREATE TABLE drivers (id INTEGER PRIMARY KEY, name TEXT, depot TEXT);
    CREATE TABLE vehicles (id INTEGER PRIMARY KEY, plate TEXT, kind TEXT);
    CREATE TABLE shipments (
        id INTEGER PRIMARY KEY, client_id INTEGER REFERENCES clients (id),
        driver_id INTEGER REFERENCES drivers (id), vehicle_id INTEGER REFERENCES vehicles (id),
        shipped_on TEXT, destination TEXT, weight_kg INTEGER, fee INTEGER, status TEXT
    );
"""
_ALL = (
    "shipments s JOIN clients c ON c.id = s.client_id JOIN drivers d ON d.id = s.driver_id"
    " JOIN vehicles v ON v.id = s.vehicle_id"
)
_OCTOBER = "s.shipped_on >= '2026-10-01' AND s.shipped_on < '2026-11-01'"
_SEPTEMBER = "s.shipped_on >= '2026-09-01' AND s.shipped_on < '2026-10-01'"
_THIS_YEAR = "s.shipped_on >= '2026-01-01' AND s.shipped_on < '2027-01-01'"
_NOVEMBER = "s.shipped_on >= '2026-11-01' AND s.shipped_on < '2026-12-01'"


def _sent(what, where="1", end=""):
    return f"SELECT {what} FROM {_ALL} WHERE {where} {end}"  # noqa: S608 - our own words


def _without(when):
    sent = _sent("client_id", when)
    return f"SELECT COUNT(*) FROM clients WHERE id NOT IN ({sent})"  # noqa: S608


_PER_DRIVER = _sent("ROUND(1.0 * COUNT(*) / COUNT(DISTINCT driver_id), 2)")
_LATE = _sent("ROUND(100.0 * SUM(status = '지연') / COUNT(*), 1)")
_MONTHS = " UNION ALL ".join(_sent("SUM(fee)", when) for when in (_SEPTEMBER, _OCTOBER))
ASKED = {
    "ko": {
        "지난달에 배송이 몇 건 나갔어?": _sent("COUNT(*)", _OCTOBER),
        "차종별 배송 건수 보여줘": _sent("kind, COUNT(*)", end="GROUP BY 1"),
        "지연된 배송이 전체의 몇 퍼센트야?": _LATE,
        "9월 대비 10월 운임이 얼마나 늘었어": _MONTHS,
        "이번 달에 한 번도 배송을 맡기지 않은 거래처 수": _without(_NOVEMBER),
        "기사 한 명당 평균 배송 건수는?": _PER_DRIVER,
        "평택센터 말고 다른 센터 배송 건수": _sent("COUNT(*)", "depot <> '평택센터'"),
        "냉동차로 나른 의약품 배송은 몇 건이지": _sent(
            "COUNT(*)", "kind = '냉동차' AND industry = '의약품'"
        ),
        "요일별 배송 건수를 많은 순으로": _sent(
            "substr('일월화수목금토', strftime('%w', shipped_on) + 1, 1), COUNT(*)",
            end="GROUP BY 1",
        ),
        "광주랑 대구 중에 어디로 배송이 더 많이 갔어?": _sent(
            "destination, COUNT(*)", "destination IN ('광주', '대구')", "GROUP BY 1"
        ),
        "연료비는 얼마 들었어": None,
    },
    "en": {
        "compare fees of September and October": _MONTHS,
        "average number of shipments per driver": _PER_DRIVER,
        "what share of shipments was late": _LATE,
        "shipments by month excluding 목포 in 2026": _sent(
            "strftime('%Y-%m', shipped_on), COUNT(*)",
            f"destination <> '목포' AND {_THIS_YEAR}",
            "GROUP BY 1",
        ),
        "how many clients had no shipments this month": _without(_NOVEMBER),
    },
}


@pytest.fixture(scope="module")
def carrier(tmp_path_factory):
    """Two years of shipments, which a rule makes."""
    path = tmp_path_factory.mktemp("carrier") / "carrier.sqlite3"
    industries, depots = ("식료품", "전자", "가구", "의약품"), ("평택센터", "이천센터", "대전센터")
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_SCHEMA)
        for n in range(1, 41):
            row = (n, f"거래처{n}", industries[n % 4], ("서울", "청주")[n % 2])
            db.execute("INSERT INTO clients VALUES (?, ?, ?, ?)", row)
        for n in range(1, 26):
            db.execute("INSERT INTO drivers VALUES (?, ?, ?)", (n, f"기사{n}", depots[n % 3]))
        for n in range(1, 19):
            kind = ("냉동차", "윙바디", "탑차")[n % 3]
            db.execute("INSERT INTO vehicles VALUES (?, ?, ?)", (n, f"{n}가 1234", kind))
        for n in range(1, 2001):
            day = (TODAY - timedelta(days=(n * n + n // 3) % 700)).isoformat()
            who = (1 + n * n % 37, 1 + (n * n // 5) % 24, 1 + (n * n // 7) % 18)
            town = ("부산", "광주", "대구", "강릉", "목포")[(n * 7 // 3) % 5]
            status = "지연" if n % 11 == 0 else "완료"
            row = (n, *who, day, town, 20 + n * 37 % 3900, 1000 * (3 + n % 88), status)
            db.execute("INSERT INTO shipments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    return path


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_book_of_totals_answers_what_is_calculated_from_them(
    carrier, analyzer, encoder, language
):
    known = load_answerer(
        f"sqlite:///{carrier}", BOOKS[language], terms=analyzer.terms, embed=encoder.embed
    )
    with closing(sqlite3.connect(carrier)) as db:
        for text, sql in ASKED[language].items():
            answer = known.answer(text, TODAY)
            assert isinstance(answer, DataAnswer) == (sql is not None), text
            if sql is None:
                continue
            expected = db.execute(sql).fetchall()
            shown = [row[-len(expected[0]) :] for row in answer.rows.rows]
            assert sorted(map(str, shown)) == sorted(map(str, expected)), text
