"""The data folder's own question pack: what a model wrote and a person edited, by title.

It is a pack like those in `data/questions/`, and says besides whose the questions are: a person's
take the place of all others that an entry has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import SourceError
from core.types import Entry
from ingest.questions import title_key

PERSON = "person"


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of one entry; `by` is a model's name or `PERSON`, `content` what it read."""

    key: str
    title: str
    questions: tuple[str, ...]
    by: str
    content: str = ""


def content_of(entry: Entry) -> str:
    """Names what a model is shown of an entry: the same content is not paid for twice."""
    return title_key(f"{entry.title}\0{entry.text}")[:32]


def read_own(path: Path) -> dict[str, Asked]:
    """The pack by key; empty where there is none.

    Raises:
        SourceError: it cannot be read.
    """
    return {row.key: row for row in read_rows(path)}


def read_rows(path: Path) -> list[Asked]:
    """All lines, but for one that a kill cut short.

    Raises:
        SourceError: they cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    return [row for line in lines if (row := _row(line))]


def write_own(path: Path, rows: Iterable[Asked]) -> None:
    """Put the pack in the place of the one before, in one step.

    Raises:
        SourceError: it cannot be written.
    """
    beside = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8") as file:
            file.writelines(map(line_of, rows))
        beside.replace(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be written ({error.strerror})") from error


def line_of(row: Asked) -> str:
    """A line of the pack."""
    return json.dumps(asdict(row), ensure_ascii=False) + "\n"


def with_own(
    pack: Mapping[str, tuple[str, ...]], own: Mapping[str, Asked]
) -> dict[str, tuple[str, ...]]:
    """A pack with one's own questions added, or in its place where a person wrote them."""
    merged = dict(pack)
    for key, row in own.items():
        before = () if row.by == PERSON else merged.get(key, ())
        merged[key] = (*before, *row.questions)
    return merged


def _row(line: bytes) -> Asked | None:
    try:
        fields = json.loads(line)
        questions = tuple(map(str, fields["questions"]))
        return Asked(
            fields["key"], fields["title"], questions, fields["by"], fields.get("content", "")
        )
    except (ValueError, KeyError, TypeError):
        return None
