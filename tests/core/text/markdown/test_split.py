"""Markdown cut where it can be shown."""

import re
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.text.markdown.split import settled, split

BITS = st.sampled_from(
    [
        "문장입니다. ",
        "배송은 3일 걸려요. ",
        "word ",
        "\n",
        "\n\n",
        "```py\n",
        "```\n",
        "~~~\n",
        "> ",
        "- ",
        "1. ",
        "  ",
        "|가|나|\n",
        "|---|---|\n",
        "| 1 | 2 |\n",
        "[도움말](https://help.naver.com/a)",
        "[1]",
        "**굵게**",
        "*",
        "`코드`",
        "`",
        "\\",
        "&amp;",
        "👨‍👩‍👧",
        "🇰🇷",
        "각",
        "가나다라마바사아자차카타파하" * 3,
    ]
)
TEXTS = st.lists(st.one_of(BITS, st.text(max_size=4)), max_size=60).map("".join)
LIMITS = st.integers(40, 200)


def utf16(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@settings(deadline=None)
@given(TEXTS, LIMITS)
def test_every_piece_fits(text, limit):
    """By whatever counts the characters."""
    assert all(utf16(piece) <= limit for piece in split(text, limit, length=utf16))
    assert all(piece.strip() for piece in split(text, limit))


@settings(deadline=None)
@given(TEXTS, LIMITS, st.integers(0, 2000))
def test_what_is_full_stays_as_it_is(text, limit, cut):
    """A text that grows changes its last piece alone."""
    before, after = split(text[:cut], limit), split(text, limit)
    assert before[:-1] == after[: len(before) - 1 if before else 0]


@settings(deadline=None)
@given(TEXTS.filter(lambda text: "|" not in text), LIMITS)
@example("```py\n" + "가나다 라마바\n" * 30 + "```\n끝", 60)
def test_nothing_is_lost(text, limit):
    """What was there is there, in order, and nothing else but fences."""
    together = "\n".join(split(text, limit))
    kept, parts = re.sub(r"[\s`~>]", "", text), re.sub(r"[\s`~>]", "", together)
    infos = re.sub("py", "", parts)
    assert infos == re.sub("py", "", kept)


@settings(deadline=None)
@given(TEXTS, LIMITS)
@example("```py\n" + "가나다라마바사아자차카타파하" * 3, 40)
def test_rows_and_words_of_tables_are_not_lost(text, limit):
    """Every line's words are somewhere, however often a header is repeated.

    A fence that is opened again names its language again: that line is the fence's, not the text's.
    """
    fence = re.compile(r"(?m)^[ >]*(?:`{3,}|~{3,})[^\n`]*$")
    together = re.sub(r"[\s`~>]", "", "".join(fence.sub("", one) for one in split(text, limit)))
    for word in re.findall(r"[가-힣]{3,}", text):
        assert word in together


def test_a_paragraph_is_preferred_then_a_line_then_a_sentence():
    assert split("가" * 30 + "\n\n" + "나" * 10 + ". " + "다" * 20, 50) == [
        "가" * 30,
        "나" * 10 + ". " + "다" * 20,
    ]
    assert split("가" * 30 + "\n" + "나" * 30, 50) == ["가" * 30, "나" * 30]
    assert split("배송은 사흘 걸려요. 반품은 이레 걸립니다. 끝", 22) == [
        "배송은 사흘 걸려요.",
        "반품은 이레 걸립니다. 끝",
    ]
    assert split("가나다 라마바사아자", 8) == ["가나다", "라마바사아자"]


def test_a_fence_is_closed_and_opened_again():
    text = "앞\n\n```py title\n" + "print(1)\n" * 20 + "```\n뒤"
    pieces = split(text, 100)
    assert len(pieces) > 2
    for piece in pieces:
        assert piece.count("```") == 2
    assert all(piece.startswith("```py title\n") for piece in pieces[1:])
    assert sum(piece.count("print(1)") for piece in pieces) == 20


def test_a_fence_in_a_quote_stays_in_the_quote():
    pieces = split("> ~~~\n" + "> 코드\n" * 20 + "> ~~~\n", 50)
    assert all(piece.startswith("> ~~~\n") for piece in pieces)
    assert all(piece.rstrip().endswith("\n> ~~~") for piece in pieces)


def test_a_table_that_goes_on_repeats_its_header():
    pieces = split("|이름|값|\n|---|---|\n" + "|가|1|\n" * 30, 80)
    assert len(pieces) > 2
    assert all(piece.startswith("|이름|값|\n|---|---|\n|가|1|") for piece in pieces)
    assert sum(piece.count("|가|1|") for piece in pieces) == 30


def test_a_table_is_not_cut_off_from_its_header():
    pieces = split("가" * 40 + "\n|이름|값|\n|---|---|\n|가|1|\n|나|2|\n", 60)
    assert pieces[0] == "가" * 40


@pytest.mark.parametrize(
    "whole",
    [
        "👨‍👩‍👧",
        "🇰🇷",
        "👍🏽",
        "e\u0301",
        "\u1112\u1161\u11ab",
        "[도움말](https://a.kr)",
        "&amp;",
        "\\*",
    ],
)
def test_what_is_one_is_not_cut(whole):
    for before in range(36, 42):
        pieces = split("가" * before + whole + "나" * 30, 41)
        assert any(whole in piece for piece in pieces)


def test_what_cannot_fit_is_an_error():
    with pytest.raises(ValueError, match="nothing fits"):
        split("가나다", 0)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("안녕하세요", "안녕하세요"),
        ("배송비는 **무", "배송비는 **무**"),
        ("배송비는 **", "배송비는 "),
        ("배송비는 **무료**", "배송비는 **무료**"),
        ("*기울", "*기울*"),
        ("~~취소", "~~취소~~"),
        ("**굵게 *둘", "**굵게 *둘***"),
        ("3 * 4", "3 * 4"),
        ("2*3", "2*3"),
        ("snake_case", "snake_case"),
        ("답입니다. [1", "답입니다. "),
        ("답입니다. [1] 다음", "답입니다. [1] 다음"),
        ("[도움말](https://help", ""),
        ("보기 <https://he", "보기 "),
        ("보기 https://help.naver.com/a", "보기 "),
        ("보기 https://help.naver.com/a 에서", "보기 https://help.naver.com/a 에서"),
        ("`코", "`코`"),
        ("``코", "``코``"),
        ("A &am", "A "),
        ("가\n- ", "가\n"),
        ("가\n2", "가\n"),
        ("# ", ""),
        ("가\n---", "가\n"),
        ("가\n| 이름 ", "가\n"),
        ("| 이름 |\n|--", ""),
        ("| 이름 |\n|---|\n", "| 이름 |\n|---|\n"),
        ("| 이름 |\n|---|\n| 가", "| 이름 |\n|---|\n"),
        ("| 이름 |\n|---|\n| 가 |\n", "| 이름 |\n|---|\n| 가 |\n"),
        ("```py", ""),
        ("```py\n", ""),
        ("```py\nprint(", "```py\nprint(\n```"),
        ("```py\na = 'https://ev", "```py\na = '\n```"),
        ("```py\nprint()\n``", "```py\nprint()\n```"),
        ("```py\nprint()\n```\n", "```py\nprint()\n```\n"),
        ("> ```\n> 코드", "> ```\n> 코드\n> ```"),
    ],
)
def test_what_is_half_written_is_held_back_or_closed(text, shown):
    assert settled(text) == shown


@given(TEXTS)
def test_without_closing_it_is_a_beginning(text):
    assert text.startswith(settled(text, close=False))


def test_a_long_answer_takes_little_time():
    text = ("**배송비**는 [1]입니다. `코드` 와 https://help.naver.com 을 보세요.\n" * 400)[:12000]
    begun = process_time()
    settled(text + "[도움")
    split(text, 3000)
    assert process_time() - begun < 0.25
