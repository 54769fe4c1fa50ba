"""Stances: which of some opposites a statement takes, such as who may, whether they must, and when.

The opposites are of closed classes: particles, adverbs and verbs that any subject has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from kiwipiepy import Token

from core.text.amounts import Amount

_WEEK_KO: Final = r"\s?(?:주(?![가-힣])|주[에의]|[월화수목금토일]요일)"
_WEEK: Final = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|week)\b"
# On each scale, a statement may take one of the sides, and not two of them.
_SCALES: Final = {
    "who": {
        "anyone": r"(?<!면 )누구(?:나|든)|\b(?:any|every)(?:one|body)\b|\bopen to all\b",
        "some": r"\b(?:only (?:for|open to)|for [a-z]+ only|[a-z]+s only|only [a-z]+s)\b",
    },
    "duty": {
        "must": r"반드시|꼭|필수|[아어여해와워려]야\s?[하합해됩돼되]|있어야\s[^.!?\n]{0,16}\s수\s있"
        r"|\b(?:must|ha(?:ve|s) to|required|mandatory|obligatory)\b",
        "need not": r"(?:지 않아|안 [가-힣]+)도\s?[되돼됩괜]|없어도|없이도|필요(?:는|가)?\s?없"
        r"|\b(?:need not|(?:not|n['’]t) (?:need|have|required) to|not required|optional)\b",
    },
    "place in a row": {
        "first": r"(?<![가-힣])첫(?:째|\s?번째)?\s|\bfirst (?!\w*ly)(?=\w)",
        "last": r"(?<![가-힣])마지막\s|\blast (?=\w+day|working|week|month)",
    },
    "week of the month": {
        "1": rf"(?<![가-힣])첫(?:째|\s?번째)?{_WEEK_KO}|\bfirst {_WEEK}",
        "2": rf"(?<![가-힣])(?:둘째|두\s?번째){_WEEK_KO}|\bsecond {_WEEK}",
        "3": rf"(?<![가-힣])(?:셋째|세\s?번째){_WEEK_KO}|\bthird {_WEEK}",
        "4": rf"(?<![가-힣])(?:넷째|네\s?번째){_WEEK_KO}|\bfourth {_WEEK}",
        "last": rf"(?<![가-힣])마지막{_WEEK_KO}|\blast {_WEEK}",
    },
    "how many of them": {
        "all": r"(?:두|둘|양)\s?[가-힣]*\s?(?:다|모두|쪽)(?![가-힣])|\bboth\b",
        "one": r"(?<![가-힣])(?:하나|(?:한|어느)\s?[가-힣]+)만(?![가-힣])|\bonly one\b|\beither\b",
    },
    "how much of it": {
        "all": r"전액|전부|\b(?:in full|fully|full)\b",
        "part": r"절반|반액|일부|\b(?:half|partly|partial|partially)\b",
    },
    "way": {
        "online": r"(?:온라인|인터넷|이메일|홈페이지)[가-힣]*만(?![가-힣])"
        r"|\bonline only\b|\bonly online\b",
        "in person": r"(?:방문|현장|창구|우편)(?:\s?[가-힣]+)?만(?![가-힣])|\bin person\b",
    },
}
_SIDES: Final = tuple(
    (scale, side, re.compile(pattern, re.IGNORECASE))
    for scale, sides in _SCALES.items()
    for side, pattern in sides.items()
)
_NEED_NOT: Final = ("duty", "need not")
_MUST: Final = ("duty", "must")
# What happens before or after the same: "식사 전에", "after the inspection".
_ORDER: Final = re.compile(
    r"(?P<ko>[가-힣]{2,}?)\s?(?P<when>전|후|뒤)에(?:는|만)?(?![가-힣])"
    r"|\b(?P<when_en>before|after) (?:the |your |an? )?(?P<en>[a-z]{3,})\b",
    re.IGNORECASE,
)
_BEFORE: Final = frozenset({"전", "before"})
# A time without an end, which a length of time contradicts if it ends the same.
_ENDLESS: Final = re.compile(
    r"언제(?:든|나)|아무\s?때나|무기한"
    r"|\bnever expires?\b|\bno expir\w+\b|\bat any time\b|\bany time\b",
    re.IGNORECASE,
)
_LATER: Final = re.compile(r"\b(?:day|week|month|year)s? (?:after|later|from)\b", re.IGNORECASE)
# How often something happens, with its period in minutes.
_OFTEN: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), minutes)
    for pattern, minutes in (
        (r"매일|\bevery day\b|\bdaily\b", 1440.0),
        (r"매주|\bevery week\b|\bweekly\b", 10_080.0),
        (r"매달|매월|\bevery month\b|\bmonthly\b", 43_200.0),
        (r"매년|해마다|\bevery year\b|\byearly\b|\bannually\b", 365 * 1440.0),
    )
)
_WITHIN, _AFTER, _EACH = 1, 2, 3  # what a length of time limits; see `Amount.bound`

# English words that only take a side, and do not say what a statement is about.
SIDE_WORDS: Final = frozenset(
    """
    anyone anybody everyone everybody open both either first last online person must
    requir require optional mandatory obligatory need
    """.split()  # noqa: SIM905 - a list of words is easier to read so
)

Stance = tuple[str, str]


def stances_of(tokens: Sequence[Token], text: str, known: Sequence[Amount]) -> frozenset[Stance]:
    """Return the stances of a statement with some amounts, each a scale and a side of it."""
    found = {(scale, side) for scale, side, pattern in _SIDES if pattern.search(text)}
    if _NEED_NOT in found:  # "you do not have to" has the words of a duty
        found.discard(_MUST)
    for before, particle in pairwise(tokens):
        if particle.tag == "JX" and before.tag in ("NNG", "NNP", "XSN"):
            if particle.form == "만":
                found.add(("who", "some"))
            elif particle.form == "도":
                found.add(("who", "anyone"))
    for match in _ORDER.finditer(text):
        when = (match["when"] or match["when_en"]).lower()
        side = "before" if when in _BEFORE else "after"
        found.add((f"order of {(match['ko'] or match['en']).lower()}", side))
    if _ENDLESS.search(text):
        found.add(("end", "none"))
    elif any(
        one.minutes and (one.bound in (_WITHIN, _AFTER) or _LATER.search(text)) for one in known
    ):
        found.add(("end", "some"))
    return frozenset(found | {("how often", str(one)) for one in _periods(text, known)})


def _periods(text: str, known: Sequence[Amount]) -> set[float]:
    """Return the lengths of time, in minutes, after which something happens again."""
    again = {one.minutes for one in known if one.minutes and one.bound == _EACH}
    if again:
        return again
    return {minutes for pattern, minutes in _OFTEN if pattern.search(text)}


def opposes(some: frozenset[Stance], others: frozenset[Stance]) -> bool:
    """Return whether others take sides on a scale where some take one, and none that is shared."""
    for scale, _ in some:
        sides = {side for of, side in some if of == scale}
        known = {side for of, side in others if of == scale}
        if known and not sides & known:
            return True
    return False
