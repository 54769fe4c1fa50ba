"""The ports of the stores beside the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.types import (
    AuditEvent,
    EntryReview,
    EntryUse,
    Feedback,
    Lesson,
    Received,
    Removed,
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
        """Store a turn; False, and nothing changed, if that question id is already there."""
        ...

    async def recent(self, session: SessionId, limit: int) -> list[Turn]:
        """The last `limit` turns of a session, oldest first."""
        ...


class Archive(Protocol):
    """The history beyond the answering of a question: looking up, opinions, forgetting."""

    async def find(self, question_id: str) -> Turn | None:
        """The turn of a question, with the follow-ups that the buttons below its answer ask."""
        ...

    async def found(self, question_ids: Sequence[str]) -> list[Turn]:
        """The turns of questions, as far as there are any, in no order; like `Reports.latest`."""
        ...

    async def sessions(
        self, limit: int, after: SessionSummary | None = None
    ) -> list[SessionSummary]:
        """Sessions, the one with the latest turn first; those that follow `after`, if given."""
        ...

    async def turns(self, session: SessionId, limit: int, after: int = 0) -> list[tuple[int, Turn]]:
        """Turns with their places, oldest first; those with a place above `after`."""
        ...

    async def asked_by(self, asker: str, limit: int) -> list[Turn]:
        """A person's turns, the one that ended last first; at equal times by question id."""
        ...

    async def remove(self, question_id: str) -> bool:
        """Delete one turn and the opinions on it; False if there is none.

        The same question may be appended again, and then is the last of its session.
        """
        ...

    async def give_feedback(self, feedback: Feedback) -> bool:
        """Store an opinion over that person's earlier one; False if there is no such turn."""
        ...

    async def withdraw_feedback(self, question_id: str, user: str) -> bool:
        """Delete a person's opinion on an answer; False if they have given none."""
        ...

    async def opinion(self, question_id: str, user: str) -> Feedback | None:
        """One person's opinion on an answer, None if they have given none."""
        ...

    async def feedback(self, question_id: str) -> list[Feedback]:
        """The opinions on an answer, by user."""
        ...

    async def opinions(self, question_ids: Sequence[str]) -> list[Feedback]:
        """The opinions on several answers, by question and user."""
        ...

    async def rename(self, session: SessionId, title: str) -> bool:
        """Give a session a title of its own, "" for none; False if it has no turn."""
        ...

    async def titles(self, sessions: Sequence[SessionId]) -> dict[SessionId, str]:
        """The titles of those sessions that were given one."""
        ...

    async def received_from(self, asker: str) -> list[Received]:
        """A person's questions as the inbox keeps them, the oldest first."""
        ...

    async def opinions_of(self, user: str) -> list[Feedback]:
        """Return all opinions of a person on answers, by question."""
        ...

    async def forget(self, asker: str) -> Removed:
        """Delete a person's questions with their answers and every opinion, and their own ones.

        Lessons stay, and name them no more: neither who asked, and where, nor who taught.
        """
        ...

    async def expire(self, before: datetime) -> Removed:
        """Delete turns that ended before that moment, and questions that were settled before.

        Lessons do not expire.
        """
        ...


class Lessons(Protocol):
    """The lessons that people taught.

    The latest version of a lesson stays, in whatever order the versions come.
    """

    async def teach(self, lesson: Lesson) -> Teaching:
        """Store a lesson, over what is stored under its id unless that was said later.

        One that was removed is learnt anew only by what was said after its removal.

        Raises:
            ValueError: a time without a zone.
            StorageError: it holds text that no store keeps, or it cannot be stored.
        """
        ...

    async def remove(self, lesson_id: str, at: datetime) -> bool:
        """Forget a lesson, whatever was said until `at`; False if there is none.

        That it was removed is kept, without its texts, also of an id that is not known yet: what
        taught it may come again, or come late.
        """
        ...

    async def find(self, lesson_id: str) -> Lesson | None:
        """A lesson by its id."""
        ...

    async def page(self, limit: int, after: str = "") -> list[Lesson]:
        """Lessons by id, those that follow the id `after`."""
        ...

    async def of_session(self, session: SessionId) -> list[Lesson]:
        """The lessons that questions of a conversation gave, in no order."""
        ...

    async def version(self) -> str:
        """Return a text that differs after every change by any process; the call is cheap."""
        ...


class Cluster(Protocol):
    """The processes of one installation: who leads what, by leases that each has to keep."""

    async def hold(self, name: str, holder: str, *, lease_s: float) -> str:
        """Take or keep a lease unless another holder has it; return whose it is."""
        ...

    async def let_go(self, name: str, holder: str) -> None:
        """Give a lease up, if it is this holder's."""
        ...

    async def held(self) -> dict[str, str]:
        """Return the holders of the leases that have not lapsed, by the name of the lease."""
        ...


class Reports(Protocol):
    """The reports for the people who run the bot, and what they change; see `core.reporting`."""

    async def traffic(self, span: Span, since: datetime) -> list[Traffic]:
        """Counts of the periods that began at `since` or later, oldest first, by platform."""
        ...

    async def entry_uses(self) -> list[EntryUse]:
        """Return how often each entry was used, liked, disliked and searched in vain, by title."""
        ...

    async def review(self, review: EntryReview) -> None:
        """Keep who has reviewed an entry, in the place of the review before."""
        ...

    async def reviews(self) -> list[EntryReview]:
        """The last review of each entry that has one, by title."""
        ...

    async def latest(
        self, limit: int, *, before: datetime, state: TurnState | None = None, tag: str = ""
    ) -> list[Turn]:
        """Turns that ended before a moment, the last one first.

        They have the `tag` (see `core.stores.tags`) or, without one, are of the `state`. They come
        without passages and traces, which no list shows and which are most of a turn.
        """
        ...

    async def rated(self, limit: int, *, helpful: bool) -> list[Feedback]:
        """Opinions that an answer helped, or that it was no help, the latest first."""
        ...

    async def close_gaps(self, question_ids: Sequence[str], at: datetime) -> None:
        """Note that these questions are answered by now."""
        ...

    async def closed_gaps(self) -> set[str]:
        """Return the ids of the questions that `close_gaps` has noted."""
        ...

    async def note(self, event: AuditEvent) -> None:
        """Add a change to the audit log, of which nothing is ever removed."""
        ...

    async def audit(self, limit: int) -> list[AuditEvent]:
        """The latest changes, the last one first."""
        ...

    async def switches(self) -> dict[str, str]:
        """Return the switches that differ from the settings, by name."""
        ...

    async def switch(self, name: str, value: str | None) -> None:
        """Set a switch; None returns it to what the settings say."""
        ...

    async def recount(self) -> int:
        """Count all turns that are kept anew; how many there are."""
        ...
