"""The layout of an entry: its text as sections, and sections as Markdown.

The text is what ingest made readable: one sentence, step or bullet a line, paragraphs parted by an
empty line. What is added are Markdown markers, whitespace and backslashes; nothing is taken away
but the bullet characters that a Markdown list marker stands in for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

_HEADING_MAX_CHARS = 60
_PROSE_CHARS = 150
_NOTE_LABEL_CHARS = 12
_WRAPPED_CHARS = 60  # a longer line may have been broken where its page ended
_PIECE_CHARS = 300  # smaller pieces of a long section read like a shredded list

_BLANK = re.compile(r"\n[ \t]*\n")
_NOTE = re.compile(r"※|! ?(?:주의|중요|참고)")
_ITEM = re.compile(
    r"(?P<number>\d{1,2}[.)])(?![\d.)])"
    r"|(?P<ring>[①-⑳]|\(\d{1,2}\))"
    r"|(?P<bullet>[·•ㆍ●○▪])"
    r"|(?P<dash>[-*](?=[\s가-힣\['\"(]))"
)
_COUNTING = (".", ")")
_STEP = re.compile(r"(?:step|case) ?\d|\d단계", re.IGNORECASE)
_ASKED = re.compile(r"Q\d{0,2}[.)]")
_TITLED = re.compile(r"\[[^\[\]>]+\]|<[^<>]+>|【[^【】]+】|■.*")
_NOT_TITLE_START = re.compile(r"[※!☞→└ㄴ=(▶▷'\"]|예시?\d?\)|A\d{0,2}[.)]")
_SENTENCE_END = re.compile(r"(?:[.!:;,…》≫>]|[다까죠]|세요|어요|아요|해요|돼요|네요)$")

_NEXT_SENTENCE = re.compile(r"(?<=[다요]\.) +(?![^()]*\))")

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
# Signs that a renderer would take for markup: emphasis (an underscore inside a word is none), code,
# strikethrough, links, HTML, and a backslash that would vanish.
_INLINE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|[*`]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~|(?<=\])\("
    r"|<(?=[A-Za-z/!?@#])(?!https?://)"
)
_LINE_START = re.compile(r"^(?=#{1,6}\s|>|\+\s|-{3,}|=+$)")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (or "") with its blocks of lines, and notes beside what they follow."""

    heading: str
    blocks: tuple[tuple[str, ...], ...]
    continued: bool = False  # a further piece of a section, whose heading need not be repeated
    marked_up: bool = False  # its lines are Markdown already

    @property
    def lines(self) -> list[str]:
        """Return the lines below the heading, in order."""
        return [line for block in self.blocks for line in block]

    @property
    def text(self) -> str:
        """Return the heading and the lines as they are in the source."""
        return "\n".join([self.heading, *self.lines]).strip()


def sections(text: str) -> list[Section]:
    """Split a text: each paragraph up to the first heading, then each heading with its lines."""
    found: list[tuple[str, list[list[str]]]] = []
    for block, following in _blocks(text):
        fresh = True
        for line, after in zip(block, [*block[1:], following], strict=True):
            if _is_heading(line, after):
                found.append((line, []))
                fresh = True
                continue
            note = bool(_NOTE.match(line))
            if not found or (fresh and not (note or _kind(line) or found[-1][0])):
                found.append(("", []))
            blocks = found[-1][1]
            if fresh or note or not blocks or _counts_on(line, blocks):
                blocks.append([])
            blocks[-1].append(line)
            fresh = False
    return [Section(heading, tuple(map(tuple, blocks))) for heading, blocks in found]


def split(section: Section, limit: int) -> list[Section]:
    """Cut a section of more than `limit` characters at its outermost items, under one heading."""
    if len(section.text) <= limit:
        return [section]
    kinds = [kind for line in section.lines if (kind := _kind(line))]
    outermost = kinds[0] if kinds else ""
    pieces: list[list[list[str]]] = [[]]
    size = 0
    for block in section.blocks:
        fresh_block = True
        for line in block:
            begins = fresh_block or (not section.marked_up and _kind(line) == outermost)
            apart = begins and not _NOTE.match(block[0])
            if apart and size >= _PIECE_CHARS:
                pieces.append([])
                size = 0
            if fresh_block or not pieces[-1]:
                pieces[-1].append([])
            pieces[-1][-1].append(line)
            size += len(line)
            fresh_block = False
    return [
        replace(section, blocks=tuple(map(tuple, blocks)), continued=number > 0)
        for number, blocks in enumerate(pieces)
    ]


def announces(line: str) -> bool:
    """Return whether a line says nothing without those below it: "※ 참고.", "Documents:"."""
    return line.rstrip("*_ ").endswith((":", "：")) or (
        len(line) <= _NOTE_LABEL_CHARS and bool(_NOTE.match(line))
    )


def markdown(parts: Sequence[Section]) -> str:
    """Lay sections out: bold headings, lists, quoted notes; pieces share one heading."""
    paragraphs: list[str] = []
    shown = ""
    for part in parts:
        blocks = ["\n".join(b) if part.marked_up else _block(b) for b in part.blocks]
        if part.heading and not (part.continued and part.heading == shown):
            heading = f"**{escaped(part.heading)}**"
            if blocks and not (part.marked_up or blocks[0].startswith(">")):
                joint = "\n" if blocks[0].startswith(("- ", "1. ", "1) ")) else "  \n"
                blocks[0] = f"{heading}{joint}{blocks[0]}"
            else:
                blocks.insert(0, heading)
        shown = part.heading
        paragraphs += blocks
    return "\n\n".join(paragraphs)


