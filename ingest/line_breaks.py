"""Restoring of lost line breaks: at sentences, links, notes, bullets, labels and numbers.

Each finding is a gap of the text and how wide it should be; `structure` applies them. The patterns
were written against the 2,717 answers of a real help centre, by reading what they did to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

SPACE, LINE, PARAGRAPH = 1, 2, 3
STOP = ".?!》≫"
"""What a sentence or a link ends with."""

Break = tuple[int, int, int]
"""A gap and how wide it should be: start, end, `SPACE`, `LINE` or `PARAGRAPH`."""

_END = "[다요죠까오함음임됨것]"  # the syllables that Korean sentences end with
# How a next sentence starts: not with an extension (신청서입니다.pdf) or a quote that ends here.
_NEXT = (
    r"(?=[가-힣A-Z0-9\[(<‘“「]|[a-z](?![a-z0-9]{1,4}(?![A-Za-z0-9]))"
    r"|['\"](?!라[고는]|고\s|[을를와과이가은는로에의]\s|[\s,.)\]'\"]|$))"
)
# `예시) `, `ex1)`
_EXAMPLE = r"(?=(?:예시?|ex) ?\d?\))"

# (text without which the rule cannot apply, the gap to widen, how wide)
_RULES: tuple[tuple[str, re.Pattern[str], int], ...] = tuple(
    (trigger, re.compile(pattern), width)
    for trigger, pattern, width in (
        # Sentences that are glued together: 입니다.판매자 / 되나요?네, / 됩니다.)휴면
        (".", rf"(?<={_END}\.)(?P<gap>){_NEXT}", LINE),
        ("?", rf"(?<=[가-힣 ]\?)(?P<gap>){_NEXT}", LINE),
        ("!", rf"(?<=[가-힣]!)(?P<gap>){_NEXT}", LINE),
        (")", rf"(?<={_END}\.\))(?P<gap>)(?=[가-힣A-Z\[](?![가-힣]?\s))", LINE),
        # The mark at a link's end: 바로가기》. A pair《 》is a quotation.
        ("》", r"《[^《》\n]*》|》(?P<gap>\s*)(?=[^\s)\].,》])", LINE),
        ("≫", r"≫(?P<gap>\s*)(?=[^\s)\].,≫])", LINE),
        (">", r"(?:가기|보기)\s?>(?P<gap>\s*)(?=[가-힣※·\[])", LINE),
        # Notes
        ("※", r"(?<=[^\s(※])(?P<gap>\s*)(?=※)", LINE),
        ("※", r"(?<=[^\s(※])(?P<gap>\s*)(?=※ ?[^\s.:\[]{0,8} ?(?:참고|주의))", PARAGRAPH),
        ("※", r"※ ?(?:참고|주의)\.(?P<gap>)(?=[가-힣A-Za-z0-9'\"\[])", SPACE),
        ("!", r"(?<=[^\s(!])(?P<gap>\s*)(?=! ?(?:주의|중요|참고)[.:])", PARAGRAPH),
        ("!", r"(?<=[^\s(])! ?(?:주의|중요|참고)\.(?P<gap>)(?=[가-힣A-Za-z0-9'\"\[])", SPACE),
        ("☞", r"(?<=[^\s(])(?P<gap>\s*)(?=☞)", LINE),
        # Bullets. `이·미용` is a word, ` · 항목` and `.·항목` are bullets.
        ("·", r"(?<=[^\s·])(?P<gap>\s*)(?=· \S)", LINE),
        ("·", r"(?<=[.?!)》≫:])(?P<gap>\s*)(?=·[^\s·])", LINE),
        ("ㆍ", r"(?<=[^\sㆍ])(?P<gap>\s*)(?=ㆍ )", LINE),
        ("ㆍ", r"(?<=[.?!)》≫:])(?P<gap>\s*)(?=ㆍ[^\sㆍ])", LINE),
        ("•", r"(?<=[^\s•])(?P<gap>\s*)(?=• ?[^\s•])", LINE),
        ("■", r"(?<=[^\s■])(?P<gap>\s*)(?=■ ?[^\s■])", LINE),
        ("■", r"(?<=[^\s■])(?P<gap>\s*)(?=■ ?[^\n■]{1,80}\n\s*[^\s■])", PARAGRAPH),
        ("▶", r"(?<=[.?!)》≫\]:가-힣])(?P<gap>)(?=▶ )", LINE),
        ("▶", r"(?<=[.?!)》≫기])(?P<gap>\s+)(?=▶ ?\S)", LINE),
        ("▷", r"(?<=[.?!)》≫\]:가-힣])(?P<gap>)(?=▷ )", LINE),
        ("▷", r"(?<=[.?!)》≫기])(?P<gap>\s+)(?=▷ ?\S)", LINE),
        ("ㄴ", r"(?<=[^\sㄱ-ㅎ])(?P<gap>\s*)(?=ㄴ(?! ?[ㄱ-ㅎ]|[은을이의과]\s)[ \[가-힣A-Z])", LINE),
        ("└", r"(?<=\S)(?P<gap>\s*)(?=└)", LINE),
        ("-", r"(?<=[가-힣.?!)》≫\]:'\"’”%])(?P<gap>)(?=- \S)", LINE),
        ("-", r"(?<=[.?!》≫])(?P<gap>\s*)(?=- ?[가-힣A-Za-z\['\"‘(])", LINE),
        # `질병: 완화, 예방 - 병명: 감기`: a label with a colon begins an item.
        (
            "-",
            r"(?<=[가-힣)%])(?P<gap>\s+)(?=- ?[가-힣A-Za-z][가-힣A-Za-z ]{1,14} ?: ?\S)",
            LINE,
        ),
        ("*", r"(?<=[가-힣.?!)》≫\]])(?P<gap>)(?=\* [^\s\d(])", LINE),
        ("*", r"(?<=[.?!》≫])(?P<gap>\s+)(?=\* ?[가-힣A-Za-z\['\"])", LINE),
        # Labels: 예시) / Q. / A) / STEP 1 / Case 1. / 1단계 :
        (")", rf"(?<=[.?!)》≫\]:가-힣'\"’”%])(?P<gap>){_EXAMPLE}", LINE),
        (")", rf"(?<=[.?!)》≫:])(?P<gap>\s+){_EXAMPLE}", LINE),
        (")", r"(?:예시?|ex)\d?\)(?P<gap>)(?=[가-힣A-Za-z0-9'\"\[])", SPACE),
        ("Q", r"(?<=[^\sA-Za-z(&/■·-])(?P<gap>\s*)(?=Q\d{0,2}[.)] ?[가-힣\['\"A-Z])", PARAGRAPH),
        ("A", r"(?<=[?.!)])(?P<gap>\s*)(?=A\d{0,2}[.)] ?[가-힣\['\"0-9])", LINE),
        ("STEP", r"(?<=[.?!)》≫\]가-힣])(?P<gap>)(?=STEP ?\d)", LINE),
        ("", r"(?<=[.?!)》≫가-힣])(?P<gap>\s*)(?=(?i:step|case) ?\d{1,2}[.:)])", LINE),
        ("단계", r"(?<=[가-힣.)])(?P<gap>\s*)(?=[1-9]단계 ?:)", LINE),
    )
)

_NUMBER = re.compile(r"(?P<plain>\d{1,2})(?P<mark>[.)])|\((?P<round>\d{1,2})\)|(?P<ring>[①-⑳])")
# The text after a number that does not begin a list item: `①번`, `1)의`, `② ~ ⑥`, `1), 2)`.
_REFERENCE = re.compile(
    r"\s*(?:~\s*(?:[①-⑳]|\(?\d{1,2}[.)])|(?<![.\s])[,·+]"
    r"|(?:번|의|을|를|과|와|은|는|이|가|에|에서|으로|및)(?:\s|$))"
)
# The word before a number that begins no list item: `Case 1.`, `예시 2)`.
_LABEL = re.compile(r"(?:step|case|part|type|no\.?|ver\.?|예시?|ex|제|표|그림) ?$", re.IGNORECASE)
_HEADING = re.compile(r"\[[^\[\]\n>]{1,60}\]")
_LISTED = re.compile(r"[①※■·]|\d{1,2}[.)]|- ")
_TITLED = re.compile(r"[가-힣A-Z'\"‘0-9(\n-]|\[[^\[\]\n]{1,150}>")
# The text that makes a bracket part of its sentence: [판매관리]메뉴에서, [공통]의 …
_INFLECTED = re.compile(
    r"메뉴|버튼|탭|영역|항목|화면|페이지|하위|에서|에게|으로|클릭|보고서"
    r"|(?:[에을를의은는이가로과와도및외시내중]|또는)\s"
)


class _Number(NamedTuple):
    """A list number: the gap before it, and what it counts."""

    start: int
    end: int
    style: str
    value: int


def breaks(text: str, may_break: Callable[[int, int], bool]) -> Iterator[Break]:
    """Every place where a line may have been lost, in no particular order.

    `may_break(start, end)` says whether a gap is free to become a line: numbers in quotes, menu
    paths and parentheses do not count up with those outside.
    """
    for trigger, pattern, width in _RULES:
        if trigger in text:
            for match in pattern.finditer(text):
                if match.lastgroup:
                    yield *match.span(match.lastgroup), width
    yield from _numbers(text, may_break)
    yield from _headings(text)


def _numbers(text: str, may_break: Callable[[int, int], bool]) -> Iterator[Break]:
    """Yield the breaks before `1.`, `2)`, `(3)` that count up, unlike `3.5%` or `2024. 01.`."""
    counted = (_counted(text, match) for match in _NUMBER.finditer(text))
    found = [number for number in counted if number and may_break(number.start, number.end)]
    last_of = {(number.style, number.value): index for index, number in enumerate(found)}
    expected: dict[str, int] = {}
    for index, (start, end, style, value) in enumerate(found):
        left, glued = text[start - 1 : start], start == end
        placed = not left or "\n" in text[start:end] or left in STOP
        placed = placed or (left == ")" and glued and style != "()")
        begins = value == 1 and last_of.get((style, 2), -1) > index
        begins = begins and not (glued and left.isascii() and left.isalpha())  # C1)
        # `환불은 (1) 취소, (2) 반품을` is one sentence: such numbers need a place of their own.
        if placed or (style != "()" and (begins or expected.get(style) == value)):
            expected[style] = value + 1
            yield start, end, LINE


def _counted(text: str, match: re.Match[str]) -> _Number | None:
    """The number with the gap before it, if it may head an item where it stands."""
    end, after = match.start(), match.end()
    start = _gap_start(text, end)
    left, following = text[start - 1 : start], text[after : after + 1]
    spoken_of = left and left in "0123456789:/~(+,=[#&_-−–" + (">" if start < end else "QA■·")
    dated = left == "." and text[max(0, start - 2) : start - 1].isdigit()
    if spoken_of or dated or following in tuple(".,)") or _REFERENCE.match(text, after):
        return None
    if _LABEL.search(text, max(0, end - 6), end):
        return None
    if match["ring"]:
        return _Number(start, end, "①", ord(match["ring"]) - ord("①") + 1)
    if match["round"]:
        return _Number(start, end, "()", int(match["round"]))
    if match["mark"] == "." and not re.match(r"[\s가-힣\['\"‘“(<A-Z]", following):
        return None
    return _Number(start, end, match["mark"], int(match["plain"]))


def _headings(text: str) -> Iterator[Break]:
    """Around `[제목]` between two sentences; a bracket that a sentence goes on from stays in it."""
    for match in _HEADING.finditer(text):
        start, end = match.span()
        before = _gap_start(text, start)
        listed = _LISTED.match(text, end)
        apart = not before or text[before - 1] in STOP + ")" or "\n" in text[before:start]
        if not (apart or (listed and before == start)):
            continue
        if not (listed or _TITLED.match(text, end)) or _INFLECTED.match(text, end):
            continue
        if before:
            yield before, start, PARAGRAPH
        if not text[end].isspace():
            yield end, end, LINE


def _gap_start(text: str, end: int) -> int:
    """Return where the whitespace that ends at `end` begins."""
    while end and text[end - 1].isspace():
        end -= 1
    return end
