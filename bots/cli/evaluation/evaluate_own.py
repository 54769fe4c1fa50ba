"""`faqbot eval` without labels: the FAQ's own questions that are not found; a template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from core.types import Entry
from ingest.own_questions import sample

_TEMPLATE_ROWS: Final = 20
_BLOCKED_LINES: Final = 15


def template(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield lines of JSON to fill in: questions that entries answer, that none does, off topic."""
    for entry in sample(entries, _TEMPLATE_ROWS):
        row = {"question": "", "relevant": [entry.title], "kind": "own words"}
        yield json.dumps(row, ensure_ascii=False)
    for _ in range(3):
        yield json.dumps({"question": "", "nearest": [], "kind": "not in the FAQ"})
    for label in ("off_topic", "off_topic", "off_topic", "greeting", "injection"):
        yield json.dumps({"question": "", "label": label})


def blocked(asked: Sequence[tuple[str, str, str]], first: Sequence[str]) -> Iterator[str]:
    """Yield what stands in the way: which entry comes first where another should."""
    cases: dict[tuple[str, str], list[str]] = {}
    for (_, text, title), found in zip(asked, first, strict=True):
        if found != title:
            cases.setdefault((title, found), []).append(text)
    worst = sorted(cases.items(), key=lambda case: -len(case[1]))
    for (title, found), texts in worst[:_BLOCKED_LINES]:
        by = f"{found!r} comes first" if found else "nothing is found"
        yield f"{title!r}: {by} for {len(texts)} of its questions, such as {texts[0]!r}"
    if len(worst) > _BLOCKED_LINES:
        yield f"… and {len(worst) - _BLOCKED_LINES:,} more"
