"""The growth of latency, memory and disk with the FAQ: 2.7k, 27k and 270k entries."""

from __future__ import annotations

import shutil
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from time import perf_counter

from bench.opened import Opened, measure
from bench.processes import isolated, resident_mb
from bench.sources import Asked, Sources
from bench.tables import ms, not_run, note, p50, p99, table
from bench.variations import variations
from config.settings import Settings
from core.retrieval.chroma.index import ChromaIndex
from core.retrieval.chroma.records import Record
from core.retrieval.lexical.index import LexicalIndex
from core.retrieval.snapshot import build_lexical, fields_of
from core.types import Entry, Terms

LARGEST = 27_000

_SIZES = (2_700, 27_000, 270_000)
_BATCH = 200  # as an ingest does
_BARE_BATCH = 2_000
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Built:
    """The measurements of an index's making."""

    chunks: int
    add_s: float
    lexical_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Served:
    """The measurements of its answers, in a process of its own."""

    open_s: float
    searches: list[float]
    bare: list[float]
    resident_mb: float


@dataclass(frozen=True, slots=True)
class Grown:
    """One size: how it was made, what it takes on the disk, how it answers."""

    size: int
    disk_bytes: int
    built: Built
    served: Served


def main(sources: Sources, largest: int) -> None:
    """Build each size, serve it, and print; a size is removed before the next is built."""
    sizes = sorted({size for size in _SIZES if size <= largest} | {min(largest, max(_SIZES))})
    grown = []
    for size in sizes:
        folder = sources.folder / f"growth-{size}"
        built = isolated(build, sources.data_dir, folder, size)
        disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        grown.append(Grown(size, disk, built, isolated(serve, folder, sources.asked)))
        shutil.rmtree(folder)
    _print_serving(grown)
    _print_building(grown)
    note("A variation has half a title and half the questions of two entries, and its own number.")
    for one in grown:
        if one.size > LARGEST:
            note(
                f"{one.size:,}: without texts in Chroma, which a search does not read; "
                "disk and add rate are therefore not comparable."
            )
    for size in _SIZES:
        if size > largest:
            not_run(f"growth to {size:,} entries", f"python -m bench growth --largest {size}")


class _Filling:
    """Puts records into Chroma and hands them on; counts, and takes the time."""

    def __init__(self, index: ChromaIndex, generation: str, size: int) -> None:
        self._index, self._generation, self._size = index, generation, size
        self._bare = size > LARGEST
        self.chunks = self.done = 0
        self.making_s = self.adding_s = 0.0

    def through(self, records: Iterator[Record]) -> Iterator[Record]:
        """The same records, a batch after it was stored; progress goes to stderr."""
        while True:
            started = perf_counter()
            batch = list(islice(records, _BARE_BATCH if self._bare else _BATCH))
            made = perf_counter()
            self._index.add(self._generation, list(map(_bare, batch)) if self._bare else batch)
            self.making_s += made - started
            self.adding_s += perf_counter() - made
            if not batch:
                return
            self._count(batch)
            yield from batch

    def _count(self, batch: Sequence[Record]) -> None:
        before, self.done = self.done, self.done + len(batch)
        self.chunks += sum(len(record.chunks) for record in batch)
        if self.done * 20 // self._size > before * 20 // self._size:
            rate = f"{self.chunks / self.adding_s:,.0f} chunks a second"
            progress = f"growth: {self.done:,} of {self._size:,} entries, {rate}"
            print(progress, file=sys.stderr, flush=True)


def build(base: Path, folder: Path, size: int) -> Built:
    """Make an index of `size` entries in `folder`."""
    made = variations(base)
    index = ChromaIndex.open(Settings(data_dir=folder).index_dir)
    generation = index.begin(fingerprint=made.fingerprint, source="growth")
    filling = _Filling(index, generation, size)
    records = filling.through(islice(made.records, size))
    started = perf_counter()
    if size > LARGEST:  # the texts are not in Chroma: the index is built of them as they pass
        lexical = LexicalIndex.build(fields_of(record.entry, record.terms) for record in records)
        started += filling.making_s + filling.adding_s
        index.switch(generation, entries=filling.done, digest="growth")
    else:
        deque(records, maxlen=0)
        index.switch(generation, entries=filling.done, digest="growth")
        started = perf_counter()
        lexical = build_lexical(index, generation)
    lexical.save(Settings(data_dir=folder).cache_dir / f"{generation}.npz")
    took = perf_counter() - started
    return Built(filling.chunks, filling.adding_s, took, resident_mb(field="VmHWM"))


def serve(folder: Path, asked: list[Asked]) -> Served:
    """Open an index and ask it everything."""
    opened = Opened.at(folder)
    found = measure(opened, asked, _ROUNDS)
    return Served(opened.seconds, found.searches, found.bare, resident_mb())


def _bare(record: Record) -> Record:
    """The same vectors under the same ids, without the texts and terms."""
    entry = Entry(record.entry.faq_id, record.entry.title, "")
    return replace(record, entry=entry, terms=Terms((), (), ()), chunks=("-",) * len(record.chunks))


def _print_serving(grown: Sequence[Grown]) -> None:
    first = p50(grown[0].served.searches)
    table(
        "growth: synthetic variations of the FAQ, latency and memory of a process that serves them",
        ["entries", "p50", "ratio", "p99", "bare Chroma", "resident", "opens in"],
        [
            (
                f"{one.size:,}",
                ms(p50(one.served.searches)),
                f"{p50(one.served.searches) / first:.1f}",
                ms(p99(one.served.searches)),
                ms(p50(one.served.bare)),
                f"{one.served.resident_mb:.0f} MB",
                f"{one.served.open_s:.1f} s",
            )
            for one in grown
        ],
    )


def _print_building(grown: Sequence[Grown]) -> None:
    table(
        "growth: building it, without analysing or embedding",
        ["entries", "chunks", "into Chroma", "a second", "lexical index", "peak", "disk"],
        [
            (
                f"{one.size:,}",
                f"{one.built.chunks:,}",
                f"{one.built.add_s:.0f} s",
                f"{one.built.chunks / one.built.add_s:,.0f}",
                f"{one.built.lexical_s:.1f} s",
                f"{one.built.peak_mb:.0f} MB",
                f"{one.disk_bytes / 1e6:,.0f} MB",
            )
            for one in grown
        ],
    )
