"""The ports of the stores beside the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.types import (
    AuditEvent,
    CallBudget,
    CountedCalls,
    EntryReview,
    EntryUse,
    Feedback,
    Lesson,
    Received,
    Removed,
    ReviewRequest,
    SessionId,
    SessionSummary,
    Span,
    Teaching,
    Traffic,
    Turn,
    TurnState,
)


class History(Protocol):
    """Sessions and their turns, in the order in which they were appended."""

    async def append(self, turn: Turn) -> bool:
        """Store a turn; return False and change nothing if the question id is stored already."""
        ...

    async def recent(self, session: SessionId, limit: int) -> list[Turn]:
        """Return the last `limit` turns of a session, oldest first."""
        ...


class Archive(Protocol):
    """The rest of the history, which answering does not need: look-ups, opinions, deletion."""

    async def find(self, question_id: str) -> Turn | None:
        """Return the turn of a question; None if there is none."""
        ...

    async def found(self, question_ids: Sequence[str]) -> list[Turn]:
        """Return the turns of questions in no order, without the parts that lists do not need.

        Questions without a turn are left out; see `Reports.latest`.
        """
        ...

    async def last_ended(
        self, question_ids: Sequence[str], limit: int, *, before: datetime
    ) -> list[Turn]:
        """Return those turns of questions that ended last before a moment, the latest first.

        They are without the parts that lists do not need, as those of `found`.
        """
        ...

    async def sessions(
        self, limit: int, after: SessionSummary | None = None
    ) -> list[SessionSummary]:
        """Return sessions by their latest turn, newest first; those after `after`, if given."""
        ...

    async def turns(self, session: SessionId, limit: int, after: int = 0) -> list[tuple[int, Turn]]:
        """Return turns with their positions, oldest first; those with a position above `after`."""
        ...

    async def asked_by(self, asker: str, limit: int, after: Turn | None = None) -> list[Turn]:
        """Return a person's turns, the latest ending first; at equal times by question id.

        With `after`, those that follow this turn.
        """
        ...

    async def remove(self, question_id: str) -> bool:
        """Delete one turn and the opinions on it; return False if there is none.

        The question may be appended again; then it is the last of its session.
        """
        ...

    async def give_feedback(self, feedback: Feedback) -> bool:
        """Store an opinion over the person's earlier one; return False if there is no such turn."""
        ...

    async def withdraw_feedback(self, question_id: str, user: str) -> bool:
        """Delete a person's opinion on an answer; False if they have given none."""
        ...

    async def opinion(self, question_id: str, user: str) -> Feedback | None:
        """Return a person's opinion on an answer; None if they gave none."""
        ...

    async def opinions(self, question_ids: Sequence[str]) -> list[Feedback]:
        """Return the opinions on several answers, by question and user."""
        ...

    async def rename(self, session: SessionId, title: str) -> bool:
        """Set the title of a session, "" for none; return False if it has no turn."""
        ...

    async def titles(self, sessions: Sequence[SessionId]) -> dict[SessionId, str]:
        """Return the titles of sessions, by session, of those that have one."""
        ...

    async def received_from(self, asker: str) -> list[Received]:
        """Return a person's questions in the inbox, the oldest first."""
        ...

    async def opinions_of(self, user: str) -> list[Feedback]:
        """Return all opinions of a person on answers, by question."""
        ...

    async def forget(self, asker: str) -> Removed:
        """Delete a person's questions with answers and opinions on them, and the person's opinions.

        Lessons stay, but no longer name the person as asker or author, nor the conversation.
        """
        ...

    async def expire(self, before: datetime) -> Removed:
        """Delete turns that ended, and questions that were settled, before that time.

        Lessons do not expire.
        """
        ...


