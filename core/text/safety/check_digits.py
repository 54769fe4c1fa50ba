"""Check digits of Korean registration numbers and payment cards; all take digits only.

The sums are public: https://en.wikipedia.org/wiki/Resident_registration_number and
https://en.wikipedia.org/wiki/Luhn_algorithm; the business number's is the National Tax Service's.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_RESIDENT_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_BUSINESS_WEIGHTS: Final = (1, 3, 7, 1, 3, 7, 1, 3, 5)
# Numbers that are given since then end in random digits.
_RESIDENT_RANDOM_SINCE: Final = date(2020, 10, 1)
# The first digits of the networks: Visa, Mastercard, American Express, JCB, UnionPay, Discover and
# Korea's own (9), https://en.wikipedia.org/wiki/Payment_card_number
_CARD_PREFIX: Final = re.compile(
    r"(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|35|6[0-9]|9[0-9])\d*|3[47]\d{13}"
)


def birth_of(digits: str) -> date | None:
    """Return the day of birth in a resident number of 13 digits, None if there is none in it."""
    if len(digits) != 13 or digits[6] not in "12345678":
        return None
    century = 1900 if digits[6] in "1256" else 2000
    try:
        return date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None


def is_birth(digits: str) -> bool:
    """Return whether 13 digits begin as a resident number does."""
    return birth_of(digits) is not None


def is_resident(digits: str) -> bool:
    """Return whether 13 digits are a resident or a foreigner's number by their check digit.

    Those of people born since it was given up are one by their day of birth.
    """
    birth = birth_of(digits)
    if birth is None:
        return False
    if birth >= _RESIDENT_RANDOM_SINCE:
        return True
    total = sum(int(sign) * weight for sign, weight in zip(digits, _RESIDENT_WEIGHTS, strict=False))
    citizens, foreigners = (11 - total % 11) % 10, (13 - total % 11) % 10
    return int(digits[12]) == (foreigners if digits[6] in "5678" else citizens)


def is_business(digits: str) -> bool:
    """Return whether 10 digits are a business registration number by their check digit."""
    if len(digits) != 10:
        return False
    total = sum(int(sign) * weight for sign, weight in zip(digits, _BUSINESS_WEIGHTS, strict=False))
    total += int(digits[8]) * 5 // 10
    return (10 - total % 10) % 10 == int(digits[9])


def is_card(digits: str) -> bool:
    """Return whether 15 or 16 digits are a card's by their network and their check digit."""
    if len(digits) not in (15, 16) or not _CARD_PREFIX.fullmatch(digits):
        return False
    doubled = [2 * int(sign) for sign in digits[-2::-2]]
    total = sum(map(int, digits[-1::-2])) + sum(twice - 9 * (twice > 9) for twice in doubled)
    return total % 10 == 0
