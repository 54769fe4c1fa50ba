"""The sample questions nearest to a question, by what is left of both without their blanks.

A wrong number is worse than a question back. So a sample is trusted only if it has a place for all
that the question names, and if its phrasings together have most of the question's words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Final

from core.ports import Vectors
from core.skills.data.blanks import BlankReader, Blanks
from core.skills.data.book import Grouping, QueryBook, Sample
from core.skills.data.groupings import RANKED, THING
from core.skills.data.metrics import Metrics
from core.text.korean import compact, ngrams
from core.text.numerals import COUNTING

_WORDS, _LETTERS, _MEANING = 0.4, 0.3, 0.3
_SHARE: Final = re.compile(
    r"비중|비율|퍼센트|%|[가-힣][율률](?![가-힣])|\b(?:share|percent|proportion|ratio)",
    re.IGNORECASE,
)
_COUNTS: Final = re.compile(
    r"몇\s*(?:명|분|개|건|곳|가지)|(?<![가-힣])(?:수|인원|숫자|개수)(?![가-힣])|[가-힣]\s?수[는가를이]?(?![가-힣])"
    r"|평균|\b(?:how many|number of|count of|average|mean)\b",
    re.IGNORECASE,
)
_AMOUNTS: Final = re.compile(r"얼마|\bhow much\b", re.IGNORECASE)
# Verbs that say little by themselves, where no sample speaks of them: "부산으로 간 화물".
_LIGHT: Final = frozenset(
    {
        "가/VV",
        "오/VV",
        "내/VV",
        "나/VV",
        "되/VV",
        "들/VV",
        "하/VV",
        "go/N",
        "goe/N",
        "went/N",
        "gone/N",
        "goes/N",
    }
)
_RIVAL: Final = 0.5  # of the first sample's score


@dataclass(frozen=True, slots=True)
class Match:
    """A sample, the phrasing of it that is nearest, its terms, and how near it is (0 to 1).

    `covered` are the question's terms that are in any phrasing of the sample, `uncovered` the
    others. `coverage` is the share of the former by weight. `is_literal` tells that the question
    is the phrasing itself, as a button says it.
    """

    sample: Sample
    question: str
    terms: frozenset[str]
    score: float
    covered: frozenset[str]
    uncovered: frozenset[str]
    coverage: float
    is_literal: bool


@dataclass(frozen=True, slots=True)
class _Phrasing:
    """A way to ask; of a question that is being asked there is no sample yet."""

    sample: Sample | None
    question: str
    text: str
    terms: Counter[str]
    letters: frozenset[str]
    columns: frozenset[str]


class Matcher:
    """Finds samples. `terms` splits text into morphemes, `embed` gives unit vectors."""

    def __init__(
        self,
        book: QueryBook,
        reader: BlankReader,
        *,
        terms: Callable[[str], Sequence[str]],
        embed: Callable[[Sequence[str]], Vectors],
        metrics: Metrics,
    ) -> None:
        self._metrics = metrics
        self._terms = terms
        self._embed = embed
        today = date(2000, 1, 1)  # any day will do: the rest of the question is the same
        read = [(s, q, reader.read(q, today)) for s in book.samples for q in s.questions]
        self._phrasings = [self._phrasing(*one) for one in read]
        seen = Counter(term for phrasing in self._phrasings for term in phrasing.terms)
        self._weights = {
            term: log(1 + len(self._phrasings) / count) for term, count in seen.items()
        }
        self._unknown = log(1 + len(self._phrasings))
        self._vocabulary = {
            id(sample): {t for one in self._phrasings if one.sample is sample for t in one.terms}
            for sample in book.samples
        }
        self._rows: dict[str, str] = {}
        self._ranked: set[str] = set()  # metrics that have a sample with groups
        self._measured: dict[str, set[str]] = {}
        for sample in book.samples:
            if metric := metrics.of(sample):
                self._rows[metric.key] = metric.rows
                self._ranked |= {metric.key} if sample.grouped else set()
                self._measured.setdefault(metric.key, set()).update(self._vocabulary[id(sample)])
        groups = [word for grouping in book.groupings for word in (grouping.name, *grouping.words)]
        self._groups = {term for word in groups for term in terms(word)}
        self._shares = set(
            terms("비중 비율 퍼센트 몇 share percent percentage proportion ratio rate")
        )
        self._thing = set(terms(THING)) | (_LIGHT - seen.keys())
        self._vectors = embed([blanks.rest for *_, blanks in read])
        self._bar = self._learnt()

    def nearest(self, blanks: Blanks) -> list[Match]:
        """Return the samples that have a place for the question's groups, the nearest first."""
        asked = self._phrasing(None, blanks.rest, blanks)
        meanings = self._vectors @ self._embed([blanks.rest])[0]
        best: dict[int, Match] = {}
        for phrasing, meaning in zip(self._phrasings, meanings, strict=True):
            if phrasing.sample is None or not _fits(phrasing.sample, blanks):
                continue
            score = self._score(asked, phrasing, float(meaning))
            known = best.get(id(phrasing.sample))
            known_words = self._vocabulary[id(phrasing.sample)]
            match = self._match(asked, phrasing, phrasing.sample, score, known_words)
            if known is None or _rank(match) > _rank(known):
                best[id(phrasing.sample)] = match
        return sorted(best.values(), key=_rank, reverse=True)

    def measured(self, blanks: Blanks) -> list[Match]:
        """Return the samples that measure what is left of a question, each metric once.

        What a metric is called is in the phrasings of all its samples, with groups and without.
        """
        asked = self._phrasing(None, blanks.rest, blanks)
        meanings = self._vectors @ self._embed([blanks.rest])[0]
        best: dict[str, Match] = {}
        for phrasing, meaning in zip(self._phrasings, meanings, strict=True):
            sample = phrasing.sample
            metric = self._metrics.of(sample) if sample else None
            if sample is None or metric is None or not _has_words(sample, blanks):
                continue
            if blanks.ranked and not sample.grouped and metric.key in self._ranked:
                continue  # "the most" is said as of groups
            score = self._score(asked, phrasing, float(meaning))
            known = self._measured[metric.key]
            match = self._match(asked, phrasing, sample, score, known)
            if metric.key not in best or _rank(match) > _rank(best[metric.key]):
                best[metric.key] = match
        return sorted(best.values(), key=_rank, reverse=True)

    def rows_of(self, blanks: Blanks, entity: Grouping) -> Match | None:
        """Return a sample over the rows that all words of a question are about; None if none is.

        The rows of those who are asked for are not meant: of them nobody is missing.
        """
        terms = set(self._terms(blanks.rest)) - self._thing
        nouns = {term for term in terms if not term.endswith("/VV")}
        known: dict[str, set[str]] = {}
        for key, words in self._measured.items():
            known.setdefault(self._rows[key], set()).update(words)
        own = {metric.rows for metric in self._metrics.of_entity(entity)}
        for said in (terms, nouns):  # who "entrusted no shipment" has none, whatever they call it
            found = {rows for rows, words in known.items() if said and said <= words} - own
            if found:
                break
        near = [match for match in self.measured(blanks) if self._rows_of(match) in found]
        return near[0] if len({*map(self._rows_of, near)}) == 1 else None

    def _rows_of(self, match: Match) -> str:
        metric = self._metrics.of(match.sample)
        return metric.rows if metric else ""

    def _phrasing(self, sample: Sample | None, question: str, blanks: Blanks) -> _Phrasing:
        rest = blanks.rest
        terms = Counter(self._terms(rest))
        columns = frozenset(condition.of for condition in blanks.conditions)
        return _Phrasing(sample, question, blanks.text, terms, _letters(rest), columns)

    def _match(
        self,
        asked: _Phrasing,
        phrasing: _Phrasing,
        sample: Sample,
        score: float,
        known: AbstractSet[str],
    ) -> Match:
        said = asked.terms.keys() - self._thing
        covered = frozenset(said & known)
        if said:
            coverage = self._weight(covered) / self._weight(said)
        else:  # "the most cancelled product": all is in the blanks
            coverage = float(asked.columns == phrasing.columns)
        terms, uncovered = frozenset(phrasing.terms), frozenset(said - covered)
        literal = asked.text == phrasing.text != ""
        return Match(sample, phrasing.question, terms, score, covered, uncovered, coverage, literal)

    def _weight(self, terms: Iterable[str]) -> float:
        return sum(self._weights.get(term, self._unknown) for term in terms)

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
        must say mostly what the sample says, and no other sample may say more of it, or all of it.
        What a superlative, a share, a count, an amount or an average is said of has to be in the
        sample, and so has that it is one: "the most discounts" is no number of sales, an average no
        total. A sample of a share answers nothing else.
        """
        match, *others = matches
        if match.is_literal:
            return True
        missing = match.uncovered - self._groups
        if match.score < self._bar or not match.coverage or self._says_too_little(blanks, match):
            return False
        if self._weight(match.covered) < self._weight(missing):
            return False
        return not (
            _is_of_another_thing(blanks, match, missing) or self._is_rivalled(blanks, match, others)
        )

    def _says_too_little(self, blanks: Blanks, match: Match) -> bool:
        """Return whether what a question shares with a sample is not what the sample measures.

        "환불 비율" says not of what it is a share, "product by city" names groups alone, "orders"
        is not the largest one, and a number that is no blank changes what is asked.
        """
        covered = match.covered
        is_share = not match.sample.words and bool(covered) and covered <= self._shares
        is_groups = bool(blanks.groupings) and bool(covered) and covered <= self._groups
        is_one = bool(RANKED.search(match.question)) and self._metrics.of(match.sample) is None
        is_number = any(map(_is_number, match.uncovered - self._groups))
        return is_share or is_groups or is_number or (is_one and not blanks.ranked)

    def _is_rivalled(self, blanks: Blanks, match: Match, others: Sequence[Match]) -> bool:
        """Return whether another sample says more of the question, or the next all of it."""
        terms = set(self._terms(blanks.rest)) - self._thing
        is_of_groups = blanks.ranked and match.sample.grouped
        if (
            not is_of_groups
            and others
            and match.terms - terms - self._thing
            and terms <= others[0].terms
        ):
            return True
        rivals = (other for other in others if other.score >= match.score * _RIVAL)
        return any(other.coverage > match.coverage for other in rivals)

    def knows(self, blanks: Blanks) -> bool:
        """Return whether at least a quarter of what a question says is in samples or in blanks."""
        terms = set(self._terms(blanks.rest)) - self._thing
        known = sum(term in self._weights for term in terms)
        named = len(blanks.groupings) + len(blanks.conditions)
        return 3 * (known + named) >= len(terms) - known

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
    if not _has_words(sample, blanks) or blanks.against or blanks.compared:
        return False
    if blanks.unclear or (blanks.period and not sample.period):
        return False
    if blanks.number is not None and sample.number is None:
        return False
    if blanks.limit and not (sample.grouped or sample.by or sample.number is not None):
        return False
    return _has_groups(sample, blanks)


def _has_words(sample: Sample, blanks: Blanks) -> bool:
    """Return whether the question says the words without which the sample asks something else."""
    own = [one for one in blanks.conditions if one.is_in(sample.words)]
    if any(one.leaves_out for one in own):
        return False
    return not sample.words or bool(own) or any(word in blanks.rest for word in sample.words)


def _has_groups(sample: Sample, blanks: Blanks) -> bool:
    match blanks.groupings:
        case ():
            return not sample.by and (not sample.grouped or blanks.ranked)
        case (grouping,):
            if any(condition.fixes(grouping) for condition in blanks.conditions):
                return False
            return sample.takes(grouping) or sample.by == grouping.name
        case _:
            return False


def _is_of_another_thing(blanks: Blanks, match: Match, missing: frozenset[str]) -> bool:
    """Return whether a superlative, share, count or amount is of what the sample does not name.

    `missing` are the question's terms that are in no phrasing of the sample, and name no groups.
    """
    if _SHARE.search(match.question) and not _SHARE.search(blanks.text):
        return True
    is_said_of = blanks.ranked or _AMOUNTS.search(blanks.rest)
    if is_said_of and any(map(_names_a_thing, missing)):
        return True
    of_all = _SHARE.search(blanks.rest) or _COUNTS.search(blanks.rest)
    return bool(of_all) and any(map(_names_a_thing, match.uncovered))


def _rank(match: Match) -> tuple[bool, float]:
    return match.is_literal, match.score * (1 + match.coverage)


def _is_number(term: str) -> bool:
    word = term.rpartition("/")[0]
    return word in COUNTING or word.isdigit()


def _names_a_thing(term: str) -> bool:
    """Return whether a term is a noun; those of one syllable are counters."""
    word, _, tag = term.rpartition("/")
    return tag == "N" and len(word) > 1


def _letters(text: str) -> frozenset[str]:
    return frozenset(ngrams(compact(text), 2, 2))


def _overlap(mine: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(mine & other) / max(len(mine) + len(other), 1)