class Lessons(Protocol):
    """The lessons that people taught.

    The latest version of a lesson stays, in whatever order the versions arrive.
    """

    async def teach(self, lesson: Lesson) -> Teaching:
        """Store a lesson, replacing an earlier version under its id.

        A removed lesson is stored again only if it was said after its removal.

        Raises:
            ValueError: a time has no zone.
            StorageError: its text is rejected by stores, or it cannot be stored.
        """
        ...

    async def remove(self, lesson_id: str, at: datetime) -> bool:
        """Remove a lesson in all versions until `at`; return False if there is none.

        The removal is recorded without the texts, also for an unknown id, since the message that
        taught it may be delivered again or late.
        """
        ...

    async def find(self, lesson_id: str) -> Lesson | None:
        """Return a lesson by its id; None if there is none."""
        ...

    async def page(self, limit: int, after: str = "") -> list[Lesson]:
        """Return lessons in the order of their ids, those that follow the id `after`."""
        ...

    async def of_session(self, session: SessionId) -> list[Lesson]:
        """Return the lessons on questions of a conversation, in no order."""
        ...

    async def version(self) -> str:
        """Return a text that differs after every change by any process; the call is cheap."""
        ...


class Cluster(Protocol):
    """The leases and budgets that the processes of one installation share."""

    async def hold(self, name: str, holder: str, *, lease_s: float) -> str:
        """Take or renew a lease unless another holder has it; return the holder."""
        ...

    async def let_go(self, name: str, holder: str) -> None:
        """Release a lease if it is this holder's."""
        ...

    async def held(self) -> dict[str, str]:
        """Return the holders of the leases that have not lapsed, by the name of the lease."""
        ...

    async def count_call(
        self, budget: CallBudget, *, uncounted_s: Sequence[float] = ()
    ) -> CountedCalls:
        """Count one more call of a budget, if all processes together may make one.

        `uncounted_s` are the ages of calls that this process has made without asking.
        """
        ...


class Reports(Protocol):
    """The reports for the people who run the bot, and their changes; see `core.reporting`."""

    async def traffic(self, span: Span, since: datetime) -> list[Traffic]:
        """Return counts of the periods from `since` on, oldest first, by platform."""
        ...

    async def entry_uses(self) -> list[EntryUse]:
        """Return how often each entry was used, liked, disliked, or only nearest, by title."""
        ...

    async def review(self, review: EntryReview) -> None:
        """Store the review of an entry, replacing the one before."""
        ...

    async def reviews(self) -> list[EntryReview]:
        """Return the last review of each reviewed entry, by title."""
        ...

    async def request_review(self, request: ReviewRequest) -> None:
        """Store the request for the review of an entry, replacing the one before."""
        ...

    async def review_requests(self) -> list[ReviewRequest]:
        """Return the last request for each entry that has one, by title."""
        ...

    async def latest(
        self, limit: int, *, before: datetime, state: TurnState | None = None, tag: str = ""
    ) -> list[Turn]:
        """Return turns that ended before a time, the latest first.

        They have the `tag` (see `core.stores.tags`) or, without one, the `state`. They lack
        passages and traces, which are most of a turn, and which lists do not need.
        """
        ...

    async def rated(self, limit: int, *, helpful: bool) -> list[Feedback]:
        """Return the helpful or the unhelpful opinions, the latest first."""
        ...

    async def close_gaps(self, question_ids: Sequence[str], at: datetime) -> None:
        """Note that these questions are answered now."""
        ...

    async def closed_gaps(self, question_ids: Sequence[str]) -> set[str]:
        """Return those of the questions that `close_gaps` has noted."""
        ...

    async def note(self, event: AuditEvent) -> None:
        """Add a change to the audit log, from which nothing is ever removed."""
        ...

    async def audit(self, limit: int) -> list[AuditEvent]:
        """Return the latest changes, the last one first."""
        ...

    async def switches(self) -> dict[str, str]:
        """Return the switches that differ from the settings, by name."""
        ...

    async def switch(self, name: str, value: str | None) -> None:
        """Set a switch; None resets it to the settings."""
        ...

    async def recount(self) -> int:
        """Count all stored turns again; return their number."""
        ...
