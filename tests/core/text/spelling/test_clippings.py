"""Words as people clip them, learnt from the titles of a FAQ."""

import pytest

from core.text.spelling.clippings import clippings, spelt_out

TITLES = [
    "예약변경은 어떻게 하나요?",
    "예약 변경 수수료가 있나요?",
    "배송조회가 안 돼요",
    "배송 조회는 어디서 하나요?",
    "회원가입 방법",
    "전자책 뷰어",
]


def read(texts, analyzer):
    return zip(texts, analyzer.kiwi.tokenize(texts), strict=True)


@pytest.fixture(scope="module")
def spell(analyzer):
    known = clippings(read(TITLES, analyzer), analyzer.kiwi)
    kiwi = analyzer.kiwi
    return lambda text: spelt_out(text, kiwi.tokenize(text), known, kiwi)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("예변 어떻게 해요", "예약변경 어떻게 해요"),
        ("예변은 얼마예요?", "예약변경은 얼마예요?"),
        ("배조 되나요", "배송조회 되나요"),
    ],
)
def test_a_clipped_word_is_written_in_full(spell, typed, read):
    assert spell(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "예약변경 수수료",
        "회가 먹고 싶어요",  # 회원가입 stands there only once, and 회 is a word
        "전뷰 되나요",  # chance: once
        "배로 조금 늦게 가요",
        "배조림 만드는 법",  # goes on as another word
        "",
    ],
)
def test_what_is_no_clipped_word_stays(spell, typed):
    assert spell(typed) == typed


def test_a_word_of_its_own_is_never_taken_for_a_clipped_one(analyzer):
    titles = ["전자 화폐 안내", "전자화폐 충전"]
    assert "전화" not in clippings(read(titles, analyzer), analyzer.kiwi)
