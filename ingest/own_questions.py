"""Questions made from a FAQ's own words, and what becomes of them: a trial without labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeVar

from core.retrieval.hits import is_answer
from core.retrieval.retriever import Retriever
from core.retrieval.signals import Query
from core.types import Entry

T = TypeVar("T")

MOST_QUESTIONS: Final = 300
"""Of each kind: more take minutes, and change the figures little."""

_TRIED: Final = 100
_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of `asked` questions: answered from their own entry, from another, or not."""

    asked: int
    answered: int
    otherwise: int

    @property
    def told(self) -> int:
        """Return how many are told that the FAQ does not say."""
        return self.asked - self.answered - self.otherwise


def trial(entries: Sequence[Entry], retriever: Retriever) -> Trial:
    """Ask a hundred of the FAQ's own questions with noise; blocks for half a second.

    Raises:
        FaqIndexError: see `Retriever.search`.
    """
    noisy = [(text, title) for kind, text, title in own_questions(entries) if kind in _NOISES]
    asked = sample(noisy, _TRIED)
    answered = otherwise = 0
    for begin in range(0, len(asked), _AT_ONCE):
        some = asked[begin : begin + _AT_ONCE]
        found = retriever.search_all([Query(text) for text, _ in some], limit=1)
        for hits, (_, title) in zip(found, some, strict=True):
            if is_answer(hits):
                answered += hits[0].title == title
                otherwise += hits[0].title != title
    return Trial(len(asked), answered, otherwise)


def own_questions(entries: Sequence[Entry]) -> Iterator[tuple[str, str, str]]:
    """Yield kind, question and the title that it should find: as written, and as people type."""
    titles = [(entry.title, entry.title) for entry in entries]
    asked = [(text, entry.title) for entry in entries for text in entry.questions]
    for kind, pairs in (("title", titles), ("question", asked)):
        for text, title in sample(pairs):
            yield kind, text, title
    for kind, noise in _NOISES.items():
        for text, title in sample([*titles, *asked]):
            if (typed := noise(text)) != text:
                yield kind, typed, title


def sample(items: Sequence[T], most: int = MOST_QUESTIONS) -> Sequence[T]:
    """Return at most so many items, spread evenly."""
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
    """Three words of four: a Korean question without how it ends, any other without its start."""
    words = text.rstrip("?!. ").split()
    count = max(2, len(words) * 3 // 4)
    if len(words) <= 2:
        return text
    return " ".join(words[:count] if re.search("[가-힣]", text) else words[-count:])


_NOISES: Final[dict[str, Callable[[str], str]]] = {
    "typo": _typo,
    "spacing": _without_spaces,
    "short": _short,
}
