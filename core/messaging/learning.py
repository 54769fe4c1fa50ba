"""Learning from people: a reply with the tag becomes the answer to the question it was given to.

The tag, `#학습`, is the profile's. An edited reply corrects its lesson, one whose tag is
taken away is unlearnt, and whatever comes twice changes nothing: a lesson has the id of its reply.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from core.ports import Archive, History, Inbox, Lessons
from core.profile import Profile
from core.text.sections import tidy
from core.types import Label, Lesson, SessionId, Teaching, Turn, TurnState

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
    NOT_ALLOWED = "not_allowed"
    EMPTY = "empty"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Taught:
    """The outcome, and the lesson as it is now, or was until it was unlearnt."""

    outcome: Outcome
    lesson: Lesson | None = None


_OUTCOMES: Final = {
    Teaching.LEARNED: Outcome.LEARNED,
    Teaching.CORRECTED: Outcome.CORRECTED,
    Teaching.KNOWN: Outcome.KNOWN,
}


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
    ) -> None:
        """`leans` says whether a question needs the one before it; `catch_up` makes lessons used.

        Both are about what is searched, and know nothing of conversations.
        """
        self._history = history
        self._archive = archive
        self._inbox = inbox
        self._lessons = lessons
        self._profile = profile
        self._leans = leans
        self._catch_up = catch_up

    async def teach(self, remark: Remark) -> Taught:
        """Learn a remark that has the tag; the next question is answered with it.

        Raises:
            StorageError: it is not stored; the platform has to deliver it again.
        """
        if not remark.may_teach:
            return Taught(Outcome.NOT_ALLOWED)
        known = await self._lessons.find(remark.id)
        answer = without_tag(remark.text, self._profile.learning_tag)
        if not answer:
            return Taught(Outcome.EMPTY, known)
        if len(answer) > self._profile.longest_lesson_characters:
            return Taught(Outcome.TOO_LONG, known)
        asked = known or await self._asked(remark)
        if asked is None:
            return Taught(Outcome.NOTHING_ASKED)
        lesson = Lesson(
            id=remark.id,
            session=asked.session,
            question=asked.question,
            answer=answer,
            author=remark.author,
            author_name=remark.author_name,
            learned_at=remark.said_at,
            question_id=asked.question_id,
            asked_by=asked.asked_by,
        )
        teaching = await self._lessons.teach(lesson)
        await self._catch_up()
        return Taught(_OUTCOMES[teaching], await self._lessons.find(remark.id))

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
        if not escalated:
            return False
        return escalated[-1].question.id not in await self._answered(session)

    async def _asked(self, remark: Remark) -> Lesson | None:
        """The question that a remark answers, as a lesson that lacks its answer."""
        turns = await self._history.recent(remark.session, _TURNS)
        turn = await self._replied_to(remark, turns) or await self._waiting(remark.session, turns)
        if turn is None:
            return None
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

    async def _waiting(self, session: SessionId, turns: Sequence[Turn]) -> Turn | None:
        """The latest question that waits for a person, else the latest one: its answer is wrong."""
        answered = await self._answered(session)
        for turn in reversed(turns):
            if turn.state is TurnState.ESCALATED and turn.question.id not in answered:
                return turn
        return turns[-1] if turns else None

    async def _answered(self, session: SessionId) -> set[str]:
        return {lesson.question_id for lesson in await self._lessons.of_session(session)}

    async def _stand_alone(self, text: str, earlier: Sequence[Turn]) -> str:
        """The question in words that need no conversation, as far as that is at hand."""
        asked = tidy(text)
        before = [turn for turn in earlier if turn.label is Label.ON_TOPIC]
        if before and await self._leans(asked):
            return f"{tidy(before[-1].question.text)} {asked}"
        return asked


def is_lesson(text: str, tag: str) -> bool:
    """Whether the tag is in a text as a word of its own, such as `#학습` or `＃학습`."""
    return bool(_tag(tag).search(_composed(text)))


def without_tag(text: str, tag: str) -> str:
    """The text without the tag, wherever and however often it is there; stripped."""
    return _tag(tag).sub(_gap, _composed(text)).strip()


def said_of(taught: Taught, profile: Profile) -> str:
    """Return the sentence that the bot says to an outcome."""
    texts = {
        Outcome.LEARNED: profile.teach_learned,
        Outcome.CORRECTED: profile.teach_corrected,
        Outcome.KNOWN: profile.teach_known,
        Outcome.UNLEARNED: profile.teach_unlearned,
        Outcome.NOTHING_ASKED: profile.teach_nothing_asked,
        Outcome.NOT_ALLOWED: profile.teach_not_allowed,
        Outcome.EMPTY: profile.teach_empty,
        Outcome.TOO_LONG: profile.teach_too_long,
    }
    return texts[taught.outcome]


@lru_cache(maxsize=8)
def _tag(tag: str) -> re.Pattern[str]:
    """The tag with the blanks around it, and with what sets it off."""
    word = rf"[#＃]{re.escape(_composed(tag).lstrip('#＃'))}"
    # Not in a link, nor in code: that is how people write about the tag.
    alone = rf"(?<![\w#＃/&`]){word}(?![\w`])"
    set_off = rf"\({word}\)|\[{word}\]|(?<![*`])\*{{1,2}}{word}\*{{1,2}}"
    return re.compile(rf"[^\S\n]*(?:{set_off}|{alone})[^\S\n]*", re.IGNORECASE)


def _gap(match: re.Match[str]) -> str:
    """Return what is left in the place of a tag: a space, but not at the edge of a line."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    inside = before and after and before[-1] != "\n" and after[0] != "\n"
    return " " if inside else ""


def _composed(text: str) -> str:
    """Hangul in whole syllables: a Mac may send it taken apart."""
    return unicodedata.normalize("NFC", text)
