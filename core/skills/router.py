"""Routing: is a message meant for a skill? Decided by likeness to examples, and against the FAQ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np

from core.ports import Vectors
from core.skills.skill import Skill
from core.text.korean import ngrams

_MEANING = 0.5  # the rest is the likeness of letters
# Of the examples of the skills that ship, each left out once, nine in ten are above it.
_BAR = 0.45


class Router:
    """Says which skill a message is meant for."""

    def __init__(self, skills: Sequence[Skill], embed: Callable[[Sequence[str]], Vectors]) -> None:
        """`embed` returns unit vectors of shape (texts, dimension)."""
        self._embed = embed
        self._examples = [(skill, text) for skill in skills for text in skill.examples]
        self._letters = [_grams(text) for _, text in self._examples]
        self._vectors = embed([text for _, text in self._examples]) if self._examples else None

    def candidate(self, text: str) -> tuple[Skill, float] | None:
        """Return the likeliest skill with its likeness in 0..1; None below the bar."""
        if self._vectors is None:
            return None
        scores = self._likeness(text, self._letters, self._vectors)
        best = int(np.argmax(scores))
        score = float(scores[best])
        return (self._examples[best][0], score) if score >= _BAR else None

    def likeness(self, text: str, others: Sequence[str]) -> float:
        """Return how much a message is like the likeliest of other texts, on the same scale."""
        if not others:
            return 0.0
        letters = [_grams(other) for other in others]
        return float(self._likeness(text, letters, self._embed(list(others))).max())

    def _likeness(self, text: str, letters: Sequence[Counter[str]], vectors: Vectors) -> Vectors:
        own = _grams(text)
        alike = np.array([_cosine(own, other) for other in letters], np.float32)
        meaning = vectors @ self._embed([text])[0]
        scores: Vectors = _MEANING * np.clip(meaning, 0.0, 1.0) + (1 - _MEANING) * alike
        return scores


def _grams(text: str) -> Counter[str]:
    return Counter(ngrams("".join(text.lower().split()), 2, 3))


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    shared = sum(count * other[gram] for gram, count in one.items() if gram in other)
    size = sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return shared / size if size else 0.0
