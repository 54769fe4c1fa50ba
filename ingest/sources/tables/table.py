"""A table becomes records: which row has the columns' names, which column is what, merged cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.errors import SourceError
from ingest.sources.rows import Collector, Columns, NotAFaqError
from ingest.sources.tables.headers import FIELDS, Header, header, is_reply_word, same_name
from ingest.sources.values import Linked, text_of

_HEADER_ROWS: Final = 30  # a title, a notice and a legend stand above the names at most
_LIST_MARK: Final = re.compile(r"(?:[-•*·]|\d{1,2}[.)])\s+")
_SAMPLE_ROWS: Final = 2_000

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
        raise SourceError(f"--map says no column for {', '.join(empty)}: write question=제목")
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table; `merged` are the columns whose value is that of the merged cell above.

    `problem` says why a row is no record, if it is none.
    """

    number: int
    values: Sequence[object]
    merged: frozenset[int] = frozenset()
    problem: str = ""

    @property
    def blank(self) -> bool:
        """Whether there is nothing in it."""
        return not any(_filled(value) for value in self.values)


@dataclass(frozen=True, slots=True)
class _Entry:
    """The columns of one language: of each field the indexes, the first one counting most."""

    title: tuple[int, ...]
    answer: tuple[int, ...]
    questions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    entries: tuple[_Entry, ...]
    shared: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def reads(self) -> Iterator[tuple[str, int]]:
        for entry in self.entries:
            yield "title", entry.title[0]
            yield from (("answer", index) for index in entry.answer)
            yield from (("questions", index) for index in entry.questions)
        for name, indexes in self.shared.items():
            yield from ((name, index) for index in indexes)


def find_header(lines: Sequence[Line], columns: ColumnMap) -> int | None:
    """The index of the line with the columns' names: it has both a title and an answer."""
    looked_at = 0
    for index, line in enumerate(lines):
        if line.blank:
            continue
        if _has_both(line.values, columns):
            return index
        looked_at += 1
        if looked_at == _HEADER_ROWS:
            return None
    return None


def add_table(
    lines: Sequence[Line],
    where: str,
    collector: Collector,
    columns: ColumnMap,
    *,
    others: Mapping[int, str] | None = None,
) -> None:
    """Hand every record of a table to `collector`.

    `others` are numbers of lines that are no records, each with the reason; "" for an empty one.

    Raises:
        SourceError: No row names a title and an answer column.
    """
    start = find_header(lines, columns)
    if start is None:
        raise NotAFaqError(f"{where}: {missing(lines, columns)}")
    names = [header(cell) for cell in lines[start].values]
    above = [str(_first(line)) for line in lines[:start] if not line.blank]
    for text in above:
        collector.remark("left out", where, f"a line above the columns' names: {text[:80]!r}")
    body = lines[start + 1 :]
    plan = _plan(names, body, columns)
    used = {index for _, index in plan.reads()}
    collector.columns.append(
        Columns(
            where,
            tuple((name, names[index].name) for name, index in plan.reads()),
            tuple(
                head.name
                for index, head in enumerate(names)
                if head.name and index not in used and _column_filled(body, index)
            ),
        )
    )
    body = _filled_down(body, plan, where, collector)
    if others:
        problems = [Line(number, (), problem=reason) for number, reason in others.items()]
        body = sorted([*body, *problems], key=lambda line: line.number)
    _add_records(body, plan, where, collector)
    collector.end_file()


def missing(lines: Sequence[Line], columns: ColumnMap) -> str:
    """What to say of a table without the columns: those that are there, and how to name them."""
    filled = [line for line in lines[:200] if not line.blank][:_HEADER_ROWS]
    if not filled:
        return "the sheet is empty"
    widest = max(filled, key=lambda line: sum(map(_filled, line.values)))
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
    has = {head.field for head in found} | ({"answer"} if _body_answers(found) else set())
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
    heads = [header(cell) for cell in cells]
    if columns and not all(
        any(same_name(head.name, name) for head in heads) for name in columns.values()
    ):
        return False
    fields = {head.field for head in heads} | set(columns)
    if "answer" in fields:
        return "title" in fields or "body" in fields
    return "title" in fields and _body_answers(heads)


