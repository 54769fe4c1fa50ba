"""Labelled questions, read from files of JSON lines, and the rank of their entries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bots.cli.jsonl import read_rows
from core.errors import SourceError
from core.retrieval.retriever import Retriever
from core.text.spelling.normalize import normalized
from core.types import Exchange, Label

_DEPTH: Final = 20


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
    """Read rows with `relevant` titles; see `read_rows` for the errors."""
    cases = []
    for row in read_rows(str(path), with_id=False):
        relevant = row.fields.get("relevant")
        if not isinstance(relevant, list) or not relevant:
            raise SourceError(f'{row.place}: "relevant" must be a list of titles')
        kind = str(row.fields.get("kind", ""))
        cases.append(RetrievalCase(row.question, tuple(relevant), row.history, kind))
    return cases


def read_guardrail_cases(path: Path) -> list[GuardrailCase]:
    """Read rows with a `label`; see `read_rows` for the errors."""
    cases = []
    for row in read_rows(str(path), with_id=False):
        label = row.fields.get("label")
        if label not in list(Label):
            raise SourceError(f'{row.place}: "label" must be one of {", ".join(Label)}')
        kind = str(row.fields.get("kind", ""))
        cases.append(GuardrailCase(row.question, Label(label), row.history, kind))
    return cases


def rank_of(case: RetrievalCase, retriever: Retriever) -> int | None:
    """Return the place, from 1, of the first right entry; None if it is not among the first 20."""
    hits = retriever.search(normalized(case.question), case.history, limit=_DEPTH)
    places = (place for place, hit in enumerate(hits, start=1) if hit.title in case.relevant)
    return next(places, None)
