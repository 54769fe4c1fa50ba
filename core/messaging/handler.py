"""The handler of a claimed question: it has it answered, and shows the answer in its place."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from core.errors import (
    MessageGoneError,
    PlatformError,
    PlatformRefusedError,
    QuestionGoneError,
)
from core.messaging.answer_report import AnswerReport, AnswerWatch
from core.messaging.cases.desk import CaseDesk
from core.messaging.cases.escalation import Escalation
from core.messaging.delivery.presenter import Presenter
from core.messaging.delivery.recovery import attach, delete_all, delete_late, with_found
from core.messaging.delivery.reply import Reply
from core.messaging.endings import ending_of, state_of
from core.messaging.inbox.worker import NoteReply
from core.messaging.pending_turns import PendingTurns
from core.ports import Archive, Inbox
from core.press_ids import is_press
from core.profile import Profile
from core.retry import until_back
from core.skills.assistant import AnyAssistant
from core.text.languages import in_language_of
from core.types import (
    Answered,
    AnswerEvent,
    Claim,
    Escalated,
    Failed,
    File,
    InboxState,
    Question,
    Received,
    SessionId,
    Turn,
    TurnState,
    View,
)

logger = logging.getLogger(__name__)

OpenReply = Callable[[Question], Reply[Any]]
IsPublic = Callable[[SessionId], bool]


class QuestionHandler:
    """Implements `core.messaging.inbox.worker.Handler` for all platforms that it serves."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        assistant: AnyAssistant,
        inbox: Inbox,
        history: PendingTurns,
        archive: Archive,
        profile: Profile,
        report: Callable[[AnswerReport], None],
        desk: CaseDesk | None,
    ) -> None:
        """`history` is the one in which the assistant stores its turns.

        `report` is called with the report of each ended answer. Questions without an answer become
        cases at the `desk`, which is None if there are no owners.
        """
        self._escalation = Escalation(
            desk=desk, history=history, profile=profile, is_public=self.is_public
        )
        self._report = report
        self._assistant = assistant
        self._inbox = inbox
        self._history = history
        self._archive = archive
        self._profile = profile
        self._platforms: dict[str, OpenReply] = {}
        self._public: dict[str, IsPublic] = {}
        self._live: dict[str, tuple[Presenter[Any], Claim]] = {}

    def serve(self, prefix: str, open_reply: OpenReply, is_public: IsPublic) -> None:
        """Show answers of sessions whose id begins with `prefix` in the replies of `open_reply`.

        `is_public` returns whether owners can see a session.
        """
        self._platforms[prefix] = open_reply
        self._public[prefix] = is_public

    @property
    def prefixes(self) -> Sequence[str]:
        """The prefixes of the sessions that can be answered here."""
        return tuple(self._platforms)

    async def answer(self, claim: Claim, note_reply: NoteReply) -> InboxState:
        """Answer a claimed question in its place; see `Handler` of the worker."""
        watch = AnswerWatch(claim)
        try:
            state = await self._answer(claim, note_reply, watch)
            cost_usd = self._history.cost_usd(claim.question.id)
        finally:
            self._history.forget(claim.question.id)
        self._report(watch.ended(state, cost_usd=cost_usd))
        return state

    async def _answer(self, claim: Claim, note_reply: NoteReply, watch: AnswerWatch) -> InboxState:
        question = claim.question
        if turn := await self._turn_of(claim):
            shareable = await self._assistant.for_everybody(turn) is not None
            told = _only(ending_of(turn, shareable=shareable))
        elif self._escalation.is_wanted(question):
            question = await self._escalation.meant(question)
            told = self._escalation.to_person(question)
        elif joined := await until_back(lambda: self._escalation.mistaken(question)):
            question = replace(question, text=joined.text)
            told = self._escalation.apart(question, joined)
        else:
            told = self._assistant.answer(question)
        events = self._escalation.with_case(question, told)
        try:
            view = await self._present(claim, watch.seen(events), note_reply, watch)
            if view.ending:
                await self._history.store(question.id)
            if isinstance(view.ending, Answered):
                await self._attach(question, view.ending.files)
        except QuestionGoneError:  # the process that was told of it may have been killed
            logger.info("question %s was deleted", question.id)
            await until_back(lambda: self._archive.remove(question.id))
            await until_back(lambda: self._inbox.withdraw(question.id))
            return InboxState.WITHDRAWN
        except MessageGoneError:
            logger.info("question %s: its answer was deleted while being written", question.id)
            return InboxState.WITHDRAWN
        except PlatformRefusedError as error:
            logger.error("question %s cannot be answered: %s", question.id, error)
            await self._abandon(question)
            return InboxState.FAILED
        if not view.ending:
            await self._keep_stopped(view)
        return state_of(view)

    async def _turn_of(self, claim: Claim) -> Turn | None:
        """Return the stored turn of a question, None if it has to be answered."""
        question = claim.question
        # Another process may have stored a turn, or it is a notice, which is stored beforehand.
        if claim.fence == 1 and not is_press(question.id):
            return None
        turn = await until_back(lambda: self._archive.find(question.id))
        # The turn answers an older text, or was stopped and the question is asked again.
        if turn and (turn.question.text != question.text or turn.state is TurnState.STOPPED):
            await until_back(lambda: self._archive.remove(question.id))
            return None
        return turn

    async def _attach(self, question: Question, files: Sequence[File]) -> None:
        """Attach files below an answer that is shown; a failure is logged."""
        reply = self._reply_for(question)
        for file in files:
            try:
                await attach(reply, file)
            except PlatformError as error:
                logger.error("question %s: %s is not attached: %s", question.id, file.name, error)

    async def _keep_stopped(self, view: View) -> None:
        """Store the text that was written before the stop, replacing an earlier turn."""
        await until_back(lambda: self._archive.remove(view.question.id))
        if not view.text:
            return
        titles = tuple(passage.title for passage in view.used)
        turn = Turn(view.question, TurnState.STOPPED, view.text, sources=titles, passages=view.used)
        await self._history.append(turn)
        await self._history.store(view.question.id)

    async def give_up(self, claim: Claim) -> None:
        """Tell the asker that there will be no answer; see `Handler` of the worker."""
        failed = _only(Failed(self._spoken_to(claim.question).failed))
        await self._present(claim, failed, _untold, AnswerWatch(claim))

    def is_public(self, session: SessionId) -> bool:
        """Return whether owners can see what is said in a session."""
        return any(
            is_public(session)
            for prefix, is_public in self._public.items()
            if session.startswith(prefix)
        )

    async def say(self, question: Question, ending: Escalated) -> None:
        """Post an ending as a separate message in the place of a question.

        Raises:
            PlatformError: it is not posted.
        """
        presenter = Presenter(self._reply_for(question), note=_untold)
        await presenter.present(question, _only(ending), status="")

    def live_in(self, session: SessionId) -> str | None:
        """Return the question of a conversation that is being answered here."""
        claims = (claim for _, claim in self._live.values())
        return next((one.question.id for one in claims if one.question.session == session), None)

    async def stop(self, question_id: str) -> bool | None:
        """Stop an answer that this process writes, and return it; None if it has ended already."""
        if question_id not in self._live:
            return None
        presenter, claim = self._live[question_id]
        if not presenter.stop(self._spoken_to(claim.question).stopped):
            return False
        # The stop is stored, so that after a crash the next process does not answer either.
        return True if await self._inbox.stop(question_id, by=claim) else None

    async def tidy(self, claim: Claim, note_reply: NoteReply) -> None:
        """Delete an answer, or show that it was stopped; see `Handler` of the worker."""
        await until_back(lambda: self._archive.remove(claim.question.id))
        reply = self._reply_for(claim.question)
        references = await with_found(_split(claim.reply), reply, all_of_them=True)
        if claim.state is InboxState.WITHDRAWN:
            await delete_all(reply, references)
            await reply.abandon()
        elif references:
            presenter = Presenter(reply, note=partial(_note, note_reply), references=references)
            presenter.stop(self._spoken_to(claim.question).stopped)
            with suppress(PlatformRefusedError):
                await presenter.present(claim.question, _only(Failed("")), status="")

    async def _present(
        self,
        claim: Claim,
        events: AsyncGenerator[AnswerEvent],
        note_reply: NoteReply,
        watch: AnswerWatch,
    ) -> View:
        question = claim.question
        reply = self._reply_for(question)
        references = _split(claim.reply)
        if claim.fence > 1:
            references = await with_found(references, reply)
        presenter = Presenter(reply, note=partial(_note, note_reply), references=references)
        watch.presenter = presenter
        self._history.watch(question.id, lambda: presenter.edits)
        self._live[question.id] = live = (presenter, claim)
        try:
            view = await presenter.present(question, events, status=self._status_of(claim))
        finally:
            # This process may hold a later claim of the same question by now.
            if self._live.get(question.id) is live:
                del self._live[question.id]
        if claim.fence > 1:
            await delete_late(reply, presenter.references)
        return view

    def _status_of(self, claim: Claim) -> str:
        """Return the first status; after a crash it says that the answer goes on."""
        profile = self._spoken_to(claim.question)
        return profile.resumed if claim.attempt > 1 else profile.searching

    def _spoken_to(self, question: Question) -> Profile:
        return in_language_of(self._profile, question.text)

    async def _abandon(self, question: Question) -> None:
        with suppress(PlatformRefusedError):  # raised if the platform is not connected any more
            await self._reply_for(question).abandon()

    def _reply_for(self, question: Question) -> Reply[Any]:
        for prefix, open_reply in self._platforms.items():
            if question.session.startswith(prefix):
                return open_reply(question)
        raise PlatformRefusedError(f"no platform is connected for the session {question.session}")


def references_of(stored: Received) -> Sequence[str]:
    """Return the references of the messages in which a question was answered, if noted."""
    return _split(stored.reply)


async def _note(note_reply: NoteReply, references: Sequence[str]) -> None:
    await note_reply(" ".join(references))


def _split(reply: str | None) -> Sequence[str]:
    return reply.split() if reply else ()


async def _untold(_references: object) -> None:
    """Do nothing with the references: the messages of this answer need not be found again."""


async def _only(event: AnswerEvent) -> AsyncGenerator[AnswerEvent]:
    yield event
