"""Routing: is a message meant for a skill? Decided by likeness to examples, and against the FAQ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from core.ports import Vectors
from core.skills.skill import Skill
from core.text.korean import ngrams

_MEANING = 0.5  # the rest is the likeness of letters
# Nine in ten examples of the skills that ship are above it, when each is left out once.
_BAR = 0.42


@dataclass(frozen=True, slots=True)
class _Known:
    """A skill with the letters and vectors of its examples."""

    skill: Skill
    letters: list[Counter[str]]
    vectors: Vectors


class Router:
    """Says which skill a message is meant for."""

    def __init__(self, skills: Sequence[Skill], embed: Callable[[Sequence[str]], Vectors]) -> None:
        """`embed` returns unit vectors of shape (texts, dimension)."""
        self._embed = embed
        self._skills = [_known(skill, embed) for skill in skills if skill.examples]

    def candidate(self, text: str) -> tuple[Skill, float] | None:
        """Return the likeliest skill with its likeness in 0..1; None below the bar."""
        scores = [
            float(self._likeness(known.skill.plain(text), known.letters, known.vectors).max())
            for known in self._skills
        ]
        best = max(range(len(scores)), key=scores.__getitem__, default=None)
        if best is None or scores[best] < _BAR:
            return None
        return self._skills[best].skill, scores[best]

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


def _known(skill: Skill, embed: Callable[[Sequence[str]], Vectors]) -> _Known:
    examples = [skill.plain(example) for example in skill.examples]
    return _Known(skill, [_grams(example) for example in examples], embed(examples))


def _grams(text: str) -> Counter[str]:
    return Counter(ngrams("".join(text.lower().split()), 2, 3))


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    shared = sum(count * other[gram] for gram, count in one.items() if gram in other)
    size = sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return shared / size if size else 0.0
