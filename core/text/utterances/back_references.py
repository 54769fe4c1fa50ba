"""Words that point back to what was said before: 그건, 그럼, 주말에는요; "what about", "and it".

So does a question that names nothing, such as "얼마예요?" and "how long does it take?".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kiwipiepy import Token

from core.text.korean import has_hangul

# As Kiwi tags them: pronouns, determiners, and adverbs that join a sentence to the one before.
# https://bab2min.github.io/kiwipiepy/#kiwi
_PRONOUNS: Final = frozenset(
    {"그거", "그것", "이거", "이것", "저거", "거기", "여기", "그쪽", "이쪽"}
)
_DETERMINERS: Final = frozenset({"그", "이", "저", "그런", "이런", "저런"})
_JOINING: Final = "MAJ"
_ADDING: Final = frozenset({"그리고", "또", "또한"})  # they begin something else
_POLITE, _SENTENCE_END = "요", "EF"
_CONDITIONS: Final = ("면", "라면", "려면")  # an ending that leaves the rest to what was said

ASKING: Final = frozenset({"얼마", "며칠", "언제", "어디", "누구", "뭐", "무엇", "가능", "필요"})
"""Nouns that ask for something and name nothing, as Kiwi tags them."""

_CALLS: Final = ("IC", "JX")  # interjections, and the 요 behind them

# Verbs that say of anything that it is, can be or takes place.
_LIGHT_VERBS: Final = frozenset(
    {"하", "되", "있", "없", "이", "그러", "어떻", "걸리", "들", "알리"}
)
_ENGLISH: Final = re.compile(
    r"^(?:and|but|so|then|(?:what|how) about)\b|\b(?:that|it|those|them|there|mine)\b",
    re.IGNORECASE,
)
_ENGLISH_CASE: Final = re.compile(
    r"(?:(?:and|but|so|ok|okay)[\s,]+)*(?:what(?: happens)? if|even if|if"
    r"|what happens (?:when|after|above|beyond|then))\b",
    re.IGNORECASE,
)
# A thing that the text does not name; "it" in "is it possible to …" stands for nothing.
_ENGLISH_UNNAMED: Final = re.compile(
    r"^(?:(?:and|but|so|then|also)\s+)?(?:what|how) about\b"
    r"|\b(?:this|that|those|these|them|mine)(?=\s*(?:one|too|as well)?\s*[?.!]*$)"
    r"|\bit\b(?!\s+(?:takes?|possible|ok|okay|allowed|costs?)\s+\w)",
    re.IGNORECASE,
)
_ENGLISH_NAMELESS: Final = re.compile(
    r"(?:(?:how|why|when|where|who|what|much|many|long|often|far|is|was|are|does|do|did|can|will"
    r"|must|should|i|we|you|it|that|this|take|cost|work|need|get|have|to|from|by|of|the|a|for|so|and|s|re)\W+)+",
    re.IGNORECASE,
)


def is_named(term: str) -> bool:
    """Return whether a term, as `Analyzer.terms` gives it, is a noun that names something."""
    return term.endswith("/N") and term.removesuffix("/N") not in ASKING | _PRONOUNS


def names_nothing(text: str) -> bool:
    """Return whether an English text has only words that name nothing, as "and when is it"."""
    return bool(_ENGLISH_NAMELESS.fullmatch(f"{text} "))


def points_back(text: str, tokens: Sequence[Token]) -> bool:
    """Return whether a text, which Kiwi has split into `tokens`, refers to something before it.

    Without its verb ("주말에는요?") it does as well, and without a noun or a name.
    """
    if not has_hangul(text):
        return bool(_ENGLISH.search(text)) or names_nothing(text)
    return is_incomplete(text, tokens) or any(
        token.tag == _JOINING and token.form not in _ADDING for token in tokens
    )


def is_incomplete(text: str, tokens: Sequence[Token]) -> bool:
    """Return whether a text leaves out what it is about, as "주말에는요?" and "how about it?" do.

    A word that joins it to what was said before ("그럼", "and") leaves out nothing.
    """
    if not has_hangul(text):
        return bool(_ENGLISH_UNNAMED.search(text)) or names_nothing(text)
    words = [token for token in tokens if not token.tag.startswith("S")]
    if len(words) > 1 and words[-1].form == _POLITE and words[-2].tag not in (_SENTENCE_END, "IC"):
        return True
    if words and (words[-1].form == "면요" or _names_nothing(tokens)):
        return True
    return any(
        (token.tag == "NP" and token.form in _PRONOUNS)
        or (token.tag == "MM" and token.form in _DETERMINERS)
        for token in tokens
    )


def is_case(text: str, tokens: Sequence[Token]) -> bool:
    """Return whether a text is only a condition, as "주말이 끼면요?" and "what if it rains?".

    It asks what holds in that case. What it is a case of was said before.
    """
    if not has_hangul(text):
        return bool(_ENGLISH_CASE.match(text))
    words = [token for token in tokens if not token.tag.startswith("S")]
    asked = next((n for n, token in enumerate(words) if token.form.startswith("어떻")), 0)
    if asked and _names_nothing(words[asked:]):  # "늦으면 어떻게 돼요?"
        words = words[:asked]
    if len(words) > 1 and words[-1].form == _POLITE:
        words.pop()
    if not words or not words[-1].tag.startswith("E"):
        return False
    ending = words[-1].form.removesuffix(_POLITE)
    return ending.endswith("면") and not ending.endswith("려면")


def _names_nothing(tokens: Sequence[Token]) -> bool:
    """Return whether the tokens have no noun or name, and no verb that says what is done.

    A mere condition ("다시 열려면?") may have a verb: what follows from it was said before. A mere
    call ("하이요") asks nothing.
    """
    if any(
        token.tag in ("NNG", "NNP", "NP", "SL", "SH", "XR") and token.form not in ASKING
        for token in tokens
    ):
        return False
    words = [token for token in tokens if not token.tag.startswith("S")]
    if all(token.tag in _CALLS for token in words):
        return False
    verbs = [token.form for token in words if token.tag.startswith(("VV", "VA"))]
    return words[-1].form in _CONDITIONS or _LIGHT_VERBS.issuperset(verbs)
