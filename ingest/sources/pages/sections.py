"""A page in Markdown becomes entries: its headings are their titles.

Where headings are questions, each is an entry. Else an article of a folder is one entry under its
title, and a single file is cut at its widest headings. `Q.` and `A.` lines, and tables with a
column of questions and one of answers, are read as what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from ingest.sources.markup import clean_markdown
from ingest.sources.pages.asked import (
    QuestionBlock,
    asked_lines,
    is_question,
    plain_questions,
    without_mark,
)
from ingest.sources.pages.outline import PageSection, plain_heading, sections_of
from ingest.sources.pages.unheaded import with_question_headings
from ingest.sources.rows import Collector, Columns
from ingest.sources.tables.columns import ColumnMap, find_header
from ingest.sources.tables.contents import head_by_contents
from ingest.sources.tables.headers import header
from ingest.sources.tables.lines import TableLine
from ingest.sources.tables.table import add_table

_ROW: Final = re.compile(r"^\s*\|(.+)\|\s*$")
_RULE: Final = re.compile(r"^\s*\|\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_ASKED_ROW: Final = re.compile(
    r"^\|[ \t]*\**(Q|A|질문|답변|문|답)[ \t]*\d{0,3}[.:]?\**[ \t]*\|([^|\n]*)\|[ \t]*"
    r"(?:\n\|(?:[ \t]*:?-+:?[ \t]*\|){2}[ \t]*$)?",
    re.MULTILINE,
)
_LINK: Final = re.compile(r"\[[^\]\n]*\]\([^)\n]*\)")
# The headings of a page that numbers its questions, of which one may be no heading.
_NUMBERED_HEADING: Final = re.compile(r"^#{1,6} Q\s*\d+\s*[.:)]", re.MULTILINE)
_LAST_RULES: Final = re.compile(r"(?:\n\s*(?:-{3,}|\*{3,}|_{3,})\s*)+\Z")
# A line of a page that is nothing but a way to others beside it.
_WAY: Final = re.compile(
    r"\s*(?:[-*+]\s+|\d+[.)]\s+|#{1,6}\s.*)?(?:\[[^\]\n]*\]\((?!\w+:)[^)\n]*\)\s*)?"
)
_DOOR_CHARS: Final = 80  # a page of links alone is the door to others
_GENERIC: Final = re.compile(
    r"(?:^|\W)(?:faqs?|q\s?(?:&|and)\s?a|help(?: cent(?:er|re))?|support|frequently asked questions"
    r"|자주\s*(?:묻는|하는)\s*질문(?:\s*모음)?|도움말|고객센터|readme|index|home)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page to be read: `fields` (such as `category`, `url`) count for all of its entries.

    A `plain` text is no Markdown, in which lines flow together and a list takes in the next one.
    """

    text: str
    where: str
    title: str = ""
    fields: Mapping[str, object] | None = None
    base: str = ""
    alone: bool = True
    plain: bool = False


def add_page(page: SourcePage, collector: Collector, columns: ColumnMap) -> None:
    """Hand the entries of a page to `collector`; a page without any is remarked on."""
    before = len(collector.rows) + len(collector.skipped)
    if not page.alone and _is_menu(page.text):
        collector.skip(page.where, "a list of other pages, which are read themselves")
        return
    text = with_question_headings(_ASKED_ROW.sub(_as_line, page.text))
    asked = _asked(text)
    sections = sections_of(_without(asked, text))
    for section, path in _with_paths(sections):
        _take_tables(section, _category(path), page, collector, columns)
    lines = list(_asked_records(asked, sections, page, collector))
    headed = list(_records(sections, page, collector))
    records = sorted([*lines, *headed], key=lambda record: record[0])
    read = " and ".join(
        name for name, there in (("Q. and A. lines", lines), ("headings", headed)) if there
    )
    fields = {"url": page.base, **(page.fields or {})}
    for line, record in records:
        made = {**fields, **{name: value for name, value in record.items() if value}}
        if above := str(fields.get("category") or ""):  # said of the whole page
            below = str(record.get("category") or "")
            made["category"] = f"{above} > {below}" if below not in ("", above) else above
        answer = str(record["answer"])
        answer = answer if page.plain else clean_markdown(answer, base=page.base)
        made["answer"] = answer = _LAST_RULES.sub("", answer)
        if answer.strip():
            collector.add({**made, "markdown": not page.plain}, f"{page.where}:{line}")
        elif not _is_parent(line, sections):
            collector.skip(
                f"{page.where}:{line}", "nothing stands below the heading: write the answer"
            )
    if records:
        collector.columns.append(
            Columns(page.where, (("title", read), ("answer", "the text below")))
        )
    if len(collector.rows) + len(collector.skipped) == before:
        collector.skip(
            page.where,
            "the page has no heading with a text below it: write the questions as headings, or"
            " with `Q.` before them and `A.` before the answers",
        )


