"""One line of the doctor's report; platforms' checks give them, too."""

from __future__ import annotations

from dataclasses import dataclass

PASS, NOTE, FAIL = "✓", "!", "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """A mark, what was looked at, what was found, what to do."""

    mark: str
    name: str
    text: str
    fix: str = ""
