"""The roster: the owners of the FAQ's topics, and the hours in which they work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import chain, groupby
from typing import Final
from zoneinfo import ZoneInfo

from core.profile import Owner
from core.profile.owners import ids_on
from core.text.korean import compact

_MOST_DAYS: Final = 366  # how far ahead the next working day is looked for


class Roster:
    """The owners in the order of the profile, and those of the settings, who own `everything`."""

    def __init__(self, owners: Sequence[Owner], everything: Owner) -> None:
        self._owners = (*owners, everything)

    @property
    def zone(self) -> str:
        """The time zone for texts with a time: that of the first owner."""
        return self._owners[0].zone

    def names(self, contact: str) -> bool:
        """Return whether a person is named as an owner; members of groups are not."""
        return any(contact in owner.contacts for owner in self._owners)

    def named(self, name: str) -> Owner | None:
        """Return an owner by name; None if the profile does not know them any more."""
        return next((owner for owner in self._owners if owner.name == name), None)

    def taker(self, person: str, owners: Sequence[Owner], platform: str) -> Owner | None:
        """Return who has taken a case as an owner of its own, in the hours of one of its `owners`.

        None if nobody on this platform has taken it.
        """
        contact = person if ":" in person else f"{platform}:{person}"
        if not (person and owners and contact.startswith(f"{platform}:")):
            return None
        theirs = next((owner for owner in owners if contact in owner.contacts), owners[0])
        if theirs.on(platform) == ids_on(platform, (contact,)):
            return theirs
        return replace(theirs, name=contact, contacts=(contact,))

    def owners_of(
        self, question: str, categories: Sequence[str], platform: str, *, first: Sequence[str] = ()
    ) -> list[Owner]:
        """Return the owners to call to a question on a platform, in the order of their calls.

        The owners named in `first` come first, then those of its topic, then those of everything.
        """
        text = compact(question)
        known = {compact(category) for category in categories}

        def is_theirs(topic: str) -> bool:
            return compact(topic) in known or compact(topic) in text

        reached = [owner for owner in self._owners if owner.on(platform)]
        named = [owner for name in first for owner in reached if owner.name == name]
        own = [owner for owner in reached if any(map(is_theirs, owner.topics))]
        every = (*named, *own, *(owner for owner in reached if not owner.topics))
        return list(dict.fromkeys(every))


def works_from(owner: Owner, now: datetime) -> datetime:
    """Return the time from which an owner works: now, or the next start of a working day."""
    zone = ZoneInfo(owner.zone)
    local = now.astimezone(zone)
    for ahead in range(-1, _MOST_DAYS):  # yesterday's working day may end today
        day = local.date() + timedelta(days=ahead)
        if day.weekday() not in owner.days or day in owner.away:
            continue
        opens = datetime.combine(day, owner.opens, zone)
        closes = datetime.combine(day, owner.closes, zone)
        if closes <= opens:  # the working day ends at midnight or later
            closes = datetime.combine(day + timedelta(days=1), owner.closes, zone)
        if local < closes:
            return max(now, opens).astimezone(now.tzinfo)
    return now + timedelta(days=_MOST_DAYS)


def in_order_of_presence(owners: Sequence[Owner], now: datetime) -> list[Owner]:
    """Return those who are not away in their order, then the others, whoever is back first.

    Of owners of the topic, as of those of everything, who works now comes before who does not.
    """

    def back_at(owner: Owner) -> datetime:
        begins = works_from(owner, now)
        is_away = begins > works_from(replace(owner, away=()), now)
        return begins if is_away else datetime.min.replace(tzinfo=UTC)

    alike = (some for _, some in groupby(owners, _claim))
    ordered = [sorted(some, key=lambda one: works_from(one, now) > now) for some in alike]
    return sorted(chain.from_iterable(ordered), key=back_at)


def _claim(owner: Owner) -> tuple[bool, bool]:
    """Return what owners have in common who are called in each other's place."""
    return bool(owner.topics), bool(owner.name)


def next_day(owner: Owner, now: datetime) -> datetime:
    """Return when an owner works on another day: at midnight, if they work over it."""
    local = now.astimezone(ZoneInfo(owner.zone))
    midnight = datetime.combine(local.date() + timedelta(days=1), time(0), local.tzinfo)
    return works_from(owner, midnight.astimezone(now.tzinfo))
