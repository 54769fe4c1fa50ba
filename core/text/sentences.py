"""The sentences of a text: they end with a full stop and a blank, or with the line.

In messages, people also end them with a tilde, and with the full-width marks of their keyboards.
"""

from __future__ import annotations

import re
from typing import Final

_STOP: Final = re.compile(r"(?<=[.!?。])\s+|\n+")
_STOP_IN_MESSAGE: Final = re.compile(r"(?<=[.?!。？！~])\s+|\n+")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in order; one may be empty."""
    return _STOP.split(text)


def message_sentences(text: str) -> list[str]:
    """Return the sentences of a person's message in order; one may be empty."""
    return _STOP_IN_MESSAGE.split(text)
