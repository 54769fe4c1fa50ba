"""The recognition of a table's columns by their contents, where names do not tell.

A column of questions is the title, the longest texts beside it are the answers, and a column of
web addresses is the source. Where two columns could be the answer, none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final

from core.text.utterances.questions import asks
from ingest.sources.tables.asked_rows import asked_rows
from ingest.sources.tables.column_words import BESIDE
from ingest.sources.tables.columns import (
    HEADER_ROWS,
    ColumnMap,
    body_answers,
    find_header,
    has_mapped,
)
from ingest.sources.tables.headers import Header, header, is_for_readers, is_reply_word, same_name
from ingest.sources.tables.lines import TableLine, is_filled, value_at
from ingest.sources.tables.two_rows import names_in_two_rows, with_labels
from ingest.sources.values import Linked, date_of, text_of

_SAMPLE_ROWS: Final = 500
_NAME_CHARS: Final = 40
_SENTENCE_WORDS: Final = 3
_TITLE_CHARS: Final = 150
_ANSWER_CHARS: Final = 12  # shorter texts are codes and names
_ASKED_SHARE: Final = 0.5
_DISTINCT_SHARE: Final = 0.9
_LONGER: Final = 1.5  # how much longer the answers are than the texts of any other column
_ADDRESS: Final = re.compile(r"https?://\S+")
_PICTURE: Final = re.compile(r"\.(?:png|jpe?g|gif|webp|svg)(?:\?|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TableHead:
    """A table's columns, with the rows above and below the header.

    `number` is that of the row with the names, or of the row above the first; `guessed` are the
    columns that are known by their contents.
    """

    number: int
    columns: Sequence[Header]
    above: Sequence[TableLine]
    body: Sequence[TableLine]
    guessed: Sequence[Header] = ()


def head_of(
    lines: Sequence[TableLine], columns: ColumnMap, *, named: bool = False
) -> TableHead | None:
    """Return the head of a table, by names or by contents; of one that is `named`, the first row.

    Words of the records of JSON are no names of columns.
    """
    rows = 1 if named else HEADER_ROWS
    return head_by_names(lines, columns, rows) or head_by_contents(lines, columns, rows)


def head_by_names(
    lines: Sequence[TableLine], columns: ColumnMap, rows: int = HEADER_ROWS
) -> TableHead | None:
    """Return the head of a table whose row of names has both a title and an answer."""
    start = find_header(lines, columns, rows)
    if start is None:
        return None
    named: Sequence[Header] = [header(cell) for cell in lines[start].values]
    body = lines[start + 1 :]
    if body and not columns and (both := names_in_two_rows(lines[start], body[0])):
        named, labels = both
        body = with_labels(body[1:], named, labels)
    texts = _Texts(body)
    found = _with_addresses(_without_moments(named, texts, columns), texts, columns)
    return _head(lines[start].number, named, found, above=lines[:start], body=body)


def head_by_contents(
    lines: Sequence[TableLine], columns: ColumnMap, rows: int = HEADER_ROWS
) -> TableHead | None:
    """Return the head of a table whose names do not say which column is which, or has no names."""
    if asked := [] if columns or rows == 1 else asked_rows(lines):
        above = [line for line in lines if line.number < asked[0].number]
        width = max(len(line.values) for line in lines)
        named = [Header("Q. rows", "title"), Header("A. rows", "answer")]
        named += [Header("")] * (width - len(named))
        return TableHead(asked[0].number - 1, named, above, asked)
    filled = [index for index, line in enumerate(lines) if not line.blank][:rows]
    for index in filled:
        cells, body = lines[index].values, lines[index + 1 :]
        named_by_data = _stands_above_data(cells, body)
        if (named_by_data or _are_names(cells)) and has_mapped(cells, columns):
            named = [header(cell) for cell in cells]
            if found := _completed(named, body, columns):
                return _head(lines[index].number, named, found, above=lines[:index], body=body)
    if columns or rows == 1:
        return None
    for index in filled:
        body = lines[index:]
        nameless = [Header(f"column {place + 1}") for place in range(len(lines[index].values))]
        found = _completed(nameless, body, columns)
        title = next((i for i, head in enumerate(found or ()) if head.field == "title"), None)
        if found and title is not None and asks(text_of(value_at(lines[index], title)) or ""):
            number = lines[index].number - 1
            return _head(number, nameless, found, above=lines[:index], body=body)
    return None


def _head(
    number: int,
    named: Sequence[Header],
    found: Sequence[Header],
    *,
    above: Sequence[TableLine],
    body: Sequence[TableLine],
) -> TableHead:
    guessed = [after for before, after in zip(named, found, strict=True) if before != after]
    return TableHead(number, found, above, body, guessed)


class _Texts:
    """The texts of a table's columns, of its first records."""

    def __init__(self, body: Sequence[TableLine]) -> None:
        self._body = [line for line in body[:_SAMPLE_ROWS] if not line.blank]

    def of(self, index: int) -> list[str]:
        values = (value_at(line, index) for line in self._body)
        return [(text_of(value) or "").strip() for value in values if is_filled(value)]

    def addresses(self, index: int) -> list[str]:
        """Return a column's texts, of a cell with a link its address."""
        values = (value_at(line, index) for line in self._body)
        return [
            value.url if isinstance(value, Linked) else (text_of(value) or "").strip()
            for value in values
            if is_filled(value)
        ]


