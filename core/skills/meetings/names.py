"""Names that stand by themselves in a message: "민수 지영 내일 3시 회의", "Ravi, Leo and me".

Kiwi knows many given names, and takes what it does not know for a name before "씨".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from kiwipiepy import Token

Tokens = Callable[[str], Sequence[Token]]

_HANGUL_WORD: Final = re.compile(r"(?<![^\s,])(?P<names>[가-힣]{2,5})(?=[\s,?!.]|$)")
_POLITE: Final = re.compile(r"(?<=..)(?:님|씨|이)$")
_PLACES: Final = re.compile(
    "서울|부산|대구|인천|광주|대전|울산|세종|제주|강남|강북|판교|여의도|분당|수원|성남|용인|종로|홍대|잠실"
    "|경기|강원|충북|충남|전북|전남|경북|경남|한국|미국|일본|중국|베트남|도쿄|뉴욕|런던"
)
_NAME: Final = r"[A-Z][a-z][\w'-]*(?:\s[A-Z][a-z][\w'-]*)*"
_AND: Final = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)"
_ROW: Final = re.compile(
    rf"(?<![\w@'’])(?P<names>{_NAME}(?:{_AND}(?:{_NAME}|me\b|I\b))*)(?![\w'’])"
)
# What begins with a capital letter and is no person's name.
_NO_PERSON: Final = re.compile(
    r"\b(?:meetings?|calls?|talks?|sync|standup|stand-up|interview|demo|workshop|catch|lunch"
    r"|dinner|coffee|breakfast|chat|review|retro|kickoff|offsite|planning|sprint|design|product"
    r"|budget|strategy|roadmap|marketing|sales|engineering|finance|legal|project|status|weekly"
    r"|daily|monthly|quarterly|board|team|all|hands|town|hall|onboarding|training|launch|release"
    r"|client|customer|zoom|teams|slack|meet|google|discord|room|calendar|schedule|agenda|diary)\b",
    re.IGNORECASE,
)
# Nothing else stands in its clause, but for the blanks in the place of a time.
_STANDS_ALONE: Final = re.compile(r"\s*(?:\s{2}|[,.!?]|$)")
_UNKNOWN: Final = 100  # Kiwi's first morphemes stand for words of each tag that it does not know
_VERB: Final = ("VA", "VV", "VX", "EF")


def bare_names(text: str, tokens: Tokens, is_word: Callable[[str], bool]) -> list[re.Match[str]]:
    """Return the names in a message without its times, and without other people.

    `tokens` splits Korean into morphemes; `is_word` tells which words are no names.
    """
    words = [one for one in _HANGUL_WORD.finditer(text) if not is_word(one["names"])]
    sure = [_is_name(one["names"], tokens) for one in words]
    found = [
        word
        for place, word in enumerate(words)
        if sure[place]
        or (any(sure[max(place - 1, 0) : place + 2]) and _may_be_name(word["names"], tokens))
    ]
    return found + [row for row in _ROW.finditer(text) if _names_people(row, is_word)]


def _is_name(word: str, tokens: Tokens) -> bool:
    """Return whether a word is the name of a person whom it calls by nothing else."""
    name = _POLITE.sub("", word)
    if _PLACES.fullmatch(name) or _PLACES.fullmatch(word):
        return False
    first, *rest = tokens(name)
    if first.tag != "NNP":
        return False
    return not rest or (len(first.form) == 1 and all(one.tag.startswith("N") for one in rest))


def _may_be_name(word: str, tokens: Tokens) -> bool:
    """Return whether a word may be a name, beside another one."""
    alone, called = tokens(word), tokens(f"{word} 씨가")
    is_known = len(alone) == 1 and alone[0].id >= _UNKNOWN
    is_word = is_known or any(one.tag.startswith(_VERB) for one in alone[1:])
    is_name = called[0].form == word and called[0].tag == "NNP"
    return is_name and not is_word and not alone[0].tag.startswith("VA")


def _names_people(row: re.Match[str], is_word: Callable[[str], bool]) -> bool:
    """Return whether English words with capital letters are people's names."""
    names = row["names"]
    if _NO_PERSON.search(names) or is_word(names.split()[0].strip(",").lower()):
        return False
    before = row.string[: row.start()].rstrip()
    begins = not before or before[-1] in ".!?:;"
    return not begins or " " in names or bool(_STANDS_ALONE.match(row.string, row.end()))