def _body_answers(heads: Sequence[Header]) -> bool:
    """Whether a text column is the answer: not where another column speaks of a reply."""
    return any(head.field == "body" for head in heads) and not any(
        head.field == "answer" or is_reply_word(head.name) for head in heads
    )


def _plan(heads: Sequence[Header], body: Sequence[Line], columns: ColumnMap) -> _Plan:
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
    for indexes in by_field.values():
        indexes.sort(key=lambda index: heads[index].rank)
    bodies = by_field.get("body", [])
    if "answer" not in by_field:
        by_field["answer"], bodies = bodies[:1], []
    if "title" not in by_field:  # `text` and `output`: what was asked has no title
        by_field["title"], bodies = bodies[:1], []
    entries = _entries(heads, by_field, body)
    if bodies:  # what was asked, below its title
        first = entries[0]
        entries[0] = _Entry(first.title, first.answer, (*first.questions, bodies[0]))
    more = tuple(by_field.get("questions", ()))
    entries = [_Entry(e.title, e.answer, (*e.questions, *more)) for e in entries]
    return _Plan(tuple(entries), _shared(heads, by_field))


def _entries(
    heads: Sequence[Header], by_field: Mapping[str, Sequence[int]], body: Sequence[Line]
) -> list[_Entry]:
    """One entry a row, or one for each language that has a title and an answer of its own."""
    titles, answers = by_field["title"], by_field["answer"]
    tags = list(dict.fromkeys(heads[index].tag for index in sorted(titles)))
    paired = [tag for tag in tags if any(heads[index].tag == tag for index in answers)]
    if len(paired) > 1:
        return [
            _Entry(
                tuple(index for index in titles if heads[index].tag == tag)[:1],
                tuple(index for index in answers if heads[index].tag == tag)[:1],
            )
            for tag in paired
        ]
    best = _most_telling(titles, body)
    others = [index for index in titles if index != best]
    return [_Entry((best, *others), tuple(answers), tuple(others))]


def _most_telling(titles: Sequence[int], body: Sequence[Line]) -> int:
    """The title column that tells the rows apart: subjects such as `배송 문의` come many times."""
    if len(titles) == 1:
        return titles[0]

    def repeated(index: int) -> int:
        values = [
            str(value).strip() for line in body[:_SAMPLE_ROWS] if _filled(value := _at(line, index))
        ]
        return len(values) - len(set(values)) + 2 * (not values)

    return min(titles, key=lambda index: (repeated(index), titles.index(index)))


def _shared(
    heads: Sequence[Header], by_field: Mapping[str, list[int]]
) -> dict[str, tuple[int, ...]]:
    categories = sorted(by_field.get("category", []), key=lambda index: heads[index].level)
    if not any(
        word in heads[index].name for index in categories for word in ("대분류", "중분류", "소분류")
    ):
        categories = categories[:1]
    shared = {
        "category": categories or by_field.get("tags", [])[:1],
        "related": by_field.get("related", [])[:1],
        "url": by_field.get("url", [])[:1],
        "updated": (by_field.get("updated") or by_field.get("dated", []))[:1],
    }
    return {name: tuple(indexes) for name, indexes in shared.items() if indexes}


def _filled_down(
    body: Sequence[Line], plan: _Plan, where: str, collector: Collector
) -> Sequence[Line]:
    """A category that is typed once above its block counts for the whole block."""
    indexes = plan.shared.get("category", ())
    rows = [line for line in body if not line.blank]
    filled: dict[int, int] = {}
    for index in indexes:
        typed = [
            str(_at(line, index))
            for line in rows
            if _filled(_at(line, index)) and index not in line.merged
        ]
        empty = sum(not _filled(_at(line, index)) for line in rows)
        once = max(Counter(typed).values(), default=0) == 1
        if empty and len(typed) > 1 and once and _filled(_at(rows[0], index)):
            filled[index] = empty
    if not filled:
        return body
    collector.remark(
        "converted",
        where,
        f"{sum(filled.values()):,} empty categories: that of the rows above was taken",
    )
    last: dict[int, object] = {}
    lines = []
    for line in body:
        values = list(line.values)
        for index in filled if not line.blank else ():
            if _filled(_at(line, index)):
                last[index] = values[index]
            else:
                values += [None] * (index + 1 - len(values))
                values[index] = last.get(index)
        lines.append(Line(line.number, values, line.merged))
    return lines


