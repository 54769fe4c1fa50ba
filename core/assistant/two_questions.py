"""Whether a sentence with an "and" asks two questions, of which each has an entry of its own."""

from __future__ import annotations

from collections.abc import Sequence

from core.assistant.research import Findings
from core.text.korean import Analyzer
from core.text.utterances.back_references import is_named
from core.text.utterances.questions import halves_of


def two_questions(sentence: str, analyzer: Analyzer) -> tuple[str, ...]:
    """Return what a sentence may ask on both sides of its "and", if each side names something."""
    halves = halves_of(sentence) or ()
    return halves if all(names_something(text, analyzer) for text in halves) else ()


def are_asked(whole: Findings, each: Sequence[Findings]) -> bool:
    """Return whether each question finds an entry of its own, no worse than the whole does."""
    first, second = each
    if not (first.answers and second.answers and first.differs_from(second)):
        return False
    return min(first.score, second.score) >= whole.score


def names_something(text: str, analyzer: Analyzer) -> bool:
    """Return whether a text has a noun that names something."""
    return any(map(is_named, analyzer.terms(text)))
