"""What every platform gives to the composition root."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Connected:
    """A platform that is set up: a line about it, and what keeps it going until cancelled.

    `address` is what to open in a browser, where there is something.
    """

    about: str
    run: Callable[[], Coroutine[Any, Any, None]]
    address: str = ""
