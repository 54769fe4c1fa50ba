"""Learning from people: a reply with the tag becomes the answer to the question above it.

The tag, such as `#학습`, is set in the profile. An edit of a reply corrects its lesson, and removes
it if the tag is gone. A reply that is delivered twice changes nothing, since its lesson has its id.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from core.lessons.asked import AskedQuestions
from core.lessons.book import LessonBook, Outcome, Taught
from core.lessons.remarks import Remark, Teacher
from core.lessons.tag import is_lesson, without_question, without_tag
from core.ports import Archive, History, Inbox, Lessons
from core.press_ids import press_id
from core.profile import Profile
from core.text.safety.personal_data import mask
from core.text.sections import tidy
from core.types import Label, Lesson, LessonState, Question, SessionId, Turn, TurnState

_DELETED: Final = "whoever deleted the message"  # no platform names the person
_ADOPTED: Final = "adopted"
_TICK: Final = timedelta(milliseconds=1)  # the smallest step by which a later version is newer
_TURNS: Final = 20  # the latest turns that are read; a reply to an older one names its message


class Learning:
    """Turns remarks of people into lessons: it finds the question, and keeps the answer."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        history: History,
        archive: Archive,
        inbox: Inbox,
        lessons: Lessons,
        profile: Profile,
        leans: Callable[[str], Awaitable[bool]],
        category_of: Callable[[Turn], Awaitable[str]],
        book: LessonBook,
        contradicts: Callable[[str, Turn], Awaitable[bool]],
    ) -> None:
        """`leans` returns whether a question needs the one before it to be understood.

        `contradicts` returns whether a text contradicts the answer of a turn. `category_of` returns
        the category of a lesson on a turn, which decides who may see it.
        """
        self._history = history
        self._asked = AskedQuestions(
            archive=archive, inbox=inbox, lessons=lessons, learning_tag=profile.learning_tag
        )
        self.lessons = lessons
        self._profile = profile
        self._leans = leans
        self._category_of = category_of
        self._book = book
        self._contradicts = contradicts
        self.changed: Callable[[], None] = lambda: None  # called after lessons may have changed

    async def teach(self, remark: Remark) -> Taught:
        """Learn from a remark with the tag; the lesson is served from the next question on.

        Raises:
            StorageError: it is not stored; the platform has to deliver it again.
        """
        taught = await self._teach(remark)
        self.changed()
        return taught

    async def _teach(self, remark: Remark) -> Taught:
        if not remark.may_teach:
            return Taught(Outcome.NOT_ALLOWED)
        known = await self.lessons.find(remark.id)
        answer = without_tag(remark.text, self._profile.learning_tag)
        if answer.strip(" .!") == self._profile.teach.confirm:
            return await self._approve(remark)
        if not answer:
            return Taught(Outcome.EMPTY, known)
        if known:
            asked, numbered = known, self._asked.was_numbered(remark, known)
        else:
            turns = await self._history.recent(remark.session, _TURNS)
            meant = await self._asked.find(remark, turns)
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
            answer=without_question(answer),
            author=remark.author,
            author_name=remark.author_name,
            learned_at=remark.said_at,
            question_id=asked.question_id,
            asked_by=asked.asked_by,
            category=asked.category,
        )
        return await self._book.keep(
            lesson, by=remark.by, seen_in=remark.session, findings=self._lost_of(remark)
        )

    async def adopt(self, remark: Remark) -> Taught:
        """Learn from another person's message that the remark's author, who may teach, points at.

        `Remark.id` and `said_at` are those of the message, which answers the question that waited
        at that time. Pointing at it again changes nothing.

        Raises:
            StorageError: the lesson is not stored.
        """
        if not remark.may_teach:
            return Taught(Outcome.NOT_ALLOWED)
        for name in (remark.id, press_id(remark.id, _ADOPTED)):
            if known := await self.lessons.find(name):
                if known.state is LessonState.OFFERED:
                    return await self._book.approve(known, by=remark.by)
                return Taught(Outcome.KNOWN, known)
        turns = await self._history.recent(remark.session, _TURNS)
        turn = await self._asked.before(remark, turns)
        if turn is None:
            return Taught(Outcome.NOTHING_ASKED)
        lesson = await self._adopted(remark, turn, turns)
        return await self._book.keep(lesson, by=remark.by, findings=self._lost_of(remark))

    async def contradicted(self, remark: Remark) -> Turn | None:
        """Return the turn whose answer a remark without the tag contradicts; None if there is none.

        It is also None if the author may not teach, or the question has a lesson already.

        Raises:
            StorageError: the turns cannot be read.
        """
        if not remark.may_teach:
            return None
        turns = await self._history.recent(remark.session, _TURNS)
        turn = await self._asked.answered(remark, turns)
        return turn if turn and await self._contradicts(remark.text, turn) else None

    async def offer(self, remark: Remark, turn: Turn) -> Lesson | None:
        """Store a remark against the answer of a turn as an offered lesson; its author is asked.

        None if it was offered before, or if the gate refuses it.

        Raises:
            StorageError: it is not stored.
        """
        turns = await self._history.recent(remark.session, _TURNS)
        offered = await self._adopted(remark, turn, turns)
        return await self._book.offer(offered, by=remark.by)

    async def find(self, lesson_id: str) -> Lesson | None:
        """Return a lesson by its id."""
        return await self.lessons.find(lesson_id)

    async def correct(
        self, lesson_id: str, question: str, answer: str, by: Teacher
    ) -> Taught | None:
        """Change a lesson for an owner; None if there is no such lesson.

        Raises:
            StorageError: the lesson is unchanged.
        """
        lesson = await self.lessons.find(lesson_id)
        if lesson is None:
            return None
        changed = replace(
            lesson,
            question=tidy(question) or lesson.question,
            answer=without_tag(answer, self._profile.learning_tag),
            author=by.id,
            author_name=by.name,
            learned_at=max(datetime.now(UTC), lesson.learned_at + _TICK),
        )
        return await self._book.keep(changed, by=by.named)

    async def approve(self, lesson_id: str, by: Teacher) -> Taught | None:
        """Serve a held or expired lesson, or confirm a served one; None if there is none.

        Raises:
            StorageError: the lesson is not approved.
        """
        lesson = await self.lessons.find(lesson_id)
        if lesson is None:
            return None
        approved = await self._book.approve(lesson, by=by.named)
        if lesson.state in (LessonState.SERVED, LessonState.EXPIRED):
            return replace(approved, outcome=Outcome.CONFIRMED)
        return approved

    async def undo(self, lesson_id: str, by: Teacher) -> Taught | None:
        """Remove a lesson for an owner; None if there is no such lesson.

        Raises:
            StorageError: the lesson is not removed.
        """
        return await self._book.undo(lesson_id, by=by.named)

    async def _approve(self, remark: Remark) -> Taught:
        """Serve the latest lesson of this conversation that is held."""
        lessons = await self.lessons.of_session(remark.session)
        held = [one for one in lessons if one.state is LessonState.HELD]
        if not held:
            return Taught(Outcome.NOTHING_HELD)
        latest = max(held, key=lambda one: (one.learned_at, one.id))
        return await self._book.approve(latest, by=remark.by)

    async def revise(self, remark: Remark) -> Taught | None:
        """Learn, correct or remove the lesson of an edited remark; None if it has none.

        Raises:
            StorageError: as `teach`.
        """
        if is_lesson(remark.text, self._profile.learning_tag):
            return await self.teach(remark)
        undone = await self._book.undo(remark.id, by=remark.by, at=remark.said_at)
        self.changed()
        return undone

    async def unteach(self, lesson_id: str) -> Taught | None:
        """Remove the lesson of a deleted remark; None if it has none.

        Raises:
            StorageError: the lesson is not removed.
        """
        undone = await self._book.undo(lesson_id, by=_DELETED)
        self.changed()
        return undone

    async def leans(self, text: str) -> bool:
        """Return whether a question needs the one before it to be understood."""
        return await self._leans(text)

    async def recent(self, session: SessionId) -> Sequence[Turn]:
        """Return the latest turns of a conversation, oldest first."""
        return await self._history.recent(session, _TURNS)

    async def awaits_person(self, session: SessionId) -> bool:
        """Return whether the latest unanswered question of a session still waits for a person."""
        turns = await self._history.recent(session, _TURNS)
        escalated = [turn for turn in turns if turn.state is TurnState.ESCALATED]
        return bool(escalated) and escalated[-1] in await self._asked.waiting(session, turns)

    async def title_of(self, question: Question) -> str:
        """Return a question in words that are clear alone, without personal data."""
        earlier = await self._history.recent(question.session, _TURNS)
        before = [turn for turn in earlier if turn.question.id != question.id]
        return mask(await self._stand_alone(question.text, before))

    def _lost_of(self, remark: Remark) -> tuple[str, ...]:
        """Return the finding that a remark shows more than its lesson will."""
        return (self._profile.gate.media,) if remark.has_media else ()

    async def _adopted(self, remark: Remark, turn: Turn, turns: Sequence[Turn]) -> Lesson:
        """Return another person's message as a lesson on a turn; later edits do not change it."""
        asked = await self._lesson_on(turn, remark, turns)
        return replace(
            asked,
            id=press_id(remark.id, _ADOPTED),
            answer=without_question(without_tag(remark.text, self._profile.learning_tag)),
            author=remark.author,
            author_name=remark.author_name,
            learned_at=datetime.now(UTC),
        )

    async def _lesson_on(self, turn: Turn, remark: Remark, turns: Sequence[Turn]) -> Lesson:
        """Return a lesson for the question of a turn, still without its answer."""
        question = turn.question
        earlier = [past for past in turns if past.finished_at < turn.finished_at]
        title = await self._stand_alone(question.text, earlier)
        return Lesson(
            remark.id,
            question.session,
            title,
            "",
            question_id=question.id,
            asked_by=question.asker,
            category=await self._category_of(turn),
        )

    async def _stand_alone(self, text: str, earlier: Sequence[Turn]) -> str:
        """Return the question in words that are clear without its conversation."""
        asked = tidy(text)
        before = [turn for turn in earlier if turn.label is Label.ON_TOPIC]
        if before and await self._leans(asked):
            return f"{tidy(before[-1].question.text)} {asked}"
        return asked
