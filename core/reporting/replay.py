"""The replay of questions, which shows the effect of a changed FAQ before it is used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.skills.assistant import AnyAssistant
from core.types import (
    Delta,
    Exchange,
    Question,
    SessionId,
    Status,
    TurnState,
)

_SESSION: Final = SessionId("replay")


@dataclass(frozen=True, slots=True)
class ReplayCase:
    """A question to ask again, with what is known of its right answer.

    `relevant` are titles of which each is right; `liked` is what people thought of an answer that
    stood on `sources`, None where nobody said.
    """

    text: str
    history: tuple[Exchange, ...] = ()
    relevant: tuple[str, ...] = ()
    liked: bool | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """The outcome of a question: how it ends, and the titles that its answer stands on."""

    state: TurnState
    sources: tuple[str, ...]
    text: str


class Change(StrEnum):
    """The effect of a change on one answer."""

    SAME = "same"
    OTHER = "other"  # it reads otherwise, and nothing says which is right
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question on both sides."""

    asked: ReplayCase
    before: ReplayOutcome
    after: ReplayOutcome
    change: Change


async def outcome_of(assistant: AnyAssistant, asked: ReplayCase) -> ReplayOutcome:
    """Ask an assistant that keeps nothing.

    Raises:
        FaqbotError: the assistant cannot search.
    """
    question = Question("replay", _SESSION, asked.text)
    async with aclosing(assistant.answer(question, asked.history)) as events:
        async for event in events:
            if not isinstance(event, Status | Delta):
                titles = tuple(source.title for source in event.sources)
                return ReplayOutcome(event.state, titles, event.text)
    raise AssertionError("an answer has an ending")


def compared(asked: ReplayCase, before: ReplayOutcome, after: ReplayOutcome) -> Comparison:
    """Say what changes for one question, by the labels and opinions that there are."""
    return Comparison(asked, before, after, _change(asked, before, after))


def worse_share(comparisons: Sequence[Comparison]) -> float:
    """Return the share of answers that get worse, 0..1."""
    worse = sum(one.change is Change.WORSE for one in comparisons)
    return worse / len(comparisons) if comparisons else 0.0


def counted(comparisons: Iterable[Comparison]) -> dict[str, int]:
    """Return how many answers stay, change, get better and get worse."""
    changes = [one.change for one in comparisons]
    return {change.value: changes.count(change) for change in Change}


def replay_json(found: Sequence[Comparison], bound: float) -> dict[str, object]:
    """The comparison in JSON's types: the counts, and each answer that changes."""
    share = worse_share(found)
    return {
        "questions": len(found),
        "changes": counted(found),
        "worse_share": round(share, 6),
        "bound": bound,
        "passed": share <= bound,
        "changed": [
            {
                "question": one.asked.text,
                "change": one.change.value,
                "before": _side(one.before),
                "after": _side(one.after),
            }
            for one in found
            if one.change is not Change.SAME
        ],
    }


def _side(outcome: ReplayOutcome) -> dict[str, object]:
    return {"state": outcome.state.value, "sources": list(outcome.sources), "text": outcome.text}


def _change(asked: ReplayCase, before: ReplayOutcome, after: ReplayOutcome) -> Change:
    was, is_now = _is_right(asked, before), _is_right(asked, after)
    if was is not None and is_now is not None and was != is_now:
        return Change.BETTER if is_now else Change.WORSE
    if (before.state, before.sources[:1]) != (after.state, after.sources[:1]):
        lost = before.state is TurnState.ANSWERED and after.state is not TurnState.ANSWERED
        return Change.WORSE if lost and was is not False else Change.OTHER
    return Change.OTHER if before.text != after.text else Change.SAME


def _is_right(asked: ReplayCase, outcome: ReplayOutcome) -> bool | None:
    """Return whether an outcome is right; None where nothing says what is right."""
    if asked.relevant:
        return bool(set(asked.relevant) & set(outcome.sources))
    if asked.liked is not None and asked.sources:
        same = bool(set(asked.sources) & set(outcome.sources))
        return same if asked.liked else (False if same else None)
    return None
