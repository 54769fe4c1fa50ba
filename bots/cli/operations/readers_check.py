"""The doctor's checks of audiences: the profile's channels and groups against the FAQ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bots.shared.platform import NOTE, PASS, Check
from core.profile import ChannelRules, Profile, ReaderGroup
from core.retrieval.audience import Audience, is_within

_SHOWN: Final = 5


def readers(profile: Profile, categories: Sequence[str]) -> Iterator[Check]:
    """Yield what each channel and each group sees of a FAQ whose entries have these categories."""
    closed = profile.closed_categories
    for channel in profile.channels:
        yield _channel(channel, closed, categories)
    for group in profile.groups:
        yield _group(group, categories)
    if closed:
        left = sum(not is_within(one, closed) for one in categories)
        yield Check(PASS, "everybody", f"{left:,} of {len(categories):,} entries")


def _channel(channel: ChannelRules, closed: Sequence[str], categories: Sequence[str]) -> Check:
    name = f"channel {channel.name}"
    audience = Audience(channel.categories, tuple(closed))
    seen = sum(map(audience.sees, categories))
    of = f" of {', '.join(channel.categories)}" if channel.categories else ""
    owners = f", first called: {', '.join(channel.owners)}" if channel.owners else ""
    answers = ", answers in private alone" if channel.private else ""
    about = f"{', '.join(channel.places)}: {seen:,} entries{of}{owners}{answers}"
    if unknown := _unknown(channel.categories, categories):
        return Check(NOTE, name, f"{about}; {unknown}", _fix(categories))
    if not seen:
        fix = "categories of a group are seen by its members alone, in private"
        return Check(NOTE, name, about, fix)
    return Check(PASS, name, about)


def _group(group: ReaderGroup, categories: Sequence[str]) -> Check:
    seen = sum(is_within(one, group.categories) for one in categories)
    people = f"{len(group.members)} members or roles"
    about = f"{people}: {seen:,} entries of {', '.join(group.categories)}, for them alone"
    if unknown := _unknown(group.categories, categories):
        return Check(NOTE, f"group {group.name}", f"{about}; {unknown}", _fix(categories))
    return Check(PASS, f"group {group.name}", about)


def _unknown(named: Sequence[str], categories: Sequence[str]) -> str:
    lost = [one for one in named if not any(is_within(category, [one]) for category in categories)]
    return f"the FAQ has no category {', '.join(map(repr, lost))}" if lost else ""


def _fix(categories: Sequence[str]) -> str:
    known = list(dict.fromkeys(one for one in categories if one))[:_SHOWN]
    listed = f": {', '.join(known)}, …" if known else "; give it a column `category`"
    return f"name those that the FAQ has{listed}"
