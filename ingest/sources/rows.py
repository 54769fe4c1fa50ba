"""The common form of every FAQ source: rows with a title and an answer, and rows left out.

The readers of `load` hand each record to a `Collector`, which checks it and knows its position.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.errors import SourceError

MAX_TITLE_CHARS: Final = 300
MAX_ANSWER_CHARS: Final = 100_000
# A shared string of an XLSX or a pickle is stored once and named a million times: the file is
# small, the rows are not.
MAX_TOTAL_CHARS: Final = 300_000_000
MAX_ROWS: Final = 2_000_000

# The names of each field in order of precedence, lower case.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("title", "question", "질문", "제목"),
    "answer": ("answer", "text", "답변", "내용"),
    "category": ("category", "카테고리", "분류"),
    "questions": ("questions", "질문예시"),
    "related": ("related", "관련"),
}
_SPELLED: Final = {
    "title": "title (or question, 질문, 제목)",
    "answer": "answer (or text, 답변, 내용)",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a source, its text as it stands there; `position` is like `faq.csv:17`."""

    title: str
    answer: str
    category: str
    questions: tuple[str, ...]
    related: tuple[str, ...]
    position: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that was left out: where it is, and why and what to do about it."""

    position: str
    reason: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything read from a source, in its order."""

    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class Collector:
    """Checks records as they are read; a bad one is noted and the rest goes on."""

    rows: list[Row] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    _blank: list[str] = field(default_factory=list)  # position of the first blank row, and the last
    _chars: int = 0

    def add(self, record: Mapping[str, object], position: str) -> None:
        """Take a record with the names of `FIELDS`.

        Raises:
            SourceError: The source as a whole is beyond all bounds.
        """
        self._flush_blank()
        try:
            row = _row(record, position)
        except ValueError as error:
            self.skip(position, str(error))
            return
        self.rows.append(row)
        self._chars += len(row.title) + len(row.answer) + len(row.category)
        self._chars += sum(map(len, row.questions)) + sum(map(len, row.related))
        if self._chars > MAX_TOTAL_CHARS or len(self.rows) > MAX_ROWS:
            raise SourceError(
                f"{position}: more than {MAX_TOTAL_CHARS:,} characters or {MAX_ROWS:,} rows"
                " up to here; split the FAQ into smaller files"
            )

    def skip(self, position: str, reason: str) -> None:
        self._flush_blank()
        self.skipped.append(Skipped(position, reason))

    def blank(self, position: str) -> None:
        """Note an empty row; those after the last record are not worth a word."""
        self._blank = [*self._blank[:1], position]

    def loaded(self) -> Loaded:
        return Loaded(tuple(self.rows), tuple(self.skipped))

    def end_file(self) -> None:
        self._blank.clear()

    def _flush_blank(self) -> None:
        if self._blank:
            first, last = self._blank[0], self._blank[-1]
            upto = "" if first == last else f" (and the rows up to {last})"
            self.skipped.append(Skipped(first, f"the row is empty{upto}: fill it in or remove it"))
            self._blank.clear()


def missing_fields(names: Iterable[object]) -> str | None:
    """Return what to say when the title or the answer is not among the columns, else None."""
    found = by_field(dict.fromkeys(names))
    lacking = [spelled for known, spelled in _SPELLED.items() if known not in found]
    return f"no column is named {', none '.join(lacking)}; name them so" if lacking else None


def by_field(record: Mapping[Any, object]) -> dict[str, object]:
    """A record under our field names; of two names for one field the earlier in `FIELDS` wins."""
    plain = {
        unicodedata.normalize("NFC", name).strip().lower(): value
        for name, value in record.items()
        if isinstance(name, str)
    }
    return {
        known: plain[name]
        for known, names in FIELDS.items()
        for name in reversed(names)
        if name in plain
    }


def _row(record: Mapping[str, object], position: str) -> Row:
    title = _text("title", record.get("title"), MAX_TITLE_CHARS)
    answer = _text("answer", record.get("answer"), MAX_ANSWER_CHARS)
    if not title.strip() or not answer.strip():
        empty = "title" if not title.strip() else "answer"
        raise ValueError(f"the {empty} is empty: fill it in or remove the row")
    return Row(
        title,
        answer,
        _text("category", record.get("category"), MAX_TITLE_CHARS),
        _texts("questions", record.get("questions")),
        _texts("related", record.get("related")),
        position,
    )


def _texts(name: str, value: object) -> tuple[str, ...]:
    """A list of text as it is, or one text with an item on each line or between `|`."""
    items = value if isinstance(value, list) else _text(name, value, MAX_ANSWER_CHARS)
    if isinstance(items, str):
        items = [item.strip() for item in items.replace("|", "\n").splitlines()]
    texts = (_text(name, item, MAX_ANSWER_CHARS) for item in items)
    return tuple(text for text in texts if text.strip())


def _text(name: str, value: object, most: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"the {name} is not text but {_kind(value)}: write it as text")  # noqa: TRY004 - one kind of refusal
    if len(value) > most:
        raise ValueError(f"the {name} has {len(value):,} characters, {most:,} fit: shorten it")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(f"the {name} has broken characters (lone surrogates): type it anew")
    return value


def _kind(value: object) -> str:
    return "a number" if isinstance(value, int | float) else f"of type {type(value).__name__}"
