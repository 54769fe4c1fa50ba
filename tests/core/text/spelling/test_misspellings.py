"""Words of a FAQ that are spelt as they sound, or with a slip."""

import pytest

from core.text.spelling.faq_words import FaqWords

TITLES = [
    "체크인은 언제부터 되나요?",
    "조식 메뉴에 김치찌개가 있나요?",
    "객실 변경 수수료",
    "멤버십 포인트는 어디에 쓰나요?",
    "예약 결제 수단",
]


@pytest.fixture(scope="module")
def write(analyzer):
    words = FaqWords.of(TITLES, analyzer.kiwi)
    return lambda text: words.written(text, analyzer)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("채크인 언재부터 돼요", "체크인 언제부터 돼요"),
        ("조식언재", "조식언제"),
        ("맴버쉽 포인트", "맴버쉽 포인트"),  # two letters are wrong
        ("맴버십 포인트", "멤버십 포인트"),
        ("예약결재", "예약결제"),
        ("수슈료 얼마", "수수료 얼마"),
    ],
)
def test_a_misspelt_word_is_written_as_the_faq_does(write, typed, written):
    assert write(typed) == written


@pytest.mark.parametrize(
    "text",
    [
        "체크인은 언제부터 되나요?",
        "수술료가 얼마예요",  # a word of its own
        "메모를 남기고 싶어요",
        "check in 언제",
        "ㅋㅋㅋㅋ",
        "",
    ],
)
def test_what_is_no_word_of_the_faq_stays(write, text):
    assert write(text) == text
