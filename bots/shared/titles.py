"""The title of a question's thread or session."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize

from core.text.markdown.measure import shortened

# They would turn the direction of whatever stands beside the title.
_DIRECTION_MARKS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def title_of(text: str, limit: int) -> str:
    """Return a question on one line of at most `limit` UTF-16 code units."""
    composed = normalize("NFC", text)  # else it may be cut inside a syllable
    return shortened(" ".join(_DIRECTION_MARKS.sub("", composed).split()), limit)
