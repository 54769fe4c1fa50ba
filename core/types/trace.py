"""The trace of a question: how it came to its answer. It is stored with the turn."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.types.questions import Label


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that the search found for a question: its fused score, and each signal's.

    `confidence` is the probability that it answers the question.
    """

    faq_id: str
    title: str
    score: float
    words: float
    letters: float
    grams: float
    meaning: float
    confidence: float
    alignment: float = 0.0
    title_alignment: float = 0.0


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of the shown answer: milliseconds after its beginning, and its length then."""

    at_ms: float
    characters: int


@dataclass(frozen=True, slots=True)
class Trace:
    """The reasons for an answer; empty for turns that an older faqbot has stored.

    `searched` is the text that was searched for. `reference` is the kind of the message's reference
    to its conversation (see `core.assistant.dialogue.references.Reference`), and `left_out` are its
    further questions. `scores` are the guardrail's probabilities, and `kind` is that of small talk,
    "" for a question. `candidates` are nearest first, and `facts` are the evidence for the first of
    them, by the names of `core.retrieval.evidence.FACTS`. `prompt` is that of the model, "" if no
    model wrote. `edits` show how the answer grew until it was stored, just before its last edit.
    """

    searched: str = ""
    reference: str = ""
    left_out: tuple[str, ...] = ()
    scores: dict[Label, float] = field(default_factory=dict)
    candidates: tuple[Candidate, ...] = ()
    facts: dict[str, float] = field(default_factory=dict)
    prompt: str = ""
    edits: tuple[Edit, ...] = ()
    kind: str = ""