def escaped(text: str) -> str:
    """Return a line with a backslash before what a Markdown renderer would read as markup."""
    return _LINE_START.sub(r"\\", _INLINE.sub(r"\\\g<0>", text))


def tidy(title: str) -> str:
    """Return a title without invisible characters, and with single spaces."""
    return " ".join(_INVISIBLE.sub("", title).split())


def _blocks(text: str) -> Iterator[tuple[list[str], str]]:
    """Yield each paragraph's lines with the first line of the next paragraph."""
    blocks = [
        [line.strip() for line in block.split("\n") if line.strip()] for block in _BLANK.split(text)
    ]
    blocks = [block for block in blocks if block]
    for block, following in zip(blocks, [*blocks[1:], [""]], strict=False):
        yield block, following[0]


def _counts_on(line: str, blocks: Sequence[Sequence[str]]) -> bool:
    """Return whether a line under a note is a step of the list that the note interrupts."""
    kind, note = _kind(line), blocks[-1]
    if not _NOTE.match(note[0]):
        return False
    if _STEP.match(line):
        return True
    if kind not in _COUNTING or any(_kind(noted) == kind for noted in note):
        return False
    counted = [above for block in blocks for above in block if _kind(above) == kind]
    if counted and _number(line) == _number(counted[-1]) + 1:
        return True
    # "※ 참고." alone is followed by its list; a note that is a sentence is over.
    return _number(line) == 1 and len(note) == 1 and len(note[0]) > _NOTE_LABEL_CHARS


def _number(line: str) -> int:
    return int(re.split(r"[.)]", line, maxsplit=1)[0])


def _is_heading(line: str, after: str) -> bool:
    """Return whether a line is a heading: short and no sentence, or an answered question."""
    if after and _ASKED.match(line):
        return True
    if not after or len(line) > _HEADING_MAX_CHARS or _NOT_TITLE_START.match(line):
        return False
    if _TITLED.fullmatch(line):
        listed = line[0] == after[0] and line[0] in "■<["
        return not listed and not _SENTENCE_END.search(line.rstrip("]>"))
    kind = _kind(line)
    if line.endswith("?"):
        return kind in ("", *_COUNTING) and not after.endswith("?")
    return not kind and not _SENTENCE_END.search(line) and bool(_kind(after))


def _kind(line: str) -> str:
    """Return the marker that heads a line: `.` or `)` of a number, ring, bullet, dash or none."""
    return _item(line)[0]


def _block(lines: Sequence[str]) -> str:
    laid_out = _listed(lines)
    if not _NOTE.match(lines[0]):
        return laid_out
    return "\n".join(f"> {line}" if line else ">" for line in laid_out.split("\n"))


def _listed(lines: Sequence[str]) -> str:
    """Return lines as nested lists; a marker that first appears later is nested deeper."""
    open_lists: list[tuple[str, int]] = []  # kind of marker, columns that what is inside moves in
    out = ""
    items = [_item(line) for line in lines]
    kinds_of_lines = [kind for kind, _, _ in items]
    for index, (kind, marker, rest) in enumerate(items):
        if open_lists and not kind and _ends_list(lines, kinds_of_lines, index):
            out += "\n\n" + _broken(rest, "")
            open_lists.clear()
            continue
        # A list that starts at another number than 1 cannot interrupt a paragraph, and plain lines
        # flow together without a hard break (https://spec.commonmark.org/0.31.2/#lists).
        stuck = kind in _COUNTING and not open_lists and marker[:-1] != "1"
        if out:
            out += "\n\n" if stuck else "\n" if kind else "  \n"
        if kind:
            kinds = [known for known, _ in open_lists]
            del open_lists[kinds.index(kind) if kind in kinds else len(kinds) :]
        indent = " " * sum(columns for _, columns in open_lists)
        out += indent + (f"{marker} {rest}" if kind else _broken(rest, indent))
        if kind:
            open_lists.append((kind, len(marker) + 1))
    return out


def _ends_list(lines: Sequence[str], kinds: Sequence[str], index: int) -> bool:
    """Return whether the plain line at `index` is no part of the last item of the list above it.

    It is one where the list goes on below, where items have lines of their own, or where they are
    sentences, which a next one explains.
    """
    first = next(number for number, kind in enumerate(kinds) if kind)
    listed = lines[first:index]
    return (
        len(listed) > 1
        and "" not in kinds[first:index]
        and kinds[first] not in kinds[index:]
        and not lines[index].startswith("(")
        and not lines[index][:1].islower()
        and all(len(one) < _WRAPPED_CHARS and not _SENTENCE_END.search(one) for one in listed)
    )


def _broken(line: str, indent: str) -> str:
    """Return a long line of prose with one sentence a line."""
    return _NEXT_SENTENCE.sub(f"  \n{indent}", line) if len(line) > _PROSE_CHARS else line


def _item(line: str) -> tuple[str, str, str]:
    """Return a line's kind, its Markdown marker and its escaped rest; plain lines have no kind."""
    match = _ITEM.match(line)
    if not match:
        return "", "", escaped(line)
    kind, rest = match.lastgroup or "", line[match.end() :].strip()
    if kind == "number":  # 1. and 1) count different lists
        return match[0][-1], match[0], escaped(rest)
    if kind == "ring":  # no Markdown list counts like this: the sign stays, as a bullet's text
        return kind, "-", f"{match[0]} {escaped(rest)}"
    return kind, "-", escaped(rest)
