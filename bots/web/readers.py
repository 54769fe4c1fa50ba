"""How many streams may be read at once: each takes one of the process's files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from bots.web.problems import Problem

_MOST: Final = 2_000


class Readers:
    """Counts them."""

    def __init__(self, text: str, most: int = 0) -> None:
        """`text` is for whom there is no room; 0 is half of the files that the process may open."""
        self._text = text
        self._most = most or min(_MOST, _files() // 2)
        self._there = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """One more, for as long as this lasts.

        Raises:
            Problem: there are too many.
        """
        if self._there >= self._most:
            headers = {"Retry-After": "5"}
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, self._text, headers=headers)
        self._there += 1
        try:
            yield
        finally:
            self._there -= 1


def _files() -> int:
    if sys.platform == "win32":
        return _MOST * 2
    import resource  # noqa: PLC0415 - there is none on Windows

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST * 2 if soft == resource.RLIM_INFINITY else soft
