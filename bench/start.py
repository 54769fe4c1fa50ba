"""The start of a new process: the time to its first answer, its waits, and its memory."""

from __future__ import annotations

import json
import sys
from statistics import median

from bench import start_memory
from bench.processes import Ran, faqbot, run
from bench.sources import Sources
from bench.tables import note, table

_RUNS = 7
_QUESTION = "반품 배송비는 누가 부담하나요?"


def main(sources: Sources) -> None:
    """Measure and print."""
    data_dir = sources.data_dir
    runs = [faqbot("ask", _QUESTION, data_dir=data_dir) for _ in range(_RUNS)]
    bare = [run([sys.executable, "-c", "print()"], data_dir) for _ in range(_RUNS)]
    real = sources.real
    firsts = [ran.first_byte_s for ran in runs]
    rows = [
        _row("first words of the answer", firsts, "3.5 s" if real else "-"),
        _row("the whole process", [ran.seconds for ran in runs], "-"),
        _row("Python alone", [ran.first_byte_s for ran in bare], "-"),
        _row("seconds of CPU, of both cores", [ran.cpu_s for ran in runs], "-"),
        ("peak resident memory", f"{max(ran.peak_mb for ran in runs):.0f} MB", "", "700 MB"),
    ]
    faq = "the real FAQ" if real else "the sample FAQ (NOT RUN on the real one: absent)"
    table(
        f"start: `faqbot ask` with an index of {faq}, {_RUNS} processes",
        ["", "median", "fastest to slowest", "wanted"],
        rows,
    )
    note(f"Nothing is written to the pipe before the answer; it begins: {_opening(runs[0])}")
    _parts(sources)
    start_memory.main(sources)


def _parts(sources: Sources) -> None:
    command = [sys.executable, "-m", "bench.start_parts", _QUESTION]
    runs = [json.loads(run(command, sources.data_dir).stdout) for _ in range(3)]
    rows = []
    for parts in zip(*runs, strict=True):
        name, _, memory = parts[0]
        seconds = [part[1] for part in parts]
        rows.append(
            (name, f"{median(seconds):.2f} s", f"{min(seconds):.2f} s", f"{memory:+.0f} MB")
        )
    total = median([sum(part[1] for part in parts) for parts in runs])
    memory = sum(part[2] for part in runs[0])
    rows.append(("one after the other", f"{total:.2f} s", "", f"{memory:.0f} MB"))
    table(
        "start: the parts, one after the other in a fresh process (`ask` does some side by side)",
        ["", "median of 3", "fastest", "resident"],
        rows,
    )


def _row(name: str, seconds: list[float], wanted: str) -> tuple[str, ...]:
    return (
        name,
        f"{median(seconds):.2f} s",
        f"{min(seconds):.2f} to {max(seconds):.2f} s",
        wanted,
    )


def _opening(ran: Ran) -> str:
    return ran.stdout.strip()[:40].replace("\n", " ") + "…"
