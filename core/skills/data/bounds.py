"""How bounds of numbers are said: "이상", "more than"."""

from __future__ import annotations

import re
from typing import Final

# Signs, and how they are said behind a number or before it.
BOUNDS: Final = (
    (">=", r"(?:이상|at least|or more|and (?:more|up))"),
    ("<=", r"(?:이하|at most|or (?:fewer|less)|up to)"),
    (">", r"(?:초과|(?:이|을|를)?\s*넘\S*|보다\s*(?:많|비싼|큰|높)\S*|more than|over|above)"),
    (
        "<",
        (
            r"(?:미만|밑|아래|보다\s*(?:적|싼|작|낮)\S*|(?:이|도)?\s*안\s*되\S*"
            r"|fewer than|less than|under|below)"
        ),
    ),
)


def sign_of(said: str) -> str:
    """Return the sign of a bound that is said; "=" where there is none."""
    return next((sign for sign, form in BOUNDS if re.fullmatch(form, said, re.IGNORECASE)), "=")
