"""The patterns by which a piece of personal data of each kind is recognised.

Each has bounds or begins where no run goes on, so that all searching is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
    BIRTH = "date_of_birth"
    PLATE = "number_plate"
    HOME = "home_address"


@dataclass(frozen=True, slots=True)
class PersonalDataPattern:
    """A pattern of a kind of personal data; its group `piece`, or the match, is the piece.

    `holds` is given the piece's digits and what stands before it in the line.
    """

    kind: PersonalDataKind
    pattern: re.Pattern[str]
    holds: Callable[[str, str], bool] = lambda _digits, _before: True


# The digits of a hash, such as an image's name, are no number.
_NEW_NUMBER: Final = r"(?<![\da-fA-F-])"
_ENDED: Final = r"(?![\da-fA-F-])"
_SPOKEN: Final = "[0-9공영일이삼사오육칠팔구]"
_WORD: Final = "[공영일이삼사오육칠팔구]"  # a digit as a word
# Numbers that are no person's, as shops write about them.
_THING: Final = re.compile(
    r"(?:주문|송장|택배|등기|상품|모델|제품|시리얼|일련|버전|접수|문의|티켓|쿠폰|법인(?!\s?카드)|바코드"
    r"|order|tracking|serial|product|model|ticket|coupon|version|isbn|sku)[^\d\n]{0,12}$",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(
    r"(?:주민|외국인|등록번호|resident|\bssn|\brrn\b|national id)[^\d\n]{0,12}$", re.IGNORECASE
)
# What says that a telephone is a person's; the forms of numbers alone do not tell that everywhere.
_OWN_PHONE: Final = (
    r"(?:(?i:\b(?:cell|mobile|personal)\b|\bmy (?:direct )?(?:number|line|phone)\b)"
    r"|(?i:\b(?:text|call|phone|ring|reach|whatsapp)) (?:(?i:me|him|her)"
    r"|(?!Us\b|Support|Customer|Sales|Reception|Security|Service|Front|Guest|Help|IT\b|HR\b)"
    r"[A-Z][a-z]+)(?: (?:at|on)\b|,(?= ?[(+\d]))"
    r"|(?:(?:담당자|개인|제|내)\s?(?:직통|번호|연락처|전화)|안심\s?번호|(?:휴대폰|핸드폰)(?:\s?번호)?"
    r"|(?:[가-힣]{1,6}님|(?<![가-힣])[가-힣]{1,4}\s?(?:대리|과장|차장|부장|팀장|실장|사원|주임|기사|선생|소장))"
    r"(?:의)?\s?(?:자리\s?)?(?:직통|번호|전화(?:\s?번호)?|연락처)|(?:집|자택)\s?(?:전화|번호)(?:\s?번호)?)"
    r"(?=[은는이가로:\s\d(+]))"
)
_ABROAD: Final = (  # mobile telephones where they have numbers of their own
    r"\+(?:44[-. ]?(?:\(0\))?7|33[-. ]?[67]|49[-. ]?1[567]|61[-. ]?4|81[-. ]?[789]0|86[-. ]?1[3-9])"
)
_PLATE: Final = (
    r"(?<![\d가-힣])\d{2,3}[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주아바사자배하허호]"
    r" ?\d{4}(?!\d| ?(?:원|년|명|개|점|건|회|번))"
)
_DAY: Final = (
    r"(?:(?:19|20)\d\d ?[-./년] ?\d{1,2} ?[-./월] ?\d{1,2} ?일?"
    r"|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d)"
)
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


# The first pattern that holds has the piece.
PATTERNS: Final = (
    PersonalDataPattern(
        PersonalDataKind.MENTION, re.compile(r"<@[!&]?[A-Z0-9]{1,32}(?:\|[^>\n]{0,100})?>")
    ),
    PersonalDataPattern(
        PersonalDataKind.EMAIL,
        re.compile(
            r"(?<![\w.+-])[\w.+-]+ ?(?:@|골뱅이|\(at\)|\[at\]) ?[\w-]+(?:\.[\w-]+)+"
            r"|(?<![\w.+-])[\w.+-]{1,64}(?: dot [\w-]{1,32}){0,2} (?:at|골뱅이) [\w-]{1,32}"
            r"(?: (?:dot|점) (?:co|com|net|org|io|me|kr|uk)\b){1,2}",
            re.ASCII | re.IGNORECASE,
        ),
    ),
    PersonalDataPattern(
        PersonalDataKind.RESIDENT,
        re.compile(r"(?<!\d)\d{6} ?[-~/] ?[1-8]\d{6}(?!\d)"),
        lambda digits, before: check_digits.is_birth(digits) and _no_thing(digits, before),
    ),
    PersonalDataPattern(
        PersonalDataKind.RESIDENT,  # partly masked, it still tells the birth and the sex
        re.compile(r"(?<!\d)(?P<piece>\d{6} ?[-~] ?[1-8])[*xX●○•]{6}"),
    ),
    PersonalDataPattern(
        PersonalDataKind.RESIDENT, re.compile(r"(?<![\d-])\d{6} ?[1-8]\d{6}(?![\d-])"), _is_resident
    ),
    PersonalDataPattern(  # digit by digit, in words, or its last part alone
        PersonalDataKind.RESIDENT,
        re.compile(
            rf"(?<!\d)(?:\d ){{5}}\d ?-? ?[1-8](?: \d){{6}}(?!\d)"
            rf"|(?<![가-힣]){_WORD}{{6}}\s?(?:-|다시|에)?\s?[일이삼사오육칠팔]{_WORD}{{6}}(?!{_WORD})"
            r"|뒷\s?(?:자리|번호)[^\d\n]{0,6}(?P<piece>[1-8]\d{6})(?!\d)"
        ),
        lambda digits, _before: not digits or len(digits) == 7 or check_digits.is_birth(digits),
    ),
    PersonalDataPattern(
        PersonalDataKind.RESIDENT,
        re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])", re.ASCII),
        _no_thing,
    ),
    PersonalDataPattern(
        PersonalDataKind.LICENCE,
        re.compile(r"(?<![\d-])[12]\d-\d{2}-\d{6}-\d{2}(?![\d-])"),
        _no_thing,
    ),
    PersonalDataPattern(
        PersonalDataKind.PASSPORT,
        re.compile(
            r"(?:여권|passport)[^\d\n]{0,15}?(?<![a-z0-9])"
            r"(?P<piece>[a-z](?:\d{8}|\d{3}[a-z]\d{4})|[a-z]{2}\d{6,7})(?!\d)",
            re.IGNORECASE | re.ASCII,
        ),
    ),
    PersonalDataPattern(  # of countries whose passports are numbered with digits alone
        PersonalDataKind.PASSPORT,
        re.compile(
            r"(?:여권|passport) ?(?:번호|number|no\b|#)[^\d\n]{0,6}(?P<piece>\d{9})(?!\d)",
            re.IGNORECASE,
        ),
    ),
    PersonalDataPattern(
        PersonalDataKind.ACCOUNT,  # an IBAN
        re.compile(
            r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?"
            r"(?![A-Za-z0-9])"
        ),
        lambda digits, before: len(digits) >= 12 and _no_thing(digits, before),
    ),
    PersonalDataPattern(
        PersonalDataKind.CARD,
        re.compile(
            r"(?<![\d.-])\d{4}([- .])\d{4}(?:\1\d{4}){2}(?![\d-])"
            rf"|(?<![가-힣])(?:{_WORD}{{4}} ?){{3}}{_WORD}{{4}}(?!{_WORD})"
        ),
        _no_thing,
    ),
    PersonalDataPattern(
        PersonalDataKind.CARD, re.compile(r"(?<![\d-])\d{4}([- ]?)\d{6}\1\d{5}(?![\d-])"), _is_card
    ),
    PersonalDataPattern(PersonalDataKind.CARD, re.compile(r"(?<![\d-])\d{16}(?![\d-])"), _is_card),
    # A number of Korea begins with 0 or its country's code. 1588-0000 and 080-000-0000 are a
    # company's, which publishes them.
    PersonalDataPattern(
        PersonalDataKind.MOBILE,
        re.compile(
            rf"{_NEW_NUMBER}(?:\+?82[-. )]{{0,2}}\(?0?\)?|0)1[016-9][-. )]{{0,3}}"
            rf"\d{{3,4}}[-. ]{{0,3}}\d{{4}}{_ENDED}"
        ),
    ),
    PersonalDataPattern(
        PersonalDataKind.MOBILE,
        re.compile(
            rf"(?<!\w)[공영]일[공영일육칠팔구][-. 에]{{0,3}}"
            rf"{_SPOKEN}{{3,4}}[-. 에]{{0,3}}{_SPOKEN}{{4}}"
        ),
    ),
    PersonalDataPattern(
        PersonalDataKind.MOBILE,
        re.compile(rf"{_ABROAD}[-. ]?(?:\d[-. ]?){{6,10}}\d(?!\d)"),
    ),
    PersonalDataPattern(  # in the United Kingdom; 070 is no mobile telephone in Korea
        PersonalDataKind.MOBILE,
        re.compile(r"(?<![\d-])07[1-9]\d\d[ -]?\d{3}[ -]?\d{3}(?![\d-])"),
        _no_thing,
    ),
    PersonalDataPattern(
        PersonalDataKind.MOBILE,
        re.compile(
            rf"{_OWN_PHONE}(?:은|는|이|가|로|:)?[^\w\n+(]{{0,3}}(?:is|:)?\s?"
            r"(?P<piece>\+?\(?\d[\d). -]{7,16}\d)(?!\d)"
        ),
        lambda digits, _before: 9 <= len(digits) <= 15 and not _TOLL_FREE.fullmatch(digits),
    ),
    PersonalDataPattern(
        PersonalDataKind.PHONE,
        re.compile(
            rf"{_NEW_NUMBER}(?:\((?=0\d{{1,2}}\)))?(?:\+?82[-. )]{{0,2}}\(?0?\)?|0)"
            rf"(?:2|[3-6]\d|70|50\d?)[-. )]{{0,3}}\d{{3,4}}[-. ]{{0,3}}\d{{4}}{_ENDED}"
        ),
    ),
    PersonalDataPattern(
        PersonalDataKind.PHONE,
        re.compile(r"(?<![\w+])\+\d{1,3}(?:[-. ]{0,2}\(?\d{1,5}\)?){1,6}(?![\d-])"),
        lambda digits, _before: 8 <= len(digits) <= 15 and not _TOLL_FREE.fullmatch(digits),
    ),
    PersonalDataPattern(
        PersonalDataKind.PHONE,
        re.compile(r"(?<![\d-])(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])[2-9]\d\d[-. ]\d{4}(?![\d-])"),
        lambda digits, before: not _TOLL_FREE.fullmatch(digits) and _no_thing(digits, before),
    ),
    PersonalDataPattern(
        PersonalDataKind.BUSINESS,
        re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{5}(?![\d-])"),
        lambda digits, before: check_digits.is_business(digits) and _no_thing(digits, before),
    ),
    PersonalDataPattern(
        PersonalDataKind.BUSINESS,
        re.compile(
            r"(?:사업자|business)[^\d\n]{0,15}(?P<piece>\d{3}[- .]?\d{2}[- .]?\d{5})(?![\d-])"
            rf"|사업자[^\d\n]{{0,8}}?{_WORD}{{10}}(?!{_WORD})",
            re.IGNORECASE,
        ),
    ),
    PersonalDataPattern(
        PersonalDataKind.BUSINESS,
        re.compile(
            r"(?<![\d.-])\d{3}\.\d{2}\.\d{5}(?![\d.-])"
            r"|등록\s?번호[^\d\n]{0,4}(?P<piece>\d{10})(?!\d)"
        ),
        lambda digits, _before: check_digits.is_business(digits),
    ),
    PersonalDataPattern(
        PersonalDataKind.ACCOUNT,
        re.compile(r"(?<![\d-])\d{2,6}-\d{2,6}-\d{2,8}(?:-\d{1,6})?(?![\d-])"),
        _is_account,
    ),
    PersonalDataPattern(
        PersonalDataKind.ACCOUNT,
        re.compile(
            r"\b(?:account|acct)\.? ?(?:number|no\.?|#)[^\d\n]{0,10}(?P<piece>\d{6,17})(?!\d)",
            re.IGNORECASE,
        ),
    ),
    PersonalDataPattern(PersonalDataKind.BIRTH, re.compile(rf"(?<!\d){_DAY} ?생(?!일)")),
    PersonalDataPattern(
        PersonalDataKind.BIRTH,
        re.compile(
            rf"(?:\bDOB\b|date of birth|born on|생년월일|(?<![가-힣])[제내] ?생일)"
            rf"[^\d\n]{{0,10}}(?P<piece>{_DAY})(?!\d)",
            re.IGNORECASE,
        ),
    ),
    PersonalDataPattern(PersonalDataKind.PLATE, re.compile(rf"{_PLATE}(?=[^\n]{{0,12}}차)")),
    PersonalDataPattern(
        PersonalDataKind.PLATE, re.compile(_PLATE), lambda _digits, before: "차" in before
    ),
    PersonalDataPattern(
        PersonalDataKind.HOME,
        re.compile(
            r"[가-힣](?:로|길) ?(?P<piece>\d{1,4}(?:-\d{1,3})?(?:번?길 ?\d{1,4})?[^\d\n]{0,20}"
            r"(?:\d{1,4}동 ?\d{1,4}호|\d{1,4}호(?=[^\n]{0,12}(?:집|자택))))"
        ),
    ),
    PersonalDataPattern(
        PersonalDataKind.HOME,
        re.compile(
            r"(?<!\d)\d{1,5} (?:[A-Z][a-z]{1,20} ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln"
            r"|Drive|Dr|Court|Ct|Boulevard|Blvd)\.?,? (?:Apt|Apartment|Flat|Unit)\.? ?\w{1,5}"
        ),
    ),
    # Digits alone are an account where the words before them say so.
    PersonalDataPattern(
        PersonalDataKind.ACCOUNT,
        re.compile(
            rf"{_BANK}[^\d\n]{{0,15}}(?<![\d-])(?P<piece>\d[\d -]{{8,18}}\d)(?![\d-])",
            re.IGNORECASE,
        ),
        _is_account,
    ),
)
