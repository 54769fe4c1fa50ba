"""ODS, the spreadsheets of LibreOffice and Google: values, links, merged and hidden cells.

The format: https://docs.oasis-open.org/office/OpenDocument/v1.3/os/part3-schema/
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from core.errors import SourceError
from ingest.sources.files.archives import member, open_archive
from ingest.sources.files.xml_tree import parse_xml
from ingest.sources.rows import Collector
from ingest.sources.tables.columns import ColumnMap
from ingest.sources.tables.formats.book import MAX_SHEET_ROWS, Sheet, add_sheets
from ingest.sources.tables.lines import TableLine
from ingest.sources.values import Unreadable, linked

_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_HREF: Final = "{http://www.w3.org/1999/xlink}href"
_MAX_COLUMNS: Final = 1_000
_MAX_REPEATED: Final = 10_000  # the most repetitions of a row that is not empty
_NO_VALUE: Final = "a formula without a value: open the file in LibreOffice and save it"


def read_ods(data: bytes, name: str, collector: Collector, columns: ColumnMap) -> None:
    """Read every sheet that is shown and has a title and an answer column.

    Raises:
        SourceError: It is no ODS, or no sheet has the columns.
    """
    content = member(open_archive(data, name, kind="ODS"), "content.xml", name)
    try:
        root = parse_xml(content)
        hidden_styles = {
            style.get(f"{_STYLE}name")
            for style in root.iter(f"{_STYLE}style")
            if any(p.get(f"{_TABLE}display") == "false" for p in style)
        }
        sheets = [_sheet(table, hidden_styles) for table in root.iter(f"{_TABLE}table")]
    except ValueError as error:
        raise SourceError(f"{name}: not a readable ODS file; save it again") from error
    add_sheets(sheets, name, collector, columns)


def _sheet(table: Any, hidden_styles: set[str | None]) -> Sheet:
    lines: list[TableLine] = []
    hidden: list[int] = []
    open_spans: dict[int, tuple[int, object]] = {}  # column: rows to go, value
    number = 0
    for row in table.iter(f"{_TABLE}table-row"):
        repeated = _count(row, "number-rows-repeated")
        values, merged = _values(row, open_spans)
        if not any(value is not None for value in values):
            lines += [TableLine(blank, ()) for blank in {number + 1, number + repeated}]
            number += repeated
            continue
        for _ in range(min(repeated, _MAX_REPEATED)):
            number += 1
            lines.append(TableLine(number, values, merged))
            if row.get(f"{_TABLE}visibility") in ("collapse", "filter"):
                hidden.append(number)
        if number > MAX_SHEET_ROWS:
            raise ValueError("more rows than a sheet can have")
    return Sheet(
        table.get(f"{_TABLE}name", ""),
        lines,
        hidden=table.get(f"{_TABLE}style-name") in hidden_styles,
        hidden_rows=hidden,
        hidden_columns=frozenset(_hidden_columns(table)),
    )


def _values(
    row: Any, open_spans: dict[int, tuple[int, object]]
) -> tuple[list[object], frozenset[int]]:
    values: list[object] = []
    merged: set[int] = set()
    for cell in row:
        kind = cell.tag.removeprefix(_TABLE)
        if kind not in ("table-cell", "covered-table-cell"):
            continue
        value = _value(cell) if kind == "table-cell" else None
        for _ in range(min(_count(cell, "number-columns-repeated"), _MAX_COLUMNS - len(values))):
            column = len(values)
            left, above = open_spans.pop(column, (0, None))
            if left and kind == "covered-table-cell":
                value = above
                merged.add(column)
                if left > 1:
                    open_spans[column] = (left - 1, above)
            values.append(value)
            if (rows := _count(cell, "number-rows-spanned")) > 1:
                open_spans[column] = (rows - 1, value)
    while values and values[-1] is None:
        values.pop()
    return values, frozenset(merged)


def _value(cell: Any) -> object:
    # Its own paragraphs: a note beside the cell has others.
    paragraphs = [_paragraph(p) for p in cell.findall(f"{_TEXT}p")]
    text = "\n".join(paragraphs).strip()
    kind = cell.get(f"{_OFFICE}value-type")
    if not text:
        formula = cell.get(f"{_TABLE}formula")
        return Unreadable(_NO_VALUE) if formula and not kind else None
    value: object = text
    if kind == "date":
        value = _date(str(cell.get(f"{_OFFICE}date-value")), text)
    link = next((a.get(_HREF) for a in cell.iter(f"{_TEXT}a")), None)
    return linked(value, link)


def _date(value: str, text: str) -> object:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return text


def _paragraph(element: Any) -> str:
    pieces = [element.text or ""]
    for child in element:
        kind = child.tag.removeprefix(_TEXT)
        if kind == "s":
            pieces.append(" " * min(_plain_count(child.get(f"{_TEXT}c")), 100))
        elif kind in ("line-break", "tab"):
            pieces.append("\n" if kind == "line-break" else "\t")
        elif not child.tag.startswith(_OFFICE):  # a note beside the cell
            pieces.append(_paragraph(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _hidden_columns(table: Any) -> Iterator[int]:
    index = 0
    for column in table.iter(f"{_TABLE}table-column"):
        repeated = min(_count(column, "number-columns-repeated"), _MAX_COLUMNS)
        if column.get(f"{_TABLE}visibility") in ("collapse", "filter"):
            yield from range(index, index + repeated)
        index += repeated


def _count(element: Any, name: str) -> int:
    return _plain_count(element.get(f"{_TABLE}{name}"))


def _plain_count(text: str | None) -> int:
    return max(1, int(text)) if text and text.isdigit() and len(text) < 9 else 1
