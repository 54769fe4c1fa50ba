"""The snapshot that searches read: the serving generation with the lessons."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from core.errors import FaqIndexError, ModelError, NoFaqError
from core.ports import FaqIndex
from core.retrieval.cached import cached
from core.retrieval.everyday import Everyday
from core.retrieval.lexical.index import Fields, LexicalIndex
from core.retrieval.overlay.lessons import NOTHING, LessonOverlay, laid_over
from core.text.spelling.faq_words import FaqWords
from core.types import Entry, Generation, Terms

logger = logging.getLogger(__name__)

_LOOK_S = 1.0
_MEASURE_AGAIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A generation, its lexical index, and the entries that were read from it before.

    `faq` is the index of the generation, and `lexical` the same with the lessons of the overlay.
    `words` are those of the generation's titles. `everyday` is None while the embedder is away.
    """

    generation: Generation
    faq: LexicalIndex
    words: FaqWords
    overlay: LessonOverlay
    lexical: LexicalIndex
    everyday: Everyday | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    # The category of each entry, by faq_id.
    categories: dict[str, str] = field(default_factory=dict)


class LiveIndex:
    """Keeps a snapshot of the serving generation, and loads the next one after an ingest.

    Calls may come from any thread. What takes long to compute from a generation is cached in files
    of the folder `cache`.
    """

    def __init__(
        self,
        index: FaqIndex,
        *,
        fingerprint: str,
        cache: Path,
        read_titles: Callable[[Sequence[str]], FaqWords],
        measure: Callable[[Snapshot], Everyday | None],
    ) -> None:
        """`fingerprint` is the embedder's; a generation of another embedder cannot be searched.

        `measure` searches for the everyday messages in a new index. If it raises ModelError, it is
        called again a minute later.
        """
        self._index = index
        self._fingerprint = fingerprint
        self._cache = cache
        self._read_titles = read_titles
        self._measure = measure
        self._measure_at = 0.0
        self.last: Snapshot | None = None
        self._overlay = NOTHING
        self.looked_at = 0.0
        self._loading = threading.Lock()

    def refresh(self) -> Snapshot:
        """Load the serving generation, unless it is loaded already.

        Raises:
            FaqIndexError: nothing was ingested yet, or another embedder was used.
        """
        with self._loading:
            return self._load()

    def lay(self, overlay: LessonOverlay) -> None:
        """Include these lessons from the next search on. Blocks for some milliseconds."""
        with self._loading:
            self._overlay = overlay
            if last := self.last:
                lexical = laid_over(last.faq, overlay)
                self.last = replace(last, overlay=overlay, lexical=lexical)

    def now(self) -> Snapshot:
        """Return the snapshot to search; once a second, one thread looks for a newer generation."""
        if self.last is None:
            return self.refresh()
        if monotonic() <= self.looked_at + _LOOK_S:
            return self.last
        if not self._loading.acquire(blocking=False):
            return self.last
        try:
            return self._load()
        finally:
            self._loading.release()

    def _load(self) -> Snapshot:
        serving = self._index.serving()
        if serving is None:
            raise NoFaqError
        if serving.fingerprint != self._fingerprint:
            raise FaqIndexError(
                f"the index was made by the embedder {serving.fingerprint}, but the settings "
                f"say {self._fingerprint}: run `faqbot ingest {serving.source}`"
            )
        last = self.last
        if last is None or last.generation.name != serving.name:
            faq = self._lexical(serving)
            lexical = laid_over(faq, self._overlay)
            last = Snapshot(serving, faq, self._words(serving, faq), self._overlay, lexical)
        if last.everyday is None and monotonic() >= self._measure_at:
            last = replace(last, everyday=self._everyday(last))
        # Other threads search it from here on: without the everyday messages' scores, the guardrail
        # would take questions for off topic.
        self.last = last
        self.looked_at = monotonic()
        return last

    def _lexical(self, generation: Generation) -> LexicalIndex:
        path = self._cache / f"{generation.name}.npz"
        try:
            return LexicalIndex.load(path)
        except (OSError, ValueError, KeyError):
            lexical = build_lexical(self._index, generation.name)
        try:
            lexical.save(path)
            for old in self._cache.glob("faq-*"):
                if not old.name.startswith(generation.name):
                    old.unlink(missing_ok=True)
            return LexicalIndex.load(path)  # what was built takes more memory
        except OSError as error:  # without the cache, the next start takes a second longer
            logger.warning("cannot write the cache %s: %s", path, error)
        return lexical

    def _words(self, generation: Generation, faq: LexicalIndex) -> FaqWords:
        path = self._cache / f"{generation.name}.words"
        return cached(path, FaqWords.from_arrays, lambda: self._read_titles(faq.titles))

    def _everyday(self, snapshot: Snapshot) -> Everyday | None:
        path = self._cache / f"{snapshot.generation.name}.everyday"
        try:
            return cached(path, Everyday.from_arrays, lambda: self._measure(snapshot))
        except ModelError as error:
            logger.warning("what everyday messages score is not known yet: %s", error)
            self._measure_at = monotonic() + _MEASURE_AGAIN_S
            return None


def build_lexical(index: FaqIndex, generation: str) -> LexicalIndex:
    """Build the lexical index of a generation from its stored terms, without any analysis."""
    return LexicalIndex.build(fields_of(entry, terms) for entry, terms in index.stored(generation))


def fields_of(entry: Entry, terms: Terms) -> Fields:
    """Return the fields of a stored entry that the lexical index reads."""
    return Fields(
        faq_id=entry.faq_id,
        title=entry.title,
        questions=entry.questions,
        title_terms=terms.title,
        answer_terms=terms.answer,
        question_terms=terms.questions,
        text=entry.text,
    )
