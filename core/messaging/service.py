"""The chat service: adapters hand it the acts of people, who ask, edit, delete, press and rate.

The course of a question: `receive` stores it before the platform hears OK. The worker claims it and
calls the `QuestionHandler`. A `Presenter` shows the assistant's events in the platform's `Reply`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from core.assistant.audiences import Audiences, Stand
from core.bounded import BoundedDict
from core.lessons.learning import Learning
from core.lessons.liked import LikedQuestions
from core.messaging.answer_report import AnswerReport
from core.messaging.cases.desk import CaseDesk
from core.messaging.cases.upkeep import rounds_of
from core.messaging.delivery.shared_calls import SharedCalls
from core.messaging.handler import IsPublic, OpenReply, QuestionHandler
from core.messaging.inbox.intake import Intake
from core.messaging.inbox.offline import Offline
from core.messaging.inbox.runner import Runner
from core.messaging.lookups import Lookups
from core.messaging.opinions import Opinions
from core.messaging.pending_turns import PendingTurns
from core.messaging.revisions import Revisions
from core.messaging.thread_rules import ThreadRules
from core.messaging.user_limits import UserLimits
from core.ports import Archive, Inbox
from core.press_ids import press_id
from core.profile import Profile
from core.reporting.operations import Operations
from core.skills.assistant import AnyAssistant
from core.skills.messenger import Messenger, Outreach
from core.stores.sqlite.spool import Act, Spooled
from core.types import Question, Receipt, Received, SessionId, Turn

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
        calls: SharedCalls | None = None,
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
            desk=desk,
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
        self.runner = Runner(
            inbox,
            self._handler,
            offline,
            catch_up=self._catch_up,
            sessions_at_once=sessions_at_once,
            lease_s=lease_s,
        )
        if desk:
            learning.changed = desk.changed.set  # a lesson may answer a case, or reopen it
        self._history = history
        self._audiences = audiences
        self.operations = operations  # serves the console, if that is offered
        self.limits = limits
        self.thread_rules: ThreadRules | None = None  # those that were set while the bot runs
        self.calls = calls or SharedCalls()  # those to platforms, of all processes
        self._intake = Intake(
            inbox=inbox,
            offline=offline,
            limits=limits,
            processes=self.calls.processes,
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
            drop=self.runner.drop,
            wake=self.wake,
        )
        self.feedback = Opinions(
            archive=archive,
            desk=desk,
            is_public=self._handler.is_public,
            redact=redact,
            liked=liked,
        )
        self._redact = redact
        # A cache of sessions with questions; the history knows all others.
        self._sessions: BoundedDict[SessionId, None] = BoundedDict(_MOST_SESSIONS)
        self.messenger = messenger or Messenger(history, inbox)
        self.messenger.wake = self.wake

    def serve(
        self,
        prefix: str,
        open_reply: OpenReply,
        *,
        is_public: IsPublic = lambda _session: False,
        stand: Stand | None = None,
        outreach: Outreach | None = None,
    ) -> None:
        """Answer sessions whose id begins with `prefix` in the replies of `open_reply`.

        `is_public` returns whether owners can see a session; only then are they called. `stand`
        returns the place and the people of a question, as the profile's channels and groups name
        them. `outreach` delivers messages to people who have not just asked.
        """
        self._handler.serve(prefix, open_reply, is_public)
        self.messenger.connect(prefix, outreach, is_public)
        if stand and self._audiences:
            self._audiences.ask(prefix, stand)
        self.runner.take(prefix)

    async def run(self) -> None:
        """Answer questions until cancelled; unfinished ones are left for the next process."""
        await self.runner.run()

    async def keep_cases(
        self,
        leads: Callable[[], Awaitable[bool]],
        *,
        also: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """Make the rounds of the cases, and `also` these, while this process `leads`."""
        if self.desk:
            rounds = rounds_of(
                self.desk,
                self._handler,
                lessons=self.learning.lessons,
                archive=self._archive,
                inbox=self._inbox,
                history=self._history,
                profile=self._profile,
                wake=self.wake,
                also=also,
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
                self._forget(await self._revisions.catch_up_deletion(question))
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

    async def withdraw(self, question_id: str, *, edited_at: datetime | None = None) -> None:
        """Delete the answer of a deleted question from the platform and from the history.

        The process that writes the answer stops first, then a worker deletes the messages. If the
        store is away, all of this is done later. A question that comes after its deletion is not
        answered. `edited_at` is the time of an edit that has made something else of the message.

        Raises:
            StorageError: the deletion is not stored; the platform has to deliver it again.
        """
        self._forget(await self._revisions.delete(question_id, edited_at=edited_at))

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
        await self.runner.drop(question_id)
        self.wake()
        return True

    def live_in(self, session: SessionId) -> str | None:
        """Return the question of a conversation whose answer is being written here."""
        return self._handler.live_in(session)

    async def rename(self, session: SessionId, title: str) -> bool:
        """Set the title of a conversation, "" for none; return False if it has no question."""
        return await self._archive.rename(session, self._redact(title))

    # Look-ups of what this process alone knows; see `Lookups` for what the stores know.

    async def takes_part(self, session: SessionId) -> bool:
        """Return whether there was a question in this conversation before."""
        if session in self._sessions:
            return True
        # Another process may have received the questions of this session.
        if await self._offline.soon(lambda: self._inbox.is_open(session)):
            return True
        return bool(await self._offline.soon(lambda: self._archive.turns(session, 1)))

    @property
    def spooled(self) -> int:
        """The number of acts in the spool, which wait for the store."""
        return self._offline.waiting

    def wake(self) -> None:
        """Look for open questions now."""
        self.runner.wake()

    def _begin(self, question: Question, *, wake: bool = True) -> None:
        self._sessions[question.session] = None
        self._assistant.hurry(question.session)
        if wake:
            self.wake()

    def _forget(self, deleted: Received | None) -> None:
        if deleted:
            self._sessions.pop(deleted.question.session, None)
