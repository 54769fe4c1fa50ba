"""XLSX workbooks: values as the sheet shows them, links, merged cells, and nothing hidden."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from core.errors import SourceError
from ingest.sources.files.archives import begins_as_markup, open_archive
from ingest.sources.rows import Collector
from ingest.sources.tables.columns import ColumnMap
from ingest.sources.tables.formats.book import Sheet, add_sheets
from ingest.sources.tables.formats.calamine import read_calamine
from ingest.sources.tables.lines import TableLine
from ingest.sources.values import (
    NO_VALUE,
    Linked,
    Unreadable,
    calculated,
    link_of,
    linked,
    shown,
    unescaped,
)

MAX_CELLS: Final = 2_000_000
"""Of a workbook, over all of its sheets; a range that is merged or linked counts in full."""

_PIECE_BYTES: Final = 1_000_000
# A tag, a comment or the like is read again with each piece until it has ended; none is so long.
_LONGEST_MARKUP_BYTES: Final = 2_000_000
_MAX_AREA: Final = 20_000_000  # the most cells of a sheet for calamine, which keeps empty cells
_CELL: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RANGE: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_STRUCK_OUT: Final = "struck out: remove the row, or the line through it"
# https://learn.microsoft.com/openspecs/office_standards/ms-oi29500: what `Strict` names otherwise
_STRICT: Final = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
)  # fmt: skip
# Errors of zipfile, zlib, expat and descriptors that openpyxl lets through; no base class.
_NOT_XLSX: Final = (
    InvalidFileException,
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,  # xml.etree's ParseError
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    MemoryError,
)


def read_xlsx(data: bytes, name: str, collector: Collector, columns: ColumnMap) -> None:
    """Read every sheet that is shown and has a title and an answer column.

    Raises:
        SourceError: It is no XLSX, is beyond the bounds, or no sheet has the columns.
    """
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise SourceError(f"{name}: not an XLSX file; open it in Excel and save it as .xlsx")
    archive = open_archive(data, name, kind="XLSX")
    area = _MAX_AREA + 1
    try:
        with warnings.catch_warnings():
            # Warnings about styles and extensions do not concern text.
            warnings.simplefilter("ignore")
            area = _check_cells(archive, name)
            sheets = list(_sheets(_transitional(archive, data)))
    except _NOT_XLSX as error:
        if area <= _MAX_AREA and "xl/workbook.xml" in archive.namelist():
            # openpyxl is strict about styles and the like, of which other programs write their own.
            read_calamine(data, name, collector, columns)
            return
        raise SourceError(
            f"{name}: not a readable XLSX file, it is damaged; save it again from Excel"
        ) from error
    add_sheets(sheets, name, collector, columns)


def _check_cells(archive: zipfile.ZipFile, name: str) -> int:
    """Count cells before openpyxl makes objects of them, and return the area that they span.

    Each takes hundreds of bytes. A sheet may stand under any name in the archive.

    Raises:
        SourceError: There are more than `MAX_CELLS`.
    """
    counted = _Counted()
    for path in archive.namelist():
        with archive.open(path) as part:
            piece = part.read(_PIECE_BYTES)
            if not begins_as_markup(piece):
                continue
            parser = expat.ParserCreate(namespace_separator=" ")
            parser.StartElementHandler = counted.element
            parser.EntityDeclHandler = _refuse_entity
            fed = 0
            while piece and counted.cells <= MAX_CELLS:
                parser.Parse(piece)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > _LONGEST_MARKUP_BYTES:
                    raise SourceError(
                        f"{name}: {path} has markup that does not end; save it again from Excel"
                    )
                piece = part.read(_PIECE_BYTES)
            if not piece:
                parser.Parse(b"", True)  # the end: a part may be cut off
        if counted.cells > MAX_CELLS:
            raise SourceError(
                f"{name}: more than {MAX_CELLS:,} cells; split the workbook or save it as CSV"
            )
    return counted.area


class _Counted:
    """The numbers of cells, rows and cells of ranges in the parts of a workbook."""

    def __init__(self) -> None:
        self.cells = 0
        self.area = 0

    def element(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name in ("c", "row", "si"):
            self.cells += 1
        if name == "c" and (at := _CELL.fullmatch(attributes.get("r", ""))):
            self.area = max(self.area, _column(at[1]) * int(at[2]))
        if name in ("mergeCell", "hyperlink") and (
            at := _RANGE.fullmatch(attributes.get("ref", ""))
        ):
            self.cells += _area(at)


def _refuse_entity(*_: object) -> None:
    raise ValueError("a workbook needs no entities")


def _area(at: re.Match[str]) -> int:
    left, right = (_column(letters) for letters in (at[1], at[3]))
    return (abs(right - left) + 1) * (abs(int(at[4]) - int(at[2])) + 1)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _transitional(archive: zipfile.ZipFile, data: bytes) -> io.BytesIO:
    """Return a workbook that was saved as `Strict` under the names that openpyxl knows."""
    if b"purl.oclc.org/ooxml" not in archive.read("xl/workbook.xml"):
        return io.BytesIO(data)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        for path in archive.namelist():
            content = archive.read(path)
            if path.endswith((".xml", ".rels")):
                for strict, usual in _STRICT:
                    content = content.replace(strict, usual)
            book.writestr(path, content)
    return made


def _sheets(file: io.BytesIO) -> Iterator[Sheet]:
    book = load_workbook(file, keep_links=False, rich_text=True)
    formulas = any(cell.data_type == "f" for sheet in book.worksheets for cell in _cells(sheet))
    values = (
        load_workbook(file, data_only=True, keep_links=False, rich_text=True) if formulas else book
    )
    for sheet in book.worksheets:
        yield Sheet(
            sheet.title,
            hidden=sheet.sheet_state != "visible",
            lines=list(_lines(sheet, values[sheet.title])),
            hidden_rows=[
                number
                for number, row in sheet.row_dimensions.items()
                if row.hidden and number <= sheet.max_row
            ],
            hidden_columns=_hidden_columns(sheet),
            struck_rows=[
                number
                for number, row in _rows(sheet).items()
                if any(map(_is_struck_out, chain.from_iterable(map(_parts, row.values()))))
            ],
        )


def _cells(sheet: Worksheet) -> Iterator[Any]:
    return (cell for row in _rows(sheet).values() for cell in row.values())


def _rows(sheet: Worksheet) -> Mapping[int, Mapping[int, Any]]:
    """Yield the existing cells; a sheet that ends at row 1,048,576 has few of them."""
    rows: dict[int, dict[int, Any]] = {}
    for (row, column), cell in sorted(sheet._cells.items()):  # noqa: SLF001 - iter_rows makes those between
        rows.setdefault(row, {})[column] = cell
    return rows


def _lines(sheet: Worksheet, values: Worksheet) -> Iterator[TableLine]:
    rows, shown_values = _rows(sheet), values._cells  # noqa: SLF001 - as above
    above: dict[tuple[int, int], tuple[int, int]] = {
        (row, area.min_col): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row + 1, area.max_row + 1)
    }
    last = 0
    for number, cells in rows.items():
        if number > last + 1 and last:
            yield from (TableLine(blank, ()) for blank in {last + 1, number - 1})
        last = number
        merged = frozenset(column - 1 for column in cells if (number, column) in above)
        line: list[object] = [None] * max(cells)
        for column, cell in cells.items():
            row, at = above.get((number, column), (number, column))
            origin = rows.get(row, {}).get(at, cell)
            line[column - 1] = _value(origin, shown_values.get((row, at)))
        yield TableLine(number, line, merged)


def _value(cell: Any, with_value: Any) -> object:
    """Return a cell's value as the sheet shows it; a formula's is in the second book."""
    value = with_value.value if with_value is not None else None
    if not isinstance(cell, Cell):
        return None
    link = cell.hyperlink.target if cell.hyperlink else None
    if cell.data_type == "f":
        formula = getattr(cell.value, "text", cell.value)
        link = link_of(str(formula)) or link
        if value is None:
            found = calculated(str(formula))
            return found if isinstance(found, Linked) else link or Unreadable(NO_VALUE)
    if cell.font.strike and not isinstance(value, CellRichText):
        return Unreadable(_STRUCK_OUT) if value is not None else None
    if isinstance(value, CellRichText):
        kept = [str(part) for part in value if not _is_struck_out(part)]
        value = "".join(kept) if kept else Unreadable(_STRUCK_OUT)
    if isinstance(value, str):
        value = unescaped(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        value = shown(value, str(cell.number_format))
    return linked(value, link)


def _parts(cell: Any) -> Sequence[object]:
    """Return the parts of a cell's text that have fonts of their own."""
    return cell.value if isinstance(cell.value, CellRichText) else ()


def _is_struck_out(part: object) -> bool:
    return isinstance(part, TextBlock) and bool(part.font.strike)


def _hidden_columns(sheet: Worksheet) -> frozenset[int]:
    return frozenset(
        index - 1
        for column in sheet.column_dimensions.values()
        if column.hidden
        for index in range(column.min or 1, min(column.max or 1, 1_000) + 1)
    )
