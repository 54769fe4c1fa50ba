"""The values that questions ask for, such as a price or a length of time, and texts that have them.

"얼마예요?" and "how long does it take?" name no subject, but tell of what kind their answer is. The
signs are those of grammar alone, and no word of any subject is among them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.text.amounts import Amount, amounts
from core.text.numerals import ENGLISH, any_of
from core.text.utterances.back_references import names_nothing

_MONEY_UNITS: Final = frozenset("원 $ € £ ¥".split())  # noqa: SIM905
_MOMENTS: Final = frozenset({"date", "time", "hour"})


@dataclass(frozen=True, slots=True)
class AskedValue:
    """A kind of value: how it is asked for, and the words and amounts in which it is told."""

    asked: re.Pattern[str]
    told: re.Pattern[str]
    counts: Callable[[Amount], bool]

    def is_in(self, text: str) -> bool:
        """Return whether a text has a value of this kind."""
        return bool(self.told.search(text)) or any(map(self.counts, amounts(text)))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


# The first that is asked for counts: "얼마나 걸려요" asks for a length, and "얼마예요" for a price.
_VALUES: Final = (
    AskedValue(  # a length of time
        _pattern(
            r"얼마나 ?(?:오래|걸[려리]|기다|쓸|이용|사용|보관|빌릴|머물|유지)\S*"
            r"|(?:며칠|몇 ?(?:시간|분|주|개월|달|년|일))(?:이나|쯤|정도)?"
            r" ?(?:걸[려리]\S*|기다\S*|만에\S*|안에\S*|동안\S*|뒤\S*|후\S*|이?[예에]요)?"
            r"|기간|how (?:long|soon|fast|quickly|many (?:days|hours|weeks|months|minutes))"
            r"(?: (?:does|do|will|is|are|would) (?:it|that|this|they))?(?: (?:take|last))?"
        ),
        _pattern(r"(?<!\w)(?:즉시|바로|immediately|instantly|at once)(?!\w)"),
        lambda amount: amount.minutes is not None,
    ),
    AskedValue(  # a price
        _pattern(
            r"얼마(?!나)\S*"
            r"|(?:돈|비용|요금|가격|값|금액)\S*"
            r"(?: ?더)?(?: ?(?:내|드|들|있|필요)\S*)?"
            r"|how much(?: more)?(?: (?:is|are|does|do|would) (?:it|that|this|they))?(?: cost)?"
            r"|\b(?:costs?|prices?|fees?|charges?)\b"
        ),
        _pattern(r"무료|무상|공짜|\bfree\b(?!-)|no charge"),
        lambda amount: amount.unit in _MONEY_UNITS,
    ),
    AskedValue(  # the last moment: "14일 전까지", "two weeks ahead"
        _pattern(r"언제 ?까지\S*|기한|마감|\b(?:until|till|by) when\b|\bdeadlines?\b"),
        _pattern(
            r"(?:시간|분|[일주달년]|개월) ?(?:전|이내|안에)|전날|당일"
            r"|\b(?:before|ahead|in advance|within)\b"
        ),
        lambda amount: amount.unit in _MOMENTS,
    ),
    AskedValue(  # a moment
        _pattern(
            r"언제\S*|몇 ?시(?!간)\S*|무슨 ?(?:요일|날)\S*|시간(?=[은이]?요?\W*$)"
            r"|\b(?:from |until |till |by |since )?"
            r"(?:when|(?:what|which) (?:times?|days?|hours|dates?))\b|\bhours\b"
        ),
        _pattern(
            r"[월화수목금토일]요일|평일|주말|전날|당일|매[일주달월년]"
            r"|\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)days?\b|\b(?:weekdays|weekends|daily)\b"
        ),
        lambda amount: amount.unit in _MOMENTS,
    ),
    AskedValue(  # a number of anything
        _pattern(
            r"(?<!\S)몇 ?[가-힣]+|얼마나 ?(?:자주|많|멀|깊|크|높|무거)\S*"
            r"|how (?:many|often|far|old|big|large|deep|tall|heavy|high)\b(?: times)?"
        ),
        _pattern(rf"\b{any_of(*ENGLISH)}\b"),
        lambda amount: amount.unit not in _MONEY_UNITS | _MOMENTS,
    ),
    AskedValue(  # papers
        _pattern(r"(?:구비)?서류\S*|준비물\S*|\b(?:documents?|paperwork|papers)\b"),
        _pattern(
            r"(?:증명|확인|신고|동의|신청|계약|등록|진단|소견|추천|고지|청구)서|[가-힣]{2}증(?![가-힣]{2})"
            r"|등본|사본|원본|\b(?:certificates?|forms?|passport|licen[cs]e|id card)\b"
        ),
        lambda _amount: False,
    ),
    AskedValue(  # a reason
        _pattern(r"(?<!\S)왜\S*|이유\S*|\bwhy\b(?: is (?:that|it))?"),
        _pattern(
            r"때문|위해|위하여|므로|[이]라서|\b(?:because|since|so that|due to|in order to)\b"
        ),
        lambda _amount: False,
    ),
)


def asked_value(question: str) -> AskedValue | None:
    """Return the kind of value that a question asks for; None if it asks for no such."""
    return next((value for value in _VALUES if value.asked.search(question)), None)


def without_value(question: str) -> str:
    """Return what a question says beside the kind of value that it asks for.

    It is "" if that is nothing: "돈 내야 돼요?" asks for a price, and names no subject.
    """
    value = asked_value(question)
    rest = value.asked.sub(" ", question).strip() if value else question
    return "" if value and (names_nothing(rest) or not any(map(str.isalnum, rest))) else rest
