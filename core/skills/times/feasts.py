"""Days that people call by their names, on the same date each year: "크리스마스", "Xmas"."""

from __future__ import annotations

import re
from typing import Final

_FEASTS: Final = (
    (r"(?:크리스마스|성탄절?)\s*(?:이브|전날)|christmas\s+eve|x-?mas\s+eve", (12, 24)),
    (r"크리스마스|성탄절|christmas(?:\s+day)?|x-?mas", (12, 25)),
    (r"new\s+year'?s\s+eve", (12, 31)),
    (r"신정|새해\s*첫날|new\s+year'?s\s+day", (1, 1)),
)
FEAST: Final = f"(?P<feast>{'|'.join(form for form, _ in _FEASTS)})"


def date_of(feast: str) -> tuple[int, int]:
    """Return the month and the day of a text that `FEAST` matches."""
    return next(day for form, day in _FEASTS if re.fullmatch(form, feast, re.IGNORECASE))
