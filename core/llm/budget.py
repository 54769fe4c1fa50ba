"""Costs of models: usage, prices, the costs of one question (a tab) and those of a day.

A tab is found through a context variable, because what spends (a client deep in a speculative
task, a thread that embeds) and what pays (the question) are many calls apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.types import Usage


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a model's tokens, in US dollars for a million."""

    prompt: float
    cached: float
    completion: float = 0.0

    def of(self, *, prompt: int, cached: int = 0, completion: int = 0) -> Usage:
        """Return the usage with its cost; `cached` is the cached part of `prompt`."""
        dollars = (
            (prompt - cached) * self.prompt + cached * self.cached + completion * self.completion
        )
        return Usage(prompt, cached, completion, dollars / 1_000_000)


class SpendingLimit(StrEnum):
    """The reason why a question is answered without a model."""

    OFF = "off"
    INSTALLATION = "installation"
    PERSON = "person"


class SpendingStore(Protocol):
    """The store of what was spent, which all processes of the installation share."""

    async def spent(self, person: str) -> tuple[float, float]:
        """Return the US dollars spent on this UTC day: by the installation, and by one person."""
        ...

    def charge(self, person: str, dollars: float) -> None:
        """Add to both, from any thread; it is written down a moment later."""
        ...

    async def of_person(self, person: str) -> dict[str, float]:
        """Return what a person's questions cost in US dollars, by day.

        Raises:
            StorageError: it cannot be read.
        """
        ...

    async def forget(self, person: str) -> int:
        """Delete what a person's questions cost, and return of how many days; all's sums stay.

        Raises:
            StorageError: it cannot be written.
        """
        ...


@dataclass(slots=True)
class Ledger:
    """Decides whether a question may use models; caps are in US dollars a day, 0 is no cap.

    They may be set while questions are answered.
    """

    spending: SpendingStore
    cap: float
    cap_of_person: float
    off: Callable[[], bool]

    async def limit(self, person: str) -> SpendingLimit | None:
        """Return what stands in the way of spending for this person now, if anything does."""
        if self.off():
            return SpendingLimit.OFF
        by_all, by_person = await self.spending.spent(person)
        if self.cap and by_all >= self.cap:
            return SpendingLimit.INSTALLATION
        if self.cap_of_person and person and by_person >= self.cap_of_person:
            return SpendingLimit.PERSON
        return None

    def open_tab(self, person: str) -> Tab:
        """Open a tab whose amounts are charged at once, so that a crash loses none."""
        return Tab(lambda usage: self.spending.charge(person, usage.cost_usd))


class Tab:
    """The models' usage for one question, added up."""

    def __init__(self, charge: Callable[[Usage], None]) -> None:
        self._charge = charge
        self.total = Usage()

    def add(self, usage: Usage) -> None:
        """Count a call to a model."""
        self.total = self.total + usage
        self._charge(usage)


TAB: ContextVar[Tab | None] = ContextVar("TAB", default=None)


def spend(usage: Usage) -> None:
    """Add usage to the tab of the question that is being answered, if there is one."""
    if tab := TAB.get():
        tab.add(usage)


FREE = Price(0.0, 0.0)
# Routers put the provider or the region before a model's name: openai/gpt-4o, us.amazon.nova-lite.
_BEFORE = re.compile(r"^(?:.*/)?(?:(?:us|us-gov|eu|apac|jp|au|ca|global)\.(?=\w+\.))?")
_VERSIONS = ("-20", "-v", ":")


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by model; an unknown model has the `default` price, or costs nothing without it."""

    by_model: Mapping[str, Price]
    default: Price | None = None

    def of(self, model: str) -> Price:
        """Return the price of a model or of the family that its name begins with.

        `gpt-4o-mini-2024-07-18` is priced as `gpt-4o-mini`.
        """
        return self._find(model) or self.default or FREE

    def knows(self, model: str) -> bool:
        """Return whether the caps count what a model costs."""
        return self.default is not None or self._find(model) is not None

    def _find(self, model: str) -> Price | None:
        for name in (model, _BEFORE.sub("", model)):
            starts = [known for known in self.by_model if _is_of(name, known)]
            if starts:
                return self.by_model[max(starts, key=len)]
        return None


def _is_of(model: str, family: str) -> bool:
    return model == family or model.startswith(tuple(f"{family}{mark}" for mark in _VERSIONS))
