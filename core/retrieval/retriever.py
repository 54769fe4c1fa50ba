"""Question to ranked entries: words, letters and meaning, fused, with the conversation so far.

Four signals, each comparable between questions, are added: BM25F over morphemes (widened by the
profile's synonyms), the cosine of jamo n-grams of titles and questions (for typos and missing
spaces), that of n-grams of the whole entry, and the cosine of the embedder's vectors, which Chroma
holds. The lexical part is a cache of the same collection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from core.errors import FaqIndexError, ModelError
from core.ports import Embedder, FaqIndex, Vectors
from core.retrieval import confidence
from core.retrieval.everyday import Everyday
from core.retrieval.evidence import Asked, Floats, coverage, measures
from core.retrieval.lessons import LessonIndex
from core.retrieval.lexical import LexicalIndex
from core.retrieval.postings import Scores
from core.retrieval.snapshot import LiveIndex, Snapshot
from core.retrieval.synonyms import Synonyms
from core.retrieval.vectors import unit
from core.text.korean import Analyzer, compact
from core.types import Entry, Exchange, Generation

P = ParamSpec("P")
T = TypeVar("T")

# Of the fusion, in the order of `evidence.SIGNALS`: chosen over ten FAQs, from 24 entries to 2,717,
# of short texts and of long ones; the result is flat around them. They sum to 1, so that a score is
# about 0 to 1.
_FUSION = np.array([0.15, 0.12, 0.18, 0.55], np.float32)
_EXPANSION_WEIGHT = 0.3
_CONTEXT_WEIGHT = 0.6
_CONTEXT_TURNS = 3
_ELLIPTICAL_TERMS = 3
_SHOWN_SHARE = 0.85
# More would not search faster, for most of a search holds the interpreter's lock, and would keep
# the event loop waiting for it.
_THREADS = 2
_KEPT = 5_000
_CANDIDATE_CHUNKS = 150
# Where many entries are about one matter, none is far ahead, and each is an answer to its name. On
# eight small FAQs no unanswerable question comes as near.
_NEAR = 0.55


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found for a question, with the fused score and the signals it is made of.

    `confidence` is the probability that it answers the question; `facts` are what that was told
    from, see `core.retrieval.evidence.FACTS`, or nothing where there is nothing to compare with.
    """

    faq_id: str
    title: str
    score: float
    words: float
    letters: float
    meaning: float
    grams: float = 0.0
    confidence: float = 0.0
    facts: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A search request: a question, and the conversation that it may lean on."""

    question: str
    history: Sequence[Exchange] = ()


@dataclass(frozen=True, slots=True)
class _Aim:
    """The direction of a question in its conversation; no vector while the embedder is away."""

    asked: Query
    context: Sequence[str]
    vector: Vectors | None


class Retriever:
    """Searches what is being served; notices by itself when an ingest has switched it.

    Calls block for a few milliseconds and may come from several threads.
    """

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        index: FaqIndex,
        embedder: Embedder,
        analyzer: Analyzer,
        synonyms: Synonyms,
        cache: Path,
        everyday: Sequence[str] = (),
    ) -> None:
        """`everyday` are messages of any subject, which tell what a score is worth on this FAQ.

        Without them the score alone decides what is an answer.
        """
        self._index = index
        self._messages = tuple(everyday)
        self.embedder = embedder
        self._analyzer = analyzer
        self._synonyms = synonyms
        self.serving = LiveIndex(
            index, fingerprint=embedder.fingerprint, cache=cache, measure=self._measured
        )
        self._first_of: Snapshot | None = None
        self._first: dict[str, Hit] = {}
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="search")

    async def aside(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `work` returns, on one of the threads that are for searching."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: work(*args, **kwargs))

    async def first(self, title: str) -> Hit | None:
        """The entry nearest to a title as a button shows it; remembered while the FAQ is the same.

        Raises:
            FaqIndexError: see `search`.
        """
        if self._first_of is not self.serving.last:
            self._first_of, self._first = self.serving.last, {}
        known = self._first
        if title not in known:
            found = await self.aside(self.search, title, limit=1)
            hit = found[0] if found else None
            if hit is None or isclose(hit.meaning, hit.score, abs_tol=1e-6):  # see `_signals`
                return hit
            _keep(known, title, hit)
        return known[title]

    def search(
        self, question: str, history: Sequence[Exchange] = (), *, limit: int = 10
    ) -> list[Hit]:
        """The entries nearest to a question, best first, at most `limit`.

        Raises:
            FaqIndexError: see `LiveIndex.refresh`; or the index cannot be read.
        """
        return self.search_all([Query(question, history)], limit=limit)[0]

    def search_all(self, asked: Sequence[Query], *, limit: int = 10) -> list[list[Hit]]:
        """Search for several in one go, as `search` does.

        The vector index takes half the time for each.

        Raises:
            FaqIndexError: see `search`.
        """
        snapshot = self.serving.now()
        try:
            return self._all_ranked(snapshot, asked, limit)
        except FaqIndexError:
            # Two ingests since the last look: what is loaded is gone.
            if (fresh := self.serving.refresh()) is snapshot:
                raise
            return self._all_ranked(fresh, asked, limit)

    def entries(self, hits: Sequence[Hit]) -> list[Entry]:
        """The entries of the hits, in the same order, without those that are served no more."""
        snapshot = self.serving.now()
        faq_ids = [hit.faq_id for hit in hits]
        try:
            return self._entries(snapshot, faq_ids)
        except FaqIndexError:
            if (fresh := self.serving.refresh()) is snapshot:
                raise
            return self._entries(fresh, faq_ids)

    def all_entries(self) -> list[Entry]:
        """Return every entry of the FAQ that is served, in its order."""
        name = self.serving.now().generation.name
        return [entry for entry, _ in self._index.stored(name)]

    def idf(self, term: str) -> float:
        """Return how much a term tells in the FAQ that is served."""
        return self.serving.now().lexical.idf(term)

    def leans(self, question: str) -> bool:
        """Whether a question is short, and names nothing that the FAQ does not know."""
        known = self.serving.now().lexical.words.terms
        terms = self._analyzer.terms(question)
        return self.is_elliptical(question) and all(term in known for term in terms)

    def _entries(self, snapshot: Snapshot, faq_ids: Sequence[str]) -> list[Entry]:
        taught = snapshot.overlay.entries
        known = {i: e for i in faq_ids if (e := taught.get(i) or snapshot.entries.get(i))}
        if missing := [faq_id for faq_id in faq_ids if faq_id not in known]:
            for entry in self._index.entries(snapshot.generation.name, missing):
                known[entry.faq_id] = entry
                _keep(snapshot.entries, entry.faq_id, entry)
        return [known[faq_id] for faq_id in faq_ids if faq_id in known]

    def _all_ranked(
        self, snapshot: Snapshot, asked: Sequence[Query], limit: int
    ) -> list[list[Hit]]:
        # All at once, and remembered: Kiwi takes a third of the time of one after the other.
        self._analyzer.terms_of([one.question for one in asked])
        aimed = [self._aimed(one) for one in asked]
        meanings = self._meanings(snapshot, [aim.vector for aim in aimed])
        return [
            self._ranked(snapshot, aim, meaning, limit)
            for aim, meaning in zip(aimed, meanings, strict=True)
        ]

    def _ranked(
        self, snapshot: Snapshot, aim: _Aim, meaning: Scores | None, limit: int
    ) -> list[Hit]:
        lexical = snapshot.lexical
        question, history = aim.asked.question, aim.asked.history
        terms, signals = self._signals(lexical, aim, meaning)
        fused = _FUSION @ signals
        leans = bool(history) and self.is_elliptical(question)
        if isinstance(lexical, LessonIndex):
            fused = lexical.favoured("" if leans else question, fused)
        if leans:
            fused = _after(history[-1], lexical, fused)
        rows = _best(fused, limit)
        typed = compact(question)
        sure, facts = _judged(snapshot, question, signals, fused, rows, Asked.of(terms, lexical))
        return [
            Hit(
                faq_id=lexical.faq_ids[row],
                title=lexical.titles[row],
                score=float(fused[row]),
                words=float(signals[0, row]),
                letters=float(signals[1, row]),
                grams=float(signals[2, row]),
                meaning=float(signals[3, row]),
                confidence=1.0 if compact(lexical.titles[row]) == typed else float(sure[place]),
                facts=facts[place],
            )
            for place, row in enumerate(rows)
        ]

    def _signals(
        self, lexical: LexicalIndex, aim: _Aim, meaning: Scores | None
    ) -> tuple[dict[str, float], Scores]:
        """Return the terms that were looked for, and the signals, shape (4, entries)."""
        terms, letters = self._read(aim.asked.question, aim.context)
        expansions = dict.fromkeys(self._synonyms.expand(list(terms)), _EXPANSION_WEIGHT)
        typed = np.stack(
            [
                lexical.word_scores(terms, expansions),
                lexical.letter_scores(letters),
                self._gram_scores(lexical, aim),
            ]
        )
        # While the embedder is away, words and letters stand in for the meaning too, or the local
        # guardrail would take every question for off topic.
        stand_in = _FUSION[:-1] @ typed / _FUSION[:-1].sum()
        if meaning is None or aim.vector is None:
            meaning = stand_in
        elif isinstance(lexical, LessonIndex):
            meaning = lexical.with_meaning(meaning, aim.vector, stand_in)
        return terms, np.vstack([typed, meaning[None]])

    def _gram_scores(self, lexical: LexicalIndex, aim: _Aim) -> Scores:
        """Return the cosines of the question's n-grams, and less of those before it."""
        texts = (aim.asked.question, *aim.context)
        weights = _CONTEXT_WEIGHT ** np.arange(len(texts), dtype=np.float32)
        scores = np.stack([lexical.gram_scores(text) for text in texts])
        return np.asarray(weights @ scores / weights.sum(), np.float32)

    def _measured(self, generation: Generation, faq: LexicalIndex) -> Everyday | None:
        """Return how far the everyday messages come; None where there are none.

        Raises:
            ModelError: the embedder is away.
        """
        if not self._messages or not len(faq):
            return None
        self._analyzer.terms_of(self._messages)
        vectors = self.embedder.embed(self._messages)
        found = self._index.nearest(generation.name, vectors, _CANDIDATE_CHUNKS)
        rows = []
        for message, vector, nearest in zip(self._messages, vectors, found, strict=True):
            aim = _Aim(Query(message), (), vector)
            _, signals = self._signals(faq, aim, _cosines(faq, nearest))
            fused = _FUSION @ signals
            rows.append(measures(signals, fused, [int(fused.argmax())])[0])
        return Everyday.of(self._messages, np.array(rows))

    def _read(self, question: str, context: Sequence[str]) -> tuple[dict[str, float], str]:
        """The weighted terms to look for, and the text whose letters count."""
        weights = dict.fromkeys(self._analyzer.terms(question), 1.0)
        for depth, text in enumerate(context, start=1):
            for term in self._analyzer.terms(text):
                weights.setdefault(term, _CONTEXT_WEIGHT**depth)
        return weights, " ".join((question, *context))

    def _aimed(self, asked: Query) -> _Aim:
        context = self._context(asked.history)
        try:
            vectors = self.embedder.embed([asked.question, *context])
        except ModelError:
            return _Aim(asked, context, None)
        decay = _CONTEXT_WEIGHT ** np.arange(len(vectors), dtype=np.float32)
        return _Aim(asked, context, unit((decay @ vectors).astype(np.float32)))

    def _context(self, history: Sequence[Exchange]) -> list[str]:
        """Earlier questions that this one may lean on, the last first.

        That is the last one; and, where that is elliptical itself, the one which it leant on.
        """
        context: list[str] = []
        for exchange in reversed(history[-_CONTEXT_TURNS:]):
            context.append(exchange.user)
            if not self.is_elliptical(exchange.user):
                break
        return context

    def is_elliptical(self, question: str) -> bool:
        """Whether a question is so short that it may lean on the one before."""
        return len(self._analyzer.terms(question)) <= _ELLIPTICAL_TERMS

    def _meanings(
        self, snapshot: Snapshot, vectors: Sequence[Vectors | None]
    ) -> list[Scores | None]:
        """Cosines of the nearest entries; all others get that of the last one found."""
        given = [vector for vector in vectors if vector is not None]
        if not given:
            return [None] * len(vectors)
        name = snapshot.generation.name
        found = iter(self._index.nearest(name, np.stack(given), _CANDIDATE_CHUNKS))
        return [
            None if vector is None else _cosines(snapshot.lexical, next(found))
            for vector in vectors
        ]


