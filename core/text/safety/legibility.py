"""The recognition of text that nobody can read, as a model or a wrong encoding makes it."""

from __future__ import annotations

import unicodedata

_REPLACEMENT = "\ufffd"
_SPACE = "\n\r\t"
_UNREADABLE = ("Cc", "Cn", "Co", "Cs")  # control codes, and what is no character
_LEAST, _SHARE = 3, 0.05


class LegibilityWatch:
    """Counts unreadable characters of a growing text; see `garbled`."""

    def __init__(self) -> None:
        self._chars = 0
        self._unreadable = 0

    def feed(self, text: str) -> None:
        """Take a further piece."""
        self._chars += len(text)
        self._unreadable += sum(map(_is_unreadable, text))

    @property
    def garbled(self) -> bool:
        """Return whether more of the text is unreadable than an accident makes."""
        return self._unreadable >= max(_LEAST, _SHARE * self._chars)


def _is_unreadable(char: str) -> bool:
    if char == _REPLACEMENT:
        return True
    return char not in _SPACE and unicodedata.category(char) in _UNREADABLE
