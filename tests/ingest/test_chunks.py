"""Long answers in pieces that lose nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunks import chunks
from ingest.clean import clean
from ingest.layout import readable
from ingest.sources.load import load

_TEXTS = st.lists(
    st.sampled_from(
        [
            "배송은",
            "무료입니다.",
            "[판매 > 주문 관리]",
            "[a",
            "]",
            "가" * 30,
            " ",
            "\n",
            "\n\n",
            "  \n ",
        ]
    )
).map("".join)


def _solid(text):
    return "".join(text.split())


def test_a_short_text_is_one_chunk_and_a_blank_one_none():
    """Nothing is cut that fits."""
    assert chunks(" 배송은 무료입니다.\n\n확인하세요.\n") == ["배송은 무료입니다.\n\n확인하세요."]
    assert chunks(" \n ") == []


def test_the_coarsest_boundary_that_helps_is_taken():
    """Paragraphs before lines, lines before sentences, sentences before words."""
    assert chunks("가.\n나.\n\n다.\n라마.", limit=9) == ["가.\n나.", "다.\n라마."]
    assert chunks("가. 나.\n다. 라마.", limit=9) == ["가. 나.", "다. 라마."]
    assert chunks("가 나. 다 라마.", limit=8) == ["가 나.", "다 라마."]
    assert chunks("가나 다라 마바", limit=5) == ["가나 다라", "마바"]


def test_a_menu_path_is_never_cut():
    """Neither at its spaces nor where words are glued to it, unless it is too long itself."""
    path = "[판매 관리 > 주문 확인. 발송]"
    for text in (f"먼저 {path} 메뉴", f"가나다라마바사{path}아자차카타파하"):
        assert any(path in chunk for chunk in chunks(text, limit=20))
    assert chunks("[가나 다라]", limit=4) == ["[가나", "다라]"]


def test_a_run_without_spaces_is_cut_hard():
    """There is nothing else to be done with it."""
    assert chunks("가" * 25, limit=10) == ["가" * 10, "가" * 10, "가" * 5]


def test_a_limit_of_nothing_is_an_error():
    """A caller's mistake is said, not looped on."""
    with pytest.raises(ValueError, match="at least one character"):
        chunks("가", limit=0)


@given(_TEXTS, st.integers(1, 60))
def test_no_chunk_is_too_long_and_nothing_is_lost(text, limit):
    """Whatever the text and the limit."""
    pieces = chunks(text, limit=limit)
    assert _solid("".join(pieces)) == _solid(text)
    assert all(piece == piece.strip() and 0 < len(piece) <= limit for piece in pieces)


def test_the_real_answers_are_cut_between_lines(shared):
    """All text, within the limit, menu paths whole, and sentences too as far as they fit."""
    for row in load(shared / "data" / "final_result.pkl").rows:
        text = readable(clean(row).text)
        pieces = chunks(text)
        assert _solid("".join(pieces)) == _solid(text)
        assert all(len(piece) <= 900 for piece in pieces)
        paths = re.findall(r"\[[^\[\]\n]{1,200}\]", text)
        assert sum(piece.count(path) for path in set(paths) for piece in pieces) == sum(
            text.count(path) for path in set(paths)
        )
