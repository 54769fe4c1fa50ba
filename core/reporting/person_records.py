"""The stored data of one person: its export for a legal request, and its deletion."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from core.llm.budget import SpendingStore
from core.ports import Archive, Lessons, Memories
from core.skills.meetings.diary import Diary
from core.types import Lesson, Removed

_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The amount that was deleted; `days` are the days with costs of the person."""

    removed: Removed
    meetings: int
    days: int = 0


@dataclass(frozen=True, slots=True)
class PersonRecords:
    """A person's data in all stores; without `spending` there are no costs."""

    archive: Archive
    lessons: Lessons
    memories: Memories
    diary: Diary
    spending: SpendingStore | None = None

    async def of(self, person: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Yield all that is kept of a person, each with its kind; turns first, the latest first.

        Raises:
            StorageError: it cannot be read.
        """
        archive = self.archive
        last = None
        while page := await archive.asked_by(person, _PAGE, last):
            for turn in page:
                yield "turn", asdict(turn)
            last = page[-1]
        found: list[tuple[str, Any]] = []
        found += [("question", one) for one in await archive.received_from(person)]
        found += [("opinion", one) for one in await archive.opinions_of(person)]
        found += [("lesson", one) async for one in self._lessons_of(person)]
        found += [("memory", one) for one in await self.memories.of(person)]
        meetings, polls = await self.diary.of_person(person)
        found += [("meeting", one) for one in meetings]
        found += [("poll", one) for one in polls]
        for kind, one in found:
            yield kind, asdict(one)
        costs = await self.spending.of_person(person) if self.spending else {}
        for day, cost in costs.items():
            yield "cost", {"day": day, "dollars": cost}

    async def forget(self, person: str) -> Forgotten:
        """Delete it, and return how much it was.

        Raises:
            StorageError: not all is deleted.
        """
        removed = await self.archive.forget(person)
        meetings = await self.diary.forget(person)
        days = await self.spending.forget(person) if self.spending else 0
        return Forgotten(removed, meetings, days)

    async def _lessons_of(self, person: str) -> AsyncIterator[Lesson]:
        last = ""
        while page := await self.lessons.page(_PAGE, last):
            for lesson in page:
                if person in (lesson.author, lesson.asked_by):
                    yield lesson
            last = page[-1].id
