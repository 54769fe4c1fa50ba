"""The conversation in which a question is asked, reduced to what helps to understand it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.text.spelling.normalize import normalized
from core.types import Exchange, Label, Question, SessionId, Turn, TurnState


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of a session, the latest last, and the exchanges that a question may refer to."""

    turns: tuple[Turn, ...]
    exchanges: tuple[Exchange, ...]

    @classmethod
    def of(cls, turns: Sequence[Turn], given: Sequence[Exchange] | None, last: int) -> Conversation:
        """Return the conversation of these turns.

        The exchanges are those `given`, or else come from the `last` turns (0 for none).
        """
        kept = tuple(turn for turn in turns if turn.state is not TurnState.STOPPED)
        if given is None:
            recent = kept[-last:] if last else ()
            given = [Exchange(t.question.text, t.answer, t.sources) for t in recent if _tells(t)]
        # Earlier questions are normalised like the one that is asked now.
        readable = tuple(replace(past, user=normalized(past.user)) for past in given)
        return cls(kept, readable)

    def asked(self, text: str) -> tuple[str, ...]:
        """Return the questions and titles that need not be offered.

        They are the question `text`, all earlier questions, and the titles of their answers.
        """
        of_turns = (said for turn in self.turns for said in (turn.question.text, *turn.sources))
        given = (said for past in self.exchanges for said in (past.user, *past.sources))
        return tuple(dict.fromkeys((*of_turns, *given, text)))


def unasked(text: str, session: SessionId) -> Question:
    """Return a question for a search that is not part of the session's conversation."""
    return Question("", session, text)


def _tells(turn: Turn) -> bool:
    """Return whether the next question may refer to a turn; it never refers to a refusal."""
    return turn.state in (TurnState.ANSWERED, TurnState.ESCALATED) and turn.label is Label.ON_TOPIC
