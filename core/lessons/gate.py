"""The gate: it examines each lesson before it is served, and compares it with the FAQ.

A lesson that instructs the bot or contains a key is refused. A lesson is held for an owner's
approval, with the findings, if it answers nothing, shows what not everybody should see, contradicts
an entry near to it or what somebody else has taught, or would be found for an entry's own question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from core.errors import FaqbotError
from core.lessons.reader import LessonReader
from core.ports import Lessons
from core.profile import Profile
from core.retrieval.overlay.lesson_sync import all_lessons
from core.text.korean import compact
from core.text.markdown.measure import shortened
from core.text.safety.instructions import instructs_bot
from core.text.safety.sanitize import Cleaner
from core.text.safety.secrets import holds_key, holds_password
from core.text.utterances.counter_questions import asks_back
from core.text.utterances.person_wanted import wants_person
from core.types import Entry, Lesson, LessonState

_LEARNT: Final = (LessonState.SERVED, LessonState.EXPIRED)
_BESIDE: Final = 1  # the number of entries that a lesson is compared with, the nearest first
_SHOWN: Final = 5  # the most questions of other entries that a finding names
_SHOWN_CHARS: Final = 120


class Rehearsing(Protocol):
    """The search that a lesson is rehearsed on; see `core.retrieval.overlay.rehearsal`."""

    async def near(self, lesson: Lesson) -> Sequence[Entry]:
        """Return the entries that answer the lesson's question, the nearest first."""
        ...

    async def taken(self, lesson: Lesson) -> Sequence[str]:
        """Return the entries' own questions that would find the lesson first."""
        ...


@dataclass(frozen=True, slots=True)
class Examined:
    """The result of an examination: a lesson with `findings` is held, and some are `refused`."""

    findings: tuple[str, ...] = ()
    refused: bool = False


class Gate:
    """Examines lessons before they are served."""

    def __init__(
        self,
        rehearsing: Rehearsing | None,
        reader: LessonReader,
        profile: Profile,
        *,
        lessons: Lessons | None = None,
    ) -> None:
        """Compare lessons with the FAQ if it can be searched, and with the `lessons` of others."""
        self._lessons = lessons
        self._rehearsing = rehearsing
        self._reader = reader
        self._profile = profile
        self._cleaner = Cleaner(profile.link_hosts, instead=profile.link_left_out)

    async def examine(self, lesson: Lesson) -> Examined:
        """Return the findings that speak against serving a lesson.

        If the FAQ cannot be searched now, that is a finding, too, so that the lesson is held.

        Raises:
            StorageError: the lessons of others cannot be read.
        """
        for text in (lesson.question, lesson.answer):
            if instructs_bot(text):
                return Examined((self._profile.teach.refused,), refused=True)
            if holds_key(text):
                return Examined((self._profile.gate.key,), refused=True)
        own = await asyncio.to_thread(self._read, lesson)
        others = await self._held_against_others(lesson)
        return Examined((*own, *others, *await self._held_against_faq(lesson)))

    def _read(self, lesson: Lesson) -> list[str]:
        """Return the findings from the text alone: secrets, links, people, or no answer."""
        profile, reader, answer = self._profile, self._reader, lesson.answer
        findings = []
        if wants_person(lesson.question):
            findings.append(profile.gate.no_question)
        if reader.instructs(answer):
            findings.append(profile.gate.instructs)
        if holds_password(answer):
            findings.append(profile.gate.password)
        if self._cleaner.links_elsewhere(answer):
            findings.append(profile.gate.link)
        if people := reader.people(answer):
            listed = ", ".join(dict.fromkeys(map(_line, people[:_SHOWN])))
            findings.append(profile.gate.names_people.format(people=listed))
        if reader.says_nothing(answer):
            findings.append(profile.gate.says_nothing)
        elif asks_back(answer):
            findings.append(profile.gate.asks_back)
        elif reader.strays(lesson.question, answer):
            findings.append(profile.gate.strays)
        return findings

    async def _held_against_others(self, lesson: Lesson) -> list[str]:
        """Return the findings from what others have taught for the same question."""
        known = await all_lessons(self._lessons) if self._lessons else []
        asked = compact(lesson.question)
        return [
            self._profile.gate.taught_otherwise.format(
                name=_line(one.author_name), text=_line(one.answer)
            )
            for one in known
            if one.state in _LEARNT
            and one.author != lesson.author
            and compact(one.question) == asked
            and self._reader.says_otherwise(lesson.answer, Entry(one.id, one.question, one.answer))
        ]

    async def _held_against_faq(self, lesson: Lesson) -> tuple[str, ...]:
        """Return the findings from the FAQ: contradictions, and questions that it would take."""
        if self._rehearsing is None:
            return ()
        try:
            near = await self._rehearsing.near(lesson)
            taken = await self._rehearsing.taken(lesson)
        except FaqbotError:
            return (self._profile.gate.not_looked_at,)
        findings = [self._beside(lesson, entry) for entry in near[:_BESIDE]]
        if taken:
            listed = ", ".join(f"“{_line(question)}”" for question in taken[:_SHOWN])
            findings.append(self._profile.gate.takes.format(questions=listed, count=len(taken)))
        return tuple(filter(None, findings))

    def _beside(self, lesson: Lesson, entry: Entry) -> str:
        """Return the line that quotes a contradicting entry; "" if it does not contradict."""
        if not self._reader.says_otherwise(lesson.answer, entry):
            return ""
        return self._profile.gate.says_otherwise.format(
            title=_line(entry.title), text=_line(entry.text)
        )


def _line(text: str) -> str:
    return shortened(" ".join(text.split()), _SHOWN_CHARS)
