"""The retriever: it ranks entries for a question in its conversation, with a confidence each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from functools import partial
from math import isclose
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from core.errors import FaqIndexError, ModelError
from core.ports import Embedder, FaqIndex, WordVectors
from core.retrieval import confidence
from core.retrieval.audience import EVERYTHING, Audience
from core.retrieval.context import found_by_context_alone, surer
from core.retrieval.details import TOLD, tells
from core.retrieval.everyday import Everyday
from core.retrieval.evidence import measures
from core.retrieval.hits import Hit
from core.retrieval.lexical.keywords import plain_first
from core.retrieval.lexical.synonyms import Synonyms
from core.retrieval.overlay.lessons import LessonIndex
from core.retrieval.ranking import after, best, judged, masked, once
from core.retrieval.reviews import Reviews
from core.retrieval.signals import Query, SignalReader, Signals
from core.retrieval.snapshot import LiveIndex, Snapshot
from core.retrieval.visibility import Visibility
from core.text.korean import Analyzer
from core.text.spelling.faq_words import FaqWords
from core.types import Entry, Exchange

P = ParamSpec("P")
T = TypeVar("T")

# More threads would not search faster, because most of a search holds the interpreter's lock, and
# the event loop would wait for that lock.
_THREADS = 2
_KEPT = 5_000


class Retriever:
    """Searches the serving generation, and notices by itself when an ingest has switched it.

    Calls block for a few milliseconds and may come from several threads. `context` reads what a
    question has to do with its conversation.
    """

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        index: FaqIndex,
        embedder: Embedder,
        analyzer: Analyzer,
        synonyms: Synonyms,
        words: WordVectors,
        cache: Path,
        everyday: Sequence[str] = (),
        answer_from: float = confidence.ANSWER,
    ) -> None:
        """`everyday` are messages on any subject, whose scores on this FAQ are the baseline.

        Without them the score alone decides what is an answer. `answer_from` is the lowest
        confidence of an answer, 0 to 1.
        """
        self._index = index
        self._everyday = tuple(everyday)
        self.answer_from = answer_from
        self.embedder = embedder
        self._analyzer = analyzer
        self._reader = SignalReader(
            index=index, embedder=embedder, analyzer=analyzer, synonyms=synonyms, words=words
        )
        self.context = self._reader.context
        self.serving = LiveIndex(
            index,
            fingerprint=embedder.fingerprint,
            cache=cache,
            read_titles=partial(FaqWords.of, kiwi=analyzer.kiwi),
            measure=self._measured,
        )
        self._first_of: Snapshot | None = None
        self._first: dict[str, Hit] = {}
        self.reviews = Reviews()
        self._audience = EVERYTHING
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="search")

    def seen_by(self, audience: Audience) -> Retriever:
        """Return a retriever that finds and returns only entries that these readers may see."""
        view = copy(self)
        view._audience, view._first_of, view._first = audience, None, {}  # noqa: SLF001 - its own
        return view

    def answering_from(self, confidence: float) -> Retriever:
        """Return one that is bolder or more careful about what answers a question."""
        view = copy(self)
        view.answer_from = confidence
        return view

    async def aside(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` on one of the search threads, and return its result."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: work(*args, **kwargs))

    async def first(self, title: str) -> Hit | None:
        """Return the entry nearest to a button's text; results are cached until the FAQ changes.

        Raises:
            FaqIndexError: see `search`.
        """
        if self._first_of is not self.serving.last:
            self._first_of, self._first = self.serving.last, {}
        known = self._first
        if title not in known:
            found = await self.aside(self.search, title, limit=1)
            hit = found[0] if found else None
            # A meaning equal to the score stands in while the embedder is away: not cached.
            if hit is None or isclose(hit.meaning, hit.score, abs_tol=1e-6):
                return hit
            _keep(known, title, hit)
        return known[title]

    def search(
        self, question: str, history: Sequence[Exchange] = (), *, limit: int = 10
    ) -> list[Hit]:
        """Return the entries nearest to a question, best first, at most `limit`.

        Raises:
            FaqIndexError: the index cannot be read, or as in `LiveIndex.refresh`.
        """
        return self.search_all([Query(question, history, self._audience)], limit=limit)[0]

    def search_all(self, asked: Sequence[Query], *, limit: int = 10) -> list[list[Hit]]:
        """Search for several questions in one batch; the vector index takes half the time for each.

        Raises:
            FaqIndexError: see `search`.
        """
        if not self._audience.sees_all:
            asked = [replace(query, audience=self._audience) for query in asked]
        snapshot = self.serving.now()
        try:
            return self._all_ranked(snapshot, asked, limit)
        except FaqIndexError:
            # After two ingests since the last look, the loaded generation is deleted.
            if (fresh := self.serving.refresh()) is snapshot:
                raise
            return self._all_ranked(fresh, asked, limit)

    def entries(self, hits: Sequence[Hit]) -> list[Entry]:
        """Return the entries of hits, in the same order, without those that are not served now."""
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
        entries = (entry for entry, _ in self._index.stored(name))
        return list(filter(self._seen_by(self._audience).admits, entries))

    def may_tell(self, faq_ids: Sequence[str]) -> bool:
        """Return whether all these entries are still served, and the readers may see them."""
        if self._audience.sees_all and not self.reviews.hides_some:
            return True
        snapshot = self.serving.now()
        seen = self._seen_by(self._audience).rows(snapshot)
        visible = {snapshot.lexical.faq_ids[row] for row in np.flatnonzero(seen)}
        return visible.issuperset(faq_ids)

    def category_of(self, faq_id: str) -> str:
        """Return the category of an entry or a lesson, "" if it has none or is not served."""
        return self._seen_by(self._audience).categories(self.serving.now()).get(faq_id, "")

    def idf(self, term: str) -> float:
        """Return the inverse document frequency of a term in the FAQ that is served."""
        return self.serving.now().lexical.idf(term)

    def leans(self, question: str) -> bool:
        """Return whether a question is short, and has no term that is unknown to the FAQ."""
        return self.context.leans(question, self.serving.now().lexical.words.terms)

    def _entries(self, snapshot: Snapshot, faq_ids: Sequence[str]) -> list[Entry]:
        taught = snapshot.overlay.entries
        known = {i: e for i in faq_ids if (e := taught.get(i) or snapshot.entries.get(i))}
        if missing := [faq_id for faq_id in faq_ids if faq_id not in known]:
            for entry in self._index.entries(snapshot.generation.name, missing):
                known[entry.faq_id] = entry
                _keep(snapshot.entries, entry.faq_id, entry)
        found = (known[faq_id] for faq_id in faq_ids if faq_id in known)
        admitted = filter(self._seen_by(self._audience).admits, found)
        return [self.reviews.marked(entry) for entry in admitted]

    def _seen_by(self, audience: Audience) -> Visibility:
        return Visibility(self._index, self.reviews, audience)

    def _all_ranked(
        self, snapshot: Snapshot, asked: Sequence[Query], limit: int
    ) -> list[list[Hit]]:
        """Rank what is found for each; what may lean on its conversation is read in two ways."""
        alone = [replace(query, history=()) for query in asked]
        once_each = list(dict.fromkeys(alone))
        known = snapshot.lexical.words.terms
        ahead = [self.context.ahead(query.question, query.history, known) for query in asked]
        leaning = [query for query, lead in zip(asked, ahead, strict=True) if lead is not None]
        found = self._reader.read([*once_each, *leaning], snapshot)
        ranked = [self._ranked(snapshot, signals, limit) for signals in found]
        by_itself = dict(zip(once_each, ranked, strict=False))
        in_context = iter(ranked[len(once_each) :])
        return [
            by_itself[bare]
            if lead is None
            else self._in_conversation(snapshot, query, next(in_context), lead, by_itself[bare])
            for query, bare, lead in zip(asked, alone, ahead, strict=True)
        ]

    def _in_conversation(
        self,
        snapshot: Snapshot,
        query: Query,
        in_context: list[Hit],
        ahead: float,
        alone: list[Hit],
    ) -> list[Hit]:
        """Return the surer of both readings, with the last answer first if it tells the detail."""
        hits = surer(in_context, ahead, alone)
        shown = [hit for hit in in_context if hit.title in query.history[-1].sources]
        if not shown or self.context.is_case(query.question):
            return hits
        last = replace(shown[0], confidence=max(shown[0].confidence, TOLD))
        last = replace(last, answers=last.confidence >= self.answer_from)
        for entry in self._entries(snapshot, [last.faq_id]):
            if tells(query.question, entry, hits[0], self._analyzer):
                return [last, *(hit for hit in hits if hit.faq_id != last.faq_id)]
        return hits

    def _ranked(self, snapshot: Snapshot, found: Signals, limit: int) -> list[Hit]:
        seen = self._seen_by(found.query.audience).rows(snapshot)
        lexical, values = snapshot.lexical, found.values
        question, history = found.query.question, found.query.history
        # Entries that the readers may not see get the signals of entries that do not match at all.
        fused = masked(found, seen).fused
        leans = bool(history) and self.context.is_elliptical(question)
        if isinstance(lexical, LessonIndex):
            fused = lexical.favoured("" if leans else question, fused)
        if leans and not self.context.is_case(question):
            fused = after(history[-1], lexical, fused)
        elif not leans:
            asked = self._analyzer.terms(question)
            fused = plain_first(asked, fused, lexical)
        repeats = lexical.repeats if isinstance(lexical, LessonIndex) else 0
        rows = once(best(fused, seen, limit + repeats), lexical, limit)
        sure, facts = judged(snapshot, found, fused, seen, rows)
        if history:
            strange = found_by_context_alone(found.terms, rows, lexical)
            sure = np.where(strange, 0.0, sure)
            if strange[:1].any():
                order = np.argsort(sure < self.answer_from, kind="stable")
                rows, sure, facts = [rows[n] for n in order], sure[order], [facts[n] for n in order]
        return [
            Hit(
                faq_id=lexical.faq_ids[row],
                title=lexical.titles[row],
                score=float(fused[row]),
                words=float(values[0, row]),
                letters=float(values[1, row]),
                grams=float(values[2, row]),
                meaning=float(values[3, row]),
                alignment=float(values[4, row]),
                title_alignment=float(values[5, row]),
                confidence=float(sure[place]),
                answers=bool(sure[place] >= self.answer_from),
                facts=facts[place],
            )
            for place, row in enumerate(rows)
        ]

    def _measured(self, snapshot: Snapshot) -> Everyday | None:
        """Return the distributions of the everyday messages; None if there are no messages.

        Raises:
            ModelError: the embedder is away.
        """
        if not self._everyday or not len(snapshot.faq):
            return None
        queries = [Query(message) for message in self._everyday]
        rows = []
        for found in self._reader.read(queries, replace(snapshot, lexical=snapshot.faq)):
            if not found.has_meaning:
                raise ModelError("the embedder is away")
            fused = found.fused
            rows.append(measures(found.values, fused, [int(fused.argmax())])[0])
        return Everyday.of(self._everyday, np.array(rows))

    def told_share(self, text: str, entry: Entry) -> float:
        """Return how much of a text only the answer of an entry says, and none of its questions.

        From 0 to 1, each term weighted by how rare it is. A question has the words of those who
        ask; the caller finds them in the answer.
        """
        asked = " ".join((entry.title, *entry.questions, entry.category))
        said, known = self._analyzer.terms(entry.text), set(self._analyzer.terms(asked))
        weights = {term: self.idf(term) for term in self._analyzer.terms(text)}
        told = sum(weights[term] for term in weights.keys() & set(said) - known)
        return told / (sum(weights.values()) or 1.0)


def _keep(kept: dict[str, T], key: str, value: T) -> None:
    """Cache a value; a full cache is emptied, since its values are quickly read again."""
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = value
