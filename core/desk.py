"""Where platforms hand questions in, and where their answers are shown and taken back.

A question's way: `receive` stores it before the platform hears OK; the worker claims it and calls
`answer`; a `Presenter` shows the assistant's events in the platform's `Reply`.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Any, Final

from core.assistant import Assistant
from core.errors import LeaseLostError, MessageGoneError, PlatformError, PlatformRefusedError
from core.inbox import NoteReply, Worker
from core.limits import Limits
from core.ports import Archive, Inbox, Reply
from core.present import Presenter
from core.profile import Profile
from core.types import (
    Answered,
    AnswerEvent,
    Claim,
    Declined,
    Ending,
    Escalated,
    Failed,
    Feedback,
    InboxState,
    Passage,
    Question,
    Receipt,
    SessionId,
    Turn,
    TurnState,
    View,
)

logger = logging.getLogger(__name__)

OpenReply = Callable[[Question], Reply[Any]]

_PRESS: Final = ">"
_MOST_SESSIONS: Final = 10_000
_OPEN: Final = (InboxState.RECEIVED, InboxState.ANSWERING)


class Desk:
    """All that an adapter needs of the core: `serve` each platform, before or while it is `run`."""

    def __init__(  # noqa: PLR0913 - its collaborators, all by name
        self,
        *,
        assistant: Assistant,
        inbox: Inbox,
        archive: Archive,
        profile: Profile,
        limits: Limits,
        sessions_at_once: int = 64,
        lease_s: float = 30.0,
    ) -> None:
        self._assistant = assistant
        self._inbox = inbox
        self._archive = archive
        self._profile = profile
        self._limits = limits
        self._sessions_at_once = sessions_at_once
        self._lease_s = lease_s
        self._platforms: dict[str, OpenReply] = {}
        self._live: dict[str, Presenter[Any]] = {}
        # Where something was asked here lately; the history knows the others.
        self._sessions: OrderedDict[SessionId, None] = OrderedDict()
        self._worker: Worker | None = None

    def serve(self, prefix: str, open_reply: OpenReply) -> None:
        """Answer sessions whose id begins with `prefix` in the replies that this opens."""
        self._platforms[prefix] = open_reply
        if self._worker:
            self._worker.take(prefix)

    async def run(self) -> None:
        """Answer questions until cancelled; what is unfinished is left for the next process."""
        self._worker = Worker(
            self._inbox,
            self,
            sessions_at_once=self._sessions_at_once,
            lease_s=self._lease_s,
            prefixes=tuple(self._platforms),
        )
        try:
            await self._worker.run()
        finally:
            self._worker = None

    # What people do.

    async def receive(self, question: Question, *, wake: bool = True) -> Receipt:
        """Store a question, to be answered soon; call it before the platform is told OK.

        Without `wake` the caller wakes the desk, once it has said what has to come first.

        Raises:
            StorageError: it is not stored; the platform has to deliver it again.
        """
        receipt = await self._inbox.receive(question)
        if receipt is not Receipt.STORED:
            return receipt
        if not self._limits.allow(question.asker):
            await self._inbox.withdraw(question.id)
            return Receipt.LIMITED
        self._begin(question, wake=wake)
        return receipt

    async def press(self, question_id: str, index: int, pressed: Question) -> Receipt | None:
        """Ask what a follow-up button stands for; None if there is no such button any more.

        `pressed` says where and by whom; its id and text are those of the button, so that two
        presses, by whomever, are one question.
        """
        turn = await self._archive.find(question_id)
        if turn is None or not 0 <= index < len(turn.followups):
            return None
        text = turn.followups[index]
        asked = replace(pressed, id=press_id(question_id, text), text=text)
        if await self._inbox.find(asked.id):
            return Receipt.KNOWN
        # Before it is stored: the same button may be pressed again, when there is time for it.
        if not self._limits.allow(asked.asker):
            return Receipt.LIMITED
        receipt = await self._inbox.receive(asked)
        if receipt is Receipt.STORED:
            self._begin(asked)
        return receipt

    async def pressed(self, question_id: str) -> frozenset[int]:
        """Which of an answer's buttons were pressed already."""
        turn = await self._archive.find(question_id)
        followups = enumerate(turn.followups if turn else ())
        return frozenset(
            [
                index
                for index, text in followups
                if await self._inbox.find(press_id(question_id, text))
            ]
        )

    async def revise(self, question: Question) -> bool:
        """The asker edited the question: answer it anew in the same messages.

        False if nothing is to be done: it is unknown, was taken back, or has this text already.
        """
        stored = await self._inbox.find(question.id)
        if not stored or stored.question.text == question.text:
            return False
        # In this order: a death in between leaves an old question, and the edit comes again.
        await self._archive.remove(question.id)
        if not await self._inbox.reopen(question):
            return False
        await self._drop(question.id)
        self.wake()
        return True

    async def withdraw(self, question_id: str) -> None:
        """The asker deleted the question: its answer goes, too, from here and from the history."""
        stored = await self._inbox.find(question_id)
        if stored is None:
            return
        await self._inbox.withdraw(question_id)
        self._sessions.pop(stored.question.session, None)
        await self._drop(question_id)
        await self._archive.remove(question_id)
        reply = self._reply_for(stored.question)
        references = _references(stored.reply)
        if stored.state in _OPEN or not references:
            references = await _with_found(references, reply)
        await _delete_all(reply, references)

    async def stop(self, question_id: str) -> bool:
        """End an answer that is being written, as far as it is; False if there is none."""
        if presenter := self._live.get(question_id):
            return presenter.stop(self._profile.stopped)
        stored = await self._inbox.find(question_id)
        if stored is None or stored.state not in _OPEN:
            return False
        if await self._archive.find(question_id):  # it has ended, and is about to be settled
            return False
        await self._inbox.withdraw(question_id)
        # It waits, or another process writes it, and stops before its next write.
        await self._drop(question_id)
        if references := _references(stored.reply):
            reply = self._reply_for(stored.question)
            presenter = Presenter(reply, note=_by_nobody, references=references)
            presenter.stop(self._profile.stopped)
            with suppress(MessageGoneError):
                await presenter.present(stored.question, _only(Failed("")), status="")
        return True

    async def rate(self, feedback: Feedback) -> bool:
        """Store what a person thinks of an answer; False if there is no such answer any more."""
        return await self._archive.give_feedback(feedback)

    # What adapters look up.

    async def takes_part(self, session: SessionId) -> bool:
        """Whether anything was asked in this conversation before."""
        if session in self._sessions or await self._inbox.is_open(session):  # of another process
            return True
        return bool(await self._archive.turns(session, 1))

    async def view(self, question_id: str) -> View | None:
        """An answer as it ended, to be shown again; None if it is not kept."""
        turn = await self._archive.find(question_id)
        if turn is None:
            return None
        return View(turn.question, text=turn.answer, ending=_ending(turn))

    async def references(self, question_id: str) -> Sequence[str]:
        """The messages in which a question was answered."""
        stored = await self._inbox.find(question_id)
        return _references(stored.reply) if stored else ()

    async def asked_by(self, person: str, limit: int) -> list[Turn]:
        """What a person asked last, newest first."""
        return await self._archive.asked_by(person, limit)

    async def last_seen(self, prefix: str) -> datetime | None:
        """When the latest question of sessions that begin so was asked; None if there is none."""
        return await self._inbox.last_seen(prefix)

    def wake(self) -> None:
        """Look for open questions now."""
        if self._worker:
            self._worker.wake()

    # What the worker calls: `core.inbox.Handler`.

    async def answer(self, claim: Claim, note_reply: NoteReply) -> InboxState:
        """Answer a claimed question in its place; see `core.inbox.Handler`."""
        question = claim.question
        self._note_session(question.session)
        turn = None
        if claim.fence > 1:  # somebody began before: there may be an answer already
            turn = await self._archive.find(question.id)
        if turn and turn.question.text != question.text:  # of the question before it was edited
            await self._archive.remove(question.id)
            turn = None
        events = _only(_ending(turn)) if turn else self._assistant.answer(question)
        try:
            view = await self._present(claim, events, note_reply)
        except MessageGoneError:
            logger.info("question %s: its answer was deleted while being written", question.id)
            return InboxState.WITHDRAWN
        except PlatformRefusedError as error:
            logger.error("question %s cannot be answered: %s", question.id, error)  # noqa: TRY400
            return InboxState.FAILED
        return _state(view)

    async def give_up(self, claim: Claim) -> None:
        """Say that there will be no answer; see `core.inbox.Handler`."""

        async def noted(_references: str) -> None:
            """Nobody takes this up again."""

        await self._present(claim, _only(Failed(self._profile.failed)), noted)

    def _begin(self, question: Question, *, wake: bool = True) -> None:
        self._note_session(question.session)
        if wake:
            self.wake()

    def _note_session(self, session: SessionId) -> None:
        self._sessions[session] = None
        self._sessions.move_to_end(session)
        if len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)

    async def _present(
        self, claim: Claim, events: AsyncGenerator[AnswerEvent], note_reply: NoteReply
    ) -> View:
        question = claim.question
        reply = self._reply_for(question)
        references = _references(claim.reply)
        if claim.fence > 1:
            references = await _with_found(references, reply)
        presenter = Presenter(reply, note=partial(_note, note_reply), references=references)
        self._live[question.id] = presenter
        try:
            return await presenter.present(question, events, status=self._profile.searching)
        except LeaseLostError:
            await self._take_back(question, reply, presenter.references)
            raise
        finally:
            del self._live[question.id]

    async def _take_back(
        self, question: Question, reply: Reply[Any], references: Sequence[str]
    ) -> None:
        """Remove what another process, in which the question was taken back, does not know of."""
        stored = await self._inbox.find(question.id)
        if stored and stored.state is InboxState.WITHDRAWN:
            await self._archive.remove(question.id)
            noted = _references(stored.reply)
            await _delete_all(reply, [one for one in references if one not in noted])

    def _reply_for(self, question: Question) -> Reply[Any]:
        for prefix, open_reply in self._platforms.items():
            if question.session.startswith(prefix):
                return open_reply(question)
        raise PlatformRefusedError(f"no platform is connected for the session {question.session}")

    async def _drop(self, question_id: str) -> None:
        if self._worker:
            await self._worker.drop(question_id)


