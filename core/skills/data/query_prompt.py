"""Queries that a model writes, where no sample is near enough to a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from core.llm.completions import Schema
from core.llm.prompts import ChatMessage, Prompt, quoted
from core.skills.data.database import DatabaseSchema

QUERY: Final = Schema("query", {"sql": {"type": "string"}})

_MOST_VALUES: Final = 30  # a column with more holds names or remarks


def query_messages(prompt: Prompt, known: str, question: str, failed: str) -> list[ChatMessage]:
    """Return the rules with what is known of the database, then the question.

    `failed` is a query that was tried before, with the reason why it was refused; "" at first.
    """
    again = f"\n\nThis query was refused; write another one:\n{failed}" if failed else ""
    return [
        {"role": "system", "content": f"{prompt.text}\n\n{known}{again}"},
        {"role": "user", "content": f"<question>\n{quoted(question)}\n</question>"},
    ]


def described(
    schema: DatabaseSchema,
    samples: Iterable[tuple[str, str]],
    *,
    values: Mapping[tuple[str, str], Sequence[str]],
    personal: frozenset[str],
) -> str:
    """Return the tables with the values of their columns, and samples with their SQL."""
    lines = ["Tables:"]
    for table, columns in schema.columns.items():
        lines.append(f"- {table}")
        for column, kind in columns.items():
            held = values.get((table, column), ())
            told = f": {', '.join(map(repr, held))}" if 0 < len(held) <= _MOST_VALUES else ""
            mark = ", personal" if f"{table}.{column}" in personal else ""
            lines.append(f"  - {column} ({kind}{mark}){told}")
    lines += [f"- {one.table}.{one.column} = {one.target}.{one.key}" for one in schema.links]
    lines.append("Samples:")
    lines += [f"Q: {question}\n{sql}" for question, sql in samples]
    return "\n".join(lines)
