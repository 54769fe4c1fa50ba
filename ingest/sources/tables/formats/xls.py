"""XLS, the workbooks of Excel before 2007: values, links, merged and hidden cells."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import xlrd
from xlrd.compdoc import CompDocError
from xlrd.xldate import XLDateError, xldate_as_datetime

from core.errors import SourceError
from ingest.sources.rows import Collector
from ingest.sources.tables.columns import ColumnMap
from ingest.sources.tables.formats.book import Sheet, add_sheets
from ingest.sources.tables.lines import TableLine
from ingest.sources.values import linked, shown

_MAX_MERGED: Final = 2_000_000
# Errors of a damaged file that xlrd lets through; they have no base class.
_NOT_XLS: Final = (
    xlrd.XLRDError,
    CompDocError,
    zipfile.BadZipFile,  # it looks whether the file is a newer workbook
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    UnicodeError,
    MemoryError,
    RecursionError,
)


def read_xls(data: bytes, name: str, collector: Collector, columns: ColumnMap) -> None:
    """Read every sheet that is shown and has a title and an answer column.

    Raises:
        SourceError: It is no XLS, is protected by a password, or no sheet has the columns.
    """
    try:
        # The log goes to stdout otherwise.
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
        sheets = [_sheet(book, sheet) for sheet in book.sheets()]
    except _NOT_XLS as error:
        raise SourceError(
            f"{name}: not a readable XLS file; open it in Excel and save it as .xlsx"
        ) from error
    add_sheets(sheets, name, collector, columns)


def _sheet(book: Any, sheet: Any) -> Sheet:
    above: dict[tuple[int, int], tuple[int, int]] = {}
    for top, bottom, left, _right in sheet.merged_cells:
        if len(above) + bottom - top > _MAX_MERGED:
            raise ValueError("more merged cells than a sheet can have")
        above.update({(row, left): (top, left) for row in range(top + 1, bottom)})
    return Sheet(
        sheet.name,
        list(_lines(book, sheet, above)),
        hidden=bool(sheet.visibility),
        hidden_rows=[number + 1 for number, row in sheet.rowinfo_map.items() if row.hidden],
        hidden_columns=frozenset(
            index for index, column in sheet.colinfo_map.items() if column.hidden
        ),
    )


def _lines(
    book: Any, sheet: Any, above: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[TableLine]:
    for row in range(sheet.nrows):
        columns = range(sheet.row_len(row))
        merged = frozenset(column for column in columns if (row, column) in above)
        values = [
            _value(book, sheet, *above.get((row, column), (row, column))) for column in columns
        ]
        yield TableLine(row + 1, values, merged)


def _value(book: Any, sheet: Any, row: int, column: int) -> object:
    if row >= sheet.nrows or column >= sheet.row_len(row):
        return None
    cell = sheet.cell(row, column)
    link = sheet.hyperlink_map.get((row, column))
    return linked(_plain(book, cell), link.url_or_path if link else None)


def _plain(book: Any, cell: Any) -> object:
    match cell.ctype:
        case xlrd.XL_CELL_TEXT:
            return str(cell.value)
        case xlrd.XL_CELL_NUMBER:
            form = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
            return shown(cell.value, form)
        case xlrd.XL_CELL_DATE:
            return _date(cell.value, book.datemode)
        case xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#VALUE!"))
        case _:
            return None


def _date(value: float, mode: int) -> object:
    try:
        moment: datetime = xldate_as_datetime(value, mode)
    except (XLDateError, ValueError, OverflowError):
        return value
    return moment.time() if value < 1 else moment
