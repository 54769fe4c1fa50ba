"""Personal data in text, found by its form and masked.

Found are e-mail addresses, Korean phone numbers, resident, foreigner and business registration
numbers, card numbers, bank account numbers, and the marks by which platforms name a person. Names
and postal addresses have no form of their own and are not found.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final

_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_MENTION: Final = re.compile(r"<@[!&]?[A-Z0-9]+(?:\|[^>]*)?>")
# A phone number begins with 0 or a country code. Numbers such as 1588-0000 or 080-000-0000 belong
# to companies, which publish them.
_PHONE: Final = re.compile(
    r"(?<![\d-])(?:\+?82[-. )]*\(?0?\)?|0)(?:1\d|2|[3-6]\d|70|50\d?)[-. )]*"
    r"\d{3,4}[-. ]*\d{4}(?![\d-])"
)
_MOBILE: Final = re.compile(r"(?:\+?82[-. )]*\(?0?\)?|0)1\d")
_RESIDENT: Final = re.compile(
    r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[-~ ]\s?[1-8]\d{6}|[1-8]\d{6})(?!\d)"
)
_BUSINESS: Final = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{5}(?![\d-])")
_CARD: Final = re.compile(r"(?<![\d-])(?:\d{4}[- ]){3}\d{4}(?![\d-])")
_ACCOUNT: Final = re.compile(r"(?<![\d-])\d{2,6}-\d{2,6}-\d{2,8}(?:-\d{1,6})?(?![\d-])")
# Digits alone are an account where the words before them say so.
_NAMED_ACCOUNT: Final = re.compile(
    r"(?:계좌|은행|뱅크|account)[^\d\n]{0,15}(\d[\d -]{8,18}\d)", re.IGNORECASE
)
_ACCOUNT_DIGITS: Final = range(10, 17)
_NO_ACCOUNT: Final = re.compile(
    r"(?:19|20)\d{2}-\d{1,2}-\d{1,2}|080-\d{3,4}-\d{4}"
)  # dates, companies
_FORMS: Final = (_EMAIL, _MENTION, _RESIDENT, _CARD, _PHONE, _BUSINESS)
_SIGN: Final = re.compile(r"[^\W_]")


def mask(text: str, *, public: Container[str] = frozenset()) -> str:
    """Return the text with a `*` for each letter and digit of personal data.

    Whatever `public` holds stays, such as a company's own addresses, which its FAQ names.
    """
    for form in _FORMS:
        text = form.sub(lambda found: found[0] if found[0] in public else _starred(found[0]), text)
    text = _ACCOUNT.sub(lambda found: _account(found[0], public), text)
    return _NAMED_ACCOUNT.sub(
        lambda found: found[0].replace(found[1], _account(found[1], public)), text
    )


def mask_private(text: str) -> str:
    """Return the text with what is private in an answer masked.

    An address or a number to turn to stays: e-mail and the telephone of a place, not of a person.
    """
    public = {match[0] for match in _EMAIL.finditer(text)}
    public |= {match[0] for match in _PHONE.finditer(text) if not _MOBILE.match(match[0])}
    return mask(text, public=public)


def find(text: str) -> frozenset[str]:
    """Return each piece of personal data in the text, as it is written."""
    found = {match[0] for form in _FORMS for match in form.finditer(text)}
    accounts = {match[0] for match in _ACCOUNT.finditer(text)}
    accounts |= {match[1] for match in _NAMED_ACCOUNT.finditer(text)}
    return frozenset(found | {number for number in accounts if _is_account(number)})


def _account(number: str, public: Container[str]) -> str:
    return number if number in public or not _is_account(number) else _starred(number)


def _is_account(number: str) -> bool:
    """Return whether a number has as many digits as an account."""
    return not _NO_ACCOUNT.fullmatch(number) and sum(map(str.isdigit, number)) in _ACCOUNT_DIGITS


def _starred(text: str) -> str:
    return _SIGN.sub("*", text)