def _add_records(lines: Sequence[Line], plan: _Plan, where: str, collector: Collector) -> None:
    pending: list[tuple[dict[str, object], str]] = []
    for line in lines:
        position = f"{where}:{line.number}"
        if line.problem or line.blank:
            _flush(pending, collector)
            if line.problem:
                collector.skip(position, line.problem)
            else:
                collector.blank(position)
            continue
        records = list(_records(line, plan))
        if pending and _goes_on(line, plan):
            for (record, _), more in zip(pending, records, strict=False):
                _join(record, more, line, plan)
            collector.remark("merged", position, f"cells merged with those of {pending[0][1]}")
            continue
        _flush(pending, collector)
        pending = [(record, position) for record in records]
    _flush(pending, collector)


def _flush(pending: list[tuple[dict[str, object], str]], collector: Collector) -> None:
    for record, position in pending:
        collector.add(record, position)
    pending.clear()


def _goes_on(line: Line, plan: _Plan) -> bool:
    return all(entry.title[0] in line.merged for entry in plan.entries)


def _join(record: dict[str, object], more: Mapping[str, object], line: Line, plan: _Plan) -> None:
    """Add the answer and the questions of a row whose title is that of the row above."""
    if plan.entries[0].answer[0] not in line.merged:
        texts = [text for text in (text_of(record["answer"]), text_of(more["answer"])) if text]
        record["answer"] = "\n".join(texts)
    mine, others = record["questions"], more["questions"]
    if isinstance(mine, list) and isinstance(others, list):
        mine += [text for text in others if text not in mine]


def _records(line: Line, plan: _Plan) -> Iterator[dict[str, object]]:
    shared: dict[str, object] = {
        name: _of(name, _at(line, indexes[0]))
        for name, indexes in plan.shared.items()
        if len(indexes) == 1
    }
    if len(levels := plan.shared.get("category", ())) > 1:
        parts = [(text_of(_at(line, index)) or "").strip() for index in levels]
        shared["category"] = " > ".join(part for part in parts if part)
    found = [
        (entry, _first_filled(line, entry.title), _first_filled(line, entry.answer))
        for entry in plan.entries
    ]
    # A row that is translated into some of the languages is an entry in these.
    there = [one for one in found if _filled(one[1]) or _filled(one[2])]
    for entry, asked, answer in there or found[:1]:
        link = {"url": asked.url} if isinstance(asked, Linked) else {}
        title = _of("title", asked)
        yield {
            **link,
            **shared,
            "title": title,
            "answer": answer,
            "questions": list(_questions(line, entry, title)),
        }


def _questions(line: Line, entry: _Entry, title: object) -> Iterator[object]:
    for index in entry.questions:
        value = _at(line, index)
        items = (
            value
            if isinstance(value, list | tuple)
            else (text_of(value) or "").replace("|", "\n").splitlines()
        )
        if index in entry.title and value == title:
            continue
        for item in items:
            yield _LIST_MARK.sub("", item.strip(), count=1) if isinstance(item, str) else item


def _of(name: str, value: object) -> object:
    """A field's value: of a cell with a link its address, or all but that."""
    if isinstance(value, Linked):
        return value.url if name == "url" else value.value
    return value


def _first_filled(line: Line, indexes: Sequence[int]) -> object:
    return next((value for index in indexes if _filled(value := _at(line, index))), None)


def _at(line: Line, index: int) -> object:
    return line.values[index] if index < len(line.values) else None


def _first(line: Line) -> object:
    return next(value for value in line.values if _filled(value))


def _column_filled(body: Sequence[Line], index: int) -> bool:
    return any(_filled(_at(line, index)) for line in body)


def _filled(value: object) -> bool:
    text = text_of(value)
    return bool(value) if text is None else bool(text.strip())