def _as_line(row: re.Match[str]) -> str:
    """Return the row of a table that has `Q` or `A` before a text as a line that begins so."""
    text = row[2].replace("<br>", " ").strip()
    return row[0] if not text or header(text).field else f"{row[1]}. {text}"  # names of columns


def _is_menu(text: str) -> bool:
    """Return whether a page has nothing but headings and links to pages beside it."""
    lines = text.split("\n")
    return any("](" in line for line in lines) and all(map(_WAY.fullmatch, lines))


def sections_in(text: str) -> bool:
    """Return whether a text has headings, or questions of their own lines with answers."""
    return any(section.level for section in sections_of(text)) or bool(_asked(text))


def _asked(text: str) -> list[QuestionBlock]:
    """The questions that lines mark; one alone below a heading is a part of its text."""
    found = list(asked_lines(text))
    if any(section.level for section in sections_of(text)):
        return found if len(found) > 1 or _NUMBERED_HEADING.search(text) else []
    return found or plain_questions(text)


def _without(asked: Sequence[QuestionBlock], text: str) -> str:
    """The text with empty lines in place of the questions and their answers."""
    lines = text.split("\n")
    for one in asked:
        lines[one.start - 1 : one.end - 1] = [""] * (one.end - one.start)
    return "\n".join(lines)


def _asked_records(
    asked: Sequence[QuestionBlock],
    sections: Sequence[PageSection],
    page: SourcePage,
    collector: Collector,
) -> Iterator[tuple[int, dict[str, object]]]:
    """Questions of lines; what their section is called is their category."""
    for (section, path), following in zip(
        _with_paths(sections), [*sections[1:], None], strict=True
    ):
        inside = [
            one
            for one in asked
            if one.start >= section.line and (following is None or one.start < following.line)
        ]
        if not inside:
            continue
        if section.text and not section.taken:
            text = f"a text above the questions: {' '.join(section.text.split())[:80]!r}"
            collector.remark("left out", f"{page.where}:{section.line}", text)
        section.lines.clear()
        section.taken = True
        for one in inside:
            record: dict[str, object] = {"answer": one.answer, "category": _category(path)}
            yield one.start, {"title": plain_heading(one.title), **record}


def _with_paths(
    sections: Sequence[PageSection],
) -> Iterator[tuple[PageSection, Sequence[PageSection]]]:
    """Yield each section with its heading and those above it, the widest first."""
    path: list[PageSection] = []
    for section in sections:
        path = [above for above in path if above.level < section.level]
        path += [section] * (section.level > 0)
        yield section, path


def _category(path: Sequence[PageSection]) -> str:
    """Return the category that headings are; that of the page itself is none."""
    return " > ".join(one.title for one in path if one.level > 1 and not _is_generic(one.title))


