"""Requests for reviews: how often owners are asked, and words in which others' texts stay data."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.profile import Profile
from core.text.markdown.measure import shortened
from core.text.safety.sanitize import Cleaner

LOOK: Final = timedelta(hours=1)
"""The interval between two passes over all reviews."""

AT_ONCE: Final = 3
"""The number of reviews asked for in one pass, so that they are spread over the day."""

AGAIN: Final = timedelta(days=14)
"""The time after which somebody who has not answered is asked again."""

_SHOWN_CHARS: Final = 400


def review_words(words: str, profile: Profile, **parts: str) -> str:
    """Return words of the profile with their parts as they are shown; {owners} stays a place."""
    for name, text in parts.items():
        part = as_shown(text, profile).replace("{", "{{").replace("}", "}}")
        words = words.replace(f"{{{name}}}", part)
    return words


def as_shown(text: str, profile: Profile) -> str:
    """Return a text of a person or of the FAQ, sanitised and cut."""
    cleaner = Cleaner(profile.link_hosts, instead=profile.link_left_out)
    return cleaner.clean(shortened(text, _SHOWN_CHARS))
