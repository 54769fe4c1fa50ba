"""The people who are called to what the FAQ does not answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time


def ids_on(platform: str, contacts: Sequence[str]) -> tuple[str, ...]:
    """Return the ids that contacts have on a platform, as it writes them itself."""
    begins = f"{platform}:"
    return tuple(one.removeprefix(begins) for one in contacts if one.startswith(begins))


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who is called to what the FAQ does not answer, and when.

    `contacts` say where, as `slack:U0123`, `slack:S0123` (a group), `discord:123` or
    `discord:role:123`. `topics` are categories or words of questions; without any they are called
    to everything. They work on `days` (0 is Monday) from `opens` to `closes` in `zone`, but not on
    the days `away`; `closes` is midnight if it is not later than `opens`. Without an answer they
    are reminded after `reminder_h`, then the next one is called; `calls_a_day` bounds both.
    """

    name: str
    contacts: tuple[str, ...]
    topics: tuple[str, ...] = ()
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    opens: time = time(0)
    closes: time = time(0)
    zone: str = "Asia/Seoul"
    away: tuple[date, ...] = ()
    reminder_h: float = 4.0
    calls_a_day: int = 50

    def on(self, platform: str) -> tuple[str, ...]:
        """Return their ids on a platform."""
        return ids_on(platform, self.contacts)
