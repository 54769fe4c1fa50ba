"""What to tell a person whose question was not taken: the same on every platform."""

from __future__ import annotations

from core.profile import Profile
from core.types import Receipt


def reason_for(profile: Profile, receipt: Receipt | None) -> str:
    """Why there will be no answer, "" if there will be one; None is a button that is no more."""
    match receipt:
        case None:
            return profile.stale_button
        case Receipt.FULL:
            return profile.inbox_full
        case Receipt.LIMITED:
            return profile.limited
        case Receipt.STORED | Receipt.KNOWN:
            return ""
