"""Switches that operators set while the bot runs; every process follows them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NoReturn

from core.errors import StorageError
from core.ports import Reports
from core.retry import until_back
from core.types import AuditEvent

logger = logging.getLogger(__name__)

_FOLLOW_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that can be set while the bot runs.

    `default` is what the settings say. `check` returns a value in its usual form, or raises a
    ValueError that says what it has to be; `apply` lets the process go by it.
    """

    name: str
    default: str
    check: Callable[[str], str]
    apply: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Position:
    """The position of a switch; `default` is what the settings say."""

    name: str
    value: str
    default: str


class Switchboard:
    """The switches of one process."""

    def __init__(self, reports: Reports, switches: Sequence[Switch]) -> None:
        self._reports = reports
        self._switches = {switch.name: switch for switch in switches}

    async def positions(self) -> list[Position]:
        """Read how everything is set.

        Raises:
            StorageError: it cannot be read.
        """
        set_to = await self._reports.switches()
        return [
            Position(name, set_to.get(name, switch.default), switch.default)
            for name, switch in self._switches.items()
        ]

    def checked(self, name: str, value: str) -> str:
        """Return a value of a switch in its usual form.

        Raises:
            KeyError: there is no such switch.
            ValueError: it cannot have that value.
        """
        return self._switches[name].check(value)

    async def set(self, name: str, value: str | None, *, who: str) -> None:
        """Set something in every process; None is back to what the settings say.

        Raises:
            KeyError: there is no such switch.
            ValueError: it cannot have that value.
            StorageError: it is not stored.
        """
        switch = self._switches[name]
        checked = None if value is None else switch.check(value)
        before = (await self._reports.switches()).get(name, switch.default)
        await self._reports.switch(name, checked)
        # It counts in every process by now, and a repeated call would not know what it was before.
        await until_back(self.apply)
        now = switch.default if checked is None else checked
        detail = f"{before} -> {now}"
        event = AuditEvent(datetime.now(UTC), who, f"switch.{name}", detail)
        await until_back(lambda: self._reports.note(event))

    async def apply(self) -> None:
        """Apply the switches as they were set, here or by another process.

        Raises:
            StorageError: that cannot be read.
        """
        set_to = await self._reports.switches()
        for name, switch in self._switches.items():
            try:
                switch.apply(switch.check(set_to.get(name, switch.default)))
            except ValueError as error:  # another version of faqbot has set it
                logger.warning("the switch %s stays as it is: %s", name, error)

    async def follow(self) -> NoReturn:
        """Apply changes of switches until cancelled; while the store is away nothing changes."""
        while True:
            try:
                await self.apply()
            except StorageError as error:
                logger.warning("what was switched is not known: %s", error)
            await asyncio.sleep(_FOLLOW_S)


def one_of(*values: str) -> Callable[[str], str]:
    """Return a check that takes these values alone."""

    def check(value: str) -> str:
        if value not in values:
            raise ValueError(f"it has to be one of {', '.join(values)}")
        return value

    return check


def a_number(*, most: float, whole: bool = False) -> Callable[[str], str]:
    """Return a check that takes numbers from 0 on; 0 is no limit."""

    def check(value: str) -> str:
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 <= number <= most or (whole and number != int(number)):
            kind = "a whole number" if whole else "a number"
            raise ValueError(f"it has to be {kind} from 0 to {most:,.0f}")
        return f"{number:g}" if not whole else str(int(number))

    return check


def a_share(*, least: float, most: float) -> Callable[[str], str]:
    """Return a check that takes shares between two others, such as 0.5."""

    def check(value: str) -> str:
        try:
            share = float(value)
        except ValueError:
            share = -1.0
        if not least <= share <= most:
            raise ValueError(f"it has to be a number from {least:g} to {most:g}")
        return f"{share:g}"

    return check
