"""Questions written ahead: the ways in which people ask for an entry, in a file beside the FAQ."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Final

from core.errors import SourceError

MAX_PACK_BYTES: Final = 200_000_000

_KEY: Final = re.compile("[0-9a-f]{64}")


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


_WANTED: Final = 'each line is {"key": sha256 of the title, "questions": [text, …]} in UTF-8'


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
