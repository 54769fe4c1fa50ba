"""The seams of the core: what it needs from the world, as Protocols.

Each has, or gets with the next issue, more than one implementation in use.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.types import (
    AuditEvent,
    Claim,
    Entry,
    EntryUse,
    Exchange,
    Feedback,
    Generation,
    InboxState,
    Lesson,
    Passage,
    Question,
    Receipt,
    Received,
    Removed,
    SessionId,
    SessionSummary,
    Span,
    Teaching,
    Terms,
    Traffic,
    Turn,
    TurnState,
    Written,
)

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns text into unit vectors; what made a collection is recorded by `fingerprint`."""

    @property
    def fingerprint(self) -> str:
        """Name and version of the model; vectors of different fingerprints never meet."""
        ...

    def embed(self, texts: Sequence[str], *, passages: bool = False) -> Vectors:
        """Return unit vectors, a row for each text; a text without content gives zeros.

        `passages` tells that the texts are answers: some models tell them apart from questions.
        """
        ...


class FaqIndex(Protocol):
    """The ingested FAQ, by generation. Calls block: keep them off the event loop."""

    def serving(self) -> Generation | None:
        """The generation that answers are taken from, or None before the first ingest."""
        ...

    def stored(self, generation: str) -> Iterator[tuple[Entry, Terms]]:
        """Every entry with its terms, in the order of the source."""
        ...

    def entries(self, generation: str, faq_ids: Sequence[str]) -> list[Entry]:
        """Entries by id, in the order asked for; unknown ids are left out."""
        ...

    def nearest(
        self, generation: str, vectors: Vectors, limit: int
    ) -> list[list[tuple[str, float]]]:
        """Return the nearest chunks to each row of `vectors` as (faq_id, cosine), best first.

        An entry may come more than once.
        """
        ...


class History(Protocol):
    """Sessions and their turns, in the order in which they were appended."""

    async def append(self, turn: Turn) -> bool:
        """Store a turn; False, and nothing changed, if that question id is already there."""
        ...

    async def recent(self, session: SessionId, limit: int) -> list[Turn]:
        """The last `limit` turns of a session, oldest first."""
        ...


class ChatModel(Protocol):
    """Writes the answer to a question from passages, and from nothing else."""

    @property
    def name(self) -> str:
        """The name that a turn records as the model that answered."""
        ...

    def answer(
        self, question: str, history: Sequence[Exchange], passages: Sequence[Passage]
    ) -> AsyncGenerator[str | Written]:
        """Stream the answer as pieces of Markdown, then exactly one `Written`.

        `passages` are nearest first, and never empty.
        """
        ...


class Archive(Protocol):
    """The history beyond the answering of a question: looking up, opinions, forgetting."""

    async def find(self, question_id: str) -> Turn | None:
        """The turn of a question: what a button's id and index stand for is in it."""
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
        """All that a person thought of answers, by question."""
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

    Of one lesson, what was said last stays, in whatever order it comes.
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
        """Another text after every change, by whichever process; cheap."""
        ...


