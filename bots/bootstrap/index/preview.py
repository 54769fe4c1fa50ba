"""A preview of the FAQ's source as it is now, searched as if it were served."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bots.bootstrap.index.build import build_beside
from bots.bootstrap.index.source_entries import fetched, prepare_source
from bots.bootstrap.search import Language
from bots.bootstrap.stores import open_index
from config.resources import load_everyday
from config.settings import Settings
from core.errors import SourceError
from core.ports import Embedder, FaqIndex, Vectors
from core.retrieval.retriever import Retriever
from core.types import Entry, Generation, Terms
from ingest.sync import single_ingest


@dataclass(frozen=True, slots=True)
class _Beside:
    """Implements `FaqIndex` for one generation, as if it were in use."""

    index: FaqIndex
    generation: Generation

    def serving(self) -> Generation:
        return self.generation

    def stored(self, generation: str) -> Iterator[tuple[Entry, Terms]]:
        return self.index.stored(generation)

    def entries(self, generation: str, faq_ids: Sequence[str]) -> list[Entry]:
        return self.index.entries(generation, faq_ids)

    def nearest(
        self, generation: str, vectors: Vectors, limit: int
    ) -> list[list[tuple[str, float]]]:
        return self.index.nearest(generation, vectors, limit)


def source_of(settings: Settings) -> str:
    """Return where the FAQ comes from: as the settings say, else where it was ingested from.

    Raises:
        SourceError: neither says so.
    """
    serving = open_index(settings).serving()
    source = settings.source or (serving.source if serving else "")
    if not source:
        raise SourceError("nothing says where the FAQ comes from: set FAQBOT_SOURCE")
    return source


@contextmanager
def previewed(settings: Settings, language: Language, embedder: Embedder) -> Iterator[Retriever]:
    """Build the index of what the source holds by now, and drop it again. Blocks.

    Raises:
        SourceError: the source cannot be read.
        FaqIndexError: another ingest is running, or the index cannot be written.
    """
    source = source_of(settings)
    path, _ = fetched(settings, source)
    prepared, _ = prepare_source(settings, path)
    index = open_index(settings)
    with single_ingest(settings.data_dir):
        changes = build_beside(settings, prepared.entries, source=source, language=language)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    generation = Generation(
        changes.generation, embedder.fingerprint, len(prepared.entries), now, source
    )
    try:
        with tempfile.TemporaryDirectory(prefix="faqbot-preview-") as cache:
            trial = Retriever(
                index=_Beside(index, generation),
                embedder=embedder,
                analyzer=language.analyzer,
                synonyms=language.synonyms,
                words=language.encoder,
                cache=Path(cache),
                everyday=load_everyday(),
            )
            trial.serving.refresh()
            yield trial
    finally:
        with single_ingest(settings.data_dir):
            index.tidy()