def _are_names(cells: Sequence[object]) -> bool:
    """Return whether a row can be that of the columns' names: short, different, and no data."""
    filled = [cell for cell in cells if is_filled(cell)]
    texts = [cell.strip() for cell in filled if isinstance(cell, str)]
    return (
        len(texts) == len(filled) == len(set(texts)) > 1
        and all(len(text) <= _NAME_CHARS for text in texts)
        and not any(text.endswith(("?", "？", ".", "다")) for text in texts)
        and not any(_ADDRESS.match(text) or text.isdigit() for text in texts)
    )


def _stands_above_data(cells: Sequence[object], body: Sequence[TableLine]) -> bool:
    """Return whether a text stands above dates or numbers alone, as a form's `Timestamp` does.

    The names of a form's columns are the sentences that it asked.
    """
    texts = _Texts(body)
    if not all(isinstance(cell, str) for cell in cells if is_filled(cell)):
        return False
    for index, cell in enumerate(cells):
        held = texts.of(index) if is_filled(cell) and not _is_datum(str(cell)) else []
        if len(held) > 1 and all(map(_is_datum, held)):
            return True
    return False


def _is_datum(text: str) -> bool:
    return bool(date_of(text)) or text.strip().isdecimal()


def _completed(
    named: Sequence[Header], body: Sequence[TableLine], columns: ColumnMap
) -> list[Header] | None:
    """Return the columns with a title and an answer, if their contents leave no doubt."""
    texts = _Texts(body)
    heads = _with_addresses(_mapped(named, columns), texts, columns)
    if not _has(heads, "title"):
        title = _asked_column(heads, texts)
        if title is None:
            return None
        heads[title] = replace(heads[title], field="title")
    if not _has(heads, "answer") and not body_answers(heads):
        answer = _longest_column(heads, texts)
        if answer is None:
            return None
        heads[answer] = replace(heads[answer], field="answer")
    return heads


def _mapped(named: Sequence[Header], columns: ColumnMap) -> list[Header]:
    fields = {name: field for field, name in columns.items()}
    return [
        replace(
            head, field=next((f for n, f in fields.items() if same_name(head.name, n)), head.field)
        )
        for head in named
    ]


def _has(heads: Sequence[Header], *fields: str) -> bool:
    return any(head.field in fields for head in heads)


def _free(heads: Sequence[Header]) -> Iterator[int]:
    """Yield the columns of which nothing is known, and that are for readers."""
    for index, head in enumerate(heads):
        if head.name and not head.field and is_for_readers(head.name):
            yield index


def _without_moments(
    heads: Sequence[Header], texts: _Texts, columns: ColumnMap
) -> Sequence[Header]:
    """Leave out a column such as `First reply` if it says when and not what was replied."""
    answers = [index for index, head in enumerate(heads) if head.field == "answer"]
    moments = [
        index
        for index in answers
        if (held := texts.of(index)) and not any(any(map(str.isalpha, text)) for text in held)
    ]
    if columns or (len(moments) == len(answers) and not _has(heads, "body")):
        return heads
    return [
        replace(head, field="") if index in moments else head for index, head in enumerate(heads)
    ]


def _with_addresses(heads: Sequence[Header], texts: _Texts, columns: ColumnMap) -> list[Header]:
    """Add the column whose texts are all web addresses as the source of its row."""
    found = list(heads)
    if _has(heads, "url") or "url" in columns:
        return found
    for index in _free(heads):
        held = texts.addresses(index)
        if held and all(_ADDRESS.fullmatch(t) and not _PICTURE.search(t) for t in held):
            found[index] = replace(heads[index], field="url")
            break
    return found


def _asked_column(heads: Sequence[Header], texts: _Texts) -> int | None:
    """Return the column that holds questions; else one whose texts all differ."""
    shares = {}
    for index in _free(heads):
        held = texts.of(index)
        if held and fmean(map(len, held)) <= _TITLE_CHARS:
            shares[index] = fmean(map(asks, held))
    best = max(shares, key=lambda index: shares[index], default=None)
    if best is not None and shares[best] >= _ASKED_SHARE:
        return best
    if not _has(heads, "answer") and not body_answers(heads):
        return None
    for index, head in enumerate(heads):
        held = texts.of(index) if head.field == "category" or index in shares else []
        if len(held) > 1 and len(set(held)) >= _DISTINCT_SHARE * len(held) and _are_texts(held):
            return index
    return None


def _longest_column(heads: Sequence[Header], texts: _Texts) -> int | None:
    titles = {text for i, head in enumerate(heads) if head.field == "title" for text in texts.of(i)}
    lengths = {
        index: fmean(map(len, held))
        for index in _free(heads)
        if not (_is_about_a_reply(heads[index].name) or BESIDE.search(heads[index].name))
        and (held := texts.of(index))
        and _are_texts(held)
        and not _are_codes(held)
        and not titles.issuperset(held)  # a title in another form, as `fancy_title` is
    }
    ranked = sorted(lengths, key=lambda index: -lengths[index])
    if not ranked or lengths[ranked[0]] < _ANSWER_CHARS:
        return None
    if len(ranked) > 1 and lengths[ranked[0]] < _LONGER * lengths[ranked[1]]:
        return None
    return ranked[0]


def _is_about_a_reply(name: str) -> bool:
    """Return whether a name is like `답변자`, and no sentence of a form that asks for a reply."""
    return is_reply_word(name) and len(name.split()) < _SENTENCE_WORDS


def _are_codes(held: Sequence[str]) -> bool:
    """Return whether most are one word of Latin letters, such as `shipping/status`."""
    return fmean(text.isascii() and len(text.split()) == 1 for text in held) > _ASKED_SHARE


def _are_texts(held: Sequence[str]) -> bool:
    """Return whether most are words, not numbers, dates or addresses."""
    return fmean(sum(map(str.isalpha, text)) * 2 > len(text) for text in held) >= _ASKED_SHARE
