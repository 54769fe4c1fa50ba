"""The memories of a person: facts that the bot was told to remember."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """A fact that a person told the bot to remember; `id` is that of the person's message."""

    id: str
    person: str
    text: str
    told_at: datetime = field(default_factory=lambda: datetime.now(UTC))
