"""The hits of a search, and whether they answer the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found for a question, with the fused score and the signals it is made of.

    `confidence` is the probability that it answers the question, and `answers` tells whether that
    is enough. `facts` are the values of `core.retrieval.evidence.FACTS` that the confidence was
    computed from; they are empty if there are no everyday messages to compare with.
    """

    faq_id: str
    title: str
    score: float
    words: float
    letters: float
    meaning: float
    grams: float = 0.0
    alignment: float = 0.0
    title_alignment: float = 0.0
    confidence: float = 0.0
    answers: bool = False
    facts: tuple[float, ...] = ()


def is_answer(hits: Sequence[Hit]) -> bool:
    """Return whether the best hit is confident enough to answer from it."""
    return bool(hits) and hits[0].answers
