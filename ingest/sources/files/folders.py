"""The files of a source that are read, by their names, and those that are not, which are named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import Final

from core.errors import SourceError
from ingest.sources.files.kinds import advice_on
from ingest.sources.rows import Collector
from ingest.sources.tables.column_words import LANGUAGES

# The server of a web address, whose last part is no ending of a file that is read.
_HOST: Final = re.compile(r"(?:[\w-]+\.)+(?:com|net|org|io|app|dev|kr|jp|de|uk|eu|help|site|shop)")
_NOTION_TABLE: Final = re.compile(r"(?P<folder_with_id>(?P<folder>.+?) [0-9a-f]{32})(?:_all)?\.csv")
NOTION_ID: Final = re.compile(r"(?<!\s)\s+[0-9a-f]{32}$")
MAX_FILES: Final = 20_000

_TABLES: Final = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".xml")
_RECORDS: Final = (
    ".json",
    ".jsonl",
    ".jsonld",
    ".ndjson",
    ".yaml",
    ".yml",
    ".toml",
    ".pkl",
    ".pickle",
)
PAGES: Final = (".md", ".markdown", ".mdx", ".txt", ".html", ".htm", ".docx")
_INCLUDED: Final = (".md", ".mdx")
KINDS: Final = (*_TABLES, *_RECORDS, *PAGES, ".zip")
"""The ends of the names of files that are read."""


def files_of(path: Path, collector: Collector) -> Iterator[Path]:
    """Yield the file, or the files of a folder and its folders by name; the others are named.

    Raises:
        SourceError: There is none that is read.
    """
    if not path.exists():
        raise SourceError(f"{shown_path(path)}: no such file or folder; {_advice_on_missing(path)}")
    if not path.is_dir():
        if not path.is_file():
            raise SourceError(f"{shown_path(path)}: neither a file nor a folder")
        if ending_of(path.name) not in KINDS:
            advice = advice_on(ending_of(path.name)) or f"a FAQ is {', '.join(KINDS)}"
            raise SourceError(f"{shown_path(path)}: not a kind that is read; {advice}")
        yield path
        return
    root = path.resolve()
    files = sorted(
        file for file in path.rglob("*") if file.is_file() and not is_hidden(file.relative_to(path))
    )
    if len(files) > MAX_FILES:
        raise SourceError(
            f"{shown_path(path)}: more than {MAX_FILES:,} files; give the folder of the FAQ"
        )
    inside = [file for file in files if file.resolve().is_relative_to(root)]
    for file in files:
        if file not in inside:
            collector.remark(
                "left out", printable(file.name), "a link to a place outside of the folder"
            )
    names = {file.relative_to(path).as_posix(): file for file in inside}
    wanted = without_parts([name for name in names if ending_of(name) in KINDS])
    report_others(list(names), wanted, shown_path(path), collector)
    if not wanted:
        there = "; ".join(remark.text for remark in collector.remarks) or "it is empty"
        raise SourceError(
            f"{shown_path(path)}: nothing in this folder is read ({there}); a FAQ is"
            f" {', '.join(KINDS)}"
        )
    yield from (names[name] for name in wanted)


def _advice_on_missing(path: Path) -> str:
    first = path.parts[0] if path.parts else ""
    if first.endswith(":") and len(first) > 2:  # not a drive, `C:`
        return f"a web address begins with https://, not {first}//"
    if _HOST.fullmatch(first):
        return f"check the path, or write https:// before {first} if it is on the web"
    return "check the path"


def without_parts(names: list[str]) -> list[str]:
    """Return the files that are no parts of others.

    Notion exports a table twice, as it is shown and whole (`_all.csv`): the whole one counts.
    Docusaurus and Sphinx include pages such as `_contact.mdx` in others.
    """
    whole = {name.removesuffix("_all.csv") for name in names if name.endswith("_all.csv")}
    return [
        name
        for name in names
        if not (name.endswith(".csv") and name.removesuffix(".csv") in whole)
        and not (ending_of(name) in _INCLUDED and PurePosixPath(name).name.startswith("_"))
    ]


def lists_of_pages(names: list[str]) -> set[str]:
    """Return the tables that Notion exports beside a folder with the pages of their rows."""
    folders = {str(PurePosixPath(name).parent) for name in names if ending_of(name) in PAGES}
    return {
        name
        for name in names
        if ending_of(name) == ".csv"
        and (match := _NOTION_TABLE.fullmatch(name))
        and {match["folder"], match["folder_with_id"]} & folders
    }


def categories_of(names: Sequence[str]) -> dict[str, str]:
    """Return the folders of files as their categories, without those that all pages share."""
    parents = {name: PurePosixPath(name).parent.parts for name in names}
    pages = [parents[name] for name in names if ending_of(name) in PAGES]
    levels = zip(*(pages or parents.values()), strict=False)  # up to the least deep
    shared = sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, levels))
    return {
        name: " > ".join(
            NOTION_ID.sub("", part).replace("_", " ")
            for part in parts[shared:]
            if part.lower() not in LANGUAGES
        )
        for name, parts in parents.items()
    }


def name_in(path: Path, file: Path) -> str:
    """Return the name of a source's file, below the folder that is the source."""
    return file.name if file == path else file.relative_to(path).as_posix()


def report_others(names: list[str], wanted: list[str], where: str, collector: Collector) -> None:
    """Name the kinds of files that are not read, with what to do about them."""
    others = Counter(ending_of(name) or "without an ending" for name in set(names) - set(wanted))
    for ending, count in sorted(others.items()):
        files = "1 file" if count == 1 else f"{count:,} files"
        text = "not a kind that is read"
        if ending in KINDS:
            text = "a part of the _all.csv beside it"
            if ending in _INCLUDED:
                text = "text that other pages include; write it into them, else they lack it"
        elif advice := advice_on(ending):
            text = f"{text}; {advice}"
        collector.remark("left out", where, f"{files} {ending}: {text}")


def is_hidden(path: Path | PurePosixPath) -> bool:
    """Return whether a file is not of the FAQ: `.git`, `__MACOSX`, the lock file `~$faq.xlsx`."""
    return any(part.startswith((".", "~$", "__")) for part in path.parts)


def ending_of(name: str) -> str:
    """Return the end of a file's name as `KINDS` has it."""
    return PurePosixPath(name).suffix.lower()


def shown_path(path: Path) -> str:
    """Return how errors name a path."""
    return printable(path.name or str(path))


def printable(name: str) -> str:
    """A file's name on one line, whatever bytes it is made of."""
    return "".join(mark if mark.isprintable() else "�" for mark in name)
