"""Small numbers as they are said with hours, days and weeks."""

from __future__ import annotations

from typing import Final

from core.text.numerals import COUNTING, KOREAN, any_of
from core.text.numerals import ENGLISH as ENGLISH_NUMERALS

_SINO: Final = {
    "십": 10, "십오": 15, "이십": 20, "이십오": 25, "삼십": 30, "삼십오": 35, "사십": 40,
    "사십오": 45, "오십": 50, "오십오": 55, "오": 5,
}  # fmt: skip
_ENGLISH: Final = {"fifteen": 15, "twenty": 20, "thirty": 30, "forty-five": 45}
_NUMBERS: Final = {
    **COUNTING, **_SINO, **_ENGLISH,
    "하나": 1, "일": 1, "이": 2, "삼": 3, "사": 4, "육": 6, "a": 1, "an": 1,
}  # fmt: skip

NATIVE: Final = any_of(*(word for word, value in KOREAN.items() if value <= 12))
SINO: Final = any_of(*_SINO)
ENGLISH: Final = any_of(*ENGLISH_NUMERALS, *_ENGLISH)


def number(said: str) -> int:
    """Return the number that digits or a word say."""
    return int(said) if said.isdigit() else _NUMBERS[said.lower()]
