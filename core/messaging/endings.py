"""Conversions of an ended answer: a stored turn to an event or a view, a view to a state."""

from __future__ import annotations

from core.profile import Profile
from core.text.languages import in_language_of
from core.types import (
    Answered,
    Declined,
    Dialogue,
    Ending,
    Escalated,
    Failed,
    InboxState,
    Passage,
    Turn,
    TurnState,
    View,
)


def view_of(turn: Turn, profile: Profile, *, shareable: bool = False) -> View:
    """Return the view of an answer that has ended, to show it again."""
    if turn.state is TurnState.STOPPED:
        note = in_language_of(profile, turn.question.text).stopped
        return View(turn.question, text=turn.answer, note=note, used=turn.passages)
    return View(turn.question, text=turn.answer, ending=ending_of(turn, shareable=shareable))


def ending_of(turn: Turn, *, shareable: bool = False) -> Ending:
    """Return the event with which a stored turn ended; an answer may be `shareable`."""
    match turn.state:
        case TurnState.ANSWERED:
            dialogue = turn.dialogue or Dialogue("")
            return Answered(
                turn.answer,
                _passages(turn),
                turn.followups,
                skill=dialogue.skill,
                files=dialogue.files,
                shareable=shareable,
            )
        case TurnState.DECLINED:
            return Declined(turn.answer, turn.followups, turn.label)
        case TurnState.ESCALATED:
            return Escalated(turn.answer, turn.followups)
        case TurnState.FAILED | TurnState.STOPPED:
            return Failed(turn.answer)


def state_of(view: View) -> InboxState:
    """Return the final state of a question whose answer is shown by this view."""
    return InboxState(view.ending.state if view.ending else TurnState.STOPPED)


def _passages(turn: Turn) -> tuple[Passage, ...]:
    """Return the passages of a turn; a turn of an older faqbot has only their titles."""
    return turn.passages or tuple(Passage("", title, "", 0.0) for title in turn.sources)