def _cosines(lexical: LexicalIndex, nearest: Sequence[tuple[str, float]]) -> Scores:
    floor = nearest[-1][1] if nearest else 0.0
    scores: Scores = np.full(len(lexical), floor, np.float32)
    for faq_id, cosine in reversed(nearest):
        scores[lexical.rows[faq_id]] = cosine
    return scores


def _keep(kept: dict[str, T], key: str, value: T) -> None:
    """Remember, and forget everything when it grows too large: it is read again in no time."""
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = value


def is_answer(hits: Sequence[Hit]) -> bool:
    """Whether the best hit is sure enough, or so near that it does not matter what else is near."""
    return bool(hits) and (hits[0].confidence >= confidence.ANSWER or hits[0].score >= _NEAR)


def _judged(  # noqa: PLR0913, PLR0917 - what one search has found
    snapshot: Snapshot,
    question: str,
    signals: Scores,
    fused: Scores,
    rows: Sequence[int],
    asked: Asked,
) -> tuple[Floats, list[tuple[float, ...]]]:
    """Return the confidence of each row, and its facts."""
    if snapshot.everyday is None or not rows:
        return confidence.plain(fused[rows].astype(float)), [()] * len(rows)
    surprise = snapshot.everyday.surprise(question, measures(signals, fused, rows))
    facts = np.hstack([coverage(signals, rows, asked, snapshot.lexical), surprise])
    return confidence.FITTED.of(facts), list(map(tuple, facts.tolist()))


def _after(last: Exchange, lexical: LexicalIndex, scores: Scores) -> Scores:
    """Lower the score of the last answer.

    Whoever asks on has read it, so it is less likely to be the next one.
    """
    shown = [lexical.title_rows[title] for title in last.sources if title in lexical.title_rows]
    lowered = scores.copy()
    lowered[shown] *= _SHOWN_SHARE
    return lowered


def _best(scores: Scores, limit: int) -> list[int]:
    """Rows of the highest scores, best first; equal ones in the order of the source."""
    limit = min(limit, len(scores))
    if limit == 0:
        return []
    top = np.argpartition(-scores, limit - 1)[:limit]
    return [int(row) for row in sorted(top, key=lambda row: (-scores[row], row))]
