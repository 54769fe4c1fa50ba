"""What `faqbot doctor` finds out, in one line each."""

from __future__ import annotations

from dataclasses import dataclass

PASS, NOTE, FAIL = "✓", "!", "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: a mark, what was looked at, what was found, what to do."""

    mark: str
    name: str
    text: str
    fix: str = ""
