"""The small numbers in words, in Korean and English: all that read them have them from here."""

from __future__ import annotations

from typing import Final

# As they stand before what is counted.
KOREAN: Final = {
    "한": 1, "두": 2, "세": 3, "석": 3, "네": 4, "넉": 4, "다섯": 5, "여섯": 6, "일곱": 7,
    "여덟": 8, "아홉": 9, "열": 10, "열한": 11, "열두": 12, "스무": 20,
}  # fmt: skip
ENGLISH: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
COUNTING: Final = {**KOREAN, **ENGLISH}
ORDINALS: Final = {
    "첫": 1, "첫째": 1, "둘째": 2, "셋째": 3, "넷째": 4, "다섯째": 5, "여섯째": 6,
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
}  # fmt: skip


def any_of(*words: str) -> str:
    """Return a pattern of any of some words, the longest first."""
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


def count(said: str) -> int:
    """Return the number that digits or a word say."""
    return int(said.replace(",", "")) if said[0].isdigit() else COUNTING[said.lower()]


def ordinal(said: str) -> int:
    """Return the place that digits or a word say: "1", "2nd", "첫", "두" as in "두 번째"."""
    if said[0].isdigit():
        return int(said.lower().rstrip("stndrh"))
    return {**COUNTING, **ORDINALS}[said.lower()]
