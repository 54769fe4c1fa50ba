"""Routing: is a message meant for a skill? Learned from the skills' examples, held to the FAQ.

For each skill a linear classifier over letters and meaning is fitted when the bot starts: its
examples on the one side, the examples of the others and messages that are for no skill on the
other. So a word that tells a skill counts, however long the message is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import Final
from zlib import crc32

import numpy as np

from core.assistant.drafts.work import Research
from core.ports import Embedder, TextKind, Vectors
from core.skills.skill import Skill
from core.skills.wishes import sides_of
from core.text.korean import ngrams
from core.types import Label

_MEANING: Final = 0.5  # the rest is the letters
_LONGEST_GRAM: Final = 4
_BUCKETS: Final = 1024  # of the letters' n-grams, by their hash
_RIDGE: Final = 1.0
# What counts beside the score: how much nearer the nearest example is than the FAQ's nearest text.
_NEARER: Final = 0.75
# How much the confidence of the FAQ's first entry counts against it.
_FAQ: Final = 0.5
_NOTHING_IS_READ: Final = 2.0  # times as much, where a skill reads no day, name or feature
# "Who?" says nothing by itself: a few words that are like no example are for no skill.
_FEW_WORDS: Final = 3
_LIKE_NO_EXAMPLE: Final = 0.35
# How sure it has to be of each of two wishes in one message.
_PLAINLY: Final = 0.4
# How sure the router has to be of what looks like a greeting or an attack.
_NO_QUESTION: Final = 0.3


@dataclass(frozen=True, slots=True)
class _Known:
    """A skill with the letters and vectors of its examples, and the weights that tell it."""

    skill: Skill
    letters: list[Counter[str]]
    vectors: Vectors
    weights: Vectors


class Router:
    """Says which skill a message is meant for."""

    def __init__(
        self,
        skills: Sequence[Skill],
        embedder: Embedder,
        others: Sequence[str],
    ) -> None:
        """`others` are for no skill."""
        # As titles, since a question leans to what FAQs are asked.
        self._embed = partial(embedder.embed, kind=TextKind.TITLE)
        known = [skill for skill in skills if skill.examples]
        texts = [*others, *(example for skill in known for example in skill.examples)]
        seen = sum((_bucketed(text) > 0 for text in texts), np.zeros(_BUCKETS))
        self._rarity = np.log((len(texts) + 1) / (seen + 1)).astype(np.float32)
        rows = dict(zip(texts, self._features(texts), strict=True)) if known else {}
        self._skills = [self._learned(skill, known, others, rows) for skill in known]

    def candidate(self, text: str) -> tuple[Skill, float] | None:
        """Return the likeliest skill and how sure that is: from 0, unsure, to about 1."""
        found = self._best(text)
        return (found[0].skill, found[1]) if found and found[1] > 0 else None

    def several(self, text: str) -> Sequence[tuple[Skill, str]]:
        """Return the two skills that a message plainly asks, each with its side; else nothing."""
        best: tuple[float, Sequence[tuple[Skill, str]]] = (_PLAINLY, ())
        for sides in sides_of(text):
            found = [self.candidate(side) for side in sides]
            asked = [(one[0], side) for one, side in zip(found, sides, strict=True) if one]
            least = min(one[1] if one else 0.0 for one in found)
            if least >= best[0] and len({skill.name for skill, _ in asked}) == len(sides):
                best = least, asked
        return best[1]

    def likeliest(self, text: str, among: Sequence[Skill]) -> Skill:
        """Return the likeliest of some skills, however unlikely."""
        known = [one for one in self._skills if one.skill in among]
        if not known:
            return among[0]
        return known[int(np.argmax(self._scores(text, known)))].skill

    def meant(self, text: str, research: Research) -> str | None:
        """Return the skill that a message is meant for rather than for the FAQ; None if none is."""
        found = self._best(text)
        if found is None:
            return None
        known, score = found
        if research.verdict.label in (Label.INJECTION, Label.GREETING) and score < _NO_QUESTION:
            return None
        if research.draft is not None and research.leans:  # a short question about an answer
            return None
        own = self._likeness(known.skill.plain(text), known.letters, known.vectors)
        if own < _LIKE_NO_EXAMPLE and len(text.split()) <= _FEW_WORDS:
            return None
        titles = [hit.title for hit in research.hits[:3]]
        questions = [asked for entry in research.entries[:3] for asked in entry.questions]
        nearer = own - self._likeness_to(text, [*titles, *questions])
        sure = score + _NEARER * nearer
        confidence = research.hits[0].confidence if research.hits else 0.0
        against = _FAQ * confidence
        if known.skill.plain(text).split() == text.split():  # it finds nothing in the message
            against *= _NOTHING_IS_READ
        return known.skill.name if nearer > 0 and sure > 0 and sure >= against else None

    def _best(self, text: str) -> tuple[_Known, float] | None:
        """Return the likeliest skill with its score, below 0 where it is unlikely."""
        if not self._skills:
            return None
        scores = self._scores(text, self._skills)
        best = int(np.argmax(scores))
        return self._skills[best], scores[best]

    def _likeness_to(self, text: str, others: Sequence[str]) -> float:
        """Return how much a message is like the likeliest of other texts; 0 if there are none."""
        if not others:
            return 0.0
        letters = [_grams(other) for other in others]
        return self._likeness(text, letters, self._embed(list(others)))

    def _learned(
        self,
        skill: Skill,
        skills: Sequence[Skill],
        others: Sequence[str],
        rows: dict[str, Vectors],
    ) -> _Known:
        """Return a skill with the weights that a ridge regression gives; each side counts half.

        `rows` are the features of texts that are known already.
        """
        own = [skill.plain(example) for example in skill.examples]
        rest = [example for one in skills if one is not skill for example in one.examples]
        not_own = [skill.plain(text) for text in (*rest, *others)]
        new = list(dict.fromkeys(text for text in (*own, *not_own) if text not in rows))
        known = {**rows, **dict(zip(new, self._features(new), strict=True))} if new else rows
        features: Vectors = np.array([known[text] for text in (*own, *not_own)])
        side = np.concatenate([np.ones(len(own)), -np.ones(len(not_own))]).astype(np.float32)
        counts = np.where(side > 0, 1 / len(own), 1 / max(len(not_own), 1)) * len(side) / 2
        weighed = features * counts[:, None].astype(np.float32)
        gram = features.T @ weighed + _RIDGE * np.eye(features.shape[1], dtype=np.float32)
        weights: Vectors = np.linalg.solve(gram, weighed.T @ side)
        vectors: Vectors = features[: len(own), _BUCKETS:] / np.float32(sqrt(_MEANING))
        return _Known(skill, [_grams(text) for text in own], vectors, weights)

    def _scores(self, text: str, among: Sequence[_Known]) -> list[float]:
        """Return how sure it is that a text is for each of some skills."""
        plain = [known.skill.plain(text) for known in among]
        texts = list(dict.fromkeys(plain))
        rows = dict(zip(texts, self._features(texts), strict=True))
        return [float(rows[own] @ known.weights) for own, known in zip(plain, among, strict=True)]

    def _features(self, texts: Sequence[str]) -> Vectors:
        """Return the letters and the meaning of texts, in one vector each."""
        letters = np.array([_bucketed(text) for text in texts]) * self._rarity
        letters /= np.maximum(np.linalg.norm(letters, axis=1, keepdims=True), 1e-6)
        parts = (sqrt(1 - _MEANING) * letters, sqrt(_MEANING) * self._embed(list(texts)))
        found: Vectors = np.hstack(parts).astype(np.float32)
        return found

    def _likeness(self, text: str, letters: Sequence[Counter[str]], vectors: Vectors) -> float:
        """Return how much a text is like the likeliest of others, from 0 to 1."""
        own = _grams(text)
        alike = np.array([_cosine(own, other) for other in letters], np.float32)
        meaning = np.clip(vectors @ self._embed([text])[0], 0.0, 1.0)
        return float((_MEANING * meaning + (1 - _MEANING) * alike).max())


def _bucketed(text: str) -> Vectors:
    """Return how often n-grams fall into each bucket, dampened; words begin and end by a blank."""
    found = np.zeros(_BUCKETS, np.float32)
    for gram in ngrams(f" {' '.join(text.lower().split())} ", 1, _LONGEST_GRAM):
        found[crc32(gram.encode()) % _BUCKETS] += 1
    counts: Vectors = np.log1p(found)
    return counts


def _grams(text: str) -> Counter[str]:
    return Counter(ngrams("".join(text.lower().split()), 2, 3))


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    shared = sum(count * other[gram] for gram, count in one.items() if gram in other)
    size = sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return shared / size if size else 0.0
