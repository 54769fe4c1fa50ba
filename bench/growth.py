"""How latency, memory and disk grow with the FAQ: 2.7k entries, ten and a hundred times as many."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter

from bench.opened import Opened, measure
from bench.processes import isolated, resident_mb
from bench.sources import Asked, Sources
from bench.tables import ms, not_run, note, p50, p99, table
from bench.variations import variations
from config.settings import Settings
from core.backends.chroma_index import ChromaIndex, Record
from core.retrieval import build_lexical

LARGEST = 27_000

_SIZES = (2_700, 27_000, 270_000)
_BATCH = 200  # as an ingest does
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Built:
    """How an index was made."""

    chunks: int
    add_s: float
    lexical_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Served:
    """How it answers, in a process of its own."""

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
    for size in _SIZES:
        if size > largest:
            not_run(f"growth to {size:,} entries", f"python -m bench growth --largest {size}")


def build(base: Path, folder: Path, size: int) -> Built:
    """Make an index of `size` entries in `folder`; progress goes to stderr."""
    made = variations(base)
    index = ChromaIndex.open(Settings(data_dir=folder).index_dir)
    generation = index.begin(fingerprint=made.fingerprint, source="growth")
    chunks = done = 0
    adding = 0.0
    for batch in _batches(islice(made.records, size)):
        started = perf_counter()
        index.add(generation, batch)
        adding += perf_counter() - started
        before, done = done, done + len(batch)
        chunks += sum(len(record.chunks) for record in batch)
        if done * 20 // size > before * 20 // size:
            rate = f"{chunks / adding:,.0f} chunks a second"
            print(f"growth: {done:,} of {size:,} entries, {rate}", file=sys.stderr, flush=True)
    index.switch(generation, entries=done, digest="growth")
    started = perf_counter()
    lexical = build_lexical(index, generation)
    lexical.save(Settings(data_dir=folder).cache_dir / f"{generation}.npz")
    return Built(chunks, adding, perf_counter() - started, resident_mb(field="VmHWM"))


def serve(folder: Path, asked: list[Asked]) -> Served:
    """Open an index and ask it everything."""
    opened = Opened.at(folder)
    found = measure(opened, asked, _ROUNDS)
    return Served(opened.seconds, found.searches, found.bare, resident_mb())


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(records, _BATCH)):
        yield batch


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
