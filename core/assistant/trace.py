"""The trace of a turn: the steps that led from the question to its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.assistant.dialogue.references import Referred
from core.assistant.message import Reading
from core.retrieval.evidence import FACTS
from core.retrieval.hits import Hit
from core.types import Candidate, Trace, Verdict

_CANDIDATES: Final = 8
_PROMPT_CHARS: Final = 8_000
_DIGITS: Final = 4


def traced(
    reading: Reading, hits: Sequence[Hit], verdict: Verdict, meant: Referred | None
) -> Trace:
    """Return the trace of a message; `hits` are the search results that decided its answer."""
    first = hits[0].facts if hits else ()
    return Trace(
        searched=reading.query or reading.text,
        reference=meant.kind if meant else "",
        left_out=reading.left_out,
        kind=verdict.kind or "",
        scores={label: round(score, _DIGITS) for label, score in verdict.scores.items()},
        candidates=tuple(map(_candidate, hits[:_CANDIDATES])),
        facts={name: round(value, _DIGITS) for name, value in zip(FACTS, first, strict=False)},
    )


def bounded(prompt: str) -> str:
    """Return a prompt, shortened to its beginning and its end if it is very long."""
    if len(prompt) <= _PROMPT_CHARS:
        return prompt
    half = _PROMPT_CHARS // 2
    return f"{prompt[:half]}\n…\n{prompt[-half:]}"


def _candidate(hit: Hit) -> Candidate:
    signals = (hit.words, hit.letters, hit.grams, hit.meaning)
    numbers = (hit.score, *signals, hit.confidence, hit.alignment, hit.title_alignment)
    return Candidate(hit.faq_id, hit.title, *(round(float(one), _DIGITS) for one in numbers))
