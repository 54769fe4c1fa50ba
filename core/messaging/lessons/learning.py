"""Learning from people: a reply with the tag becomes the answer to the question it was given to.

The tag, `#학습`, is the profile's. An edited reply corrects its lesson, one whose tag is
taken away is unlearnt, and whatever comes twice changes nothing: a lesson has the id of its reply.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from core.messaging.lessons.gate import Examined
from core.messaging.lessons.tag import is_lesson, number_after, without_tag
from core.ports import Archive, History, Inbox, Lessons
from core.profile import Profile
from core.text.personal_data import mask, mask_private
from core.text.sanitize import Cleaner
from core.text.sections import tidy
from core.types import Label, Lesson, LessonState, Question, SessionId, Teaching, Turn, TurnState

__all__ = ["Learning", "Outcome", "Remark", "Taught", "is_lesson", "said_of", "without_tag"]

_SHOWN_CHARS: Final = 80  # of a question, where the bot says which one it means
_TURNS: Final = 20  # of a session: who answers what was asked before them says to which message


@dataclass(frozen=True, slots=True)
class Remark:
    """A person's reply, as an adapter hands it over.

    `id` is the platform's own message id. `reply_to` is what it answers, where the platform says
    so: a question's id, or the reference of a message of its answer (as `Reply.post` gave it).
    `said_at` is when it was sent, or last edited, by the platform's clock: of two versions, the
    later one stays, in whatever order they come. `may_teach` is the adapter's to say: it knows
    whom the settings name.
    """

    id: str
    session: SessionId
    text: str
    author: str
    author_name: str
    may_teach: bool
    reply_to: str | None = None
    said_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Outcome(StrEnum):
    """The outcome of a remark with the tag, or of the lesson that it was."""

    LEARNED = "learned"
    CORRECTED = "corrected"
    KNOWN = "known"  # it came before: whoever died before saying so has to say so still
    UNLEARNED = "unlearned"
    NOTHING_ASKED = "nothing_asked"
    WHICH = "which"  # several questions wait, and the remark does not say which one it answers
    NOT_ALLOWED = "not_allowed"
    HELD = "held"  # it waits for an owner's word; see `core.messaging.lessons.gate`
    REFUSED = "refused"  # it speaks to the bot, and not to people
    APPROVED = "approved"
    NOTHING_HELD = "nothing_held"
    EMPTY = "empty"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Taught:
    """The outcome, and the lesson as it is now, or was until it was unlearnt.

    `waiting` are the questions among which a person has to choose, oldest first.
    """

    outcome: Outcome
    lesson: Lesson | None = None
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Meant:
    """The question that a remark answers; else those `waiting` among which it has to choose."""

    turn: Turn | None
    waiting: tuple[str, ...] = ()
    numbered: bool = False


_OUTCOMES: Final = {
    Teaching.LEARNED: Outcome.LEARNED,
    Teaching.CORRECTED: Outcome.CORRECTED,
    Teaching.KNOWN: Outcome.KNOWN,
}


_ABOUT: Final = (Outcome.LEARNED, Outcome.CORRECTED, Outcome.HELD, Outcome.APPROVED)


class Learning:
    """Finds the question that a remark answers, and keeps the answer."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        history: History,
        archive: Archive,
        inbox: Inbox,
        lessons: Lessons,
        profile: Profile,
        leans: Callable[[str], Awaitable[bool]],
        catch_up: Callable[[], Awaitable[None]],
        examine: Callable[[Lesson], Awaitable[Examined]],
    ) -> None:
        """`examine` looks at a lesson before it is served.

        `leans` says whether a question needs the one before it, and `catch_up` makes lessons used:
        both are about what is searched, and know nothing of conversations.
        """
        self._history = history
        self._archive = archive
        self._inbox = inbox
        self._lessons = lessons
        self._profile = profile
        self._leans = leans
        self._catch_up = catch_up
        self._examine = examine

    async def teach(self, remark: Remark) -> Taught:
        """Learn a remark that has the tag; the next question is answered with it.

        Raises:
            StorageError: it is not stored; the platform has to deliver it again.
        """
        if not remark.may_teach:
            return Taught(Outcome.NOT_ALLOWED)
        known = await self._lessons.find(remark.id)
        answer = without_tag(remark.text, self._profile.learning_tag)
        if answer.strip(" .!") == self._profile.teach_confirm:
            return await self._approve(remark)
        if not answer or len(answer) > self._profile.longest_lesson_characters:
            return Taught(Outcome.TOO_LONG if answer else Outcome.EMPTY, known)
        if known:
            asked, numbered = known, self._was_numbered(remark, known)
        else:
            turns = await self._history.recent(remark.session, _TURNS)
            meant = await self._meant(remark, turns)
            if meant.waiting:
                return Taught(Outcome.WHICH, waiting=meant.waiting)
            if meant.turn is None:
                return Taught(Outcome.NOTHING_ASKED)
            asked = await self._lesson_on(meant.turn, remark, turns)
            numbered = meant.numbered
        if numbered:
            answer = without_tag(remark.text, self._profile.learning_tag, numbered=True)
        lesson = Lesson(
            id=remark.id,
            session=asked.session,
            question=asked.question,
            answer=mask_private(answer),
            author=remark.author,
            author_name=remark.author_name,
            learned_at=remark.said_at,
            question_id=asked.question_id,
            asked_by=asked.asked_by,
        )
        return await self._keep(lesson, known)

    async def _keep(self, lesson: Lesson, known: Lesson | None) -> Taught:
        """Store a lesson, held if something speaks against serving it."""
        if known and (known.question, known.answer) == (lesson.question, lesson.answer):
            lesson = replace(
                lesson,
                state=known.state,
                findings=known.findings,
                approved_by=known.approved_by,
                review_at=known.review_at,
            )
        else:
            examined = await self._examine(lesson)
            if examined.refused:
                return Taught(Outcome.REFUSED)
            if examined.findings:
                lesson = replace(lesson, state=LessonState.HELD, findings=examined.findings)
        teaching = await self._lessons.teach(lesson)
        await self._catch_up()
        stored = await self._lessons.find(lesson.id)
        if teaching is not Teaching.KNOWN and stored and stored.state is LessonState.HELD:
            return Taught(Outcome.HELD, stored)
        return Taught(_OUTCOMES[teaching], stored)

    async def _approve(self, remark: Remark) -> Taught:
        """Serve what is held of this conversation: the latest of it."""
        lessons = await self._lessons.of_session(remark.session)
        held = [one for one in lessons if one.state is LessonState.HELD]
        if not held:
            return Taught(Outcome.NOTHING_HELD)
        latest = max(held, key=lambda one: (one.learned_at, one.id))
        approved = replace(latest, state=LessonState.SERVED, approved_by=remark.author)
        await self._lessons.teach(approved)
        await self._catch_up()
        return Taught(Outcome.APPROVED, approved)

    async def revise(self, remark: Remark) -> Taught | None:
        """A remark was edited: learn, correct or unlearn it; None if it has to do with no lesson.

        Raises:
            StorageError: as `teach`.
        """
        if is_lesson(remark.text, self._profile.learning_tag):
            return await self.teach(remark)
        return await self.unteach(remark.id, at=remark.said_at)

    async def unteach(self, lesson_id: str, *, at: datetime | None = None) -> Taught | None:
        """A remark was deleted: forget what it taught; None if it taught nothing.

        Raises:
            StorageError: it is there still.
        """
        lesson = await self._lessons.find(lesson_id)
        if lesson is None:
            return None
        await self._lessons.remove(lesson_id, at or datetime.now(UTC))
        await self._catch_up()
        return Taught(Outcome.UNLEARNED, lesson)

    async def leans(self, text: str) -> bool:
        """Whether a question needs the one before it, as far as its words tell."""
        return await self._leans(text)

    async def recent(self, session: SessionId) -> Sequence[Turn]:
        """The latest turns of a conversation, oldest first."""
        return await self._history.recent(session, _TURNS)

    async def awaits_person(self, session: SessionId) -> bool:
        """Whether the latest question of a session that the bot could not answer still waits."""
        turns = await self._history.recent(session, _TURNS)
        escalated = [turn for turn in turns if turn.state is TurnState.ESCALATED]
        return bool(escalated) and escalated[-1] in await self._waiting(session, turns)

    async def _meant(self, remark: Remark, turns: Sequence[Turn]) -> _Meant:
        """Find the question that a remark answers: replied to, numbered, or the only one."""
        if replied_to := await self._replied_to(remark, turns):
            return _Meant(replied_to)
        waiting = await self._waiting(remark.session, turns)
        if len(waiting) < 2:
            # None that waits: the bot's latest answer is wrong.
            latest = waiting or turns
            return _Meant(latest[-1] if latest else None)
        number = number_after(remark.text, self._profile.learning_tag)
        if number and number <= len(waiting):
            return _Meant(waiting[number - 1], numbered=True)
        return _Meant(None, waiting=tuple(turn.question.text for turn in waiting))

    def _was_numbered(self, remark: Remark, known: Lesson) -> bool:
        """Whether the number in an edited remark says which question is meant, as it did before."""
        number = number_after(remark.text, self._profile.learning_tag)
        return number is not None and not known.answer.startswith(str(number))

    async def title_of(self, question: Question) -> str:
        """A question in words that stand alone, without personal data, as others may see it."""
        earlier = await self._history.recent(question.session, _TURNS)
        before = [turn for turn in earlier if turn.question.id != question.id]
        return mask(await self._stand_alone(question.text, before))

    async def _lesson_on(self, turn: Turn, remark: Remark, turns: Sequence[Turn]) -> Lesson:
        """A question that a remark answers, as a lesson that lacks its answer.

        Everybody will see it as a title: what it says of its asker's person is masked.
        """
        question = turn.question
        earlier = [past for past in turns if past.finished_at < turn.finished_at]
        title = await self._stand_alone(question.text, earlier)
        return Lesson(
            remark.id,
            question.session,
            mask(title),
            "",
            question_id=question.id,
            asked_by=question.asker,
        )

    async def _replied_to(self, remark: Remark, turns: Sequence[Turn]) -> Turn | None:
        if remark.reply_to is None:
            return None
        if turn := await self._archive.find(remark.reply_to):
            return turn
        for turn in reversed(turns):
            stored = await self._inbox.find(turn.question.id)
            if stored and stored.reply and remark.reply_to in stored.reply.split():
                return turn
        return None

    async def _waiting(self, session: SessionId, turns: Sequence[Turn]) -> list[Turn]:
        """The questions that wait for a person, oldest first."""
        answered = await self._answered(session)
        known = {turn.question.text for turn in turns if turn.state is TurnState.ANSWERED}
        return [
            turn
            for turn in turns
            if turn.state is TurnState.ESCALATED
            and turn.question.id not in answered
            and turn.question.text not in known  # told of the answer that another has got
        ]

    async def _answered(self, session: SessionId) -> set[str]:
        return {lesson.question_id for lesson in await self._lessons.of_session(session)}

    async def _stand_alone(self, text: str, earlier: Sequence[Turn]) -> str:
        """The question in words that need no conversation, as far as that is at hand."""
        asked = tidy(text)
        before = [turn for turn in earlier if turn.label is Label.ON_TOPIC]
        if before and await self._leans(asked):
            return f"{tidy(before[-1].question.text)} {asked}"
        return asked


