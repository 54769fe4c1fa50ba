"""The common part of all workbooks: sheets, of which some are hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from ingest.sources.rows import Collector, NotAFaqError
from ingest.sources.tables.columns import ColumnMap, find_header, missing
from ingest.sources.tables.contents import head_by_contents
from ingest.sources.tables.lines import TableLine
from ingest.sources.tables.sideways import upright
from ingest.sources.tables.table import add_table

# https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
MAX_SHEET_ROWS: Final = 1_048_576
# Names of sheets that are not the subject of their rows, as those of others beside them may be.
_NO_SUBJECT: Final = re.compile(
    r"(?:sheet|table|page|시트|faqs?|q\s?&\s?a|qna|data|export|list|목록|질문|전체|최종|원본"
    r"|자주\s?(?:묻는|하는)\s?질문|영어|영문|국문|한글|한국어|english|korean|en|ko|kr)"
    r"[\s_().\d-]*",
    re.IGNORECASE,
)
_EMPTY: Final = "the sheet is empty"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a file; rows are numbered from 1, columns from 0.

    A line goes through some words of the `struck_rows`, which are not in `lines`.
    """

    title: str
    lines: Sequence[TableLine]
    hidden: bool = False
    hidden_rows: Sequence[int] = ()
    hidden_columns: frozenset[int] = frozenset()
    struck_rows: Sequence[int] = ()


def add_sheets(
    sheets: Sequence[Sheet], name: str, collector: Collector, columns: ColumnMap
) -> None:
    """Add every visible sheet that has the columns of a FAQ to the collector.

    Raises:
        SourceError: No sheet is left.
    """
    others: dict[str, Sequence[TableLine]] = {}
    found: list[tuple[Sheet, str, Sequence[TableLine]]] = []
    for sheet in sheets:
        where = f"{name}:{sheet.title}" if len(sheets) > 1 else name
        if sheet.hidden:
            collector.remark("left out", where, "the sheet is hidden: unhide it to include it")
            continue
        lines: Sequence[TableLine] = list(_shown(sheet, where, collector))
        collector.hold((len(str(value)) for line in lines for value in line.values), where)
        lines = upright(lines, where, collector, columns)
        if find_header(lines, columns) is None:
            others[where] = lines
            continue
        found.append((sheet, where, lines))
    for sheet, where, lines in found:
        subject = len(found) > 1 and not _NO_SUBJECT.fullmatch(sheet.title.strip())
        defaults = {"category": sheet.title.strip()} if subject else {}
        add_table(lines, where, collector, columns, defaults=defaults)
    if not found and not _read_by_contents(others, collector, columns):
        hidden = "every sheet is hidden: unhide those to include" if sheets else "it has no sheet"
        problems = (missing(lines, columns) for lines in others.values())
        raise NotAFaqError(f"{name}: {next(problems, hidden)}")
    for where, lines in others.items():
        if (problem := missing(lines, columns)) != _EMPTY:
            collector.skip(where, f"the sheet is left out: {problem}")


def _read_by_contents(
    sheets: dict[str, Sequence[TableLine]], collector: Collector, columns: ColumnMap
) -> int:
    """Read the sheets whose contents show the columns, and take them out of `sheets`."""
    found = [where for where, lines in sheets.items() if head_by_contents(lines, columns)]
    for where in found:
        add_table(sheets.pop(where), where, collector, columns)
    return len(found)


def _shown(sheet: Sheet, where: str, collector: Collector) -> Iterator[TableLine]:
    hidden = set(sheet.hidden_rows)
    if spans := list(
        _spans(sorted(hidden & {line.number for line in sheet.lines if not line.blank}))
    ):
        text = (
            f"hidden rows ({', '.join(spans)}): unhide them, or clear the filter, to include them"
        )
        collector.remark("left out", where, text)
    if struck := ", ".join(_spans(sheet.struck_rows)):
        collector.remark("left out", where, f"words that are struck out (rows {struck})")
    lost = sorted(
        index
        for index in sheet.hidden_columns
        if any(index < len(line.values) and line.values[index] is not None for line in sheet.lines)
    )
    if lost:
        letters = ", ".join(_letter(index) for index in lost)
        collector.remark(
            "left out", where, f"hidden columns ({letters}): unhide them to include them"
        )
    for line in sheet.lines:
        if line.number in hidden:  # no row below it continues what stands above
            yield TableLine(line.number, ())
            continue
        if not lost:
            yield line
            continue
        values = [
            None if index in sheet.hidden_columns else value
            for index, value in enumerate(line.values)
        ]
        yield TableLine(line.number, values, line.merged)


def _spans(numbers: Sequence[int]) -> Iterator[str]:
    """Return numbers as a text in which consecutive ones are joined: `3-9`."""
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"


def _letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
