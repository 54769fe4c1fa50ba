<<<<<<< HEAD
"""What `faqbot doctor` finds out, in one line each."""
=======
"""One line of the doctor's report; platforms' checks give them, too."""
>>>>>>> slackextra

from __future__ import annotations

from dataclasses import dataclass

PASS, NOTE, FAIL = "✓", "!", "✗"


@dataclass(frozen=True, slots=True)
class Finding:
<<<<<<< HEAD
    """One line of the report: a mark, what was looked at, what was found, what to do."""
=======
    """A mark, what was looked at, what was found, what to do."""
>>>>>>> slackextra

    mark: str
    name: str
    text: str
    fix: str = ""
