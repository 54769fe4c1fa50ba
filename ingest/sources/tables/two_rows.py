"""Names of columns in two rows: a name above several columns, and below it what each of them is.

`답변` above `개인` and `법인` are two columns of answers, each below its own label; `Question`
above `English` and `Korean` are the questions of two languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from ingest.sources.tables.headers import Header, header
from ingest.sources.tables.lines import TableLine, is_filled, value_at

_NAME_CHARS: Final = 30


def names_in_two_rows(
    above: TableLine, below: TableLine
) -> tuple[list[Header], Mapping[int, str]] | None:
    """Return the columns that two rows name, and the labels of those that share a name.

    It is None if the lower row is a record.
    """
    width = max(len(above.values), len(below.values))
    own = [
        index
        for index in range(width)
        if is_filled(value_at(below, index)) and index not in below.merged
    ]
    shares = [index for index in own if not is_filled(value_at(above, index))]
    shared = {index - 1 for index in shares} | {*shares}
    if not shares or not shared.issuperset(own):
        return None
    if not all(_is_name(value_at(below, index)) for index in own):
        return None
    heads: list[Header] = []
    labels: dict[int, str] = {}
    wide = Header("")
    for index in range(width):
        if is_filled(value_at(above, index)):
            wide = header(value_at(above, index))
        if index not in own:
            heads.append(header(value_at(above, index)))
            continue
        named = header(value_at(below, index))
        both = header(f"{wide.name} ({named.name})")
        heads.append(replace(both, field=named.field or wide.field))
        if not named.field:
            labels[index] = named.name
    return heads, labels


def with_labels(
    body: Sequence[TableLine], heads: Sequence[Header], labels: Mapping[int, str]
) -> Sequence[TableLine]:
    """Return records whose answers stand below the labels of their columns."""
    answers = [index for index in labels if heads[index].field in ("answer", "body")]
    if len({heads[index].tag for index in answers}) > 1:  # languages: each is an entry of its own
        return body
    return [_labelled(line, answers, labels) for line in body]


def _labelled(line: TableLine, answers: Sequence[int], labels: Mapping[int, str]) -> TableLine:
    values = list(line.values)
    for index in answers:
        if index < len(values) and isinstance(values[index], str) and is_filled(values[index]):
            values[index] = f"[{labels[index]}]\n{values[index]}"
    return replace(line, values=values)


def _is_name(value: object) -> bool:
    text = value.strip() if isinstance(value, str) else ""
    return 0 < len(text) <= _NAME_CHARS and not text.endswith(("?", "？", ".", "다"))
