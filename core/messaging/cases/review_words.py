"""The words of a request for a review, in which texts of people and of the FAQ stay data."""

from __future__ import annotations

from typing import Final

from core.profile import Profile
from core.text.markdown.measure import shortened
from core.text.safety.sanitize import Cleaner

_SHOWN_CHARS: Final = 400


def review_words(words: str, profile: Profile, **parts: str) -> str:
    """Return words of the profile with their parts, sanitised and cut; {owners} stays a place."""
    cleaner = Cleaner(profile.link_hosts, instead=profile.link_left_out)
    for name, text in parts.items():
        short = cleaner.clean(shortened(text, _SHOWN_CHARS))
        words = words.replace(f"{{{name}}}", short.replace("{", "{{").replace("}", "}}"))
    return words
