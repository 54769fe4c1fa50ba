"""The sample questions nearest to a question, by what is left of both without their blanks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import log

from core.ports import Vectors
from core.skills.data.blanks import BlankReader, Blanks
from core.skills.data.book import QueryBook, Sample
from core.text.korean import compact, ngrams

_WORDS, _LETTERS, _MEANING = 0.4, 0.3, 0.3


@dataclass(frozen=True, slots=True)
class Match:
    """A sample, the phrasing of it that is nearest, its terms, and how near it is (0 to 1)."""

    sample: Sample
    question: str
    terms: frozenset[str]
    score: float


@dataclass(frozen=True, slots=True)
class _Phrasing:
    """A way to ask; of a question that is being asked there is no sample yet."""

    sample: Sample | None
    question: str
    terms: Counter[str]
    letters: frozenset[str]


class Matcher:
    """Finds samples. `terms` splits text into morphemes, `embed` gives unit vectors."""

    def __init__(
        self,
        book: QueryBook,
        reader: BlankReader,
        *,
        terms: Callable[[str], Sequence[str]],
        embed: Callable[[Sequence[str]], Vectors],
    ) -> None:
        self._terms = terms
        self._embed = embed
        today = date(2000, 1, 1)  # any day will do: the rest of the question is the same
        rows = [(s, q, reader.read(q, today).rest) for s in book.samples for q in s.questions]
        self._phrasings = [
            _Phrasing(sample, question, Counter(terms(rest)), _letters(rest))
            for sample, question, rest in rows
        ]
        seen = Counter(term for phrasing in self._phrasings for term in phrasing.terms)
        self._weights = {
            term: log(1 + len(self._phrasings) / count) for term, count in seen.items()
        }
        self._unknown = log(1 + len(self._phrasings))
        self._vectors = embed([rest for *_, rest in rows])
        self._bar = self._learnt()

    def nearest(self, blanks: Blanks) -> list[Match]:
        """Return the samples that have a place for the question's groups, the nearest first."""
        rest = blanks.rest
        asked = _Phrasing(None, rest, Counter(self._terms(rest)), _letters(rest))
        meanings = self._vectors @ self._embed([rest])[0]
        best: dict[int, Match] = {}
        for phrasing, meaning in zip(self._phrasings, meanings, strict=True):
            if phrasing.sample is None or not _fits(phrasing.sample, blanks):
                continue
            score = self._score(asked, phrasing, float(meaning))
            known = best.get(id(phrasing.sample))
            if known is None or score > known.score:
                terms = frozenset(phrasing.terms)
                best[id(phrasing.sample)] = Match(phrasing.sample, phrasing.question, terms, score)
        return sorted(best.values(), key=lambda match: -match.score)

    def _score(self, asked: _Phrasing, other: _Phrasing, meaning: float) -> float:
        return (
            _WORDS * self._cosine(asked.terms, other.terms)
            + _LETTERS * _overlap(asked.letters, other.letters)
            + _MEANING * max(0.0, meaning)
        )

    def _cosine(self, mine: Counter[str], other: Counter[str]) -> float:
        def weight(term: str) -> float:
            return self._weights.get(term, self._unknown)

        both = sum(weight(term) ** 2 for term in mine.keys() & other.keys())
        sizes = [sum(weight(term) ** 2 for term in side) for side in (mine, other)]
        return float(both / (sizes[0] * sizes[1]) ** 0.5) if all(sizes) else 0.0

    def says_anything(self, text: str) -> bool:
        """Return whether a text has words that any sample could be found by."""
        return bool(self._terms(text))

    def is_sure(self, blanks: Blanks, matches: Sequence[Match]) -> bool:
        """Return whether the first match is to be trusted.

        It has to be as near as a sample's own phrasings mostly are to each other, the question
        must not speak mostly of what no sample speaks of, and it has to say something that tells
        the first sample from the second: "how many?" does not.
        """
        match, *others = matches
        terms = set(self._terms(blanks.rest))
        if others and match.terms - terms and terms <= others[0].terms:
            return False
        return match.score >= self._bar and self.knows(blanks)

    def knows(self, blanks: Blanks) -> bool:
        """Return whether a question speaks mostly of what the samples speak of."""
        terms = set(self._terms(blanks.rest))
        known = sum(self._weights[term] for term in terms if term in self._weights)
        unknown = self._unknown * sum(term not in self._weights for term in terms)
        return known >= unknown

    def _learnt(self) -> float:
        """Return how near a phrasing is to the others of its sample, in nine cases of ten."""
        nearest: list[float] = []
        for place, mine in enumerate(self._phrasings):
            meanings = self._vectors @ self._vectors[place]
            own = [
                self._score(mine, other, float(meaning))
                for other, meaning in zip(self._phrasings, meanings, strict=True)
                if other.sample is mine.sample and other is not mine
            ]
            nearest += [max(own)] if own else []
        return sorted(nearest)[len(nearest) // 10] if nearest else 0.0


def _fits(sample: Sample, blanks: Blanks) -> bool:
    """Return whether a sample has a place for all that the question names."""
    said = {condition.word for condition in blanks.conditions}
    if sample.words and not any(word in said or word in blanks.rest for word in sample.words):
        return False
    if blanks.more_periods:
        return False
    match blanks.groupings:
        case ():
            return not sample.by and (not sample.grouped or blanks.ranked)
        case (grouping,):
            return sample.takes(grouping) or sample.by == grouping.name
        case _:
            return False


def _letters(text: str) -> frozenset[str]:
    return frozenset(ngrams(compact(text), 2, 2))


def _overlap(mine: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(mine & other) / max(len(mine) + len(other), 1)
