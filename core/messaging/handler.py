"""Handling of a claimed question: it is answered, and its answer is shown in its place."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from core.errors import (
    MessageGoneError,
    PlatformError,
    PlatformRefusedError,
    RateLimitedError,
)
from core.messaging.answer_report import AnswerReport, AnswerWatch
from core.messaging.cases.desk import CaseDesk
from core.messaging.delivery.presenter import Presenter
from core.messaging.delivery.reply import Reply
from core.messaging.pending_turns import PendingTurns
from core.messaging.worker import NoteReply
from core.ports import Archive, Inbox
from core.press_ids import is_press
from core.profile import Profile
from core.retry import until_back
from core.skills.assistant import AnyAssistant
from core.text.addressing import says_something
from core.text.person_wanted import wants_person
from core.types import (
    Answered,
    AnswerEvent,
    Claim,
    Declined,
    Dialogue,
    Ending,
    Escalated,
    Failed,
    File,
    InboxState,
    Passage,
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

_CALLS_WITHIN: Final = timedelta(hours=1)
_MOST_CALLS: Final = 3  # of the owners, in one conversation and hour
_LOOKED_AT: Final = 20  # turns
_AGAIN_S: Final = (0.5, 2.0, 5.0)


class QuestionHandler:
    """Implements `core.inbox.Handler` for all platforms that it serves."""

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
        """`history` is where the assistant stores what it answered; `report` hears of each end.

        At the `desk`, what has no answer waits for a person; there is none without owners.
        """
        self._desk = desk
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
        """Show answers of sessions whose id begins with `prefix` in what this opens.

        Where a session `is_public`, owners can see it.
        """
        self._platforms[prefix] = open_reply
        self._public[prefix] = is_public

    @property
    def prefixes(self) -> Sequence[str]:
        """The beginnings of the sessions that can be answered here."""
        return tuple(self._platforms)

    async def answer(self, claim: Claim, note_reply: NoteReply) -> InboxState:
        """Answer a claimed question in its place; see `core.inbox.Handler`."""
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
        turn = None
        # Somebody began before, or it is a notice that was written ahead.
        if claim.fence > 1 or is_press(question.id):
            turn = await until_back(lambda: self._archive.find(question.id))
        # Of the question before it was edited, or of one that is to be answered after all.
        if turn and (turn.question.text != question.text or turn.state is TurnState.STOPPED):
            await until_back(lambda: self._archive.remove(question.id))
            turn = None
        if turn:
            told = _only(_ending(turn))
        elif self._desk and wants_person(question.text):
            question = await self._meant(question)
            told = self._to_person(question)
        else:
            told = self._assistant.answer(question)
        events = self._with_case(question, told)
        try:
            view = await self._present(claim, watch.seen(events), note_reply, watch)
            if view.ending:
                await self._history.store(question.id)
            if isinstance(view.ending, Answered):
                await self._attach(question, view.ending.files)
        except MessageGoneError:
            logger.info("question %s: its answer was deleted while being written", question.id)
            return InboxState.WITHDRAWN
        except PlatformRefusedError as error:
            logger.error("question %s cannot be answered: %s", question.id, error)
            await self._abandon(question)
            return InboxState.FAILED
        if not view.ending:
            await self._keep_stopped(view)
        return _state(view)

    async def _attach(self, question: Question, files: Sequence[File]) -> None:
        """Attach files below an answer that is shown; what fails is left out, and logged."""
        reply = self._reply_for(question)
        for file in files:
            try:
                await _attached(reply, file)
            except PlatformError as error:
                logger.error("question %s: %s is not attached: %s", question.id, file.name, error)

    async def _keep_stopped(self, view: View) -> None:
        """Keep what was written until then in the place of what may be stored already."""
        await until_back(lambda: self._archive.remove(view.question.id))
        if not view.text:
            return
        await self._history.append(Turn(view.question, TurnState.STOPPED, view.text))
        await self._history.store(view.question.id)

    async def _meant(self, question: Question) -> Question:
        """Return a message that asks for a person with the words that they are to answer."""
        turns = await self._history.recent(question.session, _LOOKED_AT)
        before = [turn.question.text for turn in turns if not wants_person(turn.question.text)]
        return replace(question, text=before[-1]) if before else question

    async def _to_person(self, question: Question) -> AsyncGenerator[AnswerEvent]:
        """Let a question wait for a person, since its asker wants one."""
        text = self._profile.case_person
        await self._history.append(Turn(question, TurnState.ESCALATED, text))
        yield Escalated(text, ())

    async def _with_case(
        self, question: Question, events: AsyncGenerator[AnswerEvent]
    ) -> AsyncGenerator[AnswerEvent]:
        """The events; what asks something and has no answer waits for a person from then on."""
        async with aclosing(events):
            async for event in events:
                yield (
                    await self._waiting(question, event) if isinstance(event, Escalated) else event
                )

    async def _waiting(self, question: Question, ending: Escalated) -> Escalated:
        desk = self._desk
        if desk is None or not says_something(question.text):
            return replace(ending, calls=False)
        public = self.is_public(question.session)
        calls = await self._may_call(question)
        return await until_back(
            lambda: desk.escalated(question, ending, public=public, calls=calls)
        )

    async def _may_call(self, question: Question) -> bool:
        since = datetime.now(UTC) - _CALLS_WITHIN
        turns = await self._history.recent(question.session, _LOOKED_AT)
        lately = [
            turn
            for turn in turns
            if turn.state is TurnState.ESCALATED
            and turn.finished_at > since
            and turn.question.id != question.id
            and says_something(turn.question.text)
        ]
        return len(lately) < _MOST_CALLS

    async def give_up(self, claim: Claim) -> None:
        """Say that there will be no answer; see `core.inbox.Handler`."""
        failed = _only(Failed(self._profile.failed))
        await self._present(claim, failed, _untold, AnswerWatch(claim))

    def is_public(self, session: SessionId) -> bool:
        """Whether owners can see what is said in a session."""
        return any(
            is_public(session)
            for prefix, is_public in self._public.items()
            if session.startswith(prefix)
        )

    async def say(self, question: Question, ending: Escalated) -> None:
        """Say something by itself where a question was asked.

        Raises:
            PlatformError: it is not said.
        """
        presenter = Presenter(self._reply_for(question), note=_untold)
        await presenter.present(question, _only(ending), status="")

    def live_in(self, session: SessionId) -> str | None:
        """Return the question of a conversation that is being answered here."""
        claims = (claim for _, claim in self._live.values())
        return next((one.question.id for one in claims if one.question.session == session), None)

    async def stop(self, question_id: str) -> bool | None:
        """End an answer that is written here, as far as it is; None if it is not any more."""
        if question_id not in self._live:
            return None
        presenter, claim = self._live[question_id]
        if not presenter.stop(self._profile.stopped):
            return False
        # Should we die before it is shown: whoever is next must not answer after all.
        return True if await self._inbox.stop(question_id, by=claim) else None

    async def tidy(self, claim: Claim, note_reply: NoteReply) -> None:
        """Take an answer away, or say that it was stopped; see `core.inbox.Handler`."""
        await until_back(lambda: self._archive.remove(claim.question.id))
        reply = self._reply_for(claim.question)
        references = await _with_found(_split(claim.reply), reply, all_of_them=True)
        if claim.state is InboxState.WITHDRAWN:
            await _delete_all(reply, references)
            await reply.abandon()
        elif references:
            presenter = Presenter(reply, note=partial(_note, note_reply), references=references)
            presenter.stop(self._profile.stopped)
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
            references = await _with_found(references, reply)
        presenter = Presenter(reply, note=partial(_note, note_reply), references=references)
        watch.presenter = presenter
        self._live[question.id] = live = (presenter, claim)
        try:
            view = await presenter.present(question, events, status=self._profile.searching)
        finally:
            # By now a later claim of the same question may be answered here, too.
            if self._live.get(question.id) is live:
                del self._live[question.id]
        if claim.fence > 1:
            await _delete_late(reply, presenter.references)
        return view

    async def _abandon(self, question: Question) -> None:
        with suppress(PlatformRefusedError):  # it is not connected any more
            await self._reply_for(question).abandon()

    def _reply_for(self, question: Question) -> Reply[Any]:
        for prefix, open_reply in self._platforms.items():
            if question.session.startswith(prefix):
                return open_reply(question)
        raise PlatformRefusedError(f"no platform is connected for the session {question.session}")


def references_of(stored: Received) -> Sequence[str]:
    """The messages in which a question was answered, as far as they were noted."""
    return _split(stored.reply)


def view_of(turn: Turn, profile: Profile) -> View:
    """An answer as it ended, to be shown again."""
    if turn.state is TurnState.STOPPED:
        return View(turn.question, text=turn.answer, note=profile.stopped)
    return View(turn.question, text=turn.answer, ending=_ending(turn))


async def _note(note_reply: NoteReply, references: Sequence[str]) -> None:
    await note_reply(" ".join(references))


def _split(reply: str | None) -> Sequence[str]:
    return reply.split() if reply else ()


async def _attached(reply: Reply[Any], file: File) -> None:
    for pause_s in _AGAIN_S:
        try:
            return await reply.attach(file)
        except PlatformRefusedError:
            raise
        except PlatformError as error:
            await asyncio.sleep(_pause_s(error, pause_s))
    return await reply.attach(file)


async def _untold(_references: object) -> None:
    """Check that nobody else writes there, or takes it up again."""


async def _delete_all(reply: Reply[Any], references: Sequence[str]) -> None:
    """Delete messages; one that the platform keeps does not keep the others.

    Raises:
        PlatformError: some may be there still.
    """
    left = list(references)
    for pause_s in (*_AGAIN_S, None):
        failed: dict[str, PlatformError] = {}
        for reference in left:
            try:
                await reply.delete(reference)
            except PlatformRefusedError as error:
                logger.warning("%s stays where it is: %s", reference, error)
            except PlatformError as error:
                failed[reference] = error
        if not failed:
            return
        left, last = list(failed), [*failed.values()][-1]
        if pause_s is None:
            raise last
        await asyncio.sleep(_pause_s(last, pause_s))


async def _delete_late(reply: Reply[Any], shown: Sequence[str]) -> None:
    """Delete what an earlier attempt had on its way, and landed after the messages were found."""
    try:
        found = await _found_in_the_end(reply)
        await _delete_all(reply, [one for one in found if one not in shown])
    except PlatformError as error:
        logger.warning("what an earlier attempt may have left is not looked for: %s", error)


async def _found_in_the_end(reply: Reply[Any]) -> Sequence[str]:
    """All messages that there are; whoever asked has their answer, so it may take some seconds."""
    for pause_s in _AGAIN_S:
        try:
            return await reply.find()
        except PlatformRefusedError:
            raise
        except PlatformError as error:
            await asyncio.sleep(_pause_s(error, pause_s))
    return await reply.find()


def _pause_s(error: PlatformError, pause_s: float) -> float:
    return max(pause_s, error.retry_after_s if isinstance(error, RateLimitedError) else 0.0)


async def _with_found(
    noted: Sequence[str], reply: Reply[Any], *, all_of_them: bool = False
) -> Sequence[str]:
    """The messages that were noted, and what was sent just before it could be."""
    try:
        found = await (reply.find() if noted and not all_of_them else _found_in_turn(reply))
    except PlatformError as error:
        if not noted or (all_of_them and not isinstance(error, PlatformRefusedError)):
            raise
        logger.warning("only noted messages are known: %s", error)
        found = ()
    return list(dict.fromkeys([*noted, *found]))


async def _found_in_turn(reply: Reply[Any]) -> Sequence[str]:
    """All messages that there are, however long the platform wants no such calls.

    An attempt that ended with that would be followed by others, until the last one has failed.
    """
    while True:
        try:
            return await reply.find()
        except RateLimitedError as error:
            logger.info("looking for the messages of an answer later: %s", error)
            await asyncio.sleep(error.retry_after_s * random.uniform(1.0, 1.5))  # noqa: S311


async def _only(event: AnswerEvent) -> AsyncGenerator[AnswerEvent]:
    yield event


def _ending(turn: Turn) -> Ending:
    """The event with which a stored turn ended."""
    match turn.state:
        case TurnState.ANSWERED:
            dialogue = turn.dialogue or Dialogue("")
            return Answered(
                turn.answer,
                _passages(turn),
                turn.followups,
                skill=dialogue.skill,
                files=dialogue.files,
            )
        case TurnState.DECLINED:
            return Declined(turn.answer, turn.followups, turn.label)
        case TurnState.ESCALATED:
            return Escalated(turn.answer, turn.followups)
        case TurnState.FAILED | TurnState.STOPPED:
            return Failed(turn.answer)


def _passages(turn: Turn) -> tuple[Passage, ...]:
    """What the turn's sources name; of a turn of an older faqbot the titles alone."""
    return turn.passages or tuple(Passage("", title, "", 0.0) for title in turn.sources)


def _state(view: View) -> InboxState:
    match view.ending:
        case Answered():
            return InboxState.ANSWERED
        case Declined():
            return InboxState.DECLINED
        case Escalated():
            return InboxState.ESCALATED
        case None:
            return InboxState.STOPPED
        case _:
            return InboxState.FAILED
