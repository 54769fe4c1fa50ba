"""Growing Markdown: the part of it that may be shown already."""

from __future__ import annotations

import re
from typing import Final

from core.text.markdown.lines import BLANK, Line, fence_of, lines_of

_BLOCK_START = re.compile(r"[ \t]*+(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t])")
_TAIL_CHARS: Final = 600  # how far back something half-written is looked for
_MARKER_ONLY = re.compile(r"[ \t>]*+(?:[-*+]|\d{1,9}[.)]?|#{1,6})?[ \t]*$")
_UNDERLINE = re.compile(r"[ \t>]*+(?:-[- \t]*|=[= \t]*|[*_][*_ \t]*|[`~]+[ \t]*)$")
_HALF = re.compile(
    r"[*_~`]+\Z"  # a delimiter run that may still grow
    r"|!?\[[^\]\n]*(?:\](?:\([^)\n]*)?)?\Z"  # a citation or a link
    r"|\](?:\([^)\s]*)?\Z"
    r"|<[^\s<>가-힣]*\Z"  # an autolink, a mention
    r"|(?:https?:?|www\.|[a-z][a-z0-9+.\-]*:/)[^\s가-힣]*\Z"
    r"|@\w*\Z|&#?\w{0,10}\Z|\\\Z",
    re.IGNORECASE,
)
_HALF_IN_CODE = re.compile(
    r"(?:https?:?|www\.|[a-z][a-z0-9+.\-]*:/)[^\s가-힣]*\Z|<[^\s<>가-힣]*\Z|@\w*\Z|&#?\w{0,10}\Z"
    r"|\](?:\([^)\s]*)?\Z",  # links are cleaned in code, too
    re.IGNORECASE,
)
_CODE = re.compile(r"`+")
_EMPHASIS = re.compile(r"\\.|\*+|_+|~~", re.DOTALL)


def settled(text: str, *, close: bool = True) -> str:
    """Return what may be shown of Markdown that grows.

    Nothing that the rest may turn into another thing.

    Half-written links, citations, addresses, tables, markers and delimiters are held back; what is
    open, a code fence, a code span, emphasis, is closed at the end, so that it is shown as what it
    will be. Without `close` the result is a beginning of the text.
    """
    lines = lines_of(text)
    last = lines[-1]
    if last.fence:
        return _settled_fence(text, last, close=close)
    shown = _without_half_lines(text, lines)
    lines = [line for line in lines if line.start <= len(shown)]
    leaf = lines[_leaf(shown, lines)].start
    end = len(shown)
    for _ in range(_TAIL_CHARS):
        first = max(leaf, end - _TAIL_CHARS)
        half = _HALF.search(shown, first, end)
        if not half:
            break
        end = half.start()
    shown = shown[:end]
    if _MARKER_ONLY.match(shown[shown.rfind("\n") + 1 :]):
        shown = shown[: shown.rfind("\n") + 1]
    if not close or len(shown) <= leaf:
        return shown
    closers = _open(shown[leaf:])
    return shown.rstrip() + closers if closers else shown


def _settled_fence(text: str, last: Line, *, close: bool) -> str:
    fence = last.fence
    assert fence  # noqa: S101 - for the type checker
    written = text[last.start :]
    bare = written.strip(" \t>")
    shown = text if bare.strip(fence.mark[0]) or not bare else text[: last.start]
    if half := _HALF_IN_CODE.search(shown, max(last.start, len(shown) - _TAIL_CHARS)):
        shown = shown[: half.start()]
    if shown.count("\n", fence.start) <= 1 and shown.endswith("\n"):
        return text[: fence.start]
    return shown.removesuffix("\n") + fence.closing if close else shown


def _without_half_lines(text: str, lines: list[Line]) -> str:
    """Return the text without its last one or two lines if their kind is not known yet."""
    last = lines[-1]
    written = text[last.start :]
    if last.header and written:
        return text[: last.start]
    if len(lines) > 1 and not last.header:
        before = lines[-2]
        above = text[before.start : last.start - 1]
        undecided = "|" in above and not (before.header or before.fence)
        if undecided and not written.strip(" \t>:|-"):
            return text[: before.start]
    if "|" in written or fence_of(written, last.start) or _UNDERLINE.match(written):
        return text[: last.start]
    return text[: last.start] if _MARKER_ONLY.match(written) else text


def _leaf(text: str, lines: list[Line]) -> int:
    """Return the first line of the last paragraph, with which open markup ends."""
    for number in range(len(lines) - 1, 0, -1):
        line, before = lines[number], lines[number - 1]
        above = text[before.start : line.start - 1]
        if before.fence or line.header or BLANK.match(above):
            return number
        if above.lstrip(" \t>").startswith("#") or _BLOCK_START.match(text, line.start):
            return number
    return 0


def _open(leaf: str) -> str:
    """Return what closes the emphasis and the code span that a paragraph leaves open."""
    plain, code = _outside_code(leaf)
    if code:
        return code + _open_emphasis(plain)
    return _open_emphasis(plain)


def _outside_code(leaf: str) -> tuple[str, str]:
    """Return the paragraph with code blanked out, and the run that closes an open code span."""
    runs = [
        match for match in _CODE.finditer(leaf) if leaf[match.start() - 1 : match.start()] != "\\"
    ]
    later: dict[str, list[int]] = {}  # the places of each run, the nearest last
    for number in range(len(runs) - 1, -1, -1):
        later.setdefault(runs[number][0], []).append(number)
    parts: list[str] = []
    place = number = 0
    while number < len(runs):
        run = runs[number]
        same = later[run[0]]
        while same and same[-1] <= number:
            same.pop()
        closing = same.pop() if same else None
        parts.append(leaf[place : run.start()])
        if closing is None:
            if number == len(runs) - 1 and leaf[run.end() :].strip():
                return "".join(parts) + "x", run[0]
            parts.append("x")
            place = run.end()
            number += 1
            continue
        parts.append("x")
        place = runs[closing].end()
        number = closing + 1
    return "".join(parts) + leaf[place:], ""


def _open_emphasis(leaf: str) -> str:
    """Return the delimiters of open emphasis, innermost first."""
    stack: list[str] = []
    for match in _EMPHASIS.finditer(leaf):
        run = match[0]
        if run.startswith("\\"):
            continue
        before = leaf[max(match.start() - 1, 0) : match.start()]
        after = leaf[match.end() : match.end() + 1]
        inside_word = before.isalnum() and (run[0] == "_" or run == "*")
        if before.strip() and stack and not (run[0] == "_" and after.isalnum()):
            run = _closed(stack, run)
        if run and after.strip() and not inside_word:
            stack += [run] if len(run) <= 2 else [run[:-2], run[-2:]]
    return "".join(reversed(stack))


def _closed(stack: list[str], run: str) -> str:
    """Return what is left of a run after it has closed what it can."""
    while run and stack and run.startswith(stack[-1][:1]) and len(run) >= len(stack[-1]):
        run = run[len(stack.pop()) :]
    return run