def _records(
    sections: Sequence[PageSection], page: SourcePage, collector: Collector
) -> Iterator[tuple[int, dict[str, object]]]:
    preface, *headed = sections
    if not headed:
        if preface.text and preface.taken:
            told = f"a text beside the questions: {' '.join(preface.text.split())[:80]!r}"
            collector.remark("left out", page.where, told)
        elif preface.text and page.title:
            yield 1, {"title": page.title, "answer": preface.text}
        return
    level = _entry_level(headed, page)
    if preface.text:
        is_named = page.title and not _is_generic(page.title)
        if not is_named or (len(preface.text) < _DOOR_CHARS and _asks_at(level, headed)):
            told = f"a text above the others: {' '.join(preface.text.split())[:80]!r}"
            collector.skip(f"{page.where}:1", told)
        else:
            yield 1, {"title": page.title, "answer": preface.text}
    lone = [section.level for section in headed].count(headed[0].level) == 1 and headed[
        0
    ].level < level
    ancestors: dict[int, str] = {}
    index = 0
    while index < len(headed):
        section = headed[index]
        ancestors = {depth: title for depth, title in ancestors.items() if depth < section.level}
        end = index + 1
        while section.level >= level and end < len(headed) and headed[end].level > section.level:
            end += 1
        text = _joined(headed[index:end])
        door = not page.alone and len(_LINK.sub("", text)) < _DOOR_CHARS
        leads = (
            door
            and bool(_LINK.search(text))
            and _is_generic(PurePath(page.where).stem)
            and not is_question(section.title)
        )
        beside = section.level < level or door or section.taken
        introduces = leads or (_is_generic(section.title) and beside)
        if introduces and text:
            told = (
                "a text that leads to others" if _LINK.search(text) else "a text above the others"
            )
            told = f"{told}: {' '.join(text.split())[:80]!r}"
            collector.skip(f"{page.where}:{section.line}", told)
        if not introduces and (text or (section.level >= level and not section.taken)):
            path = list(ancestors.values())
            category = " > ".join(
                title for title in path[lone and len(path) > 1 :] if not _is_generic(title)
            )
            answer = without_mark(text)
            yield section.line, {"title": section.title, "answer": answer, "category": category}
        ancestors[section.level] = section.title
        index = end


def _is_generic(title: str) -> bool:
    """Return whether a title is that of a FAQ itself: an introduction below it answers nothing."""
    return bool(_GENERIC.search(title)) and not is_question(title)


def _entry_level(headed: Sequence[PageSection], page: SourcePage) -> int:
    """The level of the headings that are entries; deeper ones belong to their answers."""
    levels = sorted({section.level for section in headed})
    for level in reversed(levels):
        if _asks_at(level, headed) and (_count_at(level, headed) > 1 or level == levels[0]):
            return level
    top = [section for section in headed if section.level == levels[0]]
    if len(top) == 1 and len(levels) > 1 and (page.alone or _is_generic(top[0].title)):
        return levels[1]
    return levels[0]


def _asks_at(level: int, headed: Sequence[PageSection]) -> bool:
    """Return whether half of the headings of a level, or more, are questions."""
    asked = sum(section.level == level and is_question(section.title) for section in headed)
    return asked * 2 >= _count_at(level, headed)


def _count_at(level: int, headed: Sequence[PageSection]) -> int:
    return sum(section.level == level for section in headed)


def _joined(sections: Sequence[PageSection]) -> str:
    """The text of a section with the headings below it, which are set bold by one level up."""
    parts = [sections[0].text]
    parts += [f"{'#' * s.level} {s.title}\n\n{s.text}".strip() for s in sections[1:]]
    return "\n\n".join(part for part in parts if part)


def _take_tables(
    section: PageSection,
    category: str,
    page: SourcePage,
    collector: Collector,
    columns: ColumnMap,
) -> None:
    """Read the tables of a section that have the columns, and take them out of its text."""
    fields = {"url": page.base, **(page.fields or {})}
    above = str(fields.get("category") or "")
    defaults = {**fields, "category": " > ".join(one for one in (above, category) if one)}
    start = 0
    while start < len(section.lines):
        end = start
        while end < len(section.lines) and _ROW.match(section.lines[end]):
            end += 1
        rows = [
            TableLine(section.line + index, _cells(section.lines[index]))
            for index in range(start, end)
            if not _RULE.match(section.lines[index])
        ]
        named = find_header(rows[:1], columns) == 0
        if len(rows) > 1 and (named or head_by_contents(rows, columns)):
            add_table(rows, page.where, collector, columns, defaults=defaults)
            del section.lines[start:end]
            section.taken = True
        else:
            start = max(end, start + 1)


def _cells(row: str) -> list[str]:
    inner = _ROW.match(row)
    cells = re.split(r"(?<!\\)\|", inner[1]) if inner else []
    return [cell.replace("\\|", "|").replace("<br>", "\n").strip() for cell in cells]


def _is_parent(line: int, sections: Sequence[PageSection]) -> bool:
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        if section.line == line and section.level:
            return following is not None and following.level > section.level
    return False
