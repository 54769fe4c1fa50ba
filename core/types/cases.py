"""The values of cases: questions that wait for a person, and who waits for their answers.

A case changes only by the functions of its own class, each of which returns the case as it is
then. A store keeps a changed case if nobody else has changed it since it was read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.types.faq import Passage
from core.types.questions import Question


class CaseState(StrEnum):
    """The state of a case; the last two are resolved, until the answer is undone."""

    OPEN = "open"
    TAKEN = "taken"  # somebody has said that they will answer
    ANSWERED = "answered"
    CLOSED = "closed"  # it is nothing that this FAQ should answer


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody's question that waits with the case.

    `told_of` is the id of the answer that they were told of last, "" before.
    """

    question: Question
    told_of: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an owner: their name in the profile, when, and the message that called them."""

    owner: str
    at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A question that waits for a person, with everybody who asked it.

    `question` is it in the words of who asked first, without personal data. From `due_at` on there
    is something to do: somebody to be called, or to be told; None if nothing is. `answer_id` names
    the lesson or the entry that answers it, and `answer` is its text as it is served. `version`
    grows with each change.
    """

    id: str
    question: str
    opened_at: datetime
    waiters: tuple[Waiter, ...]
    state: CaseState = CaseState.OPEN
    due_at: datetime | None = None
    calls: tuple[Call, ...] = ()
    taken_by: str = ""
    answer_id: str = ""
    answer: Passage | None = None
    version: int = 0

    @property
    def is_open(self) -> bool:
        """True while the case waits for a person."""
        return self.state in (CaseState.OPEN, CaseState.TAKEN)

    def joined_by(self, question: Question) -> Case:
        """Return the case with one more who waits."""
        return replace(self, waiters=(*self.waiters, Waiter(question)))

    def called(self, call: Call, *, due_at: datetime) -> Case:
        """Return the case with one more call, to be looked at again at `due_at`."""
        return replace(
            self, state=CaseState.OPEN, taken_by="", calls=(*self.calls, call), due_at=due_at
        )

    def taken(self, person: str, *, due_at: datetime) -> Case:
        """Return the case as somebody's, who has until `due_at` to answer."""
        return replace(self, state=CaseState.TAKEN, taken_by=person, due_at=due_at)

    def answered(self, answer_id: str, answer: Passage, *, at: datetime) -> Case:
        """Return the case with its answer, of which all who wait are to be told now."""
        return replace(
            self, state=CaseState.ANSWERED, answer_id=answer_id, answer=answer, due_at=at
        )

    def told(self, question_ids: frozenset[str]) -> Case:
        """Return the case once these were told of its answer, or need not be."""
        waiters = tuple(
            replace(one, told_of=self.answer_id) if one.question.id in question_ids else one
            for one in self.waiters
        )
        left = any(one.told_of != self.answer_id for one in waiters)
        return replace(self, waiters=waiters, due_at=self.due_at if left else None)

    def closed(self, *, at: datetime) -> Case:
        """Return the case as one that nobody answers, of which all who wait are to be told now."""
        state = CaseState.CLOSED
        return replace(self, state=state, answer_id=state.value, answer=None, due_at=at)

    def reopened(self, *, at: datetime) -> Case:
        """Return the case without its answer: it was undone."""
        return replace(
            self,
            state=CaseState.OPEN,
            taken_by="",
            calls=(),
            answer_id="",
            answer=None,
            due_at=at,
        )

    def without(self, person: str) -> Case | None:
        """Return the case without a person who is to be forgotten; None if nobody is left."""
        left = tuple(one for one in self.waiters if one.question.asker != person)
        if not left:
            return None
        question = self.question
        if left[0] != self.waiters[0]:  # its words were theirs
            question = left[0].question.text
        taken_by = "" if self.taken_by == person else self.taken_by
        return replace(self, question=question, waiters=left, taken_by=taken_by)
