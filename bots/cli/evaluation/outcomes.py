"""The endings of labelled questions, and those that differ from their labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bots.bootstrap.assistant import open_forgetful
from bots.cli.evaluation.metrics import Fields, by_kind
from bots.cli.jsonl import QuestionRow
from config.settings import Settings
from core.types import Label, SessionId

ENDS = ("answered", "not_found", "refused", "greeted")


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """The ending of a question, the title of the entry found first, and the guardrail's label."""

    end: str
    first: str
    label: Label


async def outcomes_of(settings: Settings, rows: Sequence[QuestionRow]) -> list[QuestionOutcome]:
    """Return what becomes of each question, as far as it is known without a model."""
    async with open_forgetful(settings, with_models=False) as assistant:
        found = []
        for row in rows:
            research = await assistant.research(row.question, SessionId("eval"), row.history)
            label = research.verdict.label
            match label:
                case Label.ON_TOPIC:
                    end = "answered" if research.entries else "not_found"
                case Label.GREETING:
                    end = "greeted"
                case _:
                    end = "refused"
            first = research.hits[0].title if research.hits else ""
            found.append(QuestionOutcome(end, first, label))
    return found


def shares_of(rows: Sequence[QuestionRow], outcomes: Sequence[QuestionOutcome]) -> Fields:
    """Return the share of each ending by kind; `rightly`: answered from an entry of the label."""
    kinds = {**by_kind([str(row.fields.get("kind", "")) for row in rows]), "all": range(len(rows))}
    labelled = any("relevant" in row.fields for row in rows)
    report: Fields = {}
    for kind, places in kinds.items():
        count = max(len(places), 1)
        ends = {
            end: round(sum(outcomes[place].end == end for place in places) / count, 4)
            for end in ENDS
        }
        right = sum(is_right(rows[place], outcomes[place]) for place in places)
        rightly = {"rightly": round(right / count, 4)} if labelled else {}
        report[kind] = {"n": len(places), **rightly, **ends}
    return report


def is_right(row: QuestionRow, outcome: QuestionOutcome) -> bool:
    """Return whether a question went as its row says."""
    if "relevant" in row.fields:
        return outcome.end == "answered" and outcome.first in row.fields["relevant"]
    if "nearest" in row.fields:
        return outcome.end != "answered"
    return bool(outcome.label == row.fields["label"])


def otherwise(rows: Sequence[QuestionRow], outcomes: Sequence[QuestionOutcome]) -> Iterator[Fields]:
    """Yield the questions that went otherwise than their rows say."""
    for row, outcome in zip(rows, outcomes, strict=True):
        if not is_right(row, outcome):
            wanted = row.fields.get("relevant") or [row.fields.get("label", "not in the FAQ")]
            yield {
                "question": row.question,
                "wanted": wanted[0],
                "end": outcome.end,
                "first": outcome.first,
            }
