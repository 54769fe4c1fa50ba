"""The conversation that a question is asked in, as far as it says what the question means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.text.spelling.normalize import normalized
from core.types import Exchange, Label, Question, SessionId, Turn, TurnState


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of a session, the latest last, and the exchanges that a question may lean on."""

    turns: tuple[Turn, ...]
    exchanges: tuple[Exchange, ...]

    @classmethod
    def of(cls, turns: Sequence[Turn], given: Sequence[Exchange] | None, last: int) -> Conversation:
        """Return the conversation of the `last` turns; the exchanges `given` take their place."""
        kept = tuple(turn for turn in turns if turn.state is not TurnState.STOPPED)
        if given is None:
            recent = kept[-last:] if last else ()
            given = [Exchange(t.question.text, t.answer, t.sources) for t in recent if _tells(t)]
        # Earlier questions are read as this one is.
        readable = tuple(replace(past, user=normalized(past.user)) for past in given)
        return cls(kept, readable)

    def asked(self, text: str) -> tuple[str, ...]:
        """Return what need not be offered: it was asked before, or answered from already."""
        of_turns = (said for turn in self.turns for said in (turn.question.text, *turn.sources))
        given = (said for past in self.exchanges for said in (past.user, *past.sources))
        return tuple(dict.fromkeys((*of_turns, *given, text)))


def unasked(text: str, session: SessionId) -> Question:
    """Return a question that nobody has asked in that session."""
    return Question("", session, text)


def _tells(turn: Turn) -> bool:
    """Return whether a turn tells what the next question means; a refusal or a hello does not."""
    return turn.state in (TurnState.ANSWERED, TurnState.ESCALATED) and turn.label is Label.ON_TOPIC
