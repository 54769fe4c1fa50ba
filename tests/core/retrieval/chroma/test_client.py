"""The index as a folder and as a server: the same code, the same answers."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes.chroma_server import chroma_server, token_proxy

from core.errors import FaqIndexError
from core.retrieval.chroma.index import ChromaIndex
from core.retrieval.chroma.records import Record
from core.types import Entry, Terms


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as running:
        yield running


@pytest.fixture(params=["folder", "server"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> ChromaIndex:
    if request.param == "folder":
        return ChromaIndex.open(tmp_path / "chroma")
    return ChromaIndex.connect(f"http://127.0.0.1:{request.getfixturevalue('port')}")


def record(number: int, chunks: int = 2) -> Record:
    entry = Entry(f"{number:016x}", f"제목 {number}", "답" * 50, questions=("질문?",))
    vectors = np.zeros((chunks, 8), np.float32)
    vectors[:, number % 8] = 1
    texts = tuple(f"조각 {part}" for part in range(chunks))
    return Record(entry, Terms(("제목",), ("답",), ("질문",)), f"digest {number}", texts, vectors)


def test_a_generation_is_built_switched_to_and_read(index):
    records = [record(number) for number in range(5)]
    generation = index.begin(fingerprint="f", source="faq.csv")
    index.add(generation, records)
    index.switch(generation, entries=len(records), digest="d")
    serving = index.serving()
    assert (serving.name, serving.entries, serving.fingerprint) == (generation, 5, "f")
    assert [entry for entry, _ in index.stored(generation)] == [kept.entry for kept in records]
    assert index.digests(generation) == {kept.entry.faq_id: kept.digest for kept in records}
    assert index.entries(generation, [records[3].entry.faq_id, "none"]) == [records[3].entry]
    (nearest,) = index.nearest(generation, records[2].vectors[:1], 2)
    assert nearest == [(records[2].entry.faq_id, pytest.approx(1.0))] * 2
    again = list(index.records(generation))
    assert [kept.entry for kept in again] == [kept.entry for kept in records]
    assert all(np.array_equal(a.vectors, b.vectors) for a, b in zip(again, records, strict=True))


def test_what_is_being_built_does_not_serve_and_old_generations_go(index):
    names = []
    for number in range(3):
        names.append(index.begin(fingerprint="f", source="faq.csv"))
        index.add(names[-1], [record(number)])
        before = index.serving()
        assert before is None or before.name != names[-1]
        index.switch(names[-1], entries=1, digest="d")
        assert index.serving().name == names[-1]
    with pytest.raises(FaqIndexError, match="was replaced"):
        index.entries(names[0], ["x"])
    assert index.nearest(names[1], record(1).vectors[:1], 1)


def test_the_token_is_sent(port):
    with token_proxy(port, "s3cret") as guarded:
        index = ChromaIndex.connect(f"http://127.0.0.1:{guarded}", "s3cret")
        generation = index.begin(fingerprint="f", source="faq.csv")
        index.add(generation, [record(1)])
        assert index.entries(generation, [record(1).entry.faq_id])
        for wrong in ("other-s3cret", None):
            with pytest.raises(FaqIndexError, match="or it refuses CHROMA_TOKEN") as caught:
                ChromaIndex.connect(f"http://127.0.0.1:{guarded}", wrong)
            assert "s3cret" not in str(caught.value)
        gc.collect()  # a connection that was left open is warned of here


def test_a_server_that_is_not_there_or_goes_away_is_one_line(tmp_path):
    with chroma_server(tmp_path) as gone:
        index = ChromaIndex.connect(f"http://127.0.0.1:{gone}")
        assert index.serving() is None
    for refused in (index.serving, lambda: index.nearest("faq-x", record(1).vectors[:1], 1)):
        with pytest.raises(FaqIndexError, match="does not answer"):
            refused()
    with pytest.raises(FaqIndexError, match=f"no Chroma server answers at 127.0.0.1:{gone}"):
        ChromaIndex.connect(f"http://127.0.0.1:{gone}")
