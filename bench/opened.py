"""An index that was opened to be measured, and stopwatches inside what searches it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import chromadb
import numpy as np

from bench.sources import Asked
from bots.bootstrap.search import load_synonyms
from config.resources import ENCODER, load_everyday, load_loanwords
from config.settings import Settings
from core.embeddings.kiwi import KiwiEncoder, known_nouns
from core.retrieval.chroma.index import ChromaIndex
from core.retrieval.hits import Hit
from core.retrieval.retriever import Retriever
from core.text.korean import Analyzer

_PROFILE = "smartstore"
_BARE_RESULTS = 10


class ForgetfulAnalyzer(Analyzer):
    """Can analyse a question as if nobody had asked it before."""

    def forget(self) -> None:
        self._memo.clear()


class ForgetfulEncoder(KiwiEncoder):
    """Can embed a question as if nobody had used its words before."""

    def forget(self) -> None:
        self._unknown.cache_clear()


class Stopwatch:
    """Sums the time in wrapped methods from lap to lap."""

    def __init__(self) -> None:
        self.laps: defaultdict[str, list[float]] = defaultdict(list)
        self._now: defaultdict[str, float] = defaultdict(float)

    def wrap(self, owner: object, method: str, stage: str) -> None:
        """Time this method of this object from now on."""
        inner = getattr(owner, method)

        def timed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as the method wrapped
            started = perf_counter()
            try:
                return inner(*arguments, **named)
            finally:
                self._now[stage] += perf_counter() - started

        setattr(owner, method, timed)
        self._now[stage] = 0.0

    def lap(self, *, counts: bool = True) -> None:
        """Begin the next question; what the last one took is kept if it counts."""
        for stage, seconds in self._now.items():
            if counts:
                self.laps[stage].append(seconds)
            self._now[stage] = 0.0


@dataclass
class Opened:
    """A retriever with what it is made of, and the bare collection below it."""

    analyzer: ForgetfulAnalyzer
    encoder: ForgetfulEncoder
    index: ChromaIndex
    retriever: Retriever
    collection: chromadb.Collection
    seconds: float

    @classmethod
    def at(cls, data_dir: Path) -> Opened:
        """Open the index that serves in a data folder; `seconds` is for Chroma and the cache."""
        settings = Settings(data_dir=data_dir)
        analyzer = ForgetfulAnalyzer.load(load_loanwords(), known_nouns(ENCODER))
        encoder = ForgetfulEncoder.load(ENCODER, analyzer)
        synonyms = load_synonyms(analyzer, _PROFILE)
        started = perf_counter()
        index = ChromaIndex.open(settings.index_dir)
        retriever = Retriever(
            index=index,
            embedder=encoder,
            analyzer=analyzer,
            synonyms=synonyms,
            words=encoder,
            cache=settings.cache_dir,
            everyday=load_everyday(),
        )
        name = retriever.serving.refresh().generation.name
        seconds = perf_counter() - started
        # Chroma returns the same store for the same folder with the same settings.
        client = chromadb.PersistentClient(
            str(settings.index_dir), settings=chromadb.Settings(anonymized_telemetry=False)
        )
        collection = client.get_collection(name, embedding_function=None)
        return cls(analyzer, encoder, index, retriever, collection, seconds)

    def forget(self) -> None:
        """Make the next question a new one."""
        self.analyzer.forget()
        self.encoder.forget()


@dataclass
class Latency:
    """Seconds of each search, of the bare Chroma query beside it, and what was found last."""

    searches: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    hits: list[Sequence[Hit]] = field(default_factory=list)


def measure(
    opened: Opened, asked: Sequence[Asked], rounds: int, watch: Stopwatch | None = None
) -> Latency:
    """Ask everything `rounds` times after one round that does not count.

    Search and bare query take turns, so that a noisy machine slows both. Every question is new to
    the caches of terms and of unknown words.
    """
    found = Latency()
    vectors = opened.encoder.embed([text for text, _ in asked])
    for number in range(rounds + 1):
        found.hits.clear()
        for (text, history), vector in zip(asked, vectors, strict=True):
            opened.forget()
            started = perf_counter()
            hits = opened.retriever.search(text, history)
            searched = perf_counter()
            opened.collection.query(
                query_embeddings=vector[None, :].astype(np.float32),
                n_results=_BARE_RESULTS,
                include=["distances"],
            )
            ended = perf_counter()
            found.hits.append(hits)
            if number:
                found.searches.append(searched - started)
                found.bare.append(ended - searched)
            if watch:
                watch.lap(counts=number > 0)
    return found
