"""Generations of the FAQ in Chroma."""

import os
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import FaqIndexError
from core.retrieval.chroma.index import ChromaIndex
from core.retrieval.chroma.records import Record
from core.types import Entry, Terms

NOBODY = 65_534
ODD = " 두 줄\n\\n \xa0\u1112\u1161\u11ab ★\U0001f469\u200d\U0001f467\u200b"


def record(number, *, chunks=1, size=8, **fields):
    """A record with `chunks` random unit vectors."""
    vectors = np.random.default_rng(number).normal(size=(chunks, size)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    made = Entry(f"{number:016x}", f"title {number}", "text")
    return Record(
        entry=replace(made, **fields),
        terms=Terms((f"t{number}/N",), ("a/N", "a/N"), ()),
        digest=f"digest-{number}",
        chunks=tuple(f"chunk {part}" for part in range(chunks)),
        vectors=vectors,
    )


def serve(index, records, **options):
    generation = index.begin(**{"fingerprint": "f-1", "source": "faq.csv"} | options)
    for start in range(0, len(records), 500):
        index.add(generation, records[start : start + 500])
    index.switch(generation, entries=len(records), digest="d")
    return generation


def generations(index):
    return {c.name for c in index._client.list_collections() if c.name.startswith("faq-")}


@pytest.fixture
def index(tmp_path):
    return ChromaIndex.open(tmp_path / "data" / "chroma")


def test_a_new_store_serves_nothing(index):
    assert index.serving() is None


def test_what_is_built_is_not_served_before_the_switch(index):
    """And then it says what it is and where it came from."""
    generation = index.begin(fingerprint="f-1", source="faq.csv")
    index.add(generation, [record(1), record(2)])
    assert index.serving() is None
    index.switch(generation, entries=2, digest="d")
    serving = index.serving()
    assert (serving.name, serving.fingerprint, serving.entries) == (generation, "f-1", 2)
    assert serving.source == "faq.csv"
    assert serving.created_at.endswith("+00:00")


def test_records_come_back_equal(index):
    """Every field, term and chunk, and each vector to the last bit."""
    given = [
        record(1, chunks=3, title=ODD, text=ODD, category=ODD, questions=(ODD, ""), related=(ODD,)),
        record(2),
        replace(record(3), vectors=np.zeros((1, 8), np.float32)),
        replace(record(4, chunks=2), terms=Terms((), (), (ODD,))),
    ]
    generation = serve(index, given)
    found = list(index.records(generation))
    for one, other in zip(found, given, strict=True):
        assert (one.entry, one.terms, one.digest, one.chunks) == (
            other.entry,
            other.terms,
            other.digest,
            other.chunks,
        )
        assert np.array_equal(one.vectors, other.vectors)
    assert list(index.stored(generation)) == [(r.entry, r.terms) for r in given]
    assert index.digests(generation) == {r.entry.faq_id: r.digest for r in given}


def test_copies_of_copies_are_the_same_to_the_last_bit(index):
    """A vector is what the embedder made, however many ingests have passed it on."""
    given = [record(number) for number in range(1200)]
    generation = serve(index, given)
    for _ in range(2):
        generation = serve(index, list(index.records(generation)))
    copied = np.concatenate([r.vectors for r in index.records(generation)])
    assert np.array_equal(copied, np.concatenate([r.vectors for r in given]))


def test_the_order_is_that_of_adding_beyond_one_page(index):
    """Also with several chunks an entry, one of which lies on each edge of a page."""
    given = [record(number, chunks=3) for number in np.random.default_rng(1).permutation(1500)]
    generation = serve(index, given)
    expected = [r.entry.faq_id for r in given]
    assert [r.entry.faq_id for r in index.records(generation)] == expected
    assert [len(r.chunks) for r in index.records(generation)] == [3] * 1500
    assert [e.faq_id for e, _ in index.stored(generation)] == expected
    assert list(index.digests(generation)) == expected


def test_entries_come_in_the_order_asked_for(index):
    """Unknown ids are left out, a repeated one is given again; none gives none."""
    generation = serve(index, [record(number) for number in range(5)])
    ids = [f"{number:016x}" for number in (3, 99, 0, 3)]
    assert [e.title for e in index.entries(generation, ids)] == ["title 3", "title 0", "title 3"]
    assert index.entries(generation, []) == index.entries(generation, ["none"]) == []


def test_the_nearest_chunks_come_first_with_their_cosines(index):
    """An entry comes once for each of its chunks; no more than asked for, or than there are."""
    given = [record(number, chunks=1 + number % 3) for number in range(40)]
    generation = serve(index, given)
    asked = record(7).vectors[0]
    cosines = sorted(
        ((float(v @ asked), r.entry.faq_id) for r in given for v in r.vectors), reverse=True
    )
    (found,) = index.nearest(generation, asked[None], 12)
    assert [faq_id for faq_id, _ in found] == [faq_id for _, faq_id in cosines[:12]]
    assert [c for _, c in found] == pytest.approx([c for c, _ in cosines[:12]], abs=1e-5)
    assert len(index.nearest(generation, asked[None], 500)[0]) == len(cosines)


def test_vectors_without_a_direction_are_near_nothing(index):
    """Asked for or stored, zeros have the cosine 0: no NaN, no error."""
    zero = np.zeros((1, 8), np.float32)
    generation = serve(index, [record(1), replace(record(2), vectors=zero)])
    assert [c for _, c in index.nearest(generation, zero, 5)[0]] == [0.0, 0.0]
    assert dict(index.nearest(generation, record(1).vectors[:1], 5)[0])[f"{2:016x}"] == 0.0


def test_an_empty_generation_can_serve(index):
    generation = serve(index, [])
    assert index.serving().entries == 0
    assert index.nearest(generation, record(1).vectors[:1], 5) == [[]]
    assert list(index.stored(generation)) == list(index.records(generation)) == []
    assert index.entries(generation, ["x"]) == []


def test_the_generation_before_is_kept_for_who_still_reads_it(index):
    """One back, not two; begun ones that were never switched to go with the next ingest."""
    first = serve(index, [record(1)])
    second = serve(index, [record(2)])
    assert [e.title for e in index.entries(first, [f"{1:016x}"])] == ["title 1"]
    abandoned = index.begin(fingerprint="f-1", source="x")
    third = serve(index, [record(3)])
    assert generations(index) == {second, third}
    for gone in (first, abandoned):
        for read in (
            lambda name: index.entries(name, ["x"]),
            lambda name: index.nearest(name, record(1).vectors[:1], 1),
            lambda name: list(index.records(name)),
            index.digests,
            lambda name: index.add(name, [record(1)]),
            lambda name: index.switch(name, entries=1, digest="d"),
        ):
            with pytest.raises(FaqIndexError, match=f"{gone} was replaced"):
                read(gone)
    assert index.serving().name == third


def test_tidying_drops_what_was_begun_and_never_served(index):
    serving = serve(index, [record(1)])
    index.begin(fingerprint="f-1", source="x")
    index.tidy()
    assert generations(index) == {serving}
    assert index.serving().name == serving


def test_files_of_dropped_generations_leave_the_disk(index, tmp_path):
    """Ten ingests take the room of two: Chroma by itself leaves every vector file behind."""
    folder = tmp_path / "data" / "chroma"
    kept = folder / "notes"
    kept.mkdir()
    for number in range(5):
        serve(index, [record(n) for n in range(number, number + 1100)])
    segments = [path for path in folder.iterdir() if path.is_dir() and path != kept]
    assert 1 <= len(segments) <= 2
    assert kept.is_dir()
    assert len(list(index.records(index.serving().name))) == 1100


def test_a_dangling_pointer_serves_nothing(index):
    """Somebody deleted the collection by hand: a new ingest mends it."""
    generation = serve(index, [record(1)])
    index._client.delete_collection(generation)
    assert index.serving() is None
    assert index.serving() is None
    again = serve(index, [record(2)])
    assert index.serving().name == again


def test_a_reopened_store_serves_the_same(index, tmp_path, python):
    """Another process, which did not write it, reads every entry."""
    given = [record(number, title=f"{ODD}{number}") for number in range(3)]
    serve(index, given)
    script = """
import sys
from pathlib import Path
from core.retrieval.chroma.index import ChromaIndex  # noqa: PLC0415
index = ChromaIndex.open(Path(sys.argv[1]))
for entry, _ in index.stored(index.serving().name):
    print(ascii(entry.title))
"""
    told = subprocess.run(
        **python(script, tmp_path / "data" / "chroma"), check=True, capture_output=True, timeout=60
    )
    assert told.stdout.splitlines() == [ascii(r.entry.title) for r in given]


def test_threads_read_while_another_writes(index):
    """Readers of what serves see neither half a generation nor an error."""
    first = serve(index, [record(number) for number in range(300)])
    done = threading.Event()
    problems = []

    def read():
        while not done.is_set():
            try:
                name = index.serving().name
                (near,) = index.nearest(name, record(5).vectors[:1], 3)
                assert len(index.entries(name, [faq_id for faq_id, _ in near])) == 3
                assert near[0][0] == f"{5:016x}"
            except BaseException as error:  # noqa: BLE001 - reported by the main thread
                problems.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    second = serve(index, [record(number) for number in range(600)])
    done.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert index.serving().name == second != first


@pytest.mark.parametrize("damage", ["a file", "no database", "cut"])
def test_a_store_that_cannot_be_opened_is_one_clear_line(tmp_path, damage):
    """And nothing is repaired by deleting it."""
    folder = tmp_path / "chroma"
    if damage == "a file":
        folder.write_text("x")
    elif damage == "no database":
        folder.mkdir()
        (folder / "chroma.sqlite3").write_bytes(b"x" * 5000)
    else:
        serve(ChromaIndex.open(tmp_path / "whole"), [record(n) for n in range(50)])
        folder.mkdir()
        data = (tmp_path / "whole" / "chroma.sqlite3").read_bytes()
        (folder / "chroma.sqlite3").write_bytes(data[: len(data) // 2])
    with pytest.raises(FaqIndexError, match="FAQBOT_DATA_DIR") as caught:
        ChromaIndex.open(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_may_not_be_written_is_one_clear_line(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    root = os.geteuid() == 0
    for parent in (tmp_path, *tmp_path.parents):
        if parent.owner() == tmp_path.owner() and parent.name.startswith("pytest"):
            parent.chmod(0o755)
    if root:
        os.seteuid(NOBODY)
    try:
        with pytest.raises(FaqIndexError, match="Check the folder's permissions"):
            ChromaIndex.open(folder / "chroma")
    finally:
        if root:
            os.seteuid(0)


def test_errors_of_the_store_are_ours(index, tmp_path):
    """The database breaks under a running process: one line, no exception of Chroma's."""
    generation = serve(index, [record(1)])
    (tmp_path / "data" / "chroma" / "chroma.sqlite3").write_bytes(b"broken" * 5000)
    for read in (
        index.serving,
        lambda: index.entries(generation, ["x"]),
        lambda: list(index.stored(generation)),
        lambda: index.begin(fingerprint="f", source="s"),
    ):
        with pytest.raises(FaqIndexError):
            read()


def test_warming_changes_nothing(index):
    """Before the first ingest, with an empty one, and with entries."""
    index.warm()
    serve(index, [])
    index.warm()
    generation = serve(index, [record(1)])
    index.warm()
    assert index.serving().name == generation


def test_a_relative_folder_is_that_of_where_the_process_is_now(tmp_path, monkeypatch):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        index = ChromaIndex.open(Path("chroma"))
        assert index.serving() is None
        serve(index, [record(1)])
