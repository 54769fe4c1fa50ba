"""Labelled questions and how well they were answered: recall, reciprocal rank, F1, by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bots.rows import read_rows
from core.errors import SourceError
from core.guardrail import LABELS
from core.retrieval import Retriever
from core.types import Exchange, Label

_DEPTH = 20


@dataclass(frozen=True, slots=True)
class RetrievalCase:
    """A question and the titles of which any one is right."""

    question: str
    relevant: tuple[str, ...]
    history: tuple[Exchange, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class GuardrailCase:
    """A question and its label."""

    question: str
    label: Label
    history: tuple[Exchange, ...] = ()
    kind: str = ""


def read_retrieval_cases(path: Path) -> list[RetrievalCase]:
    """Rows with `relevant` titles; see `bots.rows.read_rows` for the errors."""
    cases = []
    for row in read_rows(str(path), with_id=False):
        relevant = row.fields.get("relevant")
        if not isinstance(relevant, list) or not relevant:
            raise SourceError(f'{row.place}: "relevant" must be a list of titles')
        kind = str(row.fields.get("kind", ""))
        cases.append(RetrievalCase(row.question, tuple(relevant), row.history, kind))
    return cases


def read_guardrail_cases(path: Path) -> list[GuardrailCase]:
    """Rows with a `label`; see `bots.rows.read_rows` for the errors."""
    cases = []
    for row in read_rows(str(path), with_id=False):
        label = row.fields.get("label")
        if label not in list(Label):
            raise SourceError(f'{row.place}: "label" must be one of {", ".join(Label)}')
        kind = str(row.fields.get("kind", ""))
        cases.append(GuardrailCase(row.question, Label(label), row.history, kind))
    return cases


def rank_of(case: RetrievalCase, retriever: Retriever) -> int | None:
    """The place, from 1, of the first right entry; None if it is not among the first 20."""
    hits = retriever.search(case.question, case.history, limit=_DEPTH)
    places = (place for place, hit in enumerate(hits, start=1) if hit.title in case.relevant)
    return next(places, None)


def recall(ranks: Sequence[int | None], depth: int) -> float:
    """The share of questions with a right entry among the first `depth`."""
    return sum(rank is not None and rank <= depth for rank in ranks) / max(len(ranks), 1)


def reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """The mean of 1 / rank, 0 where nothing right was found."""
    return sum(1 / rank for rank in ranks if rank) / max(len(ranks), 1)


def f1(pairs: Iterable[tuple[Label, Label]], label: Label) -> float:
    """Of (true, given) pairs, the F1 of one label."""
    hits = misses = wrong = 0
    for true, given in pairs:
        hits += true == given == label
        misses += true == label != given
        wrong += given == label != true
    return 2 * hits / max(2 * hits + misses + wrong, 1)


def macro_f1(pairs: Sequence[tuple[Label, Label]]) -> float:
    """The mean F1 over the labels that occur among the true ones."""
    present = [label for label in LABELS if any(true == label for true, _ in pairs)]
    return sum(f1(pairs, label) for label in present) / max(len(present), 1)


def label_recall(pairs: Sequence[tuple[Label, Label]], label: Label) -> float:
    """The share of a label's questions that got it."""
    own = [given == label for true, given in pairs if true == label]
    return sum(own) / max(len(own), 1)


def by_kind(kinds: Sequence[str]) -> dict[str, list[int]]:
    """The positions of each kind, kinds in alphabetical order."""
    found: dict[str, list[int]] = defaultdict(list)
    for position, kind in enumerate(kinds):
        found[kind].append(position)
    return dict(sorted(found.items()))
