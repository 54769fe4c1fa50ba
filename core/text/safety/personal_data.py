"""Personal data in text: found by its form, its check digit and the words before it, and masked.

Found are e-mail addresses, telephone numbers, resident, foreigner and business registration
numbers, passports and driving licences, card and bank account numbers, and the marks by which
platforms name a person. Names and postal addresses have no form of their own and are not found.
Full-width digits, other dashes and characters of no width hide nothing. All work is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.text.safety import check_digits


class PersonalDataKind(StrEnum):
    """A kind of personal data."""

    EMAIL = "email"
    MENTION = "mention"
    RESIDENT = "resident_number"  # of Koreans and foreigners, and the United States' SSN
    LICENCE = "driving_licence"
    PASSPORT = "passport"
    CARD = "card"
    MOBILE = "mobile_phone"
    PHONE = "phone"  # of a place, or of a country that does not tell them from mobile ones
    BUSINESS = "business_number"
    ACCOUNT = "account"


# Data that an answer may hold, so that people can turn to somebody.
CONTACTS: Final = frozenset({PersonalDataKind.EMAIL, PersonalDataKind.PHONE})


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One piece of personal data: `text[start:end]`, as it is written."""

    kind: PersonalDataKind
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Form:
    """A pattern of a kind of personal data; its group `piece`, or the match, is the piece.

    `holds` is given the piece's digits and what stands before it in the line.
    """

    kind: PersonalDataKind
    pattern: re.Pattern[str]
    holds: Callable[[str, str], bool] = lambda _digits, _before: True


