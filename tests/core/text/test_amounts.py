"""Amounts, times and dates in one form, however they are written."""

import pytest

from core.text.amounts import KnownAmounts, amounts


def same(one, other):
    ((first,), (second,)) = (amounts(one), amounts(other))
    assert (first in KnownAmounts(other)) is (second in KnownAmounts(one))
    return first in KnownAmounts(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2시간", "120분"),
        ("두 시간", "2 hours"),
        ("보름", "15일"),
        ("일주일", "7일"),
        ("24시간", "하루"),
        ("12개월", "1년"),
        ("two weeks", "14 days"),
        ("3만원", "30,000원"),
        ("천 원", "1,000원"),
        ("오후 3시", "15:00"),
        ("3시", "오후 3시"),
        ("9시 반", "9:30"),
        ("noon", "12:00"),
        ("6 pm", "18:00"),
        ("11월 28일", "28 November"),
        ("11/28", "2026-11-28"),
        ("March 15th", "3월 15일"),
        ("다섯 권", "5권"),
    ],
)
def test_what_is_written_in_two_ways_is_one_amount(one, other):
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2시간", "2시"),
        ("오전 3시", "15:00"),
        ("11월 28일", "12월 28일"),
        ("3개", "3명"),
        ("1개월", "31일"),
        ("3만원", "3천원"),
    ],
)
def test_what_is_another_amount_is_told_apart(one, other):
    assert not same(one, other)


def test_a_range_of_days_and_a_decimal_are_no_date():
    assert [(one.value, one.unit) for one in amounts("2-3일 걸려요")] == [(2, ""), (3, "일")]
    assert [(one.value, one.unit) for one in amounts("3.5kg")] == [(3.5, "kg")]


def test_a_year_is_no_length_of_time():
    (year,), (length,) = amounts("2026년"), amounts("3년")
    assert year.minutes is None
    assert length.minutes == 3 * 365 * 24 * 60


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        ("7일 안에", "2주 안에", True),  # both limit what happens within them
        ("7일 안에", "3분이면", False),
        ("7일 안에", "2주 뒤에", False),
        ("7일", "8일", True),
        ("오후 3시", "5시", True),
        ("3개", "3명", False),
    ],
)
def test_amounts_differ_if_they_are_of_one_kind(one, other, differs):
    (said,) = amounts(one)
    assert KnownAmounts(other).has_other(said) is differs


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("월 9,900원", "month"),
        ("연 191,040원", "year"),
        ("매월 9,900원", "month"),
        ("연간으로 결제하시면 스탠다드는 95,040원", "year"),
        ("시간당 2,000원", "hour"),
        ("하루 최대 10,000원", "day"),
        ("12,000원/월", "month"),
        ("$5 a month", "month"),
        ("$12 per user per month", "month"),
        ("an annual fee of $100", "year"),
        ("$500 for 2 years", "2 year"),
        ("11월 9,900원", ""),
        ("월요일 3,000원", ""),
        ("배송비는 3,000원", ""),
    ],
)
def test_an_amount_knows_the_time_for_which_it_counts(text, per):
    assert next(one.per for one in amounts(text) if one.unit in "원$") == per


def test_a_price_a_month_is_no_other_than_a_price_a_year():
    assert not KnownAmounts("월 9,900원").has_other(*amounts("연 99,000원"))
    assert KnownAmounts("월 9,900원").has_other(*amounts("월 12,000원"))
    assert KnownAmounts("9,900원").has_other(*amounts("월 12,000원"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1만 5천 원", [(15_000, "원")]),
        ("3억 2천만 원", [(320_000_000, "원")]),
        ("10만 5,500원", [(105_500, "원")]),
        ("2만 원, 5천 원", [(20_000, "원"), (5_000, "원")]),
        ("three to five business days", [(3, "일"), (5, "일")]),
        ("절반", [(50, "%")]),
        ("half price", [(50, "%")]),
        ("half an hour", []),
    ],
)
def test_numbers_in_parts_and_ranges_in_words(text, found):
    assert [(one.value, one.unit) for one in amounts(text)] == found