class Inbox(Protocol):
    """Questions from their arrival to their end, so that each is answered, and answered once.

    Of one session, only the oldest open question can be claimed, and only by one. Who withdraws,
    stops or edits a question takes it away from whoever has claimed it, whose every write raises
    `LeaseLostError` from then on. They may have a call on its way, though: nobody gets the next
    claim before they have released theirs, or its lease has lapsed.
    """

    async def receive(self, question: Question) -> Receipt:
        """Store a question as `received`; `KNOWN` if its id is there, in whatever state."""
        ...

    async def claim(self, *, lease_s: float, prefixes: Sequence[str] = ("",)) -> Claim | None:
        """Take what has to be done now, see `Claim.state`; None if there is nothing.

        An answer that has to be ended or taken away comes first, then the oldest question. Only of
        sessions that begin with one of `prefixes`: what this process can answer.
        """
        ...

    async def renew(self, claim: Claim, *, lease_s: float) -> None:
        """Let the lease end `lease_s` seconds from now."""
        ...

    async def note_reply(self, claim: Claim, reply: str) -> None:
        """Remember the message in which the answer is being written."""
        ...

    async def release(self, claim: Claim) -> None:
        """Let go of a question, whether it is still ours or not: nothing of ours comes any more."""
        ...

    async def settle(self, claim: Claim, state: InboxState) -> None:
        """End the question in a final state; nothing is left to be done."""
        ...

    async def withdraw(self, question_id: str) -> bool:
        """End a question because its asker took it back, whatever became of it until then.

        False if it is unknown or was taken back before. If it was ever claimed, a claim to take
        its answer away follows.
        """
        ...

    async def stop(self, question_id: str, *, by: Claim | None = None) -> bool:
        """End an open question because somebody does not want its answer; False if it is not open.

        If it was ever claimed, a claim to say so follows, unless it is stopped `by` who has it, and
        settles it having said so; False if they do not have it any more.
        """
        ...

    async def reopen(self, question: Question) -> bool:
        """Take the new text of a question that its asker edited, to be answered anew.

        It is `received` again in its old place, whatever its state was; its noted reply is kept,
        and no limit applies. False, and nothing changed, if it is unknown,
        withdrawn, has that text already, or was edited later than this by the platform's clock.

        A turn with the old text is removed before, and only if `find` shows another text: else a
        redelivered edit would remove the answer to the new one.
        """
        ...

    async def take_back(self) -> int:
        """Free what an earlier life of this process had claimed; how many there were."""
        ...

    async def sweep(self) -> int:
        """Make questions with a lapsed lease `received` again; how many there were."""
        ...

    async def find(self, question_id: str) -> Received | None:
        """A question with its state, None if it is unknown."""
        ...

    async def asked_since(self, asker: str, since: datetime, limit: int) -> int:
        """Count a person's questions that were asked at that moment or later, up to `limit`."""
        ...

    async def is_open(self, session: SessionId) -> bool:
        """Whether a question of this session waits or is being answered."""
        ...

    async def waiting(
        self, limit: int, *, session: SessionId | None = None, asker: str | None = None
    ) -> list[Received]:
        """Open questions in the order of their arrival: of a session, of a person, or of all."""
        ...

    async def last_seen(self, session_prefix: str) -> datetime | None:
        """Return when the question received last was asked, of sessions that begin so.

        None if none was.

        `session_prefix` is a platform or a workspace, such as `slack:` or `slack:T1:`.

        Raises:
            ValueError: it is anything else.
        """
        ...


class Cluster(Protocol):
    """The processes of one installation: who leads what, by leases that each has to keep."""

    async def hold(self, name: str, holder: str, *, lease_s: float) -> str:
        """Take or keep a lease unless somebody else has it; whose it is."""
        ...

    async def let_go(self, name: str, holder: str) -> None:
        """Give a lease up, if it is this holder's."""
        ...

    async def held(self) -> dict[str, str]:
        """Return who holds what now; what has lapsed is forgotten."""
        ...


class Reports(Protocol):
    """What is read by those who run the bot, and what they change; see `core.reporting`."""

    async def traffic(self, span: Span, since: datetime) -> list[Traffic]:
        """Counts of the periods that began at `since` or later, oldest first, by platform."""
        ...

    async def entry_uses(self) -> list[EntryUse]:
        """How often each entry was used, liked, disliked and asked for in vain, by title."""
        ...

    async def latest(
        self, limit: int, *, before: datetime, state: TurnState | None = None
    ) -> list[Turn]:
        """Turns that ended before a moment, the last one first; of one state, if it is given."""
        ...

    async def disliked(self, limit: int) -> list[Feedback]:
        """Opinions that an answer was no help, the latest first."""
        ...

    async def close_gaps(self, question_ids: Sequence[str], at: datetime) -> None:
        """Note that these questions are answered by now."""
        ...

    async def closed_gaps(self) -> set[str]:
        """The questions of which that was noted."""
        ...

    async def note(self, event: AuditEvent) -> None:
        """Add a change to the audit log, of which nothing is ever removed."""
        ...

    async def audit(self, limit: int) -> list[AuditEvent]:
        """The latest changes, the last one first."""
        ...

    async def switches(self) -> dict[str, str]:
        """What was switched from what the settings say, by name."""
        ...

    async def switch(self, name: str, value: str | None) -> None:
        """Switch something; None is back to what the settings say."""
        ...

    async def recount(self) -> int:
        """Count all turns that are kept anew; how many there are."""
        ...
