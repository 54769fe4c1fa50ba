"""CSV and its kin, as people, Excel and programs write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from core.errors import SourceError
from ingest.sources.encodings import BROKEN, decode
from ingest.sources.rows import Collector, NotAFaqError
from ingest.sources.tables.columns import ColumnMap, find_header, missing
from ingest.sources.tables.headers import header
from ingest.sources.tables.lines import TableLine
from ingest.sources.tables.table import add_table

MAX_COLUMNS: Final = 1_000
_DELIMITERS: Final = ",;\t|"
_SAMPLE_LINES: Final = 300


def read_delimited(data: bytes, name: str, collector: Collector, columns: ColumnMap) -> None:
    """Read a table between commas, semicolons, tabs or bars, in any encoding of `decode`.

    Raises:
        SourceError: It is not text, or has no title or answer column.
    """
    try:
        decoded = decode(data)
    except ValueError as error:
        raise SourceError(f"{name}: {error}; save it as 'CSV UTF-8'") from error
    if decoded.encoding != "UTF-8":
        collector.remark("converted", name, f"the file is {decoded.encoding} text")
    read_lines(decoded.text, name, collector, columns, encoding=decoded.encoding)


def read_lines(
    text: str, name: str, collector: Collector, columns: ColumnMap, *, encoding: str = "UTF-8"
) -> None:
    """Read a table from text.

    Raises:
        SourceError: It has no title or answer column.
    """
    lines = list(io.StringIO(text, newline=""))
    # The limit is the process's and 128 KB by default: one long answer would end the reading.
    before = csv.field_size_limit(len(text) + 1)
    try:
        delimiter, start = _dialect(lines, name, columns)
        body = list(_body(lines, start, name, delimiter, collector, encoding))
    finally:
        csv.field_size_limit(before)
    add_table(body, name, collector, columns)


def _dialect(lines: Sequence[str], name: str, columns: ColumnMap) -> tuple[str, int]:
    """The delimiter between the names of the columns, and the line to begin at."""
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    first = lines[start].strip().strip('"') if lines else ""
    if first[:4].lower() == "sep=" and len(first) == 5:  # https://superuser.com/a/686415
        return first[4], start + 1
    sample = lines[: start + _SAMPLE_LINES]
    tried: list[list[TableLine]] = []
    for delimiter in _DELIMITERS:
        try:
            found = [
                TableLine(number, values)
                for number, values in _records(sample, start, name, delimiter)
                if values is not None
            ]
        except SourceError:
            continue
        if find_header(found, columns) is not None:
            return delimiter, start
        tried.append(found)
    widest = max(
        tried, key=lambda found: max((len(line.values) for line in found), default=0), default=[]
    )
    raise NotAFaqError(f"{name}: {missing(widest, columns)}")


def _body(  # noqa: PLR0913, PLR0917 - what one line of a file is read with
    lines: Sequence[str], start: int, name: str, delimiter: str, collector: Collector, encoding: str
) -> Iterator[TableLine]:
    width, ends_in_answer = 0, False
    for number, values in _records(lines, start, name, delimiter):
        position = f"{name}:{number}"
        if values is None:
            collector.skip(position, "a quotation mark is not closed: close it or double it")
            continue
        line = TableLine(number, values)
        if not width and find_header([line], {}) is not None:
            width, ends_in_answer = len(values), header(values[-1]).field == "answer"
        surplus = bool(width) and any(value.strip() for value in values[width:])
        if any(BROKEN.search(value) for value in values):
            save = "save the file as 'CSV UTF-8' or type the row anew"
            collector.skip(position, f"the row has bytes that are not valid {encoding}: {save}")
        elif surplus and not ends_in_answer:
            collector.skip(position, "more values than columns: put text with commas in quotes")
        elif len(values) > MAX_COLUMNS:
            raise SourceError(f"{position}: more than {MAX_COLUMNS:,} columns; export anew")
        elif surplus:
            text = "more values than columns: those behind the answer were read as the rest of it"
            collector.remark("merged", position, f"{text}; put text with commas in quotes")
            last = delimiter.join(values[width - 1 :])
            yield TableLine(number, [*values[: width - 1], last])
        else:
            yield line


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
