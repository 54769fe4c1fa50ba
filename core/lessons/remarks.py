"""Remarks of people that may teach."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.types import SessionId


def person_named(person_id: str, name: str) -> str:
    """Return somebody in the form in which the audit log names people: `김담당 (U9)`."""
    return f"{name} ({person_id})" if name else person_id


@dataclass(frozen=True, slots=True)
class Teacher:
    """Somebody who may teach: `id` is the platform's, `name` is what people call them."""

    id: str
    name: str

    @property
    def named(self) -> str:
        """The author's name in the audit log."""
        return person_named(self.id, self.name)


@dataclass(frozen=True, slots=True)
class Remark:
    """A person's reply, as an adapter hands it over.

    `id` is the platform's own message id. `reply_to` is what it answers, where the platform says
    so: a question's id, or the reference of a message of its answer (as `Reply.post` gave it).
    `said_at` is when it was sent, or last edited, by the platform's clock: of two versions, the
    later one stays, in whatever order they come. `may_teach` is the adapter's to say: it knows
    whom the settings name.
    """

    id: str
    session: SessionId
    text: str
    author: str
    author_name: str
    may_teach: bool
    reply_to: str | None = None
    said_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def by(self) -> str:
        """The author, in the form in which the audit log names people."""
        return Teacher(self.author, self.author_name).named
