"""A FAQ source, a file or a folder of files, becomes rows.

What is wrong with one row is reported with its position and the rest is loaded; a file that is not
what it says is refused with one line, and one that is not read is named.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from core.errors import SourceError
from ingest.sources.archives import member, open_archive
from ingest.sources.kinds import advice_on, kind_of
from ingest.sources.rows import Collector, Loaded, NotAFaqError, Row, Skipped
from ingest.sources.stamps import REMARKS
from ingest.sources.tables.columns import ColumnMap

__all__ = ["MAX_FILE_BYTES", "Loaded", "Row", "Skipped", "load"]

MAX_FILE_BYTES: Final = 200_000_000
"""Of all files of a source together."""

# The server of a web address, whose last part is no ending of a file that is read.
_HOST: Final = re.compile(r"(?:[\w-]+\.)+(?:com|net|org|io|app|dev|kr|jp|de|uk|eu|help|site|shop)")
MAX_FILES: Final = 20_000
_MOST_NAMED: Final = 10  # the most damaged files that one line names
_MOST_NESTED: Final = 2  # an export of Notion is a zip in a zip

Reader = Callable[[bytes, str, Collector, ColumnMap], None]

_TABLES: Final = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".xml")
_RECORDS: Final = (".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".pkl", ".pickle")
_PAGES: Final = (".md", ".markdown", ".mdx", ".txt", ".html", ".htm", ".docx")
KINDS: Final = (*_TABLES, *_RECORDS, *_PAGES, ".zip")
"""The ends of the names of files that are read."""


def load(path: Path, columns: ColumnMap | None = None) -> Loaded:
    """Read a file of one of `KINDS`, or all such files of a folder and its folders, by name.

    `columns` says which column is which where the names do not.

    Raises:
        SourceError: Missing, empty, too large, malicious, or not what it says; one line.
    """
    source = _Source(Collector(), columns or {})
    try:
        files = list(_files(path, source.collector))
        if (size := sum(file.stat().st_size for file in files)) > MAX_FILE_BYTES:
            raise SourceError(
                f"{_shown(path)}: {size:,} bytes, at most {MAX_FILE_BYTES:,} are read;"
                " split the FAQ into smaller files"
            )
        source.pages = sum(_ending(file.name) in _PAGES for file in files)
        for file in files:
            name = file.name if file == path else file.relative_to(path).as_posix()
            source.read_one(_read(file), _printable(name), lone=len(files) == 1)
        source.refuse_damaged()
        _report_unfetched(path, source.collector)
    except OSError as error:
        raise SourceError(f"{_shown(path)}: cannot be read ({error.strerror})") from error
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
            self.collector.skip(name, str(error).removeprefix(f"{name}: "))
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

    def read(self, data: bytes, name: str, nested: int = 0) -> None:
        """Read one file.

        Raises:
            SourceError: See `load`.
        """
        if not data.strip():
            raise NotAFaqError(f"{name}: the file is empty; save the FAQ in it or take it out")
        ending = kind_of(data, _ending(name), name)
        if ending != _ending(name):
            self.collector.remark("converted", name, f"the file is {ending} by its content")
        if ending == ".zip":
            self._unpack(data, name, nested)
            return
        self.collector.begin_file(len(data))
        before = len(self.collector.rows) + len(self.collector.skipped)
        _reader(ending, alone=self.pages <= 1)(data, name, self.collector, self.columns)
        if len(self.collector.rows) + len(self.collector.skipped) == before:
            raise NotAFaqError(
                f"{name}: holds no FAQ entry; write questions and answers below the columns' names"
            )
        self.collector.end_file()

    def _unpack(self, data: bytes, name: str, nested: int) -> None:
        if nested == _MOST_NESTED:
            raise SourceError(f"{name}: a zip in a zip in a zip; unpack it and give the folder")
        archive = open_archive(data, name, kind="ZIP")
        self.unpacked += sum(info.file_size for info in archive.infolist())
        if self.unpacked > MAX_FILE_BYTES:
            raise SourceError(f"{name}: unpacks to more than {MAX_FILE_BYTES:,} bytes; split it")
        paths = [path for path in sorted(archive.namelist()) if not _is_hidden(PurePosixPath(path))]
        wanted = _without_parts([path for path in paths if _ending(path) in KINDS])
        _report_others(
            [path for path in paths if not path.endswith("/")], wanted, name, self.collector
        )
        if not wanted:
            raise SourceError(f"{name}: no file in it is one of {', '.join(KINDS)}")
        self.pages += sum(_ending(path) in _PAGES for path in wanted)
        for path in wanted:
            data, where = member(archive, path, name), _printable(f"{name}/{path}")
            self.read_one(data, where, nested + 1, lone=len(wanted) == 1)


def _files(path: Path, collector: Collector) -> Iterator[Path]:
    if not path.exists():
        raise SourceError(f"{_shown(path)}: no such file or folder; {_advice_on_missing(path)}")
    if not path.is_dir():
        if not path.is_file():
            raise SourceError(f"{_shown(path)}: neither a file nor a folder")
        if _ending(path.name) not in KINDS:
            advice = advice_on(_ending(path.name)) or f"a FAQ is {', '.join(KINDS)}"
            raise SourceError(f"{_shown(path)}: not a kind that is read; {advice}")
        yield path
        return
    root = path.resolve()
    files = sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and not _is_hidden(file.relative_to(path))
    )
    if len(files) > MAX_FILES:
        raise SourceError(
            f"{_shown(path)}: more than {MAX_FILES:,} files; give the folder of the FAQ"
        )
    inside = [file for file in files if file.resolve().is_relative_to(root)]
    for file in files:
        if file not in inside:
            collector.remark(
                "left out", _printable(file.name), "a link to a place outside of the folder"
            )
    names = {file.relative_to(path).as_posix(): file for file in inside}
    wanted = _without_parts([name for name in names if _ending(name) in KINDS])
    _report_others(list(names), wanted, _shown(path), collector)
    if not wanted:
        raise SourceError(f"{_shown(path)}: no {', '.join(KINDS)} file in this folder")
    yield from (names[name] for name in wanted)


def _advice_on_missing(path: Path) -> str:
    first = path.parts[0] if path.parts else ""
    if first.endswith(":") and len(first) > 2:  # not a drive, `C:`
        return f"a web address begins with https://, not {first}//"
    if _HOST.fullmatch(first):
        return f"check the path, or write https:// before {first} if it is on the web"
    return "check the path"


def _without_parts(names: list[str]) -> list[str]:
    """Notion exports a table twice, as it is shown and whole (`_all.csv`): the whole one counts."""
    whole = {name.removesuffix("_all.csv") for name in names if name.endswith("_all.csv")}
    return [
        name for name in names if not (name.endswith(".csv") and name.removesuffix(".csv") in whole)
    ]


def _report_others(names: list[str], wanted: list[str], where: str, collector: Collector) -> None:
    others = Counter(_ending(name) or "without an ending" for name in set(names) - set(wanted))
    for ending, count in sorted(others.items()):
        files = "1 file" if count == 1 else f"{count:,} files"
        text = "not a kind that is read"
        if ending in KINDS:
            text = "a part of the _all.csv beside it"
        elif advice := advice_on(ending):
            text = f"{text}; {advice}"
        collector.remark("left out", where, f"{files} {ending}: {text}")


def _is_hidden(path: Path | PurePosixPath) -> bool:
    """Return whether a file is not of the FAQ: `.git`, `__MACOSX`, the lock file `~$faq.xlsx`."""
    return any(part.startswith((".", "~$", "__")) for part in path.parts)


def _read(file: Path) -> bytes:
    before = file.stat()
    data = file.read_bytes()
    after = file.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise SourceError(
            f"{_shown(file)}: another program is writing it; try again when it is done"
        )
    return data


def _reader(ending: str, *, alone: bool) -> Reader:  # noqa: PLR0911 - one for each kind
    """Return the reader of a kind of file; its libraries are imported with the first such file."""
    match ending:
        case ".csv" | ".tsv":
            from ingest.sources.tables.delimited import read_delimited

            return read_delimited
        case ".xlsx" | ".xlsm":
            from ingest.sources.tables.xlsx import read_xlsx

            return read_xlsx
        case ".xls":
            from ingest.sources.tables.xls import read_xls

            return read_xls
        case ".ods":
            from ingest.sources.tables.ods import read_ods

            return read_ods
        case ".xml":
            from ingest.sources.tables.spreadsheetml import read_spreadsheetml

            return read_spreadsheetml
        case ".pkl" | ".pickle":
            return _read_pickle
        case ".json" | ".jsonl" | ".ndjson":
            from ingest.sources.structures import read_json

            return read_json
        case ".yaml" | ".yml":
            from ingest.sources.structures import read_yaml

            return read_yaml
        case ".txt":
            return partial(_read_text, alone=alone)
        case _:
            from ingest.sources.pages import files

            read = {".docx": files.read_docx, ".html": files.read_html, ".htm": files.read_html}
            return partial(read.get(ending, files.read_markdown), alone=alone)


def _read_pickle(data: bytes, name: str, collector: Collector, columns: ColumnMap) -> None:
    from ingest.sources import restricted_pickle
    from ingest.sources.structures import read_content

    read_content(restricted_pickle.loads(data, name), name, collector, columns)


def _read_text(
    data: bytes, name: str, collector: Collector, columns: ColumnMap, *, alone: bool
) -> None:
    """A text file is a table, as Excel's "Unicode Text" is, or a page."""
    from ingest.sources.pages.files import read_markdown
    from ingest.sources.tables.delimited import read_delimited

    try:
        read_delimited(data, name, collector, columns, named=True)
    except NotAFaqError:
        collector.end_file()
        read_markdown(data, name, collector, columns, alone=alone)


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _shown(path: Path) -> str:
    return _printable(path.name or str(path))


def _printable(name: str) -> str:
    """A file's name on one line, whatever bytes it is made of."""
    return "".join(mark if mark.isprintable() else "�" for mark in name)
