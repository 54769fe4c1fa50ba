"""The recognition of text that nobody can read: of a wrong encoding, or a model in a loop."""

from __future__ import annotations

import unicodedata

_REPLACEMENT = "\ufffd"
_SPACE = "\n\r\t"
_UNREADABLE = ("Cc", "Cn", "Co", "Cs")  # control codes, and what is no character
_LEAST, _SHARE = 3, 0.05
# A model in a loop writes the same words to its limit. Tables and lists repeat less than that.
_LOOP_CHARS, _PART_CHARS, _DISTINCT_PARTS = 600, 6, 40


class LegibilityWatch:
    """Counts unreadable characters of a growing text, and sees loops; see `garbled`."""

    def __init__(self) -> None:
        self._chars = 0
        self._unreadable = 0
        self._latest = ""
        self._loops = False

    def feed(self, text: str) -> None:
        """Take a further piece."""
        self._chars += len(text)
        self._unreadable += sum(map(_is_unreadable, text))
        self._latest += text
        if len(self._latest) >= _LOOP_CHARS:
            self._loops = self._loops or _is_loop(self._latest)
            self._latest = ""

    @property
    def garbled(self) -> bool:
        """Return whether it loops, or more of it is unreadable than an accident makes."""
        return self._loops or self._unreadable >= max(_LEAST, _SHARE * self._chars)


def _is_loop(text: str) -> bool:
    starts = range(len(text) - _PART_CHARS)
    return len({text[start : start + _PART_CHARS] for start in starts}) < _DISTINCT_PARTS


def _is_unreadable(char: str) -> bool:
    if char == _REPLACEMENT:
        return True
    return char not in _SPACE and unicodedata.category(char) in _UNREADABLE
