"""Markdown as Slack shows it."""

import re

import pytest
from fakes.rendering import TEXTS, strangest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bots.slack.render.mrkdwn import clipped, mrkdwn, plain, stream_markdown
from core.text.markdown.measure import cost, utf16
from core.text.markdown.split import settled
from core.text.safety.sanitize import Cleaner

CLEANER = Cleaner(["naver.com"], instead="(링크 생략)")
Z = "\u200b"
# An address goes on to the next white space, so Hangul behind it may be a part of it.
GLUED = re.compile(r"(?:[/\\]{2}|www\.|[a-z]+:)[^ \n]*[가-힣]", re.IGNORECASE)


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**굵게** *기울임* ~~취소~~ `코드`", "*굵게* _기울임_ ~취소~ `코드`"),
        ("**배송비**는 3,000원", f"*배송비*{Z}는 3,000원"),
        ("총**배송비**는", f"총{Z}*배송비*{Z}는"),
        ("**배송비(3,000원)**는", f"*배송비(3,000원)*{Z}는"),
        ('이것은**"인용"**입니다', f'이것은{Z}*"인용"*{Z}입니다'),
        ("**굵게 *둘 다* 굵게**", "*굵게 _둘 다_ 굵게*"),
        ("**첫 줄\n둘째 줄**", "*첫 줄*\n*둘째 줄*"),
        ("\\*별표\\* 1~3일 snake_case", "∗별표∗ 1~3일 snake_case"),
        ("3 * 4 = 12", "3 * 4 = 12"),
        ("A & B &amp; C < D > E", "A &amp; B &amp; C &lt; D &gt; E"),
        ("# 제목 **굵게**\n본문", "*제목 굵게*\n본문"),
        ("- 가\n  - 나\n    - 다\n- 라", "• 가\n  ◦ 나\n    ▪︎ 다\n• 라"),
        ("**순서**\n1. 가\n2. 나\n\n끝", "*순서*\n1. 가\n2. 나\n\n끝"),
        ("3. 가\n   - 나\n4. 다", "3. 가\n   ◦ 나\n4. 다"),
        ("> 인용\n> 둘째\n\n뒤", "> 인용\n> 둘째\n\n뒤"),
        ("가  \n나", "가\n나"),
        ("```py\na < b\n```", "```\na &lt; b\n```"),
        (
            "[도움말](https://help.naver.com/a?b=1&c=2)",
            "<https://help.naver.com/a?b=1&amp;c=2|도움말>",
        ),
        ("[여기](https://evil.example/)를", "여기를"),
        ("https://naver.com/x에서", "<https://naver.com/x>에서"),
        ("<https://naver.com/x>", "<https://naver.com/x>"),
        ("![그림](https://naver.com/x.png)", "<https://naver.com/x.png|그림>"),
        ("<b>굵게</b>", "&lt;b&gt;굵게&lt;/b&gt;"),
        ("답입니다. [1][2]", "답입니다. [1][2]"),
        ("[판매관리 > 반품 관리] 메뉴", "[판매관리 &gt; 반품 관리] 메뉴"),
        (
            "| 이름 | 값 |\n|---|---|\n| 가나다 | 1 |\n| a | 22 |",
            "```\n이름   │ 값\n───────┼───\n가나다 │ 1\na      │ 22\n```",
        ),
        ("    들여 쓴 문장", "들여 쓴 문장"),
    ],
)
def test_constructs(markdown, shown):
    assert mrkdwn(markdown, CLEANER) == shown


def test_a_table_that_is_too_wide_becomes_a_list():
    """And so does one with links, which no code block shows."""
    wide = f"| 이름 | 설명 |\n|---|---|\n| 배송 | {'긴 설명 ' * 20}|\n"
    assert mrkdwn(wide, CLEANER) == f"• 배송\n  ◦ 설명: {('긴 설명 ' * 20).strip()}"
    linked = "| 이름 | 곳 |\n|---|---|\n| 배송 | [여기](https://naver.com/a) |\n"
    assert mrkdwn(linked, CLEANER) == "• 배송\n  ◦ 곳: <https://naver.com/a|여기>"


def active_mentions(shown):
    return re.findall(r"<[!@#][^>]*>|@(?:everyone|here|channel)", shown, re.IGNORECASE)


def hosts(shown):
    return re.findall(r"https?://([^/\s<>|)\]}\"?]*)", shown, re.IGNORECASE)


@given(TEXTS)
def test_nothing_harmful_is_active(text):
    """No mention is live, every link goes to an allowed host, and every `<` is ours."""
    shown = mrkdwn(text, CLEANER)
    assert not active_mentions(shown)
    assert all(re.fullmatch(r"(?:.*\.)?naver\.com", host) for host in hosts(shown))
    assert all(link.startswith("<https://") for link in re.findall(r"<[^>]*>?", shown))
    assert not re.search(r"&(?!(?:amp|lt|gt);)", shown)
    assert not active_mentions(plain(text, CLEANER, 3900))


@given(TEXTS)
def test_nothing_harmful_is_active_in_a_stream(text):
    """Nor after Slack has resolved entities and escapes."""
    shown = stream_markdown(text, CLEANER)
    assert not active_mentions(re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", shown))


@given(TEXTS, st.integers(0, 400))
@example("```py\n[도움말](https://naver.com/x)", 12)
def test_a_stream_only_grows(text, cut):
    """What is shown of a beginning is a beginning of what is shown of the whole.

    The core has cleaned a text by then; what it has left out cannot be known from a beginning.
    """
    text = CLEANER.clean(text)
    before = stream_markdown(settled(text[:cut], close=False), CLEANER)
    assert stream_markdown(text, CLEANER).startswith(before)


def test_what_stands_behind_a_fence_and_is_no_language_is_shown():
    assert mrkdwn("```가나다", CLEANER) == "```\n가나다\n```"
    assert mrkdwn("```python\nx\n```", CLEANER) == "```\nx\n```"


@given(TEXTS)
@example("```가나다")
@example("~~~py 가나다\n라")
def test_no_word_is_lost(text):
    """Of Hangul, which is neither markup nor a part of an address."""
    text = re.sub(r"\[여기\]|네이버|\(링크 생략\)|그림", "", text)
    if "|" in text or GLUED.search(text):
        return
    shown = re.sub(r"[^가-힣]|링크|생략", "", mrkdwn(text, CLEANER))
    assert shown == re.sub(r"[^가-힣]", "", text)


@given(TEXTS)
def test_the_cost_is_seldom_exceeded(text):
    """Styles over many lines excepted, for which the pages have a way out."""
    shown = mrkdwn(text, CLEANER)
    assert utf16(shown) <= cost(text) + 12 * text.count("\n")


@settings(deadline=None)
@given(TEXTS)
def test_the_cost_never_shrinks(text):
    sizes = [cost(text[:end]) for end in range(len(text) + 1)]
    assert sizes == sorted(sizes)


def test_text_is_cut_between_entities():
    assert clipped("가&amp;나&amp;다", 9) == "가&amp;나…"
    assert clipped("가나다", 3) == "가나다"


def test_the_real_answers_cost_what_they_come_to(shared):
    for text in strangest(shared):
        assert utf16(mrkdwn(text, CLEANER)) <= cost(text)
