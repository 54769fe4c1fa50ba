"""`faqbot eval` without labels: the FAQ's own questions, with noise and without; and a template."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final, TypeVar

from core.types import Entry

T = TypeVar("T")

MOST_QUESTIONS: Final = 300
"""Of each kind: more take minutes, and change the figures little."""

_TEMPLATE_ROWS: Final = 20
_BLOCKED_LINES: Final = 15


def own_questions(entries: Sequence[Entry]) -> Iterator[tuple[str, str, str]]:
    """Yield kind, question and the title that it should find: as written, and as people type."""
    titles = [(entry.title, entry.title) for entry in entries]
    asked = [(text, entry.title) for entry in entries for text in entry.questions]
    for kind, pairs in (("title", titles), ("question", asked)):
        for text, title in _sample(pairs):
            yield kind, text, title
    for kind, noise in _NOISES.items():
        for text, title in _sample([*titles, *asked]):
            if (typed := noise(text)) != text:
                yield kind, typed, title


def template(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield lines of JSON to fill in: questions that entries answer, that none does, off topic."""
    for entry in _sample(entries, _TEMPLATE_ROWS):
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


def _sample(items: Sequence[T], most: int = MOST_QUESTIONS) -> Sequence[T]:
    step = max(1, -(-len(items) // most))
    return items[::step]


def _at(text: str, size: int) -> int:
    """A place in a text that is the same in every run."""
    return int(sha256(text.encode()).hexdigest()[:8], 16) % max(size, 1)


def _typo(text: str) -> str:
    """Two neighbours of the longest word change places."""
    words = re.findall(r"\w{3,}", text)
    if not words:
        return text
    word = max(words, key=len)
    at = _at(text, len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return text.replace(word, swapped, 1)


def _without_spaces(text: str) -> str:
    return "".join(text.split()) if re.search("[가-힣]", text) else text.lower().rstrip("?!. ")


def _short(text: str) -> str:
    """The beginning of a question, without how it ends: three words of four."""
    words = text.rstrip("?!. ").split()
    return " ".join(words[: max(2, len(words) * 3 // 4)]) if len(words) > 2 else text


_NOISES: Final[dict[str, Callable[[str], str]]] = {
    "typo": _typo,
    "spacing": _without_spaces,
    "short": _short,
}
