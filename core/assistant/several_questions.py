"""Whether a sentence with an "and" asks several questions, each with an entry of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from core.assistant.research import Findings
from core.text.korean import Analyzer
from core.text.utterances.back_references import is_named
from core.text.utterances.questions import sides_of


def several_questions(sentence: str, analyzer: Analyzer) -> list[tuple[str, ...]]:
    """Return what a sentence may ask on the sides of its "and", if each side names something."""
    return [
        sides
        for sides in sides_of(sentence)
        if all(names_something(text, analyzer) for text in sides)
    ]


def are_asked(whole: Findings, each: Sequence[Findings]) -> bool:
    """Return whether each question finds an entry of its own, no worse than the whole does."""
    apart = all(one.answers for one in each) and all(
        one.differs_from(other) for one, other in combinations(each, 2)
    )
    return apart and min(one.score for one in each) >= whole.score


def names_something(text: str, analyzer: Analyzer) -> bool:
    """Return whether a text has a noun that names something."""
    return any(map(is_named, analyzer.terms(text)))
