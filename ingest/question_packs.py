"""Questions written ahead: the ways in which people ask for an entry, in a file beside the FAQ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from core.errors import SourceError
from core.types import Entry

MAX_PACK_BYTES: Final = 200_000_000

_KEY: Final = re.compile("[0-9a-f]{64}")


_WANTED: Final = 'each line is {"key": sha256 of the title, "questions": [text, …]} in UTF-8'
PERSON = "person"


def title_key(title: str) -> str:
    """SHA-256 of the exact title in UTF-8, 64 hex digits: the name of its entry in a pack."""
    return sha256(title.encode()).hexdigest()


def load_pack(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a pack, JSONL of `{"key": title_key(title), "questions": [text, …]}`, by key.

    Raises:
        SourceError: It is missing or holds no questions, or a line is malformed (`pack.jsonl:17`).
    """
    try:
        if path.stat().st_size > MAX_PACK_BYTES:
            raise SourceError(
                f"{path.name}: more than {MAX_PACK_BYTES:,} bytes for a question pack"
            )
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path.name}: cannot be read ({error.strerror})") from error
    pack: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            try:
                key, questions = _parsed(line)
            except (ValueError, RecursionError) as error:
                raise SourceError(f"{path.name}:{number}: {_WANTED}") from error
            pack[key] = tuple(dict.fromkeys((*pack.get(key, ()), *questions)))
    if not pack:
        raise SourceError(f"{path.name}: holds no questions; {_WANTED}")
    return pack


def _parsed(line: bytes) -> tuple[str, tuple[str, ...]]:
    record = json.loads(line.decode())
    if not isinstance(record, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of refusal
    key, questions = record.get("key"), record.get("questions")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or not isinstance(questions, list):
        raise ValueError("not a key and its questions")
    for question in questions:
        if not isinstance(question, str):
            raise ValueError("not text")  # noqa: TRY004 - one kind of refusal
        question.encode()  # lone surrogates are a UnicodeEncodeError, which is a ValueError
    return key, tuple(question.strip() for question in questions if question.strip())


@dataclass(frozen=True, slots=True)
class PackEntry:
    """The questions of one entry; `by` is a model's name or `PERSON`, `content` what it read."""

    key: str
    title: str
    questions: tuple[str, ...]
    by: str
    content: str = ""


def content_of(entry: Entry) -> str:
    """Names what a model is shown of an entry: the same content is not paid for twice."""
    return title_key(f"{entry.title}\0{entry.text}")[:32]


def read_own(path: Path) -> dict[str, PackEntry]:
    """The pack by key; empty where there is none.

    Raises:
        SourceError: it cannot be read.
    """
    return {row.key: row for row in read_rows(path)}


def read_rows(path: Path) -> list[PackEntry]:
    """Read all lines, except one that a kill cut short.

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


def write_own(path: Path, rows: Iterable[PackEntry]) -> None:
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


def line_of(row: PackEntry) -> str:
    """A line of the pack."""
    return json.dumps(asdict(row), ensure_ascii=False) + "\n"


def with_own(
    pack: Mapping[str, tuple[str, ...]], own: Mapping[str, PackEntry]
) -> dict[str, tuple[str, ...]]:
    """Return a pack with this installation's questions; those that a person wrote replace it."""
    merged = dict(pack)
    for key, row in own.items():
        before = () if row.by == PERSON else merged.get(key, ())
        merged[key] = (*before, *row.questions)
    return merged


def _row(line: bytes) -> PackEntry | None:
    try:
        fields = json.loads(line)
        questions = tuple(map(str, fields["questions"]))
        return PackEntry(
            fields["key"], fields["title"], questions, fields["by"], fields.get("content", "")
        )
    except (ValueError, KeyError, TypeError):
        return None
