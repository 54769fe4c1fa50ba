"""The six signals that each entry of the FAQ has for a question and its conversation.

They are BM25F over morphemes (widened by the profile's synonyms), the cosine of jamo n-grams of
titles and questions (for typos and missing spaces), the cosine of n-grams of the whole entry, the
cosine of the embedder's vectors, which Chroma holds, and how well the words of the nearest entries
and of their titles align with those of the question. Each is comparable between questions, so that
they can be added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from weakref import WeakKeyDictionary

import numpy as np

from core.errors import ModelError
from core.ports import Embedder, FaqIndex, Vectors, WordVectors
from core.retrieval.alignment import Alignment
from core.retrieval.audience import EVERYTHING, Audience
from core.retrieval.context import ContextReader
from core.retrieval.lexical.index import LexicalIndex
from core.retrieval.lexical.postings import Scores
from core.retrieval.lexical.synonyms import Synonyms
from core.retrieval.overlay.lessons import LessonIndex
from core.retrieval.snapshot import Snapshot
from core.retrieval.vectors import unit
from core.text.korean import Analyzer
from core.text.spelling import latin
from core.types import Exchange

# The weights of the sum, in the order of `evidence.SIGNALS`. They were chosen over ten FAQs of 24
# to 2,717 entries, with short texts and long ones; quality is flat around them. They sum to 1, so
# that a score is about 0 to 1.
FUSION = np.array([0.105, 0.05, 0.115, 0.43, 0.2, 0.1], np.float32)
_TYPED, _MEANING = (
    slice(0, 3),
    slice(0, 4),
)  # the signals of the letters, and those with the meaning
_EXPANSION_WEIGHT = 0.3
_CONTEXT_WEIGHT = 0.6
_CANDIDATE_CHUNKS = 150
_ALIGNED = 20  # entries; with sixty the same ones come first on every set of questions


@dataclass(frozen=True, slots=True)
class Query:
    """A search request: a question, the conversation it may refer to, and the answer's readers."""

    question: str
    history: Sequence[Exchange] = ()
    audience: Audience = EVERYTHING


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of a query.

    `terms` maps the terms of the question and its conversation to their weights. `values` has shape
    (6, entries), in the order of `evidence.SIGNALS`. While the embedder is away, the mean of the
    first three stands in for the meaning, and `has_meaning` is false.
    """

    query: Query
    terms: Mapping[str, float]
    values: Scores
    has_meaning: bool

    @property
    def fused(self) -> Scores:
        """The score of each entry, shape (entries,)."""
        return FUSION @ self.values


class SignalReader:
    """Reads queries. Calls block for some milliseconds."""

    def __init__(
        self,
        *,
        index: FaqIndex,
        embedder: Embedder,
        analyzer: Analyzer,
        synonyms: Synonyms,
        words: WordVectors,
    ) -> None:
        self.context = ContextReader(analyzer)
        self._index = index
        self._embedder = embedder
        self._analyzer = analyzer
        self._synonyms = synonyms
        self._words = words
        self._alignments: WeakKeyDictionary[LexicalIndex, Alignment] = WeakKeyDictionary()

    def read(self, queries: Sequence[Query], snapshot: Snapshot) -> Iterator[Signals]:
        """Yield the signals of each query; all are embedded and looked up in Chroma in one batch.

        Raises:
            FaqIndexError: the index cannot be read.
        """
        # All texts are analysed at once and cached: Kiwi takes a third of the time that way.
        self._analyzer.terms_of([query.question for query in queries])
        queries = [self._spelt_out(query, snapshot) for query in queries]
        contexts = [self.context.earlier(query.history) for query in queries]
        vectors = self._vectors(queries, contexts)
        meanings = self._meanings(vectors, snapshot)
        for query, context, vector, meaning in zip(
            queries, contexts, vectors, meanings, strict=True
        ):
            yield self._signals(snapshot.lexical, query, context, vector, meaning)

    def _spelt_out(self, query: Query, snapshot: Snapshot) -> Query:
        """Return a query whose words are written as the FAQ writes them."""
        terms = self._analyzer.terms(query.question)
        known = snapshot.lexical.words.terms
        if all(term in known and term[1] != "/" for term in terms):
            return query
        question = self._synonyms.written_out(query.question, terms, known)
        written = snapshot.words.written(question, self._analyzer)
        return replace(query, question=self._without_slips(written, snapshot.lexical))

    def _without_slips(self, text: str, lexical: LexicalIndex) -> str:
        """Return a text whose misspelt Latin words are the FAQ's, by their stems."""

        def is_word(stem: str) -> bool:
            term = f"{stem}/N"
            return term in lexical.words.terms or bool(self._words.of_words([term])[0].any())

        def commonest(stems: Collection[str]) -> str | None:
            there = [stem for stem in stems if f"{stem}/N" in lexical.words.terms]
            return min(there, key=lambda stem: (lexical.idf(f"{stem}/N"), stem), default=None)

        return latin.corrected(text, stem=self._analyzer.stem, is_word=is_word, commonest=commonest)

    def _signals(
        self,
        lexical: LexicalIndex,
        query: Query,
        context: Sequence[str],
        vector: Vectors | None,
        meaning: Scores | None,
    ) -> Signals:
        terms = self._terms(query.question, context)
        expansions = dict.fromkeys(self._synonyms.expand(list(terms)), _EXPANSION_WEIGHT)
        typed = np.stack(
            [
                lexical.word_scores(terms, expansions),
                lexical.letter_scores(" ".join((query.question, *context))),
                _gram_scores(lexical, (query.question, *context)),
            ]
        )
        # While the embedder is away, words and letters stand in for the meaning; otherwise the
        # local guardrail would take every question for off topic.
        stand_in = FUSION[_TYPED] @ typed / FUSION[_TYPED].sum()
        has_meaning = meaning is not None and vector is not None
        if meaning is None or vector is None:
            meaning = stand_in
        elif isinstance(lexical, LessonIndex):
            meaning = lexical.with_meaning(meaning, vector, stand_in)
        found = np.vstack([typed, meaning[None]])
        aligned = self._aligned(lexical, terms, FUSION[_MEANING] @ found)
        return Signals(query, terms, np.vstack([found, aligned]), has_meaning=has_meaning)

    def _aligned(self, lexical: LexicalIndex, terms: Mapping[str, float], scores: Scores) -> Scores:
        """Return both alignments of all entries, shape (2, entries).

        Those that are not among the best by the other signals get the lowest one of the best.
        """
        alignment = self._alignment(lexical)
        count = min(_ALIGNED, len(scores))
        if not count:
            return np.zeros((2, 0), np.float32)
        best = np.argpartition(-scores, count - 1)[:count]
        found = np.stack(alignment.scores(terms, best.tolist()))
        aligned = np.repeat(found.min(axis=1, keepdims=True), len(scores), axis=1)
        aligned[:, best] = found
        return aligned

    def _alignment(self, lexical: LexicalIndex) -> Alignment:
        """Return the alignment of an index; that of the FAQ is shared by all lessons over it."""
        alignment = self._alignments.get(lexical)
        if alignment is None:
            faq = self._alignment(lexical.faq) if isinstance(lexical, LessonIndex) else None
            alignment = self._alignments[lexical] = Alignment(lexical, self._words, faq)
        return alignment

    def _terms(self, question: str, context: Sequence[str]) -> dict[str, float]:
        """Return the terms to search for, with their weights."""
        weights = dict.fromkeys(self._analyzer.terms(question), 1.0)
        for depth, text in enumerate(context, start=1):
            for term in self._analyzer.terms(text):
                weights.setdefault(term, _CONTEXT_WEIGHT**depth)
        return weights

    def _vectors(
        self, queries: Sequence[Query], contexts: Sequence[Sequence[str]]
    ) -> list[Vectors | None]:
        """Return the vector of each query in its conversation; None while the embedder is away.

        Each has shape (dimensions,).
        """
        texts = [[query.question, *rest] for query, rest in zip(queries, contexts, strict=True)]
        try:
            embedded = self._embedder.embed(list(chain.from_iterable(texts)))
        except ModelError:
            return [None] * len(queries)
        ends = np.cumsum([0, *map(len, texts)])
        return [_decayed(embedded[begin:end]) for begin, end in pairwise(ends)]

    def _meanings(
        self, vectors: Sequence[Vectors | None], snapshot: Snapshot
    ) -> list[Scores | None]:
        """Return the cosines of all entries; those that are not found get the lowest one found."""
        given = [vector for vector in vectors if vector is not None]
        if not given:
            return [None] * len(vectors)
        name, lexical = snapshot.generation.name, snapshot.lexical
        found = iter(self._index.nearest(name, np.stack(given), _CANDIDATE_CHUNKS))
        return [None if vector is None else _cosines(lexical, next(found)) for vector in vectors]


def _decayed(vectors: Vectors) -> Vectors:
    """Return the unit sum of a question's vector and, with decaying weights, those before it."""
    decay = _CONTEXT_WEIGHT ** np.arange(len(vectors), dtype=np.float32)
    return unit((decay @ vectors).astype(np.float32))


def _gram_scores(lexical: LexicalIndex, texts: Sequence[str]) -> Scores:
    """Return the mean n-gram scores of a question and, with decaying weights, those before it."""
    weights = _CONTEXT_WEIGHT ** np.arange(len(texts), dtype=np.float32)
    scores = np.stack([lexical.gram_scores(text) for text in texts])
    return np.asarray(weights @ scores / weights.sum(), np.float32)


def _cosines(lexical: LexicalIndex, nearest: Sequence[tuple[str, float]]) -> Scores:
    floor = nearest[-1][1] if nearest else 0.0
    scores: Scores = np.full(len(lexical), floor, np.float32)
    for faq_id, cosine in reversed(nearest):
        scores[lexical.rows[faq_id]] = cosine
    return scores
