"""A FAQ source, a file or a folder of files, becomes rows.

What is wrong with one row is reported with its position and the rest is loaded; a file that is not
what it says is refused with one line.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.errors import SourceError
from ingest.sources import restricted_pickle
from ingest.sources.rows import Collector, Loaded, Row, Skipped, by_field, missing_fields
from ingest.sources.tables import read_csv, read_xlsx

__all__ = ["MAX_FILE_BYTES", "Loaded", "Row", "Skipped", "load"]

MAX_FILE_BYTES: Final = 200_000_000
"""Of all files of a source together."""

_UTF8_BOM: Final = b"\xef\xbb\xbf"


def load(path: Path) -> Loaded:
    """Read `.pkl`, `.jsonl`, `.csv` or `.xlsx`, or all such files of a folder in order of name.

    Raises:
        SourceError: Missing, empty, too large, malicious, or not what it says; one line.
    """
    files = _files(path)
    collector = Collector()
    try:
        if (size := sum(file.stat().st_size for file in files)) > MAX_FILE_BYTES:
            raise SourceError(
                f"{_shown(path)}: {size:,} bytes, at most {MAX_FILE_BYTES:,} are read;"
                " split the FAQ into smaller files"
            )
        for file in files:
            _read(file, collector)
            collector.end_file()
    except OSError as error:
        raise SourceError(f"{_shown(path)}: cannot be read ({error.strerror})") from error
    return collector.loaded()


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        # Excel keeps a lock file `~$faq.xlsx` beside an open one.
        names = (file for file in path.iterdir() if not file.name.startswith((".", "~$")))
        files = sorted(file for file in names if file.suffix.lower() in _READERS and file.is_file())
        if not files:
            raise SourceError(f"{_shown(path)}: no {_KINDS} file in this folder")
        return files
    if not path.exists():
        raise SourceError(f"{_shown(path)}: no such file or folder; check the path")
    if not path.is_file():
        raise SourceError(f"{_shown(path)}: neither a file nor a folder")
    if path.suffix.lower() not in _READERS:
        raise SourceError(f"{_shown(path)}: unknown kind of file; a FAQ is {_KINDS}")
    return [path]


def _read(file: Path, collector: Collector) -> None:
    name = _shown(file)
    data = file.read_bytes()
    if not data.strip():
        raise SourceError(f"{name}: the file is empty")
    before = len(collector.rows) + len(collector.skipped)
    _READERS[file.suffix.lower()](data, name, collector)
    if len(collector.rows) + len(collector.skipped) == before:
        raise SourceError(f"{name}: holds no FAQ entry")


def _shown(path: Path) -> str:
    """A file's name on one line, whatever bytes it is made of."""
    return "".join(mark if mark.isprintable() else "�" for mark in path.name or str(path))


def _read_pickle(data: bytes, name: str, collector: Collector) -> None:
    content = restricted_pickle.loads(data, name)
    if isinstance(content, dict):
        for number, (title, answer) in enumerate(content.items(), 1):
            collector.add({"title": title, "answer": answer}, f"{name}:{number}")
        return
    if not isinstance(content, list):
        raise SourceError(f"{name}: not a FAQ; save a dict of title -> answer")
    if problem := _names_problem(content):
        raise SourceError(f"{name}: {problem}")
    for number, item in enumerate(content, 1):
        if isinstance(item, dict):
            collector.add(by_field(item), f"{name}:{number}")
        else:
            collector.skip(f"{name}:{number}", "the item is not a dict: save title and answer")


def _read_jsonl(data: bytes, name: str, collector: Collector) -> None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4096]:
        raise SourceError(f"{name}: not UTF-8 text; save it as JSONL in UTF-8")
    lines = [_parsed(line) for line in data.removeprefix(_UTF8_BOM).split(b"\n")]
    objects = [line for line in lines if isinstance(line, dict)]
    if not objects:
        raise SourceError(f"{name}: no line is a JSON object; JSONL has one on each line")
    if problem := _names_problem(objects):
        raise SourceError(f"{name}: {problem}")
    for number, line in enumerate(lines, 1):
        if isinstance(line, dict):
            collector.add(by_field(line), f"{name}:{number}")
        elif line:
            collector.skip(f"{name}:{number}", line)
        else:
            collector.blank(f"{name}:{number}")


def _parsed(line: bytes) -> dict[str, object] | str:
    """The object on a line, or why there is none; an empty text for an empty line."""
    if not line.strip():
        return ""
    try:
        value = json.loads(line.decode())
    except UnicodeDecodeError:
        return "the line is not valid UTF-8: save the file as UTF-8 or type the line anew"
    except (ValueError, RecursionError):
        return "the line is not valid JSON: correct it or remove it"
    return value if isinstance(value, dict) else "the line is not a JSON object: write {…}"


def _names_problem(items: list[object] | list[dict[str, object]]) -> str | None:
    """Return why no item can be an entry: none has both a title and an answer by name."""
    problem = None
    for item in items:
        if isinstance(item, dict):
            problem = missing_fields(item)
            if problem is None:
                return None
    return problem


_READERS: Final[dict[str, Callable[[bytes, str, Collector], None]]] = {
    ".pkl": _read_pickle,
    ".jsonl": _read_jsonl,
    ".csv": read_csv,
    ".xlsx": read_xlsx,
}
_KINDS: Final = ".pkl, .jsonl, .csv or .xlsx"
