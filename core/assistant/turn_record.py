"""The turn that is stored of a question, made from the event that ended its answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import perf_counter

from core.assistant.drafts.work import Work
from core.assistant.trace import bounded
from core.types import (
    Answered,
    AnswerEvent,
    Declined,
    Delta,
    Escalated,
    Failed,
    Label,
    Passage,
    Question,
    Status,
    Trace,
    Turn,
    TurnState,
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
    ending: AnswerEvent,
    *,
    label: Label,
    trace: Trace,
    times: StageTimes,
    work: Work,
    model: str,
) -> Turn:
    """Return the turn of a question; `model` names the model, unless the draft names another."""
    state, text, passages, offered = _outcome(ending)
    written = (work.draft.written if work.draft else None) or Written(())
    return Turn(
        question=question,
        state=state,
        answer=text,
        sources=tuple(passage.title for passage in passages),
        followups=offered,
        label=label,
        model=(written.model or model) if state is TurnState.ANSWERED and passages else "",
        timings_ms=times.marks,
        prompt=written.prompt,
        usage=work.usage,
        passages=passages,
        withheld=written.withheld,
        trace=replace(trace, prompt=bounded(written.given)),
    )


def _outcome(
    ending: AnswerEvent,
) -> tuple[TurnState, str, tuple[Passage, ...], tuple[str, ...]]:
    """Return state, text, passages and offered questions of a last event."""
    match ending:
        case Answered(text, sources, offered):
            return TurnState.ANSWERED, text, sources, offered
        case Declined(text, suggestions, _):
            return TurnState.DECLINED, text, (), suggestions
        case Escalated(text, nearest):
            return TurnState.ESCALATED, text, (), nearest
        case Failed(text):
            return TurnState.FAILED, text, (), ()
        case Status(text) | Delta(text):
            raise AssertionError(f"an answer cannot end with {text!r}")
