"""The audience of a search: the categories of entries that its readers may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from core.text.korean import compact
from core.types import Entry


@dataclass(frozen=True, slots=True)
class Audience:
    """The categories that readers see: `only` these, or all if it is empty, without `withheld`.

    A category includes those below it: `인사` includes `인사 > 급여`. With `verified`, readers see
    only entries and lessons that a person has reviewed or taught, and whose review is not due.
    """

    only: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    verified: bool = False

    @property
    def sees_all(self) -> bool:
        """True if these readers may see every entry."""
        return not (self.only or self.withheld or self.verified)

    def sees(self, category: str) -> bool:
        """Return whether these readers may see the entries of a category."""
        if is_within(category, self.withheld):
            return False
        return not self.only or is_within(category, self.only)


EVERYTHING: Final = Audience()
"""The audience of the FAQ's keepers, who see every entry."""


def hidden_wordings(entries: Iterable[Entry], closed: Sequence[str]) -> frozenset[str]:
    """Return the titles and questions, in compact form, that only entries of `closed` have."""
    named: dict[bool, set[str]] = {True: set(), False: set()}
    for entry in entries:
        wordings = map(compact, (entry.title, *entry.questions))
        named[is_within(entry.category, closed)].update(wordings)
    return frozenset(named[True] - named[False])


def is_within(category: str, wider: Sequence[str]) -> bool:
    """Return whether a category is one of the `wider` ones, or lies below one of them."""
    path = _path(category) if wider else []
    return any(path[: len(above)] == above for above in map(_path, wider) if above)


def _path(category: str) -> list[str]:
    return [part for part in map(compact, category.split(">")) if part]
