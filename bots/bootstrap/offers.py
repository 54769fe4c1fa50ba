"""The questions that a profile offers, without those that only a group may ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.profile import Profile
from core.retrieval.audience import hidden_wordings
from core.text.korean import compact
from core.types import Entry


def offered_to_all(profile: Profile, entries: Callable[[], Sequence[Entry]]) -> Profile:
    """Return the profile without the examples and themes that ask for what a group alone sees.

    A file that was written before a group had its categories may have titles of theirs in it.
    `entries` of the FAQ are read if there are groups.
    """
    closed = profile.closed_categories
    if not closed:
        return profile
    hidden = hidden_wordings(entries(), closed)

    def shown(examples: Sequence[str]) -> tuple[str, ...]:
        return tuple(text for text in examples if compact(text) not in hidden)

    channels = tuple(replace(one, examples=shown(one.examples)) for one in profile.channels)
    others = profile.others.items()
    return replace(
        profile,
        examples=shown(profile.examples),
        others={name: replace(one, examples=shown(one.examples)) for name, one in others},
        themes=tuple(theme for theme in profile.themes if compact(theme.ask) not in hidden),
        channels=channels,
    )
