"""The people of a meeting: mentions, and names in a row, in Korean and English."""

from __future__ import annotations

import re
from typing import Final

_MENTION: Final = re.compile(r"@[^\s,@]+")
_PARTICLES: Final = re.compile(r"(?:님|씨)?(?:이랑|랑|하고|과|와|도|은|는|를|을)?$")
# A name may be a given name or a role, with what is put behind either.
_NAME: Final = r"@?[가-힣A-Za-z][\w.-]{0,19}?(?:\s?[님씨])?"
_AND: Final = r"(?:\s*,\s*(?:그리고\s*)?|\s+그리고\s+|\s*·\s*|\s+및\s+|(?:이랑|랑|하고|과|와)\s+)"
_WITH: Final = re.compile(
    rf"(?<![^\s,])(?P<names>{_NAME}(?:{_AND}{_NAME})*)(?:이랑|랑|하고|과|와)(?:\s*(?:함께|같이))?(?=[\s,]|$)"
)
_ENGLISH_NAME: Final = r"(?:(?:the|my|our)\s)?@?[A-Za-z가-힣][\w.'-]*(?:\s(?:[A-Z][\w.'-]*|team))*"
_ARTICLE: Final = re.compile(r"^(?:the|my|our)\s+(?=\S)", re.IGNORECASE)
_ENGLISH_AND: Final = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)"
_ENGLISH_WITH: Final = re.compile(
    rf"(?<!\w)(?:with|invite|add|include|remove|without|drop)\s+(?P<names>{_ENGLISH_NAME}(?:{_ENGLISH_AND}{_ENGLISH_NAME})*)"
)
_ADDED: Final = re.compile(
    rf"(?<![^\s,])(?P<names>{_NAME}(?:{_AND}{_NAME})*)(?:도|는|은|를|을)?\s*(?=추가|불러|부르|초대|빼|제외|없이|같이|함께)"
)
_POLITE_END: Final = re.compile(r"(?:(?:이?(?:요|에요|예요)|입니다)\s*)?[.!~]*\s*$")
# After a consonant, a given name takes an 이 before what is put behind it: 지영이도.
_NAME_WITH_I: Final = re.compile(r"(?P<name>[가-힣]{2,3})이$")
_SEPARATOR: Final = re.compile(rf"{_AND}|{_ENGLISH_AND}")
_NOBODY: Final = frozenset(
    (
        *("a", "an", "the", "it", "me", "us", "my", "our", "your", "you", "him", "her", "them"),
        *("this", "that", "everyone", "all", "at", "on", "for", "in", "to", "나", "저", "우리"),
    )
)
_NOT_NAMES: Final = re.compile(
    r"^(?:회의|미팅|약속|일정|시간|오전|오후|그리고|아니|에|로|도|은|는)$"
)


def read_people(rest: str, *, listed: bool = False) -> tuple[tuple[str, ...], str]:
    """Return who is named in a message without its times, and the message without them.

    `listed` tells that people were asked for, so that bare names are names.
    """
    found: list[str] = []
    for form in (_ENGLISH_WITH, _WITH, _ADDED):
        for match in form.finditer(rest):
            found += _names(match["names"])
            rest = _blanked(rest, match)
    for match in _MENTION.finditer(rest):
        found += _names(match[0])
        rest = _blanked(rest, match)
    if listed and not rest.rstrip().endswith(("?", "나요", "까요")):
        found += _names(_POLITE_END.sub("", rest))
        rest = ""
    return tuple(dict.fromkeys(found)), rest


def _blanked(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " * len(match[0]) + text[match.end() :]


def _names(text: str) -> list[str]:
    parts = (_named(part.strip()) for part in _SEPARATOR.split(text))
    return [
        part
        for part in parts
        if part and part.lower() not in _NOBODY and not _NOT_NAMES.match(part)
    ]


def _named(part: str) -> str:
    name = _ARTICLE.sub("", _PARTICLES.sub("", part)).strip()
    match = _NAME_WITH_I.match(name)
    ends_in_consonant = match and (ord(match["name"][-1]) - ord("가")) % 28
    return match["name"] if match and ends_in_consonant else name
