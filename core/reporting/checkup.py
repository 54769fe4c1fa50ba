"""The findings about the FAQ in use, computed once for each generation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from core.errors import FaqbotError
from core.types import EntryProblem

_AT_ONCE_S: Final = 0.2  # a small FAQ is looked through at once


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The findings about a FAQ of so many entries."""

    entries: int
    problems: Sequence[EntryProblem]

    @property
    def concerned(self) -> int:
        """Return the number of entries with findings."""
        return len({problem.faq_id for problem in self.problems})


class Checkup:
    """Checks the FAQ in a thread when somebody asks; a large one takes a minute or two."""

    def __init__(self, version: Callable[[], str], check: Callable[[], CheckReport]) -> None:
        """Check with `check` the generation that `version` names; both block."""
        self._version = version
        self._check = check
        self._of = ""
        self._work: asyncio.Task[CheckReport] | None = None

    async def checked(self) -> CheckReport | None:
        """Return what was found; None while it is looked for.

        Raises:
            FaqbotError: the FAQ cannot be read.
        """
        version = await asyncio.to_thread(self._version)
        if self._work is None or (version != self._of and self._work.done()):
            self._of = version
            self._work = asyncio.create_task(asyncio.to_thread(self._check))
        await asyncio.wait([self._work], timeout=_AT_ONCE_S)
        if not self._work.done():
            return None
        try:
            return self._work.result()
        except FaqbotError:
            self._work = None  # the next request tries it again
            raise
