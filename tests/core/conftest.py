"""Fixtures of what knows no platform: the real FAQ, in an index."""

import pickle
from dataclasses import dataclass, replace

import pytest

from bench.memory_index import MemoryIndex
from core.retrieval.chroma.index import ChromaIndex
from core.retrieval.retriever import Retriever
from core.types import Entry
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load
from ingest.sync import sync


@dataclass(frozen=True)
class RealFaq:
    """The real entries with the questions of the pack, and two searches in them."""

    entries: list[Entry]
    with_pack: Retriever  # as it is shipped: ingested into Chroma
    without_pack: Retriever  # as a FAQ that somebody brings


@pytest.fixture(scope="session")
def real_faq(shared, copy_of, analyzer, encoder, make_retriever):
    """The real FAQ, for reading; it takes a minute to analyse, once for all workers."""

    def build(folder):
        pack = load_pack(shared / "questions" / "smartstore.jsonl")
        entries = prepare(load(shared / "data" / "final_result.pkl"), pack).entries
        index = ChromaIndex.open(folder / "chroma")
        sync(
            entries,
            index=index,
            analyzer=lambda: analyzer,
            embedder=lambda: encoder,
            fingerprint=encoder.fingerprint,
            source="final_result.pkl",
            progress=lambda done, total: None,
        )
        # It comes second: every text has then been analysed.
        bare = MemoryIndex([replace(one, questions=()) for one in entries], analyzer, encoder)
        (folder / "entries.pickle").write_bytes(pickle.dumps((entries, bare)))
        make_retriever(index, folder / "with_pack").serving.refresh()
        make_retriever(bare, folder / "without_pack").serving.refresh()

    folder = copy_of("real", build)
    entries, bare = pickle.loads((folder / "entries.pickle").read_bytes())
    index = ChromaIndex.open(folder / "chroma")
    return RealFaq(
        entries,
        with_pack=make_retriever(index, folder / "with_pack"),
        without_pack=make_retriever(bare, folder / "without_pack"),
    )
