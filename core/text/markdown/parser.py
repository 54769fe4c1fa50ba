"""The Markdown parser: CommonMark with tables and strikethrough, as people write it in Korean."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

from core.text.markdown.measure import width


@cache
def parser() -> MarkdownIt:
    # Indented code is none here: a deep list that is cut in two would begin with it.
    made = MarkdownIt("commonmark", {"maxNesting": 20}).enable(["table", "strikethrough"])
    made.disable(["code", "html_block", "html_inline", "reference"])
    made.inline.ruler.at("emphasis", _emphasis)
    return made


def _emphasis(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's signature
    """Apply CommonMark's rule of emphasis, but allow Korean letters beside punctuation.

    `**배송비(3,000원)**는` is bold for everybody who writes it, and for no CommonMark parser:
    https://github.com/commonmark/commonmark-spec/issues/650
    """
    start, marker = state.pos, state.src[state.pos]
    if silent or marker not in "_*":
        return False
    scanned = state.scanDelims(start, marker == "*")
    can_open, can_close = scanned.can_open, scanned.can_close
    if marker == "*":
        before = state.src[start - 1 : start] if start else ""
        after = state.src[start + scanned.length : start + scanned.length + 1]
        can_open = can_open or (_is_wide_letter(before) and bool(after.strip()))
        can_close = can_close or (_is_wide_letter(after) and bool(before.strip()))
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        token = len(state.tokens) - 1
        state.delimiters.append(
            Delimiter(ord(marker), scanned.length, token, -1, can_open, can_close)
        )
    state.pos += scanned.length
    return True


def _is_wide_letter(character: str) -> bool:
    return character.isalpha() and width(character) == 2
