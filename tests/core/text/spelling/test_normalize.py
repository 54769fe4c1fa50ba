import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.spelling.normalize import normalized

_CLEAN = "영업시간은 언제 되나요?"


@pytest.mark.parametrize(
    "typed",
    [
        unicodedata.normalize("NFD", _CLEAN),
        "영\u200b업시간\u2060은 언\u00ad제 되\ufeff나요?",
        "영업시간은\u3164언제\u00a0되나요?",
        "\ufeff영업시간은　언제 되나요？",
        "영업시간은 언제 되나요? 🙏🏽",
        "👋 영업시간은 언제 ❤️ 되나요?",
        "영업시간은 언제 되나요? :pray::skin-tone-2:",
        ":wave::skin-tone-3: 영업시간은 언제 되나요? :감사:",
        "영업시간은 언제 되나요? <a:party_blob:1234567>",
        "영 업 시 간 은  언 제  되 나 요?",
        "영.업.시.간.은 언제 되나요?",
        "영/업/시/간/은 언제 되나요?",
        "영 - 업 - 시 - 간 - 은 언제 되나요?",
        "영~~업~~시~~간~~은 언제 되나요?",
        "영업시간은 언제 언제 언제 언제 되나요?",
    ],
)
def test_the_same_question_is_the_same_text_however_it_was_typed(typed):
    assert normalized(typed) == _CLEAN


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("duddjqtlrks dkffuwntpdy", "영업시간 알려주세요"),
        ("ghksqnf qkdqjq", "환불 방법"),
        ("rkrur", "가격"),
        ("주차 djfak?", "주차 얼마?"),
        ("ㅔㅁㄴㄴ재ㄱㅇ", "password"),
        ("ㅑㅜㅍㅐㅑㅊㄷ 어디서 받나요", "invoice 어디서 받나요"),
    ],
)
def test_words_of_the_other_keyboard_layout_are_set_right(typed, meant):
    assert normalized(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "How do I sign up for the right plan?",
        "SMTP server 설정",
        "world eight island",
        "VPN sns dhl",
        "환불 ㅠㅠ ㅋㅋ",
        "ㅇㅋ ㄱㅅ",
        "10:30:20 예약",
        "월/화/수/목/금 영업",
        "토 · 일 · 월 · 화 휴무",
        "1000000원",
        "a. 하나\nb. 둘",
        "返品はどうすればいいですか?",
    ],
)
def test_what_is_no_mistake_stays(text):
    assert normalized(text) == text


def test_endless_repeats_are_cut():
    assert normalized("환불!!!!!!!!!! ㅋㅋㅋㅋㅋㅋㅋㅋ 좋아요오오오오") == "환불!! ㅋㅋ 좋아요오오"


def test_of_pictures_and_blanks_alone_nothing_is_left():
    assert normalized("👍🏻 :thumbsup: \u3164\u200b") == ""


@given(st.text())
def test_reading_again_changes_nothing(text):
    once = normalized(text)
    assert normalized(once) == once
