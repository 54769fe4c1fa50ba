"""Labelled questions and how well they were answered: recall, reciprocal rank, F1, by kind."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def read_rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """JSONL objects with their line numbers.

    Raises:
        SourceError: the file is missing, or a line is not a JSON object.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"cannot read {path}: {error}") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise SourceError(f"{path}:{number}: not JSON ({error})") from error
        if not isinstance(row, dict) or not isinstance(row.get("question"), str):
            raise SourceError(f'{path}:{number}: an object with a text "question" is needed')
        rows.append((number, row))
    if not rows:
        raise SourceError(f"{path} has no questions in it")
    return rows


def history_of(row: dict[str, Any]) -> tuple[Exchange, ...]:
    """The conversation that a row comes with, oldest first."""
    past = row.get("history") or ()
    return tuple(Exchange(str(turn.get("user", "")), str(turn.get("bot", ""))) for turn in past)


def read_retrieval_cases(path: Path) -> list[RetrievalCase]:
    """Rows with `relevant` titles; see `read_rows` for the errors."""
    cases = []
    for number, row in read_rows(path):
        relevant = row.get("relevant")
        if not isinstance(relevant, list) or not relevant:
            raise SourceError(f'{path}:{number}: "relevant" must be a list of titles')
        kind = str(row.get("kind", ""))
        cases.append(RetrievalCase(row["question"], tuple(relevant), history_of(row), kind))
    return cases


def read_guardrail_cases(path: Path) -> list[GuardrailCase]:
    """Rows with a `label`; see `read_rows` for the errors."""
    cases = []
    for number, row in read_rows(path):
        if row.get("label") not in list(Label):
            raise SourceError(f'{path}:{number}: "label" must be one of {", ".join(Label)}')
        kind = str(row.get("kind", ""))
        cases.append(GuardrailCase(row["question"], Label(row["label"]), history_of(row), kind))
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
