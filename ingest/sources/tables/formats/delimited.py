"""CSV and similar formats, as people, Excel and programs write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.errors import SourceError
from ingest.sources.files.encodings import BROKEN, decode
from ingest.sources.rows import Collector, NotAFaqError
from ingest.sources.tables.columns import ColumnMap, missing
from ingest.sources.tables.contents import TableHead, head_by_contents, head_by_names
from ingest.sources.tables.lines import TableLine
from ingest.sources.tables.sideways import is_sideways, upright
from ingest.sources.tables.table import add_table
from ingest.sources.values import calculated

MAX_COLUMNS: Final = 1_000
_DELIMITERS: Final = ",;\t|"
_SAMPLE_LINES: Final = 300


@dataclass(frozen=True, slots=True)
class _Dialect:
    """The dialect of a table: rows begin on line `start`, records below line `names`."""

    delimiter: str
    start: int
    names: int
    width: int
    ends_in_answer: bool


def read_delimited(
    data: bytes, name: str, collector: Collector, columns: ColumnMap, *, named: bool = False
) -> None:
    """Read a table between commas, semicolons, tabs or bars, in any encoding of `decode`.

    A table has to be `named` where the text could be none: its columns have names that say what
    they hold.

    Raises:
        SourceError: It is not text, or has no title or answer column.
    """
    try:
        decoded = decode(data)
    except ValueError as error:
        raise SourceError(f"{name}: {error}; save it as 'CSV UTF-8'") from error
    if decoded.encoding != "UTF-8":
        collector.remark("converted", name, f"the file is {decoded.encoding} text")
    lines = list(io.StringIO(decoded.text, newline=""))
    # The limit is the process's and 128 KB by default: one long answer would end the reading.
    before = csv.field_size_limit(len(decoded.text) + 1)
    try:
        dialect = _dialect(lines, name, columns, named=named)
        body = list(_body(lines, name, dialect, collector, decoded.encoding))
    finally:
        csv.field_size_limit(before)
    add_table(upright(body, name, collector, columns), name, collector, columns)


def _dialect(lines: Sequence[str], name: str, columns: ColumnMap, *, named: bool) -> _Dialect:
    """Return the delimiter by which a table shows a title and an answer, and where its rows are."""
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    first = lines[start].strip().strip('"') if lines else ""
    delimiters = _DELIMITERS
    if first[:4].lower() == "sep=" and len(first) == 5:  # https://superuser.com/a/686415
        delimiters, start = first[4], start + 1
    tried: list[list[TableLine]] = []
    for delimiter in delimiters:
        found = _sample(lines[: start + _SAMPLE_LINES], start, name, delimiter)
        if head := head_by_names(found, columns):
            return _made(delimiter, start, head)
        tried.append(found)
    for found, delimiter in zip(tried, delimiters, strict=True):
        if is_sideways(found, columns):
            width = max(len(line.values) for line in found)
            return _Dialect(delimiter, start, names=0, width=width, ends_in_answer=False)
    guesses = (
        []
        if named
        else [
            (head, delimiter)
            for found, delimiter in zip(tried, delimiters, strict=True)
            if (head := head_by_contents(found, columns))
        ]
    )
    if guesses:
        head, delimiter = max(guesses, key=lambda guess: len(guess[0].columns))
        return _made(delimiter, start, head)
    widest = max(tried, key=lambda found: max((len(line.values) for line in found), default=0))
    raise NotAFaqError(f"{name}: {missing(widest, columns)}")


def _sample(lines: Sequence[str], start: int, name: str, delimiter: str) -> list[TableLine]:
    """Return the first rows as split by a delimiter; none if it breaks every quotation.

    Of a row that is too wide there is no more than tells that it is.
    """
    try:
        return [
            TableLine(number, values[: MAX_COLUMNS + 1])
            for number, values in _records(lines, start, name, delimiter)
            if values is not None
        ]
    except SourceError:
        return []


def _made(delimiter: str, start: int, head: TableHead) -> _Dialect:
    last = head.columns[-1].field
    return _Dialect(delimiter, start, head.number, len(head.columns), last == "answer")


def _body(
    lines: Sequence[str], name: str, dialect: _Dialect, collector: Collector, encoding: str
) -> Iterator[TableLine]:
    width = dialect.width
    for number, values in _records(lines, dialect.start, name, dialect.delimiter):
        position = f"{name}:{number}"
        if values is None:
            collector.skip(position, "a quotation mark is not closed: close it or double it")
            continue
        surplus = number > dialect.names and any(value.strip() for value in values[width:])
        if any(BROKEN.search(value) for value in values):
            save = "save the file as 'CSV UTF-8' or type the row anew"
            collector.skip(position, f"the row has bytes that are not valid {encoding}: {save}")
        elif surplus and not dialect.ends_in_answer:
            collector.skip(position, "more values than columns: put text with commas in quotes")
        elif len(values) > MAX_COLUMNS:
            raise SourceError(f"{position}: more than {MAX_COLUMNS:,} columns; export it again")
        elif surplus:
            text = "more values than columns: those behind the answer were read as the rest of it"
            collector.remark("merged", position, f"{text}; put text with commas in quotes")
            last = dialect.delimiter.join(values[width - 1 :])
            yield TableLine(number, [*values[: width - 1], last])
        else:
            yield TableLine(number, [calculated(value) for value in values])


def _records(
    lines: Sequence[str], start: int, name: str, delimiter: str
) -> Iterator[tuple[int, list[str] | None]]:
    """Yield records with their first line's number; None for a broken quotation.

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
                    f"{name}:{begin + 1}: all quotation marks are broken; export it again"
                ) from None
            start = begin + 1
        else:
            return


def _from(lines: Sequence[str], start: int) -> Iterator[str]:
    return (lines[index] for index in range(start, len(lines)))
