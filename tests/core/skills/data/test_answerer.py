"""A question becomes words, a table, a chart and a file; or the nearest samples to choose from."""

import csv
import io
from datetime import date

import pytest

from core.errors import ConfigError
from core.skills.data.answerer import DataAnswer, Unsure
from core.skills.data.book import load_book
from core.skills.data.database import Rows
from core.skills.data.load import EXAMPLE_BOOKS
from core.skills.data.periods import find_period


def test_a_ranking_is_said_in_words_with_its_table_chart_and_sql(answerer, today):
    answer = answerer.answer("지난달에 20대가 가장 많이 산 상품은?", today)
    assert isinstance(answer, DataAnswer)
    product, count = answer.rows.rows[0]
    assert answer.text.startswith("2026년 10월 · 20대 기준, ")
    assert f"{product} ({count:,}개)" in answer.text
    assert answer.chart().startswith(b"\x89PNG")
    assert "BETWEEN 20 AND 20 + 9" in answer.sql
    assert "2026-10-01" in answer.sql


def test_a_single_value_has_no_chart_and_a_series_keeps_its_order(answerer, today):
    assert answerer.answer("작년 총매출은 얼마였어?", today).chart() is None
    answer = answerer.answer("올해 월별 매출 추이", today)
    months = [row[0] for row in answer.rows.rows]
    assert months == sorted(months)
    assert len(months) == 11
    assert answer.chart().startswith(b"\x89PNG")


def test_the_file_opens_in_a_spreadsheet_and_holds_no_formula(answerer, today):
    answer = answerer.answer("도시별 매출", today)
    rows = [*csv.reader(io.StringIO(answer.csv().decode("utf-8-sig")))]
    assert rows[0] == ["도시", "매출"]
    assert len(rows) == len(answer.rows.rows) + 1
    evil = DataAnswer("", Rows(("a",), (("=1+1",), ("-5",), (-5,))), "", "", series=False)
    assert evil.csv().decode("utf-8-sig").splitlines() == ["a", "'=1+1", "'-5", "-5"]


def test_a_condition_counts_no_row_twice(answerer, today):
    """Customers who bought something are counted once, however often they bought it."""
    bought = answerer.answer("블록세트를 산 회원은 몇 명이야?", today)
    everyone = answerer.answer("회원 수", today)
    assert bought.rows.rows[0][0] <= everyone.rows.rows[0][0]


def test_a_status_takes_the_place_of_the_default(answerer, today):
    """Sales are of what was delivered, unless the question names another status."""
    cancelled = answerer.answer("취소 주문은 몇 건이야?", today)
    returned = answerer.answer("환불 건수", today)
    delivered = answerer.answer("주문이 몇 건이야?", today)
    assert "취소" in cancelled.text
    assert delivered.rows.rows[0][0] > cancelled.rows.rows[0][0] > returned.rows.rows[0][0] > 0


def test_names_of_people_are_masked(answerer, today):
    answer = answerer.answer("돈을 가장 많이 쓴 고객은 누구야?", today)
    assert all(row[0].endswith("**") and len(row[0]) == 3 for row in answer.rows.rows)


@pytest.mark.parametrize(
    "question",
    [
        "오늘 날씨 어때?",
        "10월에 한 번이라도 산 사람 수",  # no share, though a sample of one is near
        "올해 임대료가 얼마야?",
        "배송은 며칠 걸려?",
        "할인을 가장 많이 받은 고객은?",
        "환율이 제일 높은 도시",
        "올해 상품은 몇 가지야?",
        "평점이 4점 이상이야?",
        "여성 매출 비중을 성별로 보여줘",
        "",
        "?",
    ],
)
def test_what_it_is_not_sure_of_gets_the_nearest_samples_and_no_number(answerer, today, question):
    """So does what a superlative is said of and no sample names, and a blank without a place."""
    answer = answerer.answer(question, today)
    assert isinstance(answer, Unsure)
    assert 1 <= len(answer.questions) <= 4


