"""Remarks: replies of people from which the bot may learn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.types import SessionId


def person_named(person_id: str, name: str) -> str:
    """Return a person in the form in which the audit log names people: `김담당 (U9)`."""
    return f"{name} ({person_id})" if name else person_id


@dataclass(frozen=True, slots=True)
class Teacher:
    """A person who may teach: `id` is the platform's, and `name` the displayed one."""

    id: str
    name: str

    @property
    def named(self) -> str:
        """The author's name in the audit log."""
        return person_named(self.id, self.name)


@dataclass(frozen=True, slots=True)
class Remark:
    """A person's reply, as an adapter hands it over.

    `id` is the platform's own message id. `reply_to` is the id of the question that it answers, or
    the reference of a message of the answer (as `Reply.post` returned it), if the platform knows
    one. `said_at` is the time at which it was sent or last edited, by the platform's clock: the
    later of two versions stays, in whatever order they arrive. The adapter sets `may_teach`, since
    it knows the people whom the settings name. `has_media` is true if the message has a picture or
    a file, which a lesson does not keep.
    """

    id: str
    session: SessionId
    text: str
    author: str
    author_name: str
    may_teach: bool
    reply_to: str | None = None
    said_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    has_media: bool = False

    @property
    def by(self) -> str:
        """The author, in the form in which the audit log names people."""
        return Teacher(self.author, self.author_name).named
