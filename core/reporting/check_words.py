"""The words for findings about a FAQ, for the console and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.types import EntryProblem, ProblemKind


@dataclass(frozen=True, slots=True)
class CheckWords:
    """The words of one language.

    `summary` names {entries}, {problems} and {concerned}, `sound` is said where there are no
    findings, and `more` tells how many lines follow. `kinds` are
    the names of the kinds; `sentences` have a text and an advice for each kind and form.
    """

    summary: str
    sound: str
    more: str
    kinds: Mapping[ProblemKind, str]
    sentences: Mapping[tuple[ProblemKind, str], tuple[str, str]]

    def text(self, problem: EntryProblem) -> str:
        """Return what is the matter with an entry."""
        return self.sentences[problem.kind, problem.form][0].format(**problem.values)

    def advice(self, problem: EntryProblem) -> str:
        """Return what to do about it."""
        return self.sentences[problem.kind, problem.form][1]


def problem_json(problem: EntryProblem, words: CheckWords) -> dict[str, Any]:
    """Return a finding as the console and `faqbot check --json` tell it."""
    return {
        "kind": problem.kind,
        "title": problem.title,
        "text": words.text(problem),
        "advice": words.advice(problem),
        "faq_id": problem.faq_id,
        "other": problem.other,
    }
