"""The header row of a table, and the fields that its columns hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.errors import SourceError
from ingest.sources.tables.column_words import ANSWER
from ingest.sources.tables.headers import FIELDS, Header, header, is_reply_word, same_name
from ingest.sources.tables.lines import TableLine, is_filled, value_at

HEADER_ROWS: Final = 30
"""A title, a notice and a legend stand above the names at most."""

_SAMPLE_ROWS: Final = 2_000
_SUBJECT_SHARE: Final = 0.8  # of the rows of a board, the most that have a title of their own
_QUESTION_CHARS: Final = 200
# What programs point to each other by, of which people read nothing.
_ID: Final = re.compile(r"\d+|[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f-]{27}", re.IGNORECASE)


ColumnMap = Mapping[str, str]
"""What `--map` says: a field's name and the name of its column."""


def column_map(text: str) -> dict[str, str]:
    """Read `question=제목,answer=답변`: fields, and the names of their columns.

    Raises:
        SourceError: It is not of this form, or names an unknown field.
    """
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    found = {name.strip().lower(): column.strip() for name, _, column in pairs}
    found = {"title" if name == "question" else name: column for name, column in found.items()}
    if wrong := sorted(found.keys() - set(FIELDS)):
        raise SourceError(
            f"--map names {', '.join(wrong)}: write question=…,answer=…; the others are"
            f" {', '.join(FIELDS[2:])}"
        )
    if empty := sorted(name for name, column in found.items() if not column):
        raise SourceError(f"--map names no column for {', '.join(empty)}: write question=제목")
    return found


@dataclass(frozen=True, slots=True)
class EntryColumns:
    """The columns of one language: of each field the indexes, the first one counting most."""

    title: tuple[int, ...]
    answer: tuple[int, ...]
    questions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """The columns of a table's entries; `spare` answer the rows that have no other answer."""

    entries: tuple[EntryColumns, ...]
    shared: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    spare: tuple[int, ...] = ()

    def reads(self) -> Iterator[tuple[str, int]]:
        for entry in self.entries:
            yield "title", entry.title[0]
            yield from (("answer", index) for index in entry.answer)
            yield from (("questions", index) for index in entry.questions)
        yield from (("answer", index) for index in self.spare)
        for name, indexes in self.shared.items():
            yield from ((name, index) for index in indexes)


def find_header(
    lines: Sequence[TableLine], columns: ColumnMap, rows: int = HEADER_ROWS
) -> int | None:
    """Return the index of the header line, which names a title and an answer.

    It is among the first `rows` that are not blank.
    """
    looked_at = 0
    for index, line in enumerate(lines):
        if line.blank:
            continue
        if _has_both(line.values, columns):
            return index
        looked_at += 1
        if looked_at == rows:
            return None
    return None


def missing(lines: Sequence[TableLine], columns: ColumnMap) -> str:
    """Return the error about a table without the columns: those it has, and how to name them."""
    filled = [line for line in lines[:200] if not line.blank][:HEADER_ROWS]
    if not filled:
        return "the sheet is empty"
    if not columns and any(_is_question(cell) for cell in filled[0].values):
        return (
            "no row names the columns: write 질문 and 답변 (question, answer) above the first row"
        )
    widest = max(filled, key=lambda line: sum(map(is_filled, line.values)))
    found = [header(cell) for cell in widest.values]
    listed = ", ".join(head.name for head in found if head.name)[:200]
    if columns:
        absent = [
            name
            for name in columns.values()
            if not any(same_name(head.name, name) for head in found)
        ]
        if absent:
            return f"no column is named {', none '.join(absent)}; the columns are: {listed}"
    has = {head.field for head in found} | ({"answer"} if body_answers(found) else set())
    lacking = [
        words
        for name, words in (
            ("title", "title (or question, 질문, 제목)"),
            ("answer", "answer (or text, 답변, 내용)"),
        )
        if name not in has and name not in columns
    ]
    return (
        f"no column is named {', none '.join(lacking)}; the columns are: {listed}; name them so,"
        " or say which is which with --map question=…,answer=…"
    )


def _has_both(cells: Sequence[object], columns: ColumnMap) -> bool:
    if not has_mapped(cells, columns):
        return False
    heads = [header(cell) for cell in cells]
    fields = {head.field for head in heads} | set(columns)
    if "answer" in fields:
        return not fields.isdisjoint(("title", "body", "questions"))
    return "title" in fields and body_answers(heads)


def has_mapped(cells: Sequence[object], columns: ColumnMap) -> bool:
    """Return whether a row names every column that `--map` does."""
    return all(any(same_name(cell, name) for cell in cells) for name in columns.values())


def _is_question(cell: object) -> bool:
    """Return whether a cell of the first row is no column's name but what somebody asks."""
    return isinstance(cell, str) and cell.rstrip().endswith(("?", "？"))


def body_answers(heads: Sequence[Header]) -> bool:
    """Return whether a text column is the answer: not where another column speaks of a reply."""
    return any(head.field == "body" for head in heads) and not any(
        head.field == "answer" or is_reply_word(head.name) for head in heads
    )


