"""The time of a warm process from a question to ranked entries, by step."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from bench.opened import Latency, Opened, Stopwatch, measure
from bench.processes import isolated
from bench.sources import Asked, Sources
from bench.tables import ms, note, p50, p99, table
from config.resources import GUARDRAIL
from core.assistant.guardrails.guardrail import Evidence, Guardrail, GuardrailModel

_ROUNDS = 5
_PASSAGES = 8


@dataclass
class SearchTimes:
    """Seconds of every search, of its stages, and of what an answer needs besides."""

    latency: Latency
    stages: dict[str, list[float]]
    beside: dict[str, list[float]]
    entries: int


def main(sources: Sources) -> None:
    """Measure and print."""
    asked = sources.asked
    found = isolated(run, sources.data_dir, asked)
    searches, bare = found.latency.searches, found.latency.bare
    faq = "the real FAQ" if sources.real else "the sample FAQ (NOT RUN on the real one: absent)"
    with_history = sum(bool(history) for _, history in asked)
    rows = [
        ("question to ranked entries", ms(p50(searches)), "10 ms", ms(p99(searches)), "25 ms"),
        ("one bare Chroma query", ms(p50(bare)), "", ms(p99(bare)), ""),
        ("ratio", f"{p50(searches) / p50(bare):.1f}", "", f"{p99(searches) / p99(bare):.1f}", ""),
    ]
    table(
        f"retrieval: warm, {faq}, {found.entries:,} entries, {len(asked)} questions "
        f"({with_history} with history) x {_ROUNDS}",
        ["", "p50", "wanted", "p99", "wanted"],
        rows,
    )
    note("Every question is new to the caches. The bare query has its vector, and wants 10 chunks.")
    staged = sum(sum(seconds) for seconds in found.stages.values())
    rest = (sum(searches) - staged) / len(searches)
    table(
        "retrieval: where that time goes, and what an answer needs besides",
        ["", "p50", "p99", "mean", "share"],
        [
            *(_stage(name, times, searches) for name, times in found.stages.items()),
            (
                "fuse, rank, the rest",
                "",
                "",
                ms(rest),
                f"{rest * len(searches) / sum(searches):.0%}",
            ),
            *(
                (name, ms(p50(s)), ms(p99(s)), ms(sum(s) / len(s)), "")
                for name, s in found.beside.items()
            ),
        ],
    )


def run(data_dir: object, asked: list[Asked]) -> SearchTimes:
    """Measure in this process."""
    opened = Opened.at(data_dir)  # type: ignore[arg-type]
    watch = Stopwatch()
    lexical = opened.retriever.serving.refresh().lexical
    watch.wrap(opened.analyzer, "terms", "analyse (Kiwi)")
    watch.wrap(opened.encoder, "embed", "embed")
    watch.wrap(opened.index, "nearest", "Chroma, 150 chunks")
    watch.wrap(lexical, "word_scores", "lexical: words")
    watch.wrap(lexical, "letter_scores", "lexical: letters")
    watch.wrap(opened.index, "serving", "notice an ingest, once a second")
    latency = measure(opened, asked, _ROUNDS, watch)
    stages = dict(watch.laps)
    return SearchTimes(latency, stages, _beside(opened, asked, latency), len(lexical))


def _beside(opened: Opened, asked: list[Asked], latency: Latency) -> dict[str, list[float]]:
    guardrail = Guardrail(
        GuardrailModel.load(GUARDRAIL), opened.encoder.embed, opened.analyzer.terms
    )
    times: dict[str, list[float]] = {"besides: guardrail": [], "besides: fetch 8 entries": []}
    for _ in range(_ROUNDS):
        for (text, _), hits in zip(asked, latency.hits, strict=True):
            started = perf_counter()
            guardrail.judge(Evidence(text, hits, hits))
            judged = perf_counter()
            opened.retriever.entries(hits[:_PASSAGES])
            times["besides: guardrail"].append(judged - started)
            times["besides: fetch 8 entries"].append(perf_counter() - judged)
    return times


def _stage(name: str, times: list[float], searches: list[float]) -> tuple[str, ...]:
    share = sum(times) / sum(searches)
    return name, ms(p50(times)), ms(p99(times)), ms(sum(times) / len(times)), f"{share:.0%}"
