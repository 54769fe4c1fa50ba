"""The sentences of a text: they end with a full stop and a blank, or with the line."""

from __future__ import annotations

import re
from typing import Final

_STOP: Final = re.compile(r"(?<=[.!?。])\s+|\n+")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in order; one may be empty."""
    return _STOP.split(text)
