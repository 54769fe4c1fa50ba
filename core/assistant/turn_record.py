"""The turn that is stored of a question, made from the event that ended its answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import perf_counter

from core.assistant.drafts.work import Work
from core.assistant.trace import bounded
from core.types import (
    Ending,
    Label,
    Question,
    Trace,
    Turn,
    Written,
)


@dataclass(slots=True)
class StageTimes:
    """Measures when each stage of an answer ended, in milliseconds since the question."""

    started: float = field(default_factory=perf_counter)
    marks: dict[str, float] = field(default_factory=dict)

    def mark(self, stage: str) -> None:
        """Note that a stage has ended now."""
        self.marks[stage] = round((perf_counter() - self.started) * 1000, 1)


def turn_of(  # noqa: PLR0913 - all that a turn is made of
    question: Question,
    ending: Ending,
    *,
    label: Label,
    trace: Trace,
    times: StageTimes,
    work: Work,
    model: str,
) -> Turn:
    """Return the turn of a question; `model` names the model, unless the draft names another."""
    is_written = bool(ending.sources)
    written = (work.draft.written if work.draft else None) or Written(())
    return Turn(
        question=question,
        state=ending.state,
        answer=ending.text,
        sources=tuple(passage.title for passage in ending.sources),
        followups=ending.followups,
        label=label,
        model=(written.model or model) if is_written else "",
        timings_ms=times.marks,
        prompt=written.prompt,
        usage=work.usage,
        passages=ending.sources,
        withheld=written.withheld,
        trace=replace(trace, prompt=bounded(written.given)),
    )
