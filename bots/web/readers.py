"""How many streams may be read at once: each takes one of the process's files."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from bots.web.problems import Problem
from core.profile import Profile

_MOST: Final = 2_000
_MOST_OF_ONE: Final = 100


class Readers:
    """Counts them, all and by person."""

    def __init__(self, profile: Profile, most: int = 0) -> None:
        """0 is half of the files that the process may open."""
        self._profile = profile
        self._most = most or min(_MOST, _files() // 2)
        self._there: Counter[str] = Counter()

    @contextmanager
    def one(self, person: str) -> Iterator[None]:
        """One more, for as long as this lasts.

        Raises:
            Problem: there are too many, or too many of this person.
        """
        if self._there[person] >= _MOST_OF_ONE:
            raise _problem(HTTPStatus.TOO_MANY_REQUESTS, self._profile.limited)
        if self._there.total() >= self._most:
            raise _problem(HTTPStatus.SERVICE_UNAVAILABLE, self._profile.inbox_full)
        self._there[person] += 1
        try:
            yield
        finally:
            self._there[person] -= 1
            if not self._there[person]:
                del self._there[person]


def _problem(status: HTTPStatus, text: str) -> Problem:
    return Problem(status, text, headers={"Retry-After": "5"})


def _files() -> int:
    if sys.platform == "win32":
        return _MOST * 2
    import resource  # noqa: PLC0415 - there is none on Windows

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST * 2 if soft == resource.RLIM_INFINITY else soft
