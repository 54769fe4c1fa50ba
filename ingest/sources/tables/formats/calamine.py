"""The values of workbooks that openpyxl does not understand, read by calamine."""

from __future__ import annotations

import io

import python_calamine

from core.errors import SourceError
from ingest.sources.rows import Collector
from ingest.sources.tables.columns import ColumnMap
from ingest.sources.tables.formats.book import Sheet, add_sheets
from ingest.sources.tables.lines import TableLine


def read_calamine(data: bytes, name: str, collector: Collector, columns: ColumnMap) -> None:
    """Read the values of a workbook, whose size was looked at before.

    Raises:
        SourceError: It cannot be read, or no sheet has the columns.
    """
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [
            Sheet(
                meta.name,
                [
                    TableLine(number, [None if value == "" else value for value in values])
                    for number, values in enumerate(
                        book.get_sheet_by_name(meta.name).iter_rows(), 1
                    )
                ],
                hidden=meta.visible != python_calamine.SheetVisibleEnum.Visible,
            )
            for meta in book.sheets_metadata
            if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise SourceError(
            f"{name}: not a readable XLSX file, it is damaged; save it again from Excel"
        ) from error
    add_sheets(sheets, name, collector, columns)
    collector.remark(
        "converted", name, "values only: whether rows are hidden, and links, could not be read"
    )
