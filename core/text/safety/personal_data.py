"""Personal data in text: found by its form, its check digit and the words before it, and masked.

Found are e-mail addresses, telephone numbers, resident, foreigner and business registration
numbers, passports and driving licences, dates of birth, number plates, card and bank account
numbers, flats, and the marks by which platforms name a person. Names have no form of their own and
are not found.
Full-width digits, other dashes and characters of no width hide nothing. All work is linear.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final

from core.text.safety.personal_data_kinds import PersonalDataKind, PersonalDataPattern
from core.text.safety.personal_data_patterns import PATTERNS

# Data that an answer may hold, so that people can turn to somebody.
CONTACTS: Final = frozenset({PersonalDataKind.EMAIL, PersonalDataKind.PHONE})


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One piece of personal data: `text[start:end]`, as it is written."""

    kind: PersonalDataKind
    start: int
    end: int
    text: str


_BEFORE_CHARS: Final = 24  # how far back a word may say what a number is
_SIGN: Final = re.compile(r"[^\W_]")
_INVISIBLE: Final = frozenset("\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff")
_FOLDED: Final[dict[int, int | str]] = {
    **{0xFEE0 + sign: sign for sign in range(0x21, 0x7F)},  # full-width ASCII
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u3000"), " "),
    ord("․"): ".",
}


def detect(text: str) -> list[PersonalData]:
    """Return each piece of personal data, in the order of the text; none overlaps another."""
    places = [place for place, sign in enumerate(text) if sign not in _INVISIBLE]
    folded = "".join(text[place] for place in places) if len(places) < len(text) else text
    folded = folded.translate(_FOLDED)
    found: list[PersonalData] = []
    for pattern in PATTERNS:
        spans = list(_spans(pattern, folded))
        for start, end in spans:
            begin, last = places[start], places[end - 1] + 1
            found.append(PersonalData(pattern.kind, begin, last, text[begin:last]))
        folded = _blotted(folded, spans)
    return sorted(found, key=lambda piece: piece.start)


def mask(
    text: str,
    *,
    public: Container[str] = frozenset(),
    keep: Container[PersonalDataKind] = frozenset(),
) -> str:
    """Return the text with a `*` for each letter and digit of personal data.

    Whatever `public` holds stays, such as a company's own addresses, which its FAQ names; so does
    what is of a kind to `keep`.
    """
    parts: list[str] = []
    place = 0
    for piece in detect(text):
        if piece.text not in public and piece.kind not in keep:
            parts += [text[place : piece.start], _SIGN.sub("*", piece.text)]
            place = piece.end
    return "".join(parts) + text[place:]


def mask_private(text: str) -> str:
    """Return the text with what is private in an answer masked.

    An address or a number to turn to stays: e-mail and the telephone of a place, not of a person.
    """
    return mask(text, keep=CONTACTS)


def find(text: str) -> frozenset[str]:
    """Return each piece of personal data in the text, as it is written."""
    return frozenset(piece.text for piece in detect(text))


def _spans(pattern: PersonalDataPattern, text: str) -> Iterator[tuple[int, int]]:
    for match in pattern.pattern.finditer(text):
        start, end = match.span(match.lastgroup or 0)
        digits = "".join(filter(str.isdigit, text[start:end]))
        before = text[max(0, start - _BEFORE_CHARS) : start]
        if pattern.holds(digits, before) and not _is_form(digits):
            yield start, end


def _is_form(digits: str) -> bool:
    """Return whether digits only show how a number is written: 010-0000-0000."""
    return len(digits) > 5 and not digits[3:].strip("0")


def _blotted(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the text with these parts blanked out, of the same length."""
    parts: list[str] = []
    place = 0
    for start, end in spans:
        parts += [text[place:start], "*" * (end - start)]
        place = end
    return "".join(parts) + text[place:]
