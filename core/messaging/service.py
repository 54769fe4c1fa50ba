"""The chat service: adapters hand it the acts of people, who ask, edit, delete, press and rate.

The course of a question: `receive` stores it before the platform hears OK. The worker claims it and
calls the `QuestionHandler`. A `Presenter` shows the assistant's events in the platform's `Reply`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from core.assistant.audiences import Audiences, Stand
from core.bounded import BoundedDict
from core.lessons.book import Taught
from core.lessons.learning import Learning
from core.lessons.liked import LikedQuestions
from core.lessons.remarks import Remark
from core.messaging.answer_report import AnswerReport
from core.messaging.cases.desk import CaseDesk
from core.messaging.cases.lesson_reviews import LessonReviews
from core.messaging.cases.rounds import CaseRounds
from core.messaging.handler import IsPublic, OpenReply, QuestionHandler
from core.messaging.intake import Intake
from core.messaging.lookups import Lookups
from core.messaging.offline import Offline
from core.messaging.opinions import Opinions
from core.messaging.pending_turns import PendingTurns
from core.messaging.revisions import Revisions
from core.messaging.thread_rules import ThreadRules
from core.messaging.user_limits import UserLimits
from core.messaging.worker import InboxWorker
from core.ports import Archive, Inbox
from core.press_ids import press_id
from core.profile import Profile
from core.reporting.operations import Operations
from core.skills.assistant import AnyAssistant
from core.skills.messenger import Line, Messenger
from core.stores.sqlite.spool import Act, Spooled
from core.text.person_wanted import wants_person
from core.types import (
    Question,
    Receipt,
    Received,
    SessionId,
    Turn,
)

_MOST_SESSIONS: Final = 10_000


class ChatService(Lookups):
    """The service that adapters talk to: `serve` each platform, before or while it is `run`."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        assistant: AnyAssistant,
        inbox: Inbox,
        history: PendingTurns,
        archive: Archive,
        offline: Offline,
        learning: Learning,
        profile: Profile,
        limits: UserLimits,
        report: Callable[[AnswerReport], None] = lambda _report: None,
        processes: Callable[[], int] = lambda: 1,
        operations: Operations | None = None,
        desk: CaseDesk | None = None,
        messenger: Messenger | None = None,
        audiences: Audiences | None = None,
        sessions_at_once: int = 64,
        lease_s: float = 6.0,
        redact: Callable[[str], str] = str,
        liked: LikedQuestions | None = None,
    ) -> None:
        """`redact` removes from a text what must not be stored."""
        super().__init__(
            assistant=assistant,
            inbox=inbox,
            archive=archive,
            offline=offline,
            learning=learning,
            profile=profile,
        )
        self._handler = QuestionHandler(
            assistant=assistant,
            inbox=inbox,
            history=history,
            archive=archive,
            profile=profile,
            report=report,
            desk=desk,
        )
        self.desk = desk  # keeps the cases, if there are owners
        self._history = history
        self._audiences = audiences
        self.operations = operations  # serves the console, if that is offered
        self.limits = limits
        self.thread_rules: ThreadRules | None = None  # those that were set while the bot runs
        self._intake = Intake(
            inbox=inbox,
            offline=offline,
            limits=limits,
            processes=processes,
            find=self.find,
            redact=redact,
        )
        self._revisions = Revisions(
            inbox=inbox,
            archive=archive,
            offline=offline,
            limits=limits,
            cases=desk.cases if desk else None,
            redact=redact,
            drop=self._drop,
            wake=self.wake,
        )
        self.feedback = Opinions(
            archive=archive,
            desk=desk,
            is_public=self._handler.is_public,
            redact=redact,
            liked=liked,
        )
        self._processes = processes
        self._sessions_at_once = sessions_at_once
        self._lease_s = lease_s
        self._redact = redact
        # A cache of sessions with questions; the history knows all others.
        self._sessions: BoundedDict[SessionId, None] = BoundedDict(_MOST_SESSIONS)
        self._worker: InboxWorker | None = None
        self.messenger = messenger or Messenger(history, inbox)
        self.messenger.wake = self.wake

    def serve(
        self,
        prefix: str,
        open_reply: OpenReply,
        *,
        is_public: IsPublic = lambda _session: False,
        stand: Stand | None = None,
        line: Line | None = None,
    ) -> None:
        """Answer sessions whose id begins with `prefix` in the replies of `open_reply`.

        `is_public` returns whether owners can see a session; only then are they called. `stand`
        returns the place and the people of a question, as the profile's channels and groups name
        them. `line` delivers messages to people who have not just asked.
        """
        self._handler.serve(prefix, open_reply, is_public)
        self.messenger.connect(prefix, line, is_public)
        if stand and self._audiences:
            self._audiences.ask(prefix, stand)
        if self._worker:
            self._worker.take(prefix)

    async def run(self) -> None:
        """Answer questions until cancelled; unfinished ones are left for the next process."""
        self._worker = InboxWorker(
            self._inbox,
            self._handler,
            sessions_at_once=self._sessions_at_once,
            lease_s=self._lease_s,
            prefixes=self._handler.prefixes,
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._worker.run())
                tasks.create_task(self._offline.drain(self._catch_up))
        finally:
            self._worker = None

    async def keep_cases(
        self,
        leads: Callable[[], Awaitable[bool]],
        *,
        also: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """Make the rounds of the cases, and `also` these, while this process `leads`."""
        if self.desk:
            reviews = LessonReviews(
                lessons=self.learning.lessons,
                archive=self._archive,
                roster=self.desk.roster,
                profile=self._profile,
                now=self.desk.now,
                say=self._handler.say,
                is_public=self._handler.is_public,
            )
            rounds = CaseRounds(
                self.desk,
                inbox=self._inbox,
                history=self._history,
                profile=self._profile,
                wake=self.wake,
                say=self._handler.say,
                is_public=self._handler.is_public,
                also=(reviews.go, *also),
            )
            await rounds.run(leads)

    # The acts of people.

    async def receive(
        self, question: Question, *, wake: bool = True, late: bool = False
    ) -> Receipt:
        """Store a question, to be answered soon; call it before the platform is told OK.

        Without `wake`, the caller calls `wake()` later, after messages that have to come first. A
        `late` question was asked while the bot was away: it does not count for the asker's limits,
        and it waits some minutes for room in the inbox. The result is `SPOOLED` if the store is
        away: the question is kept on this machine, and answered once the store is back.

        Raises:
            StorageError: it is not stored; the platform has to deliver it again.
        """
        receipt = await self._intake.take(question, late=late)
        if receipt is Receipt.STORED:
            self._begin(question, wake=wake)
        elif receipt is Receipt.SPOOLED:
            self._sessions[question.session] = None
        return receipt

    async def _catch_up(self, spooled: Spooled) -> bool:
        """Carry out an act from the spool; return False if the inbox is full."""
        question = spooled.question
        match spooled.act:
            case Act.ASK:
                if await self._inbox.receive(question) is Receipt.FULL:
                    return False
                self._begin(question)
            case Act.EDIT:
                await self._revisions.catch_up_edit(question)
            case Act.DELETE:
                self._forget(await self._revisions.catch_up_deletion(question.id))
        return True

    async def press(
        self, question_id: str, index: int, pressed: Question, *, turn: Turn | None = None
    ) -> Receipt | None:
        """Ask the question of a follow-up button; None if there is no such button any more.

        `pressed` has the place and the person of the press. Its id and text are replaced by those
        of the button, so that presses of several people are one question. `turn` is that of the
        answer, if the caller has it. A skill may restrict its button to some people and some time.
        """
        turn = turn or await self.turn(question_id)
        if turn is None or not 0 <= index < len(turn.followups):
            return None
        if dialogue := turn.dialogue:
            if not dialogue.admits(pressed.asker):
                return Receipt.NOT_THEIRS
            if not dialogue.is_open(pressed.asked_at):
                return Receipt.LAPSED
        text = turn.followups[index]
        asked = replace(pressed, id=press_id(question_id, text), text=text)
        self._intake.tell_again(asked.id)  # each press above the limit is told so
        return await self.receive(asked)

    async def revise(self, question: Question) -> Receipt | None:
        """Have a question that its asker has edited answered anew, in the same messages.

        None if there is nothing to do now: the question is unknown, was deleted, or has this text
        already; or the store is away, and the edit is done later.

        Raises:
            StorageError: the edit is not stored; the platform has to deliver it again.
        """
        return await self._revisions.edit(question)

    async def withdraw(self, question_id: str) -> None:
        """Delete the answer of a deleted question from the platform and from the history.

        The process that writes the answer stops first, then a worker deletes the messages. If the
        store is away, all of this is done later.

        Raises:
            StorageError: the deletion is not stored; the platform has to deliver it again.
        """
        self._forget(await self._revisions.delete(question_id))

    async def stop(self, question_id: str) -> bool:
        """Stop an answer that is being written; return False if there is none."""
        stopped = await self._handler.stop(question_id)
        if stopped is not None:
            return stopped
        if await self._archive.find(question_id):  # the answer has ended, and is being settled
            return False
        # The question waits, or another process writes its answer and stops before its next write.
        if not await self._inbox.stop(question_id):
            return False
        await self._drop(question_id)
        self.wake()
        return True

    def live_in(self, session: SessionId) -> str | None:
        """Return the question of a conversation whose answer is being written here."""
        return self._handler.live_in(session)

    async def teach(self, remark: Remark) -> Taught:
        """Learn from a reply with the tag (see `is_lesson`); the lesson is used at once.

        Raises:
            StorageError: it is not stored; tell the author, or have it delivered again.
        """
        taught = await self.learning.teach(remark)
        self._see_to_cases()
        return taught

    async def reteach(self, remark: Remark) -> Taught | None:
        """Learn from an edited reply, whose tag or text was added, changed or removed.

        None if there is nothing to report: the reply has no tag, and was no lesson before.

        Raises:
            StorageError: as `teach`.
        """
        taught = await self.learning.revise(remark)
        self._see_to_cases()
        return taught

    async def unteach(self, remark_id: str) -> Taught | None:
        """Remove the lesson of a deleted reply; None if the reply was no lesson.

        Raises:
            StorageError: the lesson is not removed.
        """
        taught = await self.learning.unteach(remark_id)
        self._see_to_cases()
        return taught

    def _see_to_cases(self) -> None:
        """Have the rounds look at the cases, as a lesson may have answered or reopened one."""
        if self.desk:
            self.desk.changed.set()

    async def rename(self, session: SessionId, title: str) -> bool:
        """Set the title of a conversation, "" for none; return False if it has no question."""
        return await self._archive.rename(session, self._redact(title))

    # Look-ups of what this process alone knows; see `Lookups` for what the stores know.

    async def would_answer(self, question: Question) -> bool:
        """Return whether the FAQ surely answers a question, or the question asks for a person."""
        if self.desk and wants_person(question.text):
            return True
        return await super().would_answer(question)

    async def takes_part(self, session: SessionId) -> bool:
        """Return whether there was a question in this conversation before."""
        if session in self._sessions:
            return True
        # Another process may have received the questions of this session.
        if await self._offline.soon(lambda: self._inbox.is_open(session)):
            return True
        return bool(await self._offline.soon(lambda: self._archive.turns(session, 1)))

    def wait_s(self, person: str) -> int:
        """Return the seconds until a person may ask again; 0 if they may ask now."""
        return self.limits.wait_s(person)

    @property
    def processes(self) -> int:
        """The number of running processes of this installation, this one included."""
        return self._processes()

    @property
    def leases(self) -> int:
        """The number of questions that are being answered here."""
        return self._worker.leases if self._worker else 0

    @property
    def spooled(self) -> int:
        """The number of acts in the spool, which wait for the store."""
        return self._offline.waiting

    @property
    def at_work(self) -> bool:
        """True while this process answers questions."""
        return self._worker is not None

    def wake(self) -> None:
        """Look for open questions now."""
        if self._worker:
            self._worker.wake()

    def _begin(self, question: Question, *, wake: bool = True) -> None:
        self._sessions[question.session] = None
        self._assistant.hurry(question.session)
        if wake:
            self.wake()

    def _forget(self, deleted: Received | None) -> None:
        if deleted:
            self._sessions.pop(deleted.question.session, None)

    async def _drop(self, question_id: str) -> None:
        if self._worker:
            await self._worker.drop(question_id)
