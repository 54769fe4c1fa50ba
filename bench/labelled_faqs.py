"""FAQs with labelled questions: what the keyless decisions are fitted on, and measured on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bots.cli.evaluation.labelled_questions import GuardrailCase
from core.assistant.guardrails.guardrail import LABELS, Evidence
from core.retrieval.retriever import Retriever
from core.retrieval.signals import Query
from core.types import Exchange, Label

Floats = NDArray[np.float64]

# Of one FAQ's examples: on topic, off topic, injection, greeting.
_SHARES = (0.45, 0.35, 0.12, 0.08)
_PACK_WEIGHT = 0.25
_ELSEWHERE_WEIGHT = 0.3  # some of these questions could be asked here just as well
_AT_ONCE = 50


class ExampleOrigin(StrEnum):
    """The origin of an example: this FAQ's own, its pack, any FAQ's, or another FAQ's."""

    OWN = "own"
    PACK = "pack"
    SHARED = "shared"
    ELSEWHERE = "elsewhere"


_WEIGHTS = {
    ExampleOrigin.OWN: 1.0,
    ExampleOrigin.PACK: _PACK_WEIGHT,
    ExampleOrigin.SHARED: 1.0,
    ExampleOrigin.ELSEWHERE: _ELSEWHERE_WEIGHT,
}


@dataclass(frozen=True)
class LabelledQuestion:
    """A labelled question; `relevant` are the titles that answer it, None where nobody has said."""

    question: str
    label: Label
    history: tuple[Exchange, ...] = ()
    relevant: frozenset[str] | None = None
    origin: ExampleOrigin = ExampleOrigin.OWN


@dataclass(frozen=True)
class LabelledFaq:
    """A FAQ with its examples.

    `lacking` are indexes of it that lack some of the entries; what only those answer is not in
    there.
    """

    name: str
    retriever: Retriever
    examples: Sequence[LabelledQuestion]
    lacking: Sequence[Retriever] = ()
    is_large: bool = False

    @cached_property
    def evidence(self) -> list[Evidence]:
        return evidence_of(self.examples, self.retriever)

    @cached_property
    def taken_out(self) -> list[Evidence]:
        """Return what is found for questions whose answers an index lacks."""
        found: list[Evidence] = []
        for retriever in self.lacking:
            titles = {entry.title for entry in retriever.all_entries()}
            asked = [
                example
                for example in self.examples
                if example.relevant and not example.history and not example.relevant & titles
            ]
            found += evidence_of(asked, retriever)
        return found

    @cached_property
    def weights(self) -> Floats:
        labels = np.array([LABELS.index(example.label) for example in self.examples])
        weights = np.array([_WEIGHTS[example.origin] for example in self.examples])
        for label, share in enumerate(_SHARES):
            weights[labels == label] *= share / max(weights[labels == label].sum(), 1e-9)
        return weights

    def without_own_off_topic(self) -> LabelledFaq:
        """Leave out what is off topic for this FAQ alone, such as other markets."""
        kept = [
            one
            for one in self.examples
            if one.origin is not ExampleOrigin.OWN or one.label is not Label.OFF_TOPIC
        ]
        return replace(self, examples=kept)


def read_examples(
    path: Path, *, origin: ExampleOrigin = ExampleOrigin.OWN
) -> Iterator[LabelledQuestion]:
    """Read labelled questions, one a line."""
    with path.open(encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            history = tuple(Exchange(h["user"], h["bot"]) for h in row.get("history", ()))
            relevant = () if row.get("kind") == "unanswerable" else row.get("relevant")
            yield LabelledQuestion(
                row["question"],
                Label(row.get("label", Label.ON_TOPIC)),
                history,
                None if relevant is None else frozenset(relevant),
                origin,
            )


def evidence_of(
    examples: Sequence[LabelledQuestion] | Sequence[GuardrailCase], retriever: Retriever
) -> list[Evidence]:
    """Search for each example, in its conversation and alone."""
    found: list[Evidence] = []
    for begin in range(0, len(examples), _AT_ONCE):
        some = examples[begin : begin + _AT_ONCE]
        alone = retriever.search_all([Query(one.question) for one in some])
        leaning = iter(
            retriever.search_all([Query(one.question, one.history) for one in some if one.history])
        )
        found += [
            Evidence(one.question, next(leaning) if one.history else hits, hits)
            for one, hits in zip(some, alone, strict=True)
        ]
    return found
