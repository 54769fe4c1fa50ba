"""The tags by which a turn is found: its platform, places, person and entries. Pure.

A store keeps them in one index beside the time at which the turn ended, so that the latest turns
with a tag are read at once, however rare they are.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.stores.counts import entry_counts
from core.types import Turn


def tags_of(turn: Turn) -> list[str]:
    """Return the tags of a turn, each once; its entries are those that it is counted for."""
    return tags_for(turn.question.session, turn.question.asker, entry_counts(turn))


def tags_for(session: str, asker: str, titles: Iterable[str]) -> list[str]:
    """Return the same tags from the parts of a turn."""
    platform, _, place = session.partition(":")
    places = filter(None, place.split(":"))
    people = [person_tag(asker)] if asker else []
    tags = [platform_tag(platform), *map(place_tag, places), *people, *map(entry_tag, titles)]
    return list(dict.fromkeys(tags))


def platform_tag(name: str) -> str:
    """Return the tag of what was asked on a platform."""
    return f"platform:{name}"


def place_tag(name: str) -> str:
    """Return the tag of what was asked in a workspace, a channel or a thread."""
    return f"place:{name}"


def person_tag(person: str) -> str:
    """Return the tag of what a person asked."""
    return f"person:{person}"


def entry_tag(title: str) -> str:
    """Return the tag of an entry that an answer used, or that was nearest without an answer."""
    return f"entry:{title}"
