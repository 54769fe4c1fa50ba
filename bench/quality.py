"""The quality of retrieval and guardrail on the labelled questions, by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.labelled_faqs import evidence_of
from bench.opened import Opened
from bench.sources import Sources
from bench.tables import not_run, note, table
from bench.taught_faqs import Workshop
from bots.cli.evaluation.labelled_questions import GuardrailCase, RetrievalCase, rank_of
from bots.cli.evaluation.metrics import by_kind, f1, label_recall, macro_f1, recall, reciprocal_rank
from core.assistant.guardrails.guardrail import LABELS, Guardrail
from core.retrieval.retriever import Retriever
from core.types import Label
from ingest.prepare import prepare
from ingest.sources.load import load

_WITH, _WITHOUT = "with the pack", "without it"
_WANTED = {_WITH: (0.80, 0.96, 0.87), _WITHOUT: (0.52, 0.82, 0.65)}
_AIMED = {_WITH: ("0.88", "0.98", "0.92"), _WITHOUT: ("", "0.90", "")}

Pairs = list[tuple[Label, Label]]


def main(sources: Sources) -> None:
    """Measure and print."""
    cases, texts = sources.retrieval_cases, sources.guardrail_cases
    if not cases:
        not_run("quality of retrieval", sources.absent)
    if not texts:
        not_run("quality of the guardrail", sources.absent)
    if not cases and not texts:
        return
    opened = Opened.at(sources.data_dir)
    retrievers = {_WITH: opened.retriever, _WITHOUT: _without_pack(sources, opened)}
    if cases:
        _retrieval(cases, retrievers)
    if texts:
        _guardrail(
            texts,
            retrievers,
            Workshop(opened.analyzer, opened.encoder, sources.folder).guardrail("smartstore"),
        )
    note(
        "The encoder that ships was trained on the pack, so that `without it` flatters a FAQ that "
        "it never saw. For entries unseen in training, about three minutes:\n"
        "  python -m bench.train_encoder FAQ --questions PACK --folds EVAL"
    )


def _without_pack(sources: Sources, opened: Opened) -> Retriever:
    entries = [replace(entry, questions=()) for entry in prepare(load(sources.faq), {}).entries]
    workshop = Workshop(opened.analyzer, opened.encoder, sources.folder)
    return workshop.retriever(entries, "memory", profile="smartstore")


def _retrieval(cases: Sequence[RetrievalCase], retrievers: dict[str, Retriever]) -> None:
    kinds = by_kind([case.kind or "-" for case in cases])
    for name, retriever in retrievers.items():
        ranks = [rank_of(case, retriever) for case in cases]
        wanted = tuple(f"{value:.2f}" for value in _WANTED[name])
        rows = [
            ("all", str(len(ranks)), *_figures(ranks)),
            ("wanted, at least", "", *wanted),
            ("aimed at", "", *_AIMED[name]),
            *(
                (f"  {kind}", str(len(rows)), *_figures([ranks[row] for row in rows]))
                for kind, rows in kinds.items()
            ),
        ]
        table(f"quality: retrieval {name}", ["", "questions", "hit@1", "hit@5", "MRR"], rows)


def _figures(ranks: Sequence[int | None]) -> tuple[str, str, str]:
    found = (recall(ranks, 1), recall(ranks, 5), reciprocal_rank(ranks))
    return f"{found[0]:.3f}", f"{found[1]:.3f}", f"{found[2]:.3f}"


def _guardrail(
    cases: Sequence[GuardrailCase], retrievers: dict[str, Retriever], guardrail: Guardrail
) -> None:
    pairs = {name: _judged(cases, found, guardrail) for name, found in retrievers.items()}
    wanted = {Label.ON_TOPIC: "recall 0.94", Label.INJECTION: "recall 0.90"}
    rows = [("macro-F1", *(f"{macro_f1(found):.3f}" for found in pairs.values()), "0.85")]
    rows += [
        (
            f"  {label}: recall, F1",
            *(f"{label_recall(p, label):.3f}, {f1(p, label):.3f}" for p in pairs.values()),
            wanted.get(label, ""),
        )
        for label in LABELS
    ]
    kinds = by_kind([f"{case.label} / {case.kind or '-'}" for case in cases])
    right = {name: [true == given for true, given in found] for name, found in pairs.items()}
    rows += [
        (f"  right, {kind}", *(_share(found, places) for found in right.values()), "")
        for kind, places in kinds.items()
        if not all(found[place] for found in right.values() for place in places)
    ]
    table(f"quality: guardrail, {len(cases)} texts", ["", *retrievers, "wanted"], rows)
    note("Of the other kinds every text got its label.")


def _judged(cases: Sequence[GuardrailCase], found: Retriever, guardrail: Guardrail) -> Pairs:
    return [
        (case.label, guardrail.judge(evidence).label)
        for case, evidence in zip(cases, evidence_of(cases, found), strict=True)
    ]


def _share(right: Sequence[bool], places: Sequence[int]) -> str:
    return f"{sum(right[place] for place in places)} of {len(places)}"
