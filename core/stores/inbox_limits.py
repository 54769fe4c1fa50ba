"""The limits of an inbox, which every store enforces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxLimits:
    """The most questions that may be open at a time: of a session, a platform, and in all.

    Without `per_platform`, one platform may have as many as there are in all.
    """

    per_session: int
    total: int
    per_platform: int | None = None

    @property
    def on_platform(self) -> int:
        """Return the most questions of one platform that may be open."""
        return self.total if self.per_platform is None else self.per_platform
