"""Hangul syllables: whole ones, and those with a given final consonant."""

from __future__ import annotations

import re
from typing import Final

SYLLABLE: Final = re.compile("[가-힣]")
"""Matches a whole syllable; `has_hangul` also counts letters by themselves, such as ㅋㅋ."""


_PARTICLES: Final = (("은", "는"), ("이", "가"), ("을", "를"))


def with_rest(noun: str, rest: str) -> str:
    """Return a noun and what follows it, whose particle agrees with it: 쿠폰은 for 쿠폰, 는."""
    if rest[:1] and SYLLABLE.match(noun[-1:]):
        open_ended = (ord(noun[-1]) - 0xAC00) % 28 == 0
        for pair in _PARTICLES:
            if rest[0] in pair and not rest[1:2].strip():
                return f"{noun}{pair[open_ended]}{rest[1:]}"
    return f"{noun}{rest}"


def ending_in(final: int) -> str:
    """Return a pattern for the syllables with a final consonant, by its number in Unicode."""
    return "[" + "".join(chr(0xAC00 + 28 * place + final) for place in range(399)) + "]"
