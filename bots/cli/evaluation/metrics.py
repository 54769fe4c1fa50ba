"""The metrics of labelled questions: recall, reciprocal rank, F1, and a table of confusions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from core.assistant.guardrails.guardrail import LABELS
from core.types import Label

Pair = tuple[Label, Label]
Fields = dict[str, Any]


def retrieval_fields(ranks: Sequence[int | None]) -> Fields:
    """Return the metrics of questions, from the ranks of their first right entries."""
    return {
        "n": len(ranks),
        "hit@1": round(recall(ranks, 1), 4),
        "hit@5": round(recall(ranks, 5), 4),
        "mrr": round(reciprocal_rank(ranks), 4),
    }


def guardrail_fields(pairs: Sequence[Pair]) -> Fields:
    """Return macro-F1, the metrics of each label that occurs, and the confusions."""
    present = [label for label in LABELS if any(label in pair for pair in pairs)]
    return {
        "n": len(pairs),
        "macro_f1": round(macro_f1(pairs), 4),
        "labels": {
            label: {
                "n": sum(true == label for true, _ in pairs),
                "precision": round(_precision(pairs, label), 4),
                "recall": round(label_recall(pairs, label), 4),
                "f1": round(f1(pairs, label), 4),
            }
            for label in present
        },
        "confusion": {
            true: {given: pairs.count((true, given)) for given in present} for true in present
        },
    }


def recall(ranks: Sequence[int | None], depth: int) -> float:
    """Return the share of questions with a right entry among the first `depth`, 0..1."""
    return sum(rank is not None and rank <= depth for rank in ranks) / max(len(ranks), 1)


def reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """Return the mean of 1 / rank, which is 0 for a question without a right entry."""
    return sum(1 / rank for rank in ranks if rank) / max(len(ranks), 1)


def f1(pairs: Iterable[tuple[Label, Label]], label: Label) -> float:
    """Return the F1 of one label over (true, given) pairs."""
    hits = misses = wrong = 0
    for true, given in pairs:
        hits += true == given == label
        misses += true == label != given
        wrong += given == label != true
    return 2 * hits / max(2 * hits + misses + wrong, 1)


def macro_f1(pairs: Sequence[tuple[Label, Label]]) -> float:
    """Return the mean F1 over the labels that occur among the true ones."""
    present = [label for label in LABELS if any(true == label for true, _ in pairs)]
    return sum(f1(pairs, label) for label in present) / max(len(present), 1)


def label_recall(pairs: Sequence[tuple[Label, Label]], label: Label) -> float:
    """Return the share of a label's questions that were given the label."""
    own = [given == label for true, given in pairs if true == label]
    return sum(own) / max(len(own), 1)


def by_kind(kinds: Sequence[str]) -> dict[str, list[int]]:
    """Return the positions of each kind, with the kinds in alphabetical order."""
    found: dict[str, list[int]] = defaultdict(list)
    for position, kind in enumerate(kinds):
        found[kind].append(position)
    return dict(sorted(found.items()))


def _precision(pairs: Sequence[Pair], label: Label) -> float:
    own = [true == label for true, given in pairs if given == label]
    return sum(own) / max(len(own), 1)
