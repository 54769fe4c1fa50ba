"""Personal data is found by its form, and nothing else is touched."""

import json
from pathlib import Path

import pytest

from core.text.safety.check_digits import is_business, is_card, is_resident
from core.text.safety.personal_data import detect, find, mask, mask_private
from core.text.safety.personal_data_kinds import PersonalDataKind

# Sentences as people write them to a shop's bot, each with its pieces of personal data. Half have
# none, but numbers that look like some: orders, parcels, dates, prices.
LABELLED = [
    json.loads(line)
    for line in Path(__file__).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("row", LABELLED, ids=lambda row: row["text"])
def test_every_piece_is_found_with_its_kind_and_nothing_else(row):
    pieces = detect(row["text"])
    assert [[piece.kind, piece.text] for piece in pieces] == row["pieces"]
    assert all(row["text"][piece.start : piece.end] == piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("check", "valid"),
    [(is_resident, "9001011234568"), (is_business, "1248100998"), (is_card, "4111111111111111")],
)
def test_a_check_digit_tells_a_slip_of_one_digit(check, valid):
    assert check(valid)
    slips = [f"{valid[:-1]}{digit}" for digit in "0123456789" if digit != valid[-1]]
    assert not any(map(check, slips))


def test_an_answer_keeps_addresses_to_turn_to_and_nobody_s_own():
    text = "02-6371-8890 또는 help@shop.example, 담당자 010-7312-4409, 국민은행 12345678901234"
    assert mask_private(text) == (
        "02-6371-8890 또는 help@shop.example, 담당자 ***-****-****, 국민은행 **************"
    )


def test_a_kind_can_be_kept():
    assert mask("a@b.kr 010-7312-4409", keep={PersonalDataKind.MOBILE}) == "*@*.** 010-7312-4409"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("제 번호는 010-2345-6789예요", "제 번호는 ***-****-****예요"),
        ("01023456789로 전화 주세요", "***********로 전화 주세요"),
        ("+82 10 2345 6789", "+** ** **** ****"),
        ("+82-10-2345-6789", "+**-**-****-****"),
        ("02) 345-6789", "**) ***-****"),
        ("(031) 345-6789", "(***) ***-****"),
        ("070.1234.5678", "***.****.****"),
        ("메일은 gil.dong+1@shop.co.kr입니다", "메일은 ***.****+*@****.**.**입니다"),
        ("주민번호 900101-1234567", "주민번호 ******-*******"),
        ("9001011234568", "*************"),
        ("사업자 123-45-67890", "사업자 ***-**-*****"),
        ("카드 1234-5678-9012-3456", "카드 ****-****-****-****"),
        ("110-234-567890 으로 보내요", "***-***-****** 으로 보내요"),
        ("국민은행 12345678901234", "국민은행 **************"),
        ("<@U012ABC> 님, <@!1234567890> 님", "<@*******> 님, <@!**********> 님"),
    ],
)
def test_what_names_a_person_is_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "정산은 2026-11-29에 됩니다",
        "고객센터 1588-3819, 080-123-4567",
        "수수료는 3.63%, 1,234,567원",
        "주문번호 2026112912345678",
        "2026.11.29 ~ 2026.12.05",
        "상품 100-20 개",
        "@판매자 님께",
        "버전 1.2.3-4",
    ],
)
def test_dates_prices_and_company_numbers_stay(text):
    assert mask(text) == text
    assert not find(text)


def test_what_the_faq_itself_publishes_stays():
    """A company's own address is no secret, somebody else's in the same text is."""
    public = find("문의는 help@shop.example 로 보내 주세요")
    assert mask("help@shop.example 또는 me@home.example", public=public) == (
        "help@shop.example 또는 **@****.*******"
    )


def test_masking_twice_changes_nothing_more():
    once = mask("010-2345-6789, gil@shop.example")
    assert mask(once) == once


@pytest.mark.parametrize(
    "digest",
    [
        "7f0f3010cf30ecdab2cd8aa86aac8f07476409564b8f8afc78aae7",
        "942373fc0c3b96948765ec98b8fa469339565825045b11cebb66546eabade18",
    ],
)
def test_the_digits_in_a_hash_are_nobody_s_number(digest):
    assert mask(f"sha256 {digest}") == f"sha256 {digest}"
    assert mask("mobile07476 409564") == "mobile***** ******"
