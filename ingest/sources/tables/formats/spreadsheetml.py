"""XML Spreadsheet 2003 of Excel and many admin pages: values, links, merged and hidden cells.

The format: https://learn.microsoft.com/previous-versions/office/developer/office-xp/aa140066(v=office.10)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from core.errors import SourceError
from ingest.sources.files.encodings import BROKEN, decode
from ingest.sources.files.kinds import NAMESPACE
from ingest.sources.files.xml_tree import parse_xml
from ingest.sources.rows import Collector, NotAFaqError
from ingest.sources.tables.columns import ColumnMap
from ingest.sources.tables.formats.book import MAX_SHEET_ROWS, Sheet, add_sheets
from ingest.sources.tables.lines import TableLine
from ingest.sources.values import NO_VALUE, Unreadable, linked, shown

_SS: Final = f"{{{NAMESPACE}}}"
_VISIBLE: Final = "{urn:schemas-microsoft-com:office:excel}Visible"
_MAX_COLUMNS: Final = 1_000
_FORMATS: Final[Mapping[str, str]] = {"Percent": "0.00%", "Fixed": "0.00", "Standard": "#,##0.00"}

Spans = dict[int, tuple[int, object]]  # column: rows to go, value


def read_spreadsheetml(data: bytes, name: str, collector: Collector, columns: ColumnMap) -> None:
    """Read every sheet that is shown and has a title and an answer column.

    Raises:
        SourceError: It is damaged, or no sheet has the columns.
    """
    try:
        text = decode(data).text
        if NAMESPACE not in text:
            raise NotAFaqError(f"{name}: not a sheet of Excel; export it as JSON, CSV or HTML")
        root = parse_xml(BROKEN.sub("\ufffd", text))  # as a text, whatever encoding it declares
        formats = {
            style.get(f"{_SS}ID"): form.get(f"{_SS}Format", "")
            for style in root.iter(f"{_SS}Style")
            for form in style.iter(f"{_SS}NumberFormat")
        }
        sheets = [_sheet(sheet, formats) for sheet in root.iter(f"{_SS}Worksheet")]
    except ValueError as error:
        raise SourceError(
            f"{name}: not a readable XML spreadsheet; open it in Excel and save it as .xlsx"
        ) from error
    add_sheets(sheets, name, collector, columns)


def _sheet(sheet: Any, formats: Mapping[str | None, str]) -> Sheet:
    lines: list[TableLine] = []
    hidden: list[int] = []
    spans: Spans = {}
    number = 0
    for row in sheet.iter(f"{_SS}Row"):
        before, number = number, _number(row, "Index", number + 1)
        if number > MAX_SHEET_ROWS:
            raise ValueError("more rows than a sheet can have")
        if number > before + 1:
            lines.append(TableLine(before + 1, ()))
        values, merged = _values(row, formats, spans)
        lines.append(TableLine(number, values, merged))
        if row.get(f"{_SS}Hidden") == "1":
            hidden.append(number)
        number += _number(row, "Span", 0)  # the rows that follow look the same, and are empty
    visible = next((mark.text for mark in sheet.iter(_VISIBLE)), "")
    return Sheet(
        sheet.get(f"{_SS}Name", ""),
        lines,
        hidden="Hidden" in (visible or ""),
        hidden_rows=hidden,
        hidden_columns=frozenset(_hidden_columns(sheet)),
    )


def _values(
    row: Any, formats: Mapping[str | None, str], spans: Spans
) -> tuple[list[object], frozenset[int]]:
    found: dict[int, object] = {}
    opened: Spans = {}
    column = 0
    for cell in row.findall(f"{_SS}Cell"):
        column = _number(cell, "Index", column + 1)
        if column > _MAX_COLUMNS:
            break
        value = _value(cell, formats)
        found[column - 1] = value
        if below := _number(cell, "MergeDown", 0):
            opened[column - 1] = (below, value)
        column += _number(cell, "MergeAcross", 0)
    merged = frozenset(spans.keys() - found.keys())
    found |= {index: spans[index][1] for index in merged}
    left = {index: (rows - 1, value) for index, (rows, value) in spans.items() if rows > 1}
    spans.clear()
    spans.update(left | opened)
    return [found.get(index) for index in range(max(found, default=-1) + 1)], merged


def _value(cell: Any, formats: Mapping[str | None, str]) -> object:
    data = cell.find(f"{_SS}Data")
    if data is None:
        return Unreadable(NO_VALUE) if cell.get(f"{_SS}Formula") else None
    text = "".join(data.itertext())  # a text with bold parts has elements of HTML
    form = formats.get(cell.get(f"{_SS}StyleID"), "")
    return linked(_typed(text, data.get(f"{_SS}Type", ""), form), cell.get(f"{_SS}HRef"))


def _typed(text: str, kind: str, form: str) -> object:
    try:
        match kind:
            case "Number":
                return shown(float(text), _FORMATS.get(form, form))
            case "DateTime":
                moment = datetime.fromisoformat(text)
                return moment.time() if moment.year < 1900 else moment  # Excel's day 0
            case "Boolean":
                return text == "1"
    except ValueError:
        return text
    return text


def _hidden_columns(sheet: Any) -> Iterator[int]:
    index = 0
    for column in sheet.iter(f"{_SS}Column"):
        index = _number(column, "Index", index + 1)
        last = min(index + _number(column, "Span", 0), _MAX_COLUMNS)
        if column.get(f"{_SS}Hidden") == "1":
            yield from range(index - 1, last)
        index = last


def _number(element: Any, name: str, otherwise: int) -> int:
    text = element.get(f"{_SS}{name}", "")
    return int(text) if text.isdigit() and len(text) < 9 else otherwise