def said_of(taught: Taught, profile: Profile) -> str:
    """Return the sentence that the bot says to an outcome, and the question that is meant."""
    texts = {
        Outcome.LEARNED: profile.teach_learned,
        Outcome.CORRECTED: profile.teach_corrected,
        Outcome.KNOWN: profile.teach_known,
        Outcome.UNLEARNED: profile.teach_unlearned,
        Outcome.NOTHING_ASKED: profile.teach_nothing_asked,
        Outcome.WHICH: profile.teach_which,
        Outcome.NOT_ALLOWED: profile.teach_not_allowed,
        Outcome.HELD: profile.teach_held,
        Outcome.REFUSED: profile.teach_refused,
        Outcome.APPROVED: profile.teach_learned,
        Outcome.NOTHING_HELD: profile.teach_nothing_held,
        Outcome.EMPTY: profile.teach_empty,
        Outcome.TOO_LONG: profile.teach_too_long,
    }
    lines = [texts[taught.outcome]]
    if taught.outcome is Outcome.HELD and taught.lesson:
        cleaner = Cleaner(profile.link_hosts, instead=profile.link_left_out)
        lines += [f"• {cleaner.clean(finding)}" for finding in taught.lesson.findings]
        lines.append(profile.teach_how_to_confirm)
    if taught.outcome in _ABOUT and taught.lesson:
        lines.append(profile.teach_about.format(question=_shown(taught.lesson.question, profile)))
    shown = [_shown(question, profile) for question in taught.waiting]
    lines += [f"{number}. {question}" for number, question in enumerate(shown, start=1)]
    return "\n".join(lines)


def _shown(question: str, profile: Profile) -> str:
    """A question in a line of the bot's own: short, and harmless."""
    line = " ".join(question.split())
    short = line if len(line) <= _SHOWN_CHARS else f"{line[: _SHOWN_CHARS - 1]}…"
    return Cleaner(profile.link_hosts, instead=profile.link_left_out).clean(mask(short))
