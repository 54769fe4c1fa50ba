"""The rules of places and of groups of people: what is answered there, and for whom."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """The rules of some places: channels, forums, tags of a forum, the page.

    `places` are written as `slack:C0123`, `discord:123` (a channel, a forum or a thread),
    `discord:tag:123`, `web`, `web:shop` or the name of a platform. Only entries of `categories` are
    found there, all that are for everybody if there are none. `owners` names owners of the profile
    who are called first. With `only_verified`, entries that nobody has reviewed, or whose review
    is due again, are not found there. Where it is `private`, nothing is answered for all to see.
    `greeting`, `refusal`, `not_found`, `tone` and `examples` take the place of the profile's own,
    whose examples may be of other categories.
    """

    name: str
    places: tuple[str, ...]
    categories: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    private: bool = False
    only_verified: bool = False
    greeting: str = ""
    refusal: str = ""
    not_found: str = ""
    tone: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReaderGroup:
    """People for whom some categories are alone: `members` are contacts as an owner has them.

    On the web, `web:alice` is whom a service names so. Entries of `categories` are found for them,
    where nobody else sees the answer, and for nobody else.
    """

    name: str
    members: tuple[str, ...]
    categories: tuple[str, ...]