def make_plan(heads: Sequence[Header], body: Sequence[TableLine], columns: ColumnMap) -> ColumnPlan:
    chosen = {
        name: next(index for index, head in enumerate(heads) if same_name(head.name, wanted))
        for name, wanted in columns.items()
    }
    by_field: dict[str, list[int]] = {}
    for index, head in enumerate(heads):
        if index not in chosen.values() and head.field not in chosen:
            by_field.setdefault(head.field, []).append(index)
    for name, index in chosen.items():
        by_field[name] = [index]
    for name in ("title", "questions"):  # `Q#` numbers the questions
        told = [index for index in by_field.get(name, ()) if not _are_numbers(body, index)]
        by_field[name] = told or by_field.get(name, [])
    by_field = {name: indexes for name, indexes in by_field.items() if indexes}
    for indexes in by_field.values():
        indexes.sort(key=lambda index: heads[index].rank)
    bodies = by_field.get("body", [])
    spare: tuple[int, ...] = ()
    if "answer" not in by_field:
        spare = tuple(index for index in bodies[1:] if _fills_in(index, bodies[0], body))
        by_field["answer"], bodies = bodies[:1], []
    if "title" not in by_field:  # `text` and `output`: what was asked has no title
        by_field["title"], bodies = bodies[:1] or by_field["questions"][:1], bodies[1:]
    if bodies and "category" not in by_field and _are_subjects(by_field["title"], bodies[0], body):
        by_field["category"], by_field["title"] = by_field["title"], bodies[:1]
        bodies = []
    entries = _entries(heads, by_field, body)
    if bodies:  # the question's text, below its title
        first = entries[0]
        entries[0] = EntryColumns(first.title, first.answer, (*first.questions, bodies[0]))
    more = tuple(by_field.get("questions", ()))
    entries = [EntryColumns(e.title, e.answer, (*e.questions, *more)) for e in entries]
    return ColumnPlan(tuple(entries), _shared(heads, by_field, body), spare)


def _fills_in(spare: int, answer: int, body: Sequence[TableLine]) -> bool:
    """Return whether a column holds the texts of rows that have none in that of the answers."""
    return any(
        is_filled(value_at(line, spare)) and not is_filled(value_at(line, answer)) for line in body
    )


def _entries(
    heads: Sequence[Header], by_field: Mapping[str, Sequence[int]], body: Sequence[TableLine]
) -> list[EntryColumns]:
    """Yield one entry a row, or one for each language with a title and an answer."""
    titles, answers = by_field["title"], by_field["answer"]
    answers = [index for index in answers if heads[index].rank <= len(ANSWER)] or answers
    tags = list(dict.fromkeys(heads[index].tag for index in sorted(titles)))
    paired = [tag for tag in tags if any(heads[index].tag == tag for index in answers)]
    if len(paired) > 1:
        return [
            EntryColumns(
                tuple(index for index in titles if heads[index].tag == tag)[:1],
                tuple(index for index in answers if heads[index].tag == tag)[:1],
            )
            for tag in paired
        ]
    best = _most_telling(titles, body)
    others = [index for index in titles if index != best]
    return [EntryColumns((best, *others), tuple(answers), tuple(others))]


def _are_subjects(titles: Sequence[int], asked: int, body: Sequence[TableLine]) -> bool:
    """Return whether titles such as `환불 문의` repeat, and the texts below them are questions."""
    if len(titles) != 1:
        return False
    subjects, questions = (_texts(body, index) for index in (titles[0], asked))
    return (
        len(set(subjects)) <= _SUBJECT_SHARE * len(subjects)
        and len(set(questions)) == len(questions) >= len(subjects)
        and all(len(text) <= _QUESTION_CHARS for text in questions)
    )


def _texts(body: Sequence[TableLine], index: int) -> list[str]:
    cells = (value_at(line, index) for line in body[:_SAMPLE_ROWS])
    firsts = (value[0] if isinstance(value, list) and value else value for value in cells)
    return [str(value).strip() for value in firsts if is_filled(value)]


def _are_numbers(body: Sequence[TableLine], index: int) -> bool:
    texts = _texts(body, index)
    return bool(texts) and all(text.isdigit() for text in texts)


def _most_telling(titles: Sequence[int], body: Sequence[TableLine]) -> int:
    """Return the title column whose values differ most; subjects such as `배송 문의` repeat."""
    if len(titles) == 1:
        return titles[0]

    def repeated(index: int) -> int:
        values = _texts(body, index)
        return len(values) - len(set(values)) + 2 * (not values)

    return min(titles, key=lambda index: (repeated(index), titles.index(index)))


def _groups(head: Header, index: int, body: Sequence[TableLine]) -> bool:
    """Return whether a column of categories has some: a type that never differs is a program's."""
    found = set(_texts(body, index))
    program = head.name.lower().endswith("type") and len(found) == 1 and len(body) > 1
    return not program and not (found and all(_ID.fullmatch(text) for text in found))


def _shared(
    heads: Sequence[Header], by_field: Mapping[str, list[int]], body: Sequence[TableLine]
) -> dict[str, tuple[int, ...]]:
    named = [index for index in by_field.get("category", []) if _groups(heads[index], index, body)]
    categories = sorted(named, key=lambda index: heads[index].level)
    leveled = [index for index in categories if heads[index].level >= 0]
    categories = [*categories[: not leveled or heads[categories[0]].level < 0], *leveled]
    shared = {
        "category": categories or by_field.get("tags", [])[:1],
        "related": by_field.get("related", [])[:1],
        "url": by_field.get("url", [])[:1],
        "updated": (by_field.get("updated") or by_field.get("dated", []))[:1],
    }
    return {name: tuple(indexes) for name, indexes in shared.items() if indexes}
