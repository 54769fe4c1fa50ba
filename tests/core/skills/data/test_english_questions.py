"""The example shop in English: questions are answered as their SQL does, in English words."""

from datetime import date

import pytest

from core.skills.data.answerer import DataAnswer, Unsure
from core.skills.data.load import EXAMPLE_BOOKS, load_answerer
from core.skills.data.periods import find_period
from core.skills.data.shop import build_shop

TODAY = date(2026, 11, 30)
DONE = """
    FROM order_items i JOIN orders o ON o.id = i.order_id JOIN products p ON p.id = i.product_id
    JOIN customers c ON c.id = o.customer_id WHERE o.status = 'delivered'
"""
REVENUE = f"SELECT SUM(i.quantity * i.unit_price) {DONE}"
BUYERS = f"SELECT COUNT(DISTINCT o.customer_id) {DONE}"
YEAR = "AND o.ordered_at >= '2026-01-01'"
SEPTEMBER = "AND o.ordered_at >= '2026-09-01' AND o.ordered_at < '2026-10-01'"
ORDERS = f"SELECT COUNT(DISTINCT o.id) {DONE}"


@pytest.fixture(scope="module")
def english(tmp_path_factory, analyzer, encoder):
    path = tmp_path_factory.mktemp("shop") / "shop.sqlite3"
    build_shop(path, last_day=date(2026, 11, 29), language="en")
    url = f"sqlite:///{path}"
    book = EXAMPLE_BOOKS["en"]
    return load_answerer(url, book, terms=analyzer.terms, embed=encoder.embed)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "How much revenue did we make in October?",
            f"{REVENUE} AND o.ordered_at >= '2026-10-01' AND o.ordered_at < '2026-11-01'",
        ),
        ("How many orders were placed on the website?", f"{ORDERS} AND o.channel = 'web'"),
        (
            "How many orders were cancelled last week?",
            "SELECT COUNT(*) FROM orders WHERE status = 'cancelled' AND ordered_at >= '2026-11-23'",
        ),
        ("revenue in busan", f"{REVENUE} AND c.city = 'Busan'"),
        (
            "How many women bought something since June?",
            f"{BUYERS} AND c.gender = 'F' AND o.ordered_at >= '2026-06-01'",
        ),
        ("what's the price of jeans?", "SELECT name, price FROM products WHERE name = 'jeans'"),
        (
            "Which five products sold best this year?",
            f"SELECT p.name, SUM(i.quantity) {DONE} {YEAR} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5",
        ),
        (
            "Which city had the fewest orders in September 2026?",
            f"SELECT c.city, COUNT(DISTINCT o.id) {DONE} {SEPTEMBER} GROUP BY 1 ORDER BY 2, 1",
        ),
    ],
)
def test_an_english_question_is_answered_as_its_sql_does(english, question, sql):
    answer = english.answer(question, TODAY)
    assert isinstance(answer, DataAnswer)
    assert answer.rows.rows == english.run(sql).rows
    assert answer.text.replace("·", "").isascii()


def test_a_question_is_changed_by_other_words(english):
    """Another span of days or another group takes the place of what was said before."""
    assert english.changes("and in September?", TODAY)
    answer = english.answer_changed("revenue in October", ["by city"], TODAY)
    assert len(answer.rows.rows) == 8
    assert "by city" in answer.text


def test_who_spends_most_is_told_of_customers_and_a_share_of_nothing_that_has_one(english):
    """The sample that is meant says what it is of; returning customers are no share of payments."""
    assert english.answer("five biggest spenders", TODAY).rows.columns[0] == "customer"
    assert isinstance(english.answer("what share of payments is by card", TODAY), Unsure)


def test_what_no_sample_speaks_of_is_left_alone(english):
    answer = english.answer("What is the wifi password of the office?", TODAY)
    assert isinstance(answer, Unsure)
    assert answer.is_foreign


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("yesterday", (2026, 11, 29), (2026, 11, 30)),
        ("in the last three months", (2026, 8, 30), (2026, 12, 1)),
        ("in Q3", (2026, 7, 1), (2026, 10, 1)),
        ("in the second quarter of last year", (2025, 4, 1), (2025, 7, 1)),
        ("in the first half of 2025", (2025, 1, 1), (2025, 7, 1)),
        ("from March to May", (2026, 3, 1), (2026, 6, 1)),
        ("last December", (2025, 12, 1), (2026, 1, 1)),
        ("on November 3", (2026, 11, 3), (2026, 11, 4)),
        ("on the 3rd of November 2025", (2025, 11, 3), (2025, 11, 4)),
        ("since October", (2026, 10, 1), (2026, 12, 1)),
        ("last year", (2025, 1, 1), (2026, 1, 1)),
        ("this quarter", (2026, 10, 1), (2027, 1, 1)),
    ],
)
def test_spans_of_days_are_read_in_english(said, start, end):
    period, _, _ = find_period(f"orders {said}", TODAY)
    assert (period.start, period.end) == (date(*start), date(*end))


@pytest.mark.parametrize("said", ["you may ask", "a decade ago", "a secondary market"])
def test_words_that_look_like_a_month_are_none(said):
    assert find_period(said, TODAY) is None