@pytest.mark.parametrize(
    ("question", "columns"),
    [
        ("취소가 잦은 결제 수단은 뭐예요", ("결제수단", "주문")),
        ("식품 안에서 판매량 상위 세 개만 뽑아줘", ("상품", "수량")),
        ("연령대별 매출 표로 줘", ("연령대", "매출")),
    ],
)
def test_what_is_ranked_is_named_beside_a_question_word_and_fillers(
    answerer, today, question, columns
):
    assert tuple(answerer.answer(question, today).rows.columns) == columns


def test_an_offered_question_is_answered(answerer, today):
    """A button asks one of the samples' own questions."""
    for question in answerer.answer("오늘 날씨 어때?", today).questions:
        assert isinstance(answerer.answer(question, today), DataAnswer)


def test_no_rows_are_said_as_such(answerer, today):
    answer = answerer.answer("2031년 매출은 얼마야?", today)
    assert "데이터가 없어요" in answer.text


def test_quotes_in_a_question_reach_no_query(answerer, today):
    answer = answerer.answer("'; DROP TABLE orders; -- 매출은 얼마야?", today)
    assert isinstance(answer, Unsure) or "DROP" not in answer.sql


def test_every_sample_is_answered_as_it_is_written(answerer, today):
    """A button says these very words, and must not be asked back again."""
    book = load_book(EXAMPLE_BOOKS["ko"])
    for sample in book.samples:
        for question in sample.questions:
            assert isinstance(answerer.answer(question, today), DataAnswer), question


@pytest.mark.parametrize(
    "text",
    ["직원 수가 몇 명이야", "직원 평균 나이", "여자 고객 평균 구매 금액"],
)
def test_a_count_or_an_average_that_no_sample_knows_is_asked_back(answerer, today, text):
    assert isinstance(answerer.answer(text, today), Unsure)


def test_a_book_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "queries.toml"
    path.write_text("tables = [", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"queries\.toml"):
        load_book(path)


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("오늘", "2026-11-29", "2026-11-30"),
        ("어제 매출", "2026-11-28", "2026-11-29"),
        ("그저께", "2026-11-27", "2026-11-28"),
        ("이번 주", "2026-11-23", "2026-11-30"),
        ("지난주", "2026-11-16", "2026-11-23"),
        ("이번달", "2026-11-01", "2026-12-01"),
        ("저번 달", "2026-10-01", "2026-11-01"),
        ("지지난달", "2026-09-01", "2026-10-01"),
        ("지지난주", "2026-11-09", "2026-11-16"),
        ("작년", "2025-01-01", "2026-01-01"),
        ("재작년", "2024-01-01", "2025-01-01"),
        ("올해 3월", "2026-03-01", "2026-04-01"),
        ("작년 12월", "2025-12-01", "2026-01-01"),
        ("12월", "2025-12-01", "2026-01-01"),
        ("2025년 2월", "2025-02-01", "2025-03-01"),
        ("25년 2분기", "2025-04-01", "2025-07-01"),
        ("하반기", "2026-07-01", "2027-01-01"),
        ("작년 상반기", "2025-01-01", "2025-07-01"),
        ("3월부터 5월까지", "2026-03-01", "2026-06-01"),
        ("10월 한 달 동안", "2026-10-01", "2026-11-01"),
        ("최근 7일", "2026-11-23", "2026-11-30"),
        ("지난 3개월간", "2026-08-29", "2026-11-30"),
        ("최근 두 달", "2026-09-29", "2026-11-30"),
        ("지난 분기", "2026-07-01", "2026-10-01"),
        ("2026-05-05", "2026-05-05", "2026-05-06"),
        ("5월 5일", "2026-05-05", "2026-05-06"),
        ("12월 25일", "2025-12-25", "2025-12-26"),
    ],
)
def test_spans_of_days_are_read_as_people_say_them(today, said, start, end):
    period, *_ = find_period(said, today)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    "said",
    [
        "월별 매출",
        "후기가 많이 달린 상품",
        "13월",
        "2월 30일",
        "5분기",
        "최근 9999999999년",
    ],
)
def test_what_only_looks_like_a_span_is_none(today, said):
    assert find_period(said, today) is None


def test_the_end_of_a_month_is_kept_when_months_are_counted_back():
    period, *_ = find_period("최근 1개월", date(2026, 3, 31))
    assert period.start == date(2026, 2, 28)
