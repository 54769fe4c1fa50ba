"""The audience of a search: the categories of entries that its readers may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.text.korean import compact


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


def is_within(category: str, wider: Sequence[str]) -> bool:
    """Return whether a category is one of the `wider` ones, or lies below one of them."""
    path = _path(category) if wider else []
    return any(path[: len(above)] == above for above in map(_path, wider) if above)


def _path(category: str) -> list[str]:
    return [part for part in map(compact, category.split(">")) if part]
