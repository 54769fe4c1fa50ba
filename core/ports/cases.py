"""The port of the store of cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from core.types import Case


class Cases(Protocol):
    """Questions that wait for a person. A case is changed in the place of what was read."""

    async def latest(self) -> int:
        """Return the number of the case that was added last; 0 if there is none."""
        ...

    async def add(self, case: Case, *, after: int) -> bool:
        """Store a new case with version 1 and the number that follows `after`.

        False if its id is there, or that number: another case was added since it was the `latest`.
        """
        ...

    async def save(self, case: Case) -> bool:
        """Store a changed case; False if somebody else has changed it since it was read."""
        ...

    async def find(self, case_id: str) -> Case | None:
        """Return a case by its id; None if there is none."""
        ...

    async def of_question(self, question_id: str) -> Case | None:
        """Return the case of a question; None if there is none."""
        ...

    async def of_questions(self, question_ids: Sequence[str]) -> list[Case]:
        """Return the cases of some questions, each once, sorted by id."""
        ...

    async def of_answers(self, answer_ids: Sequence[str]) -> list[Case]:
        """Return the cases that some lessons or entries answer, sorted by id."""
        ...

    async def open(self, limit: int) -> list[Case]:
        """Return the cases that wait for a person, the oldest first."""
        ...

    async def due(self, now: datetime, limit: int) -> list[Case]:
        """Return the cases whose next step is due, the most overdue first."""
        ...

    async def count_call(self, owner: str, day: date) -> int:
        """Count one more call of an owner on a day; return how many there are with it."""
        ...
