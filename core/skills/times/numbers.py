"""Small numbers as they are said with hours, days and weeks."""

from __future__ import annotations

from typing import Final

_NUMBERS: Final = {
    "한": 1, "하나": 1, "두": 2, "세": 3, "석": 3, "네": 4, "넉": 4, "다섯": 5, "여섯": 6,
    "일곱": 7, "여덟": 8, "아홉": 9, "열": 10, "열한": 11, "열두": 12,
    "일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "십": 10, "십오": 15, "이십": 20,
    "이십오": 25, "삼십": 30, "삼십오": 35, "사십": 40, "사십오": 45, "오십": 50, "오십오": 55,
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "fifteen": 15, "twenty": 20, "thirty": 30, "forty-five": 45,
}  # fmt: skip

NATIVE: Final = r"(?:열한|열두|열|한|두|세|석|네|넉|다섯|여섯|일곱|여덟|아홉)"
SINO: Final = r"(?:이십오|삼십오|사십오|오십오|십오|이십|삼십|사십|오십|십|오)"
ENGLISH: Final = (
    r"(?:eleven|twelve|fifteen|twenty|thirty|forty-five"
    r"|one|two|three|four|five|six|seven|eight|nine|ten)"
)


def number(said: str) -> int:
    """Return the number that digits or a word say."""
    return int(said) if said.isdigit() else _NUMBERS[said.lower()]