_BEFORE_CHARS: Final = 24  # how far back a word may say what a number is
# The digits of a hash, such as an image's name, are no number.
_NEW_NUMBER: Final = r"(?<![\da-fA-F-])"
_ENDED: Final = r"(?![\da-fA-F-])"
_SPOKEN: Final = "[0-9공영일이삼사오육칠팔구]"
# Numbers that are no person's, as shops write about them.
_THING: Final = re.compile(
    r"(?:주문|송장|택배|등기|상품|모델|제품|시리얼|일련|버전|접수|문의|티켓|쿠폰|법인(?!\s?카드)|바코드"
    r"|order|tracking|serial|product|model|ticket|coupon|version|isbn|sku)[^\d\n]{0,12}$",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(r"(?:주민|외국인|등록번호|resident|ssn)[^\d\n]{0,12}$", re.IGNORECASE)
_TOLL_FREE: Final = re.compile(r"1?8(?:00|33|44|55|66|77|88)\d{7}")
_DATE: Final = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d\d*")
_BANK: Final = (
    r"(?:계좌|은행|뱅크|카뱅|농협|수협|신협|우체국|금고|토스|입금|송금|이체|account|iban)"
)


def _is_resident(digits: str, before: str) -> bool:
    if not check_digits.is_birth(digits) or _THING.search(before):
        return False
    return bool(_PERSON.search(before)) or check_digits.is_resident(digits)


def _is_card(digits: str, before: str) -> bool:
    return check_digits.is_card(digits) and not _THING.search(before)


def _is_account(digits: str, before: str) -> bool:
    """Return whether digits are an account number, and no date, free line or order number."""
    return (
        10 <= len(digits) <= 16
        and not _DATE.fullmatch(digits)
        and not digits.startswith("080")
        and not _TOLL_FREE.fullmatch(digits)
        and not _THING.search(before)
    )


def _no_thing(_digits: str, before: str) -> bool:
    return not _THING.search(before)


# The first form that holds has the piece. Runs have bounds or begin where no run goes on, so that
# all searching is linear.
_FORMS: Final = (
    _Form(PersonalDataKind.MENTION, re.compile(r"<@[!&]?[A-Z0-9]{1,32}(?:\|[^>\n]{0,100})?>")),
    _Form(
        PersonalDataKind.EMAIL,
        re.compile(
            r"(?<![\w.+-])[\w.+-]+ ?(?:@|골뱅이|\(at\)|\[at\]) ?[\w-]+(?:\.[\w-]+)+",
            re.ASCII | re.IGNORECASE,
        ),
    ),
    _Form(
        PersonalDataKind.RESIDENT,
        re.compile(r"(?<!\d)\d{6} ?[-~] ?[1-8]\d{6}(?!\d)"),
        lambda digits, before: check_digits.is_birth(digits) and _no_thing(digits, before),
    ),
    _Form(
        PersonalDataKind.RESIDENT, re.compile(r"(?<![\d-])\d{6} ?[1-8]\d{6}(?![\d-])"), _is_resident
    ),
    _Form(
        PersonalDataKind.RESIDENT,
        re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])", re.ASCII),
        _no_thing,
    ),
    _Form(
        PersonalDataKind.LICENCE,
        re.compile(r"(?<![\d-])[12]\d-\d{2}-\d{6}-\d{2}(?![\d-])"),
        _no_thing,
    ),
    _Form(
        PersonalDataKind.PASSPORT,
        re.compile(
            r"(?:여권|passport)[^\d\n]{0,15}?(?<![a-z0-9])(?P<piece>[a-z](?:\d{8}|\d{3}[a-z]\d{4}))(?!\d)",
            re.IGNORECASE | re.ASCII,
        ),
    ),
    _Form(
        PersonalDataKind.CARD,
        re.compile(r"(?<![\d-])\d{4}([- ])\d{4}(?:\1\d{4}){2}(?![\d-])"),
        _no_thing,
    ),
    _Form(
        PersonalDataKind.CARD, re.compile(r"(?<![\d-])\d{4}([- ]?)\d{6}\1\d{5}(?![\d-])"), _is_card
    ),
    _Form(PersonalDataKind.CARD, re.compile(r"(?<![\d-])\d{16}(?![\d-])"), _is_card),
    # A number of Korea begins with 0 or its country's code. 1588-0000 and 080-000-0000 are a
    # company's, which publishes them.
    _Form(
        PersonalDataKind.MOBILE,
        re.compile(
            rf"{_NEW_NUMBER}(?:\+?82[-. )]{{0,2}}\(?0?\)?|0)1[016-9][-. )]{{0,3}}"
            rf"\d{{3,4}}[-. ]{{0,3}}\d{{4}}{_ENDED}"
        ),
    ),
    _Form(
        PersonalDataKind.MOBILE,
        re.compile(
            rf"(?<!\w)[공영]일[공영일육칠팔구][-. ]{{0,3}}"
            rf"{_SPOKEN}{{3,4}}[-. ]{{0,3}}{_SPOKEN}{{4}}"
        ),
    ),
    _Form(
        PersonalDataKind.PHONE,
        re.compile(
            rf"{_NEW_NUMBER}(?:\((?=0\d{{1,2}}\)))?(?:\+?82[-. )]{{0,2}}\(?0?\)?|0)"
            rf"(?:2|[3-6]\d|70|50\d?)[-. )]{{0,3}}\d{{3,4}}[-. ]{{0,3}}\d{{4}}{_ENDED}"
        ),
    ),
    _Form(
        PersonalDataKind.PHONE,
        re.compile(r"(?<![\w+])\+\d{1,3}(?:[-. ]{0,2}\(?\d{1,5}\)?){1,6}(?![\d-])"),
        lambda digits, _before: 8 <= len(digits) <= 15 and not _TOLL_FREE.fullmatch(digits),
    ),
    _Form(
        PersonalDataKind.PHONE,
        re.compile(r"(?<![\d-])(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])[2-9]\d\d[-. ]\d{4}(?![\d-])"),
        lambda digits, before: not _TOLL_FREE.fullmatch(digits) and _no_thing(digits, before),
    ),
    _Form(
        PersonalDataKind.BUSINESS,
        re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{5}(?![\d-])"),
        lambda digits, before: check_digits.is_business(digits) and _no_thing(digits, before),
    ),
    _Form(
        PersonalDataKind.BUSINESS,
        re.compile(
            r"(?:사업자|business)[^\d\n]{0,15}(?P<piece>\d{3}[- ]?\d{2}[- ]?\d{5})(?![\d-])",
            re.IGNORECASE,
        ),
    ),
    _Form(
        PersonalDataKind.ACCOUNT,
        re.compile(r"(?<![\d-])\d{2,6}-\d{2,6}-\d{2,8}(?:-\d{1,6})?(?![\d-])"),
        _is_account,
    ),
    # Digits alone are an account where the words before them say so.
    _Form(
        PersonalDataKind.ACCOUNT,
        re.compile(
            rf"{_BANK}[^\d\n]{{0,15}}(?<![\d-])(?P<piece>\d[\d -]{{8,18}}\d)(?![\d-])",
            re.IGNORECASE,
        ),
        _is_account,
    ),
)
_SIGN: Final = re.compile(r"[^\W_]")
_INVISIBLE: Final = frozenset("\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff")
_FOLDED: Final[dict[int, int | str]] = {
    **{0xFEE0 + sign: sign for sign in range(0x21, 0x7F)},  # full-width ASCII
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u3000"), " "),
}


def detect(text: str) -> list[PersonalData]:
    """Return each piece of personal data, in the order of the text; none overlaps another."""
    places = [place for place, sign in enumerate(text) if sign not in _INVISIBLE]
    folded = "".join(text[place] for place in places) if len(places) < len(text) else text
    folded = folded.translate(_FOLDED)
    found: list[PersonalData] = []
    for form in _FORMS:
        spans = list(_spans(form, folded))
        for start, end in spans:
            begin, last = places[start], places[end - 1] + 1
            found.append(PersonalData(form.kind, begin, last, text[begin:last]))
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


def _spans(form: _Form, text: str) -> Iterator[tuple[int, int]]:
    for match in form.pattern.finditer(text):
        start, end = match.span("piece" if "piece" in form.pattern.groupindex else 0)
        digits = "".join(filter(str.isdigit, text[start:end]))
        before = text[max(0, start - _BEFORE_CHARS) : start]
        if form.holds(digits, before):
            yield start, end


def _blotted(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the text with these parts blanked out, of the same length."""
    parts: list[str] = []
    place = 0
    for start, end in spans:
        parts += [text[place:start], "*" * (end - start)]
        place = end
    return "".join(parts) + text[place:]
