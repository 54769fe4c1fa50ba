"""Failures on cue of the REST side."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class RestFault:
    """A fault of a `kind`: "429", "500", …, "reset" (`after` it took effect or not), "slow"."""

    method: str
    path: re.Pattern[str]
    kind: str
    times: int = 1
    retry_after_s: float = 1.0
    scope: str = "user"
    via: bool = True
    delay_s: float = 0.0
    after: bool = False
    code: int = 0
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Faults:
    """The faults that are due, in the order in which they were asked for."""

    queue: list[RestFault] = field(default_factory=list)

    def take(self, method: str, path: str) -> RestFault | None:
        """The first that matches this request; it is used up after `times` requests."""
        for fault in self.queue:
            if fault.method in (method, "*") and fault.path.search(path):
                fault.times -= 1
                if fault.times <= 0:
                    self.queue.remove(fault)
                return fault
        return None
