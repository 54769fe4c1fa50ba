"""The time of `faqbot ingest`: at first, with nothing changed, with one entry changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.processes import Ran, faqbot, isolated
from bench.sources import Sources
from bench.tables import note, table
from config.settings import Settings
from core.retrieval.chroma.index import ChromaIndex
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load
from ingest.sync import digest

_REPEATS = 3


@dataclass(frozen=True, slots=True)
class IngestPart:
    """A part of an ingest that changes nothing, in seconds."""

    name: str
    seconds: float


def main(sources: Sources) -> None:
    """Measure and print."""
    first = sources.first_ingest
    again = [faqbot("ingest", str(sources.faq), data_dir=sources.data_dir) for _ in range(_REPEATS)]
    changed = _with_one_change(sources)
    edited = faqbot("ingest", str(changed), data_dir=sources.data_dir)
    back = faqbot("ingest", str(sources.faq), data_dir=sources.data_dir)
    real = sources.real
    rows = [
        _row("all of it, with the pack", [first], "60 s" if real else "-"),
        _row("the same again, unchanged", again, "3 s" if real else "-"),
        _row("one answer changed", [edited], "-"),
        _row("and changed back", [back], "-"),
    ]
    name = "the real FAQ" if real else "the sample FAQ (NOT RUN on the real one: absent)"
    table(
        f"ingest: {name}, whole processes, without a key",
        ["", "seen", "wanted", "CPU", "peak memory"],
        rows,
    )
    for label, ran in (("first", first), ("one changed", edited)):
        note(f"{label}: {ran.stdout.splitlines()[0]}")
    steps = isolated(_steps, sources.faq, sources.pack if real else None, sources.data_dir)
    table(
        "ingest: where an unchanged one spends its time, in one process, after the imports",
        ["", "seen"],
        [(step.name, f"{step.seconds:.2f} s") for step in steps],
    )


def _row(name: str, runs: list[Ran], wanted: str) -> tuple[str, ...]:
    seconds = sorted(ran.seconds for ran in runs)
    spread = f"{seconds[0]:.1f} s"
    if len(seconds) > 1:
        spread = f"{seconds[len(seconds) // 2]:.1f} s ({seconds[0]:.1f} to {seconds[-1]:.1f})"
    cpu = f"{median(ran.cpu_s for ran in runs):.1f} s"
    return name, spread, wanted, cpu, f"{max(ran.peak_mb for ran in runs):.0f} MB"


def _with_one_change(sources: Sources) -> Path:
    """The FAQ as JSONL, one answer longer by a sentence."""
    rows = load(sources.faq).rows
    middle = len(rows) // 2
    path = sources.folder / "one_changed.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number, row in enumerate(rows):
            added = "\n이 답변은 바뀌었습니다." if number == middle else ""
            fields = {
                "title": row.title,
                "answer": row.answer + added,
                "questions": list(row.questions),
                "category": row.category,
                "related": list(row.related),
            }
            file.write(json.dumps({k: v for k, v in fields.items() if v}, ensure_ascii=False))
            file.write("\n")
    return path


def _steps(faq: Path, pack: Path | None, data_dir: Path) -> list[IngestPart]:
    steps = []
    clock = perf_counter()

    def done(name: str) -> None:
        nonlocal clock
        now = perf_counter()
        steps.append(IngestPart(name, now - clock))
        clock = now

    loaded = load(faq)
    done("read the FAQ")
    questions = load_pack(pack) if pack else {}
    done("read the question pack")
    prepared = prepare(loaded, questions)
    done("clean, lay out, find near-duplicates")
    index = ChromaIndex.open(Settings(data_dir=data_dir).index_dir)
    index.serving()
    done("open Chroma")
    for entry in prepared.entries:
        digest(entry)
    done("hash every entry")
    return steps
