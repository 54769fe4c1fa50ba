"""The values of cases: questions that wait for a person, and the askers who wait.

A case changes only by its own methods, each of which returns the changed case. A store accepts a
changed case only if no one else has changed it since it was read.
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
    TAKEN = "taken"  # an owner has promised to answer
    ANSWERED = "answered"
    CLOSED = "closed"  # this FAQ should not answer it


@dataclass(frozen=True, slots=True)
class Waiter:
    """The question of an asker who waits for the case.

    `told_of` is the last `Case.telling` of which the asker was notified, "" if there is none.
    """

    question: Question
    told_of: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an owner: the name in the profile, the time, and the message with the call."""

    owner: str
    at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A question that waits for a person, with everybody who asked it.

    `question` is in the words of the first asker, without personal data. At `due_at` the next step
    is due, a call or a notice; None if there is no further step. `answer_id` names the lesson or
    the entry that answers the case, and `answer` is its text. `retold` is how often askers who knew
    an answer had to be told anew. `version` grows with each change.
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
    retold: int = 0
    version: int = 0

    @property
    def is_open(self) -> bool:
        """True while the case waits for a person."""
        return self.state in (CaseState.OPEN, CaseState.TAKEN)

    @property
    def telling(self) -> str:
        """The answer that askers have to be told of; it differs if they have to be told anew."""
        return f"{self.answer_id} {self.retold}" if self.retold else self.answer_id

    def joined_by(self, question: Question) -> Case:
        """Return the case with one more waiting question."""
        return replace(self, waiters=(*self.waiters, Waiter(question)))

    def called(self, call: Call, *, due_at: datetime) -> Case:
        """Return the case with one more call; its next step is due at `due_at`."""
        return replace(
            self, state=CaseState.OPEN, taken_by="", calls=(*self.calls, call), due_at=due_at
        )

    def taken(self, person: str, *, due_at: datetime) -> Case:
        """Return the case as taken by a person, who is reminded at `due_at`."""
        return replace(self, state=CaseState.TAKEN, taken_by=person, due_at=due_at)

    def answered(self, answer_id: str, answer: Passage, *, at: datetime) -> Case:
        """Return the case with its answer; notices to all waiting askers are due now."""
        return replace(
            self, state=CaseState.ANSWERED, answer_id=answer_id, answer=answer, due_at=at
        )

    def corrected(self) -> Case:
        """Return the case with an answer of which all askers are told anew."""
        return replace(self, retold=self.retold + 1)

    def told(self, question_ids: frozenset[str]) -> Case:
        """Return the case after these questions got their notice, or need none."""
        waiters = tuple(
            replace(one, told_of=self.telling) if one.question.id in question_ids else one
            for one in self.waiters
        )
        left = any(one.told_of != self.telling for one in waiters)
        return replace(self, waiters=waiters, due_at=self.due_at if left else None)

    def closed(self, *, at: datetime) -> Case:
        """Return the case as closed without an answer; notices to waiting askers are due now."""
        state = CaseState.CLOSED
        return replace(self, state=state, answer_id=state.value, answer=None, due_at=at)

    def reopened(self, *, at: datetime) -> Case:
        """Return the case as open again, since its answer was undone; nobody knows one now."""
        return replace(
            self,
            waiters=tuple(replace(one, told_of="") for one in self.waiters),
            retold=self.retold + 1,
            state=CaseState.OPEN,
            taken_by="",
            calls=(),
            answer_id="",
            answer=None,
            due_at=at,
        )

    def without_question(self, question_id: str) -> Case | None:
        """Return the case without a question that waits; None if no other one does."""
        left = tuple(one for one in self.waiters if one.question.id != question_id)
        return replace(self, waiters=left) if left else None

    def without(self, person: str) -> Case | None:
        """Return the case without the data of a person; None if no asker is left."""
        left = tuple(one for one in self.waiters if one.question.asker != person)
        if not left:
            return None
        question = self.question
        if left[0] != self.waiters[0]:  # the question was in the removed person's words
            question = left[0].question.text
        taken_by = "" if self.taken_by == person else self.taken_by
        return replace(self, question=question, waiters=left, taken_by=taken_by)