def press_id(question_id: str, text: str) -> str:
    """The id of the question that a button below the answer to another one asks.

    It is of a length that does not grow from press to press, and differs when an edited question
    was answered anew with other follow-ups.
    """
    asked_first = question_id.partition(_PRESS)[0]
    digest = blake2b(f"{question_id}\n{text}".encode(errors="surrogatepass"), digest_size=6)
    return f"{asked_first}{_PRESS}{digest.hexdigest()}"


def is_press(question_id: str) -> bool:
    """Whether a question was asked by a button, so that nobody has read its text."""
    return _PRESS in question_id


async def _note(note_reply: NoteReply, references: Sequence[str]) -> None:
    await note_reply(" ".join(references))


def _references(reply: str | None) -> Sequence[str]:
    return reply.split() if reply else ()


async def _by_nobody(_references: Sequence[str]) -> None:
    """Nobody else writes there."""


async def _delete_all(reply: Reply[Any], references: Sequence[str]) -> None:
    """Delete messages; one that the platform keeps does not keep the others."""
    for reference in references:
        try:
            await reply.delete(reference)
        except PlatformRefusedError as error:
            logger.warning("%s stays where it is: %s", reference, error)


async def _with_found(noted: Sequence[str], reply: Reply[Any]) -> Sequence[str]:
    """The messages that were noted, and what was sent just before it could be."""
    try:
        found = await reply.find()
    except PlatformError as error:
        if not noted:
            raise
        logger.warning("only noted messages are known: %s", error)
        found = ()
    return list(dict.fromkeys([*noted, *found]))


async def _only(event: AnswerEvent) -> AsyncGenerator[AnswerEvent]:
    yield event


def _ending(turn: Turn) -> Ending:
    """The event with which a stored turn ended; its passages have titles alone."""
    match turn.state:
        case TurnState.ANSWERED:
            sources = tuple(Passage("", title, "", 0.0) for title in turn.sources)
            return Answered(turn.answer, sources, turn.followups)
        case TurnState.DECLINED:
            return Declined(turn.answer, turn.followups, turn.label)
        case TurnState.ESCALATED:
            return Escalated(turn.answer, turn.followups)
        case TurnState.FAILED:
            return Failed(turn.answer)


def _state(view: View) -> InboxState:
    match view.ending:
        case Answered():
            return InboxState.ANSWERED
        case Declined():
            return InboxState.DECLINED
        case Escalated():
            return InboxState.ESCALATED
        case _:  # failed, or stopped by a person: an edit of the question asks again
            return InboxState.FAILED
