"""The kinds of personal data, and what the patterns of several kinds have in common."""

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
NEW_NUMBER: Final = r"(?<![\da-fA-F-])"
ENDED: Final = r"(?![\da-fA-F-])"
# The same where a word such as "mobile" may stand before the number without a blank.
NO_HASH: Final = r"(?<![\da-fA-F]{4})"
NO_HASH_ENDED: Final = r"(?![\da-fA-F]{4})"
SPOKEN: Final = "[0-9공영일이삼사오육칠팔구]"
WORD: Final = "[공영일이삼사오육칠팔구]"  # a digit as a word
# No further digit follows; a particle may begin like one: "…육삼이에요".
SPOKEN_ENDED: Final = rf"(?:(?!{WORD})|(?=이(?:에|예|고|라|야|다|니|며|요|었|죠)|일(?:까|텐)))"
# Numbers that are no person's, as shops write about them.
_THING: Final = re.compile(
    r"(?:주문|송장|택배|등기|상품|모델|제품|시리얼|일련|버전|접수|사건|문의|티켓|쿠폰|법인(?!\s?카드)|바코드"
    r"|예약|문서|청구서|명세서|내역서|견적|운송장|관리\s?번호|자산"
    r"|order|tracking|serial|product|model|ticket|coupon|version|isbn|sku|invoice|booking|parcel"
    r"|reservation|reference|\bref\b|\bcase\b)"
    r"(?:(?!계좌|은행|뱅크|입금|송금|이체|카드|연락처|전화|휴대폰|주민)[^\d\n]){0,12}$",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(
    r"(?:주민|외국인|등록번호|resident|\bssn|\brrn\b|national id)[^\d\n]{0,12}$", re.IGNORECASE
)
# What says that a telephone is a person's; the forms of numbers alone do not tell that everywhere.
OWN_PHONE: Final = (
    r"(?:(?i:\b(?:cell|mobile|personal)\b|\bmy (?:direct )?(?:number|line|phone)\b)"
    r"|(?i:\b(?:text|call|phone|ring|reach|whatsapp)) (?:(?i:me|him|her)"
    r"|(?!Us\b|Support|Customer|Sales|Reception|Security|Service|Front|Guest|Help|IT\b|HR\b)"
    r"[A-Z][a-z]+)(?: (?:at|on)\b|[,:](?= ?[(+\d]))"
    r"|(?:(?:담당자|개인|제|내)\s?(?:직통|번호|연락처|전화)|안심\s?번호|(?:휴대폰|핸드폰)(?:\s?번호)?"
    r"|(?:[가-힣]{1,6}님|(?<![가-힣])[가-힣]{1,4}\s?(?:대리|과장|차장|부장|팀장|실장|사원|주임|기사|선생|소장))"
    r"(?:의)?\s?(?:자리\s?)?(?:직통|번호|전화(?:\s?번호)?|연락처)|(?:집|자택)\s?(?:전화|번호)(?:\s?번호)?)"
    r"(?=[은는이가로:\s\d(+]))"
)
ABROAD: Final = (  # mobile telephones where they have numbers of their own
    r"\+(?:44[-. ]?(?:\(0\))?7|33[-. ]?(?:\(0\))?[67]|49[-. ]?(?:\(0\))?1[567]|61[-. ]?(?:\(0\))?4"
    r"|81[-. ]?[789]0|86[-. ]?1[3-9]|31[-. ]?6|34[-. ]?[67]|39[-. ]?3|41[-. ]?7[5-9]|46[-. ]?7"
    r"|62[-. ]?8|63[-. ]?9|65[-. ]?[89]|66[-. ]?[689]|84[-. ]?[35789]|852[-. ]?[5679]|886[-. ]?9"
    r"|91[-. ]?[6-9]|971[-. ]?5)"
)
PLATE: Final = (
    r"(?<![\d가-힣])\d{2,3}[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주아바사자배하허호]"
    r" ?\d{4}(?!\d| ?(?:원|년|명|개|점|건|회|번))"
)
DAY: Final = (
    r"(?:(?:19|20)\d\d ?[-./년] ?\d{1,2} ?[-./월] ?\d{1,2} ?일?"
    r"|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d)"
)
MONTH_NAME: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
TOLL_FREE: Final = re.compile(r"1?8(?:00|33|44|55|66|77|88)\d{7}")
DATE: Final = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d\d*")
BANK: Final = r"(?:계좌|은행|뱅크|카뱅|농협|수협|신협|우체국|금고|토스|입금|송금|이체|account|iban)"


def is_resident(digits: str, before: str) -> bool:
    if not check_digits.is_birth(digits) or _THING.search(before):
        return False
    return bool(_PERSON.search(before)) or check_digits.is_resident(digits)


def is_card(digits: str, before: str) -> bool:
    return check_digits.is_card(digits) and not _THING.search(before)


def is_account(digits: str, before: str) -> bool:
    """Return whether digits are an account number, and no date, free line or order number."""
    return (
        10 <= len(digits) <= 16
        and not DATE.fullmatch(digits)
        and not digits.startswith("080")
        and not TOLL_FREE.fullmatch(digits)
        and not _THING.search(before)
    )


def no_thing(_digits: str, before: str) -> bool:
    return not _THING.search(before)
