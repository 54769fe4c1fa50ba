"""Conditions on numbers: "만원 이하", "재고가 100개 넘는", "fewer than 20 in stock"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.skills.data.book import Amount
from core.skills.data.bounds import BOUNDS, sign_of
from core.skills.data.calculations import ASKS_COUNT
from core.skills.data.conditions import Condition
from core.skills.data.groupings import without
from core.text.numerals import ENGLISH, any_of
from core.text.numerals import count as numeral

_ANY_BOUND: Final = "|".join(said for _, said in BOUNDS)
_EXACTLY: Final = r"(?:짜리|인(?![가-힣])|만(?![가-힣])|exactly|only)"
_NUMBER: Final = rf"(?<![\d,])(?P<n>\d[\d,]*|{any_of(*ENGLISH)})"
_MYRIAD: Final = 10_000


class AmountReader:
    """Knows the columns of the book that hold numbers. All patterns are compiled once."""

    def __init__(self, amounts: Sequence[Amount]) -> None:
        self._forms = [(amount, form) for amount in amounts for form in _forms(amount)]

    def read(self, text: str) -> tuple[tuple[Condition, ...], str]:
        """Return the conditions on numbers in a text, and the text without them."""
        found: list[Condition] = []
        for amount, form in self._forms:
            match = form.search(text)
            if match and (condition := _condition(amount, match)):
                found.append(condition)
                kept = "" if ASKS_COUNT.search(text) else match.groupdict().get("word") or ""
                text = without(text, match.start(), match.end(), instead=f" {kept} ")
                break
        return tuple(found), text


def _condition(amount: Amount, match: re.Match[str]) -> Condition | None:
    groups = match.groupdict()
    said = (groups.get("bound") or "").strip()
    if not (said or groups.get("word") or groups.get("exactly")):
        return None  # "3개" alone is how many are shown
    if groups["n"] == "만":
        number = _MYRIAD
    else:
        number = numeral(groups["n"]) * (_MYRIAD if groups.get("myriad") else 1)
    table, _, column = amount.column.partition(".")
    sign = sign_of(said)
    where = f"{column} {sign} {number}"
    return Condition(table, where, match[0].strip(), match[0], column, is_amount=True)


def _forms(amount: Amount) -> tuple[re.Pattern[str], ...]:
    words = any_of(*map(re.escape, amount.words)) if amount.words else r"(?!)"
    unit = any_of(*(rf"{re.escape(one)}" for one in amount.units)) if amount.units else r"(?!)"
    if re.search("[가-힣]", f"{amount.words}{amount.units}"):
        myriad = r"\s*(?P<myriad>만)?\s*"
        end = (
            rf"(?:\s*(?P<bound>{_ANY_BOUND})|\s*(?P<exactly>{_EXACTLY}))?"
            r"(?:인|의|은|는|한)?(?![가-힣\d])"
        )
        number = _NUMBER.replace("(?P<n>", "(?P<n>만(?=\\s*원)|", 1)
        return (
            re.compile(
                rf"(?P<word>{words})(?:은|는|이|가|을|를)?\s*{number}{myriad}(?:{unit})?{end}"
            ),
            re.compile(rf"{number}{myriad}(?:{unit})(?P<word>)?{end}"),
        )
    plural = rf"(?:{unit})s?"
    bound = rf"(?P<bound>{_ANY_BOUND})"
    return (
        re.compile(
            rf"\b(?P<word>{words})\s+(?:\w+\s+)??{bound}\s+{_NUMBER}(?:\s+{plural})?\b",
            re.IGNORECASE,
        ),
        re.compile(
            rf"\b{bound}\s+{_NUMBER}\b(?:\s+\w+){{0,3}}?\s+(?P<word>{words})\b", re.IGNORECASE
        ),
        re.compile(rf"\b(?:{bound}\s+)?{_NUMBER}[\s-]+(?P<exactly>{plural})\b", re.IGNORECASE),
    )
