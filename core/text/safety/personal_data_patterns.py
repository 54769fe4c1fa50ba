"""The patterns by which a piece of personal data of each kind is recognised.

Each has bounds or begins where no run goes on, so that all searching is linear.
"""

from __future__ import annotations

import re
from typing import Final

from core.text.safety import check_digits
from core.text.safety.personal_data_kinds import (
    ABROAD,
    BANK,
    DATE,
    DAY,
    ENDED,
    MONTH_NAME,
    NEW_NUMBER,
    NO_HASH,
    NO_HASH_ENDED,
    OWN_PHONE,
    PLATE,
    SPOKEN,
    SPOKEN_ENDED,
    TOLL_FREE,
    WORD,
    PersonalDataKind,
    PersonalDataPattern,
    is_account,
    is_card,
    is_resident,
    no_thing,
)

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
        re.compile(r"(?<!\d)\d{6} ?[-~/.] ?[1-8]\d{6}(?!\d)"),
        lambda digits, before: check_digits.is_birth(digits) and no_thing(digits, before),
    ),
    PersonalDataPattern(
        PersonalDataKind.RESIDENT,  # partly masked, it still tells the birth and the sex
        re.compile(r"(?<!\d)(?P<piece>\d{6} ?[-~] ?[1-8])[*xX●○•]{6}"),
    ),
    PersonalDataPattern(
        PersonalDataKind.RESIDENT, re.compile(r"(?<![\d-])\d{6} ?[1-8]\d{6}(?![\d-])"), is_resident
    ),
    PersonalDataPattern(  # digit by digit, in words, or its last part alone
        PersonalDataKind.RESIDENT,
        re.compile(
            rf"(?<!\d)(?:\d ){{5}}\d ?-? ?[1-8](?: \d){{6}}(?!\d)"
            rf"|(?<![가-힣]){WORD}{{6}}\s?(?:-|다시|에)?\s?[일이삼사오육칠팔]{WORD}{{6}}"
            rf"{SPOKEN_ENDED}"
            r"|(?:뒷\s?(?:자리|번호)|주민\s?(?:등록\s?)?번호\s뒤(?:\s?7자리)?)[^\d\n]{0,6}"
            r"(?P<piece>[1-8]\d{6})(?!\d)"
        ),
        lambda digits, _before: not digits or len(digits) == 7 or check_digits.is_birth(digits),
    ),
    PersonalDataPattern(
        PersonalDataKind.RESIDENT,
        re.compile(
            r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])"
            r"|\b(?:SSN|SIN|ITIN|social(?: security)?(?: number)?)\b[^\d\n]{0,12}"
            r"(?P<piece>\d{3}[- ]?\d{2,3}[- ]?\d{3,4})(?![\d-])",
            re.ASCII | re.IGNORECASE,
        ),
        no_thing,
    ),
    PersonalDataPattern(
        PersonalDataKind.LICENCE,
        re.compile(
            r"(?:운전\s?면허|면허증?|건강\s?보험증?)\s?(?:번호)?[^\d\n]{0,8}"
            r"(?P<piece>\d[\d-]{9,14}\d)(?![\d-])"
        ),
        lambda digits, _before: 10 <= len(digits) <= 12 and not DATE.fullmatch(digits),
    ),
    PersonalDataPattern(
        PersonalDataKind.LICENCE,
        re.compile(r"(?<![\d-])[12]\d-\d{2}-\d{6}-\d{2}(?![\d-])"),
        no_thing,
    ),
    PersonalDataPattern(
        PersonalDataKind.PASSPORT,
        re.compile(
            r"(?:여권|passport)[^\d\n]{0,15}?(?<![a-z0-9])"
            r"(?P<piece>[a-z] ?(?:(?:\d ?){7}\d|\d{3} ?[a-z] ?\d{4})|[a-z]{2} ?\d{6,7})(?!\d)",
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
        lambda digits, before: len(digits) >= 12 and no_thing(digits, before),
    ),
    PersonalDataPattern(
        PersonalDataKind.CARD,
        re.compile(
            r"(?<![\d.-])\d{4}([- .])\d{4}(?:\1\d{4}){2}(?![\d-])"
            rf"|(?<![가-힣])(?:{WORD}{{4}} ?){{3}}{WORD}{{4}}{SPOKEN_ENDED}"
        ),
        no_thing,
    ),
    PersonalDataPattern(
        PersonalDataKind.CARD,  # wherever its digits are set apart
        re.compile(rf"{NO_HASH}(?<![\d-])\d(?:[- ./]?\d){{14,15}}(?![ -]?\d){NO_HASH_ENDED}"),
        is_card,
    ),
    PersonalDataPattern(
        PersonalDataKind.CARD,  # as the words before it say
        re.compile(
            r"(?:(?<!기프트)(?<!기프트 )카드|법카|\b(?:card|visa|mastercard|amex|diners|아멕스)\b)"
            r"[^\d\n]{0,15}"
            r"(?P<piece>\d(?:[- ./]?\d){13,15})(?![ -]?\d)",
            re.IGNORECASE,
        ),
        lambda digits, before: not DATE.fullmatch(digits) and no_thing(digits, before),
    ),
    # A number of Korea begins with 0 or its country's code. 1588-0000 and 080-000-0000 are a
    # company's, which publishes them.
    PersonalDataPattern(
        PersonalDataKind.MOBILE,
        re.compile(
            rf"{NEW_NUMBER}(?:\+?82[-. )]{{0,2}}\(?0?\)?|[0oO])1[016-9oO][-. )/_·~]{{0,3}}"
            rf"\d{{3,4}}[-. /_·~]{{0,3}}\d\d ?\d\d{ENDED}"
            r"|(?<!\d)(?<!\d )0 ?1 ?[016-9](?: \d){7,8}(?! ?\d)"
        ),
    ),
    PersonalDataPattern(
        PersonalDataKind.MOBILE,
        re.compile(
            r"(?<!\w)(?:[공영]일[공영일육칠팔구]"
            rf"|01[016-9](?=[-. 에]{{0,3}}\d{{0,4}}{WORD}))[-. 에]{{0,3}}"
            rf"{SPOKEN}{{3,4}}[-. 에]{{0,3}}{SPOKEN}{{4}}"
        ),
    ),
    PersonalDataPattern(
        PersonalDataKind.MOBILE,
        re.compile(rf"{ABROAD}[-. ]?(?:\d[-. ]?){{6,10}}\d(?!\d)"),
    ),
    PersonalDataPattern(  # in the United Kingdom; 070 is no mobile telephone in Korea
        PersonalDataKind.MOBILE,
        re.compile(
            rf"{NO_HASH}(?<![\d-])07[1-9]\d\d[ -]?\d{{3}}[ -]?\d{{3}}(?![\d-]){NO_HASH_ENDED}"
        ),
        no_thing,
    ),
    PersonalDataPattern(
        PersonalDataKind.MOBILE,
        re.compile(
            rf"{OWN_PHONE}(?:은|는|이|가|로|:)?[^\w\n+(]{{0,3}}(?:is|:)?\s?"
            r"(?P<piece>\+?\(?\d[\d(). -]{7,18}\d)(?!\d)"
        ),
        lambda digits, _before: 9 <= len(digits) <= 15 and not TOLL_FREE.fullmatch(digits),
    ),
    PersonalDataPattern(
        PersonalDataKind.PHONE,
        re.compile(
            rf"{NEW_NUMBER}(?:\((?=0\d{{1,2}}\)))?(?:\+?82[-. )]{{0,2}}\(?0?\)?|0)"
            rf"(?:2|[3-6]\d|70|50\d?)[-. )]{{0,3}}\d{{3,4}}[-. ]{{0,3}}\d{{4}}{ENDED}"
        ),
    ),
    PersonalDataPattern(
        PersonalDataKind.PHONE,
        re.compile(r"(?<![\w+])\+\d{1,3}(?:[-. ]{0,2}\(?\d{1,5}\)?){1,6}(?![\d-])"),
        lambda digits, _before: 8 <= len(digits) <= 15 and not TOLL_FREE.fullmatch(digits),
    ),
    PersonalDataPattern(
        PersonalDataKind.PHONE,
        re.compile(r"(?<![\d-])(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])[2-9]\d\d[-. ]\d{4}(?![\d-])"),
        lambda digits, before: not TOLL_FREE.fullmatch(digits) and no_thing(digits, before),
    ),
    PersonalDataPattern(
        PersonalDataKind.BUSINESS,
        re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{5}(?![\d-])"),
        lambda digits, before: check_digits.is_business(digits) and no_thing(digits, before),
    ),
    PersonalDataPattern(
        PersonalDataKind.BUSINESS,
        re.compile(
            r"(?:사업자|business)[^\d\n]{0,15}(?P<piece>\d{3}[- .]?\d{2}[- .]?\d{5})(?![\d-])"
            rf"|사업자[^\d\n]{{0,8}}?{WORD}{{10}}{SPOKEN_ENDED}",
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
        is_account,
    ),
    PersonalDataPattern(
        PersonalDataKind.ACCOUNT,
        re.compile(
            r"\b(?:account|acct)\.? ?(?:(?:number|no\.?|#)[^\d\n]{0,10}(?=\d{6})|(?=\d{8}))"
            r"(?P<piece>\d{6,17})(?!\d)"
            rf"|계좌[^\d\n]{{0,8}}?(?P<said>(?:{WORD}{{2,7}}[ -]?){{2,5}})",
            re.IGNORECASE,
        ),
        lambda digits, _before: not DATE.fullmatch(digits),
    ),
    PersonalDataPattern(
        PersonalDataKind.ACCOUNT,
        re.compile(
            r"(?:국민|신한|우리|하나|기업|농협|카카오|케이|수협|신협|부산|대구|광주|제일|씨티|우체국|토스)"
            r"(?:은행|뱅크)?[:은는이]? ?"
            r"(?P<piece>\d{3,6}[ .-]\d{2,6}[ .-]\d{2,8}(?:[ .-]\d{1,6})?)(?![\d-])"
        ),
        is_account,
    ),
    PersonalDataPattern(
        PersonalDataKind.BIRTH,
        re.compile(rf"(?<!\d){DAY} ?생(?![가-힣])|(?<!\d)(?P<piece>{DAY}) ?생(?=[이인의임]|입니)"),
    ),
    PersonalDataPattern(
        PersonalDataKind.BIRTH,
        re.compile(
            rf"(?:\bDOB\b|date of birth|born on|생년월일|(?<![가-힣])[제내] ?생일)"
            rf"[^\d\n]{{0,10}}(?P<piece>{DAY}|\d\d년 ?\d{{1,2}}월 ?\d{{1,2}}일"
            rf"|{MONTH_NAME} \d{{1,2}},? (?:19|20)\d\d"
            rf"|\d{{1,2}} {MONTH_NAME},? (?:19|20)\d\d)(?!\d)",
            re.IGNORECASE,
        ),
    ),
    PersonalDataPattern(PersonalDataKind.PLATE, re.compile(rf"{PLATE}(?=[^\n]{{0,12}}차)")),
    PersonalDataPattern(
        PersonalDataKind.PLATE, re.compile(PLATE), lambda _digits, before: "차" in before
    ),
    PersonalDataPattern(
        PersonalDataKind.HOME,
        re.compile(
            r"[가-힣](?:로|길) ?(?P<piece>\d{1,4}(?:-\d{1,3})?(?:번?길 ?\d{1,4})?[^\d\n]{0,20}"
            r"(?:\d{1,4}동 ?\d{1,4}호|\d{1,4}호(?=[^\n]{0,12}(?:집|자택|자취))))"
            r"|(?:(?:저희|우리|제|내|본인)\s?집|자택|자취방)[^\d\n]{0,24}?(?:로|길|동|리) ?"
            r"(?P<lot>\d{1,4}(?:-\d{1,3})?(?:번지|번길)?[^\n]{0,20}?\d{1,4}호)"
            r"|[가-힣](?:동|리|가) ?(?P<ground>\d{1,4}(?:-\d{1,3})?(?:번지)?[^\d\n]{0,6}"
            r"(?:\d{1,2}층 ?)?\d{1,4}호)"
            r"(?=[^\n]{0,12}(?:집|자택|자취))"
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
            rf"{BANK}[^\d\n]{{0,15}}(?<![\d-])(?P<piece>\d[\d .-]{{8,18}}\d)(?![\d-])",
            re.IGNORECASE,
        ),
        is_account,
    ),
)
