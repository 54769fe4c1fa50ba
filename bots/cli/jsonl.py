"""Lines of JSON: questions, as batches and evaluations read them, and what commands print."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import SourceError
from core.types import Exchange


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A line of the input: its place (`FILE:17`), its question, and its other fields."""

    place: str
    question: str
    history: tuple[Exchange, ...]
    fields: dict[str, Any]


def read_rows(source: str, *, with_id: bool) -> list[QuestionRow]:
    """Read all rows of a JSONL file, or of stdin for `-`, and check them.

    Raises:
        SourceError: it cannot be read, has no rows, or a line is malformed (`FILE:17: …`).
    """
    name = "stdin" if source == "-" else source
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise SourceError(f"cannot read {name}: {error.strerror}") from error
    rows = [
        _row(line, f"{name}:{number}", with_id=with_id) for number, line in numbered_lines(data)
    ]
    if not rows:
        raise SourceError(f"{name} has no questions in it")
    return rows


def json_line(fields: Mapping[str, Any]) -> str:
    """Return fields as a line of JSON; times are in ISO 8601."""
    return json.dumps(fields, ensure_ascii=False, default=_time)


def _time(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not for JSON")


def numbered_lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a JSONL file that are not blank, with their numbers.

    They end at line feeds alone: in a text of JSON there may be other separators, such as U+2028.
    """
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            yield number, line


def _row(line: bytes, place: str, *, with_id: bool) -> QuestionRow:
    try:
        fields = json.loads(line.decode())
        json.dumps(fields, ensure_ascii=False).encode()  # half of a surrogate pair is refused
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{place}: not a line of JSON in UTF-8 ({error})") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("question"), str):
        raise SourceError(f'{place}: an object with a text "question" is needed')
    if with_id and not isinstance(fields.get("id"), str | int):
        raise SourceError(f'{place}: an "id" is needed, a text or a number')
    return QuestionRow(place, fields["question"], _history(fields.get("history"), place), fields)


def _history(past: object, place: str) -> tuple[Exchange, ...]:
    problem = f'{place}: "history" must be a list of {{"user": text, "bot": text}}'
    exchanges = []
    for turn in [] if past is None else past if isinstance(past, list) else [None]:
        user = turn.get("user") if isinstance(turn, dict) else None
        bot = turn.get("bot", "") if isinstance(turn, dict) else None
        if not isinstance(user, str) or not isinstance(bot, str):
            raise SourceError(problem)
        exchanges.append(Exchange(user, bot))
    return tuple(exchanges)
