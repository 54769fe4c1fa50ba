"""Hangul syllables: whole ones, and those with a given final consonant."""

from __future__ import annotations

import re
from typing import Final

SYLLABLE: Final = re.compile("[가-힣]")
"""Matches a whole syllable; `has_hangul` also counts letters by themselves, such as ㅋㅋ."""


def ending_in(final: int) -> str:
    """Return a pattern for the syllables with a final consonant, by its number in Unicode."""
    return "[" + "".join(chr(0xAC00 + 28 * place + final) for place in range(399)) + "]"
