"""A FAQ source, a file or a folder of files, becomes rows.

What is wrong with one row is reported with its position and the rest is loaded; a file that is not
what it says is refused with one line, and one that is not read is named.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from core.errors import SourceError
from ingest.sources.files.archives import member, open_archive
from ingest.sources.files.folders import (
    KINDS,
    PAGES,
    categories_of,
    ending_of,
    files_of,
    is_hidden,
    lists_of_pages,
    name_in,
    printable,
    report_others,
    shown_path,
    without_parts,
)
from ingest.sources.files.kinds import kind_of
from ingest.sources.files.stamps import REMARKS
from ingest.sources.rows import Collector, Loaded, NotAFaqError, Row, Skipped
from ingest.sources.tables.columns import ColumnMap

__all__ = ["MAX_FILE_BYTES", "Loaded", "Row", "Skipped", "load"]

MAX_FILE_BYTES: Final = 200_000_000
"""Of all files of a source together."""

_MOST_NAMED: Final = 10  # the most damaged files that one line names
_MOST_NESTED: Final = 2  # an export of Notion is a zip in a zip

Reader = Callable[[bytes, str, Collector, ColumnMap], None]


def load(path: Path, columns: ColumnMap | None = None) -> Loaded:
    """Read a file of one of `KINDS`, or all such files of a folder and its folders, by name.

    `columns` says which column is which where the names do not.

    Raises:
        SourceError: Missing, empty, too large, malicious, or not what it says; one line.
    """
    source = _Source(Collector(), columns or {})
    try:
        files = list(files_of(path, source.collector))
        names = {file: name_in(path, file) for file in files}
        source.lists |= lists_of_pages(list(names.values()))
        categories = categories_of(list(names.values()))
        if (size := sum(file.stat().st_size for file in files)) > MAX_FILE_BYTES:
            raise SourceError(
                f"{shown_path(path)}: {size:,} bytes, at most {MAX_FILE_BYTES:,} are read;"
                " split the FAQ into smaller files"
            )
        source.pages = sum(ending_of(file.name) in PAGES for file in files)
        for file in files:
            source.collector.category = categories[names[file]]
            source.read_one(_read(file), printable(names[file]), lone=len(files) == 1)
        source.refuse_damaged()
        source.join_parts()
        _report_unfetched(path, source.collector)
    except OSError as error:
        raise SourceError(f"{shown_path(path)}: cannot be read ({error.strerror})") from error
    return source.collector.loaded()


def _report_unfetched(path: Path, collector: Collector) -> None:
    """Name the pages of a help centre that could not be brought."""
    remarks = path / REMARKS
    if path.is_dir() and remarks.is_file():
        for url, reason in json.loads(remarks.read_text(encoding="utf-8")).items():
            collector.remark("left out", url, reason)


@dataclass(slots=True)
class _Source:
    """The result of reading the files of a source; `unpacked` counts over all archives."""

    collector: Collector
    columns: ColumnMap
    pages: int = 0
    unpacked: int = field(default=0)
    damaged: list[str] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)

    def read_one(self, data: bytes, name: str, nested: int = 0, *, lone: bool) -> None:
        """Read one of several files: one that holds no FAQ is passed over, and named.

        Raises:
            SourceError: See `load`.
        """
        try:
            self.read(data, name, nested)
        except NotAFaqError as error:
            if lone:
                raise
            reason = "the list of the pages in the folder beside it, which are read themselves"
            if name not in self.lists:
                reason = str(error).removeprefix(f"{name}: ")
            self.collector.skip(name, reason)
        except SourceError as error:
            if lone:
                raise
            self.damaged.append(str(error))

    def refuse_damaged(self) -> None:
        """Refuse a source with damaged files: their entries would be removed from the index.

        Raises:
            SourceError: Names each of them.
        """
        if not self.damaged:
            return
        more = len(self.damaged) - _MOST_NAMED
        others = f" (and {more:,} more)" if more > 0 else ""
        raise SourceError(
            f"{' · '.join(self.damaged[:_MOST_NAMED])}{others}; or take it out of the folder."
            " Nothing was changed."
        )

    def join_parts(self) -> None:
        """Make the entries of files that make them only together.

        Raises:
            NotAFaqError: They make none, and there is no other.
        """
        if self.collector.parts:
            from ingest.sources.records.chatbots import add_intents

            add_intents(self.collector)

    def read(self, data: bytes, name: str, nested: int = 0) -> None:
        """Read one file.

        Raises:
            SourceError: See `load`.
        """
        if not data.strip():
            raise NotAFaqError(f"{name}: the file is empty; save the FAQ in it or take it out")
        ending = kind_of(data, ending_of(name), name)
        if ending != ending_of(name):
            self.collector.remark("converted", name, f"the file is {ending} by its content")
        if ending == ".zip":
            self._unpack(data, name, nested)
            return
        self.collector.begin_file(len(data))
        before = self.collector.taken
        _reader(ending, pages=self.pages)(data, name, self.collector, self.columns)
        if self.collector.taken == before:
            raise NotAFaqError(
                f"{name}: holds no FAQ entry; write questions and answers below the columns' names"
            )

    def _unpack(self, data: bytes, name: str, nested: int) -> None:
        if nested == _MOST_NESTED:
            raise SourceError(f"{name}: a zip in a zip in a zip; unpack it and give the folder")
        archive = open_archive(data, name, kind="ZIP")
        self.unpacked += sum(info.file_size for info in archive.infolist())
        if self.unpacked > MAX_FILE_BYTES:
            raise SourceError(f"{name}: unpacks to more than {MAX_FILE_BYTES:,} bytes; split it")
        paths = [path for path in sorted(archive.namelist()) if not is_hidden(PurePosixPath(path))]
        wanted = without_parts([path for path in paths if ending_of(path) in KINDS])
        self.lists |= {f"{name}/{path}" for path in lists_of_pages(wanted)}
        report_others(
            [path for path in paths if not path.endswith("/")], wanted, name, self.collector
        )
        if not wanted:
            raise SourceError(f"{name}: no file in it is one of {', '.join(KINDS)}")
        self.pages += sum(ending_of(path) in PAGES for path in wanted)
        categories = categories_of(wanted)
        for path in wanted:
            self.collector.category = categories[path]
            data, where = member(archive, path, name), printable(f"{name}/{path}")
            self.read_one(data, where, nested + 1, lone=len(wanted) == 1)


def _read(file: Path) -> bytes:
    before = file.stat()
    data = file.read_bytes()
    after = file.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise SourceError(
            f"{shown_path(file)}: another program is writing it; try again when it is done"
        )
    return data


def _reader(ending: str, *, pages: int) -> Reader:  # noqa: PLR0911 - one for each kind
    """Return the reader of a kind of file; its libraries are imported with the first such file.

    `pages` is their number in the source.
    """
    alone = pages <= 1
    match ending:
        case ".csv" | ".tsv":
            from ingest.sources.tables.formats.delimited import read_delimited

            return read_delimited
        case ".xlsx" | ".xlsm":
            from ingest.sources.tables.formats.xlsx import read_xlsx

            return read_xlsx
        case ".xls":
            from ingest.sources.tables.formats.xls import read_xls

            return read_xls
        case ".ods":
            from ingest.sources.tables.formats.ods import read_ods

            return read_ods
        case ".xml":
            return _read_xml
        case ".pkl" | ".pickle":
            return _read_pickle
        case ".json" | ".jsonl" | ".jsonld" | ".ndjson":
            from ingest.sources.records.structures import read_json

            return partial(read_json, beside_pages=bool(pages))
        case ".yaml" | ".yml" | ".toml":
            from ingest.sources.records.structures import read_toml, read_yaml

            return partial(read_toml if ending == ".toml" else read_yaml, beside_pages=bool(pages))
        case ".txt":
            return partial(_read_text, alone=alone)
        case _:
            from ingest.sources.pages import files

            read = {".docx": files.read_docx, ".html": files.read_html, ".htm": files.read_html}
            return partial(read.get(ending, files.read_markdown), alone=alone)


def _read_xml(data: bytes, name: str, collector: Collector, columns: ColumnMap) -> None:
    from ingest.sources.records.wordpress import is_wordpress, read_wordpress
    from ingest.sources.tables.formats.spreadsheetml import read_spreadsheetml

    read = read_wordpress if is_wordpress(data) else read_spreadsheetml
    read(data, name, collector, columns)


def _read_pickle(data: bytes, name: str, collector: Collector, columns: ColumnMap) -> None:
    from ingest.sources.records import restricted_pickle
    from ingest.sources.records.structures import read_content

    read_content(restricted_pickle.loads(data, name), name, collector, columns)


def _read_text(
    data: bytes, name: str, collector: Collector, columns: ColumnMap, *, alone: bool
) -> None:
    """A text file is a table, as Excel's "Unicode Text" is, or a page."""
    from ingest.sources.pages.files import read_markdown
    from ingest.sources.tables.formats.delimited import read_delimited

    try:
        read_delimited(data, name, collector, columns, named=True)
    except NotAFaqError:
        read_markdown(data, name, collector, columns, alone=alone)
