"""FAQ tables: CSV as people and Excel write it, and XLSX."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core.errors import SourceError
from ingest.sources.rows import Collector, by_field, missing_fields

MAX_UNPACKED_BYTES: Final = 500_000_000
MAX_SHEET_ROWS: Final = (
    1_048_576  # https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
)
MAX_COLUMNS: Final = 100

_DELIMITERS: Final = ",;\t"
_EMPTY_SHEET: Final = "the sheet is empty"
_ESCAPED_BYTE: Final = re.compile("[\udc80-\udcff]")
# What openpyxl lets through of zipfile, zlib, expat and its descriptors; there is no base class.
_NOT_XLSX: Final = (
    InvalidFileException,
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


def read_csv(data: bytes, name: str, collector: Collector) -> None:
    """Read a table in UTF-8 (with or without BOM) or CP949, between commas, semicolons or tabs.

    Raises:
        SourceError: It is not text, or has no title or answer column.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4096]:
        raise SourceError(f"{name}: not a text file; save it as 'CSV UTF-8'")
    lines = list(io.StringIO(_decoded(data), newline=""))
    # The limit is the process's and 128 KB by default: one long answer would end the reading.
    before = csv.field_size_limit(len(data) + 1)
    try:
        _read_lines(lines, name, collector)
    finally:
        csv.field_size_limit(before)


def read_xlsx(data: bytes, name: str, collector: Collector) -> None:
    """Read every sheet with a title and an answer column.

    Raises:
        SourceError: It is no XLSX, unpacks to too much, or no sheet has the columns.
    """
    file = io.BytesIO(data)
    if not zipfile.is_zipfile(file):
        raise SourceError(f"{name}: not an XLSX file; open it in Excel and save it as .xlsx")
    try:
        with zipfile.ZipFile(file) as archive:
            # zipfile stops at the size that the directory states, so a lie here gains nothing.
            size = sum(member.file_size for member in archive.infolist())
        if size > MAX_UNPACKED_BYTES:
            raise SourceError(
                f"{name}: unpacks to {size:,} bytes, at most {MAX_UNPACKED_BYTES:,} are read"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that do not concern text
            _read_workbook(file, name, collector)
    except _NOT_XLSX as error:
        raise SourceError(
            f"{name}: not a readable XLSX file ({type(error).__name__}); save it anew from Excel"
        ) from error


def _decoded(data: bytes) -> str:
    """The text; bytes that are not UTF-8 stay as escapes, so that only their row is lost."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    # Korean Excel writes CP949. A few bytes of a broken UTF-8 file may pass as CP949, hence the
    # look at the lines: hardly a line of CP949 is valid UTF-8.
    foreign = [line for line in data.splitlines() if not line.isascii()]
    if sum(map(_is_utf8, foreign)) * 2 < len(foreign):
        try:
            return data.decode("cp949")
        except UnicodeDecodeError:
            pass
    return data.decode(errors="surrogateescape")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read_lines(lines: Sequence[str], name: str, collector: Collector) -> None:
    start = next(index for index, line in enumerate(lines) if line.strip())
    for delimiter in _DELIMITERS:
        records = _records(lines, start, name, delimiter)
        _, names = next(records)
        problem = missing_fields(names or [])
        if problem is None:
            break
    else:
        raise SourceError(f"{name}: {missing_fields(next(csv.reader(lines[start:])))}")
    for line, values in records:
        position = f"{name}:{line}"
        if values is None:
            collector.skip(position, "a quotation mark is not closed: close it or double it")
        elif not any(value.strip() for value in values):
            collector.blank(position)
        elif any(_ESCAPED_BYTE.search(value) for value in values):
            collector.skip(position, "the row is not valid UTF-8: save the file as 'CSV UTF-8'")
        elif any(value.strip() for value in values[len(names or []) :]):
            collector.skip(position, "more values than columns: put text with commas in quotes")
        else:
            collector.add(by_field(dict(zip(names or [], values, strict=False))), position)


def _records(
    lines: Sequence[str], start: int, name: str, delimiter: str
) -> Iterator[tuple[int, list[str] | None]]:
    """Each record with its first line's number; None for a line with a broken quotation.

    A quotation that is never closed would swallow the rest of the file: reading begins again on
    the line after it.
    """
    reread = 0
    while start < len(lines):
        reader = csv.reader(_from(lines, start), delimiter=delimiter, strict=True)
        begin = start
        try:
            for values in reader:
                yield begin + 1, values
                begin = start + reader.line_num
        except csv.Error:
            yield begin + 1, None
            reread += start + reader.line_num - begin
            if reread > 20 * len(lines) + 1000:
                raise SourceError(
                    f"{name}:{begin + 1}: the quotation marks are broken throughout; export anew"
                ) from None
            start = begin + 1
        else:
            return


def _from(lines: Sequence[str], start: int) -> Iterator[str]:
    return (lines[index] for index in range(start, len(lines)))


def _read_workbook(file: io.BytesIO, name: str, collector: Collector) -> None:
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    problems: dict[str, str | None] = {}
    with closing(book):
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # the stated size may be wrong, and 17 billion cells
            where = f"{name}:{sheet.title}" if len(book.worksheets) > 1 else name
            rows = sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
            problems[sheet.title] = _read_rows(rows, where, collector)
    if all(problems.values()):
        raise SourceError(f"{name}: {next(iter(problems.values()), _EMPTY_SHEET)}")
    for title, problem in problems.items():
        if problem and problem != _EMPTY_SHEET:
            collector.skip(f"{name}:{title}", f"the sheet is left out: {problem}")


def _read_rows(rows: Iterable[tuple[object, ...]], where: str, collector: Collector) -> str | None:
    """Read one sheet; what is wrong with its columns, if anything."""
    names: tuple[object, ...] | None = None
    for number, values in enumerate(rows, 1):
        if number > MAX_SHEET_ROWS:
            raise SourceError(f"{where}: more rows than a sheet can have; the file is damaged")
        position = f"{where}:{number}"
        if all(value is None or not str(value).strip() for value in values):
            if names:
                collector.blank(position)
        elif names is None:
            names = values
            if problem := missing_fields(names):
                return problem
        else:
            collector.add(by_field(dict(zip(names, values, strict=False))), position)
    collector.end_file()
    return None if names else _EMPTY_SHEET
