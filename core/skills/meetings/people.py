"""The people of a meeting: mentions, and names in a row, in Korean and English."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

_MENTION: Final = re.compile(r"@[^\s,@]+")
_PARTICLES: Final = re.compile(r"(?:님|씨)?(?:이랑|랑|하고|과|와|도|은|는|를|을)?$")
_ROLE: Final = (
    "(?:본부장|팀장|과장|대리|부장|차장|사원|이사|대표|사장|실장|원장|주임|책임|수석|매니저|선생|교수"
    "|선배|후배|변호사|작가|코치)"
)
# What may stand before a role without being a name: "우리 팀장님", "잡아 줘 팀장님이랑".
_NO_NAME: Final = r"(?:에|까지|부터|우리|저희|담당|회의|미팅|\S*(?:줘|줄래|세요|하자|해요))\s"
# A name may be a given name, a role, or both, with what is put behind either.
_NAME: Final = (
    rf"(?:(?!{_NO_NAME})[가-힣A-Za-z]{{1,8}}\s+(?={_ROLE}))?"
    r"@?[가-힣A-Za-z][\w.-]{0,19}?(?:\s?[님씨])?"
)
_AND: Final = r"(?:\s*,\s*(?:그리고\s*)?|\s+그리고\s+|\s*·\s*|\s+및\s+|(?:이랑|랑|하고|과|와)\s+)"
_BEGINS: Final = r"(?<![^\s,])"
_ROW: Final = rf"{_NAME}(?:{_AND}{_NAME})*"
_WITH: Final = re.compile(
    rf"{_BEGINS}(?P<names>{_ROW})(?:이랑|랑|하고(?!\s*싶)|과|와)(?:\s*(?:함께|같이))?(?=[\s,]|$)"
)
_NO_ENGLISH_NAME: Final = (
    r"(?:invite|add|include|bring|remove|without|drop|but|and|or|not|book|schedule|set|arrange"
    r"|please|move|cancel|at|on|for|in|if|when)\b"
)
_ENGLISH_NAME: Final = (
    rf"(?!{_NO_ENGLISH_NAME})(?:(?:the|my|our)\s)?"
    r"@?[A-Za-z가-힣][\w.'-]*(?:\s(?:[A-Z][\w.'-]*|team))*"
)
_ARTICLE: Final = re.compile(r"^(?:the|my|our)\s+(?=\S)", re.IGNORECASE)
_ENGLISH_AND: Final = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*[&+]\s*)"
_ENGLISH_ROW: Final = rf"{_ENGLISH_NAME}(?:{_ENGLISH_AND}{_ENGLISH_NAME})*"
_OUT_OF: Final = r"(?:remove|without|drop|leave out|take out)"
_ENGLISH_WITH: Final = re.compile(
    rf"(?<!\w)(?:w/|w\.?(?=\s+@?(?-i:[A-Z가-힣]))|(?:with|invite|add|include|bring|{_OUT_OF}"
    r"|(?:(?:(?:works?|good|fine|okay?)\s+for|suits?)(?:\s+both)?|(?:for\s+)?both)"
    r"(?=\s+@?(?-i:[A-Z가-힣]))"
    r"|(?:see|meet|call|ping|(?:talk|speak) to)(?=\s+(?:(?:the|my|our)\s)?@?(?-i:[A-Z가-힣])))"
    rf"\s)\s*(?P<names>{_ENGLISH_ROW})"
)
_ADDED: Final = re.compile(
    rf"{_BEGINS}(?P<names>{_ROW})(?:도|는|은|를|을)?\s*"
    r"(?=추가|불러|부르|초대|빼|제외|없이|같이|함께)"
)
_ASKED: Final = re.compile(
    rf"{_BEGINS}(?P<names>{_NAME})(?:한테|에게|께|(?:를|을)?\s*(?=만나|뵙|봬))"
)
_CANNOT_COME: Final = r"(?:못|안)\s*(?:온|오|와|올|된|되|돼|가)|불참"
_INSTEAD: Final = r"(?:으로|로|를|을|이랑|랑|하고|과|와|도)?(?=[\s,.!]|$)"
# Whom a message takes out of a meeting, and who comes instead.
_TAKEN_OUT: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_BEGINS}(?P<out>{_ROW})(?:은|는|이|가|를|을)?\s*(?:빼|제외|없이|{_CANNOT_COME})",
        rf"{_BEGINS}(?P<out>{_NAME})\s*(?:말고|대신에?|빼고)\s*(?P<instead>{_NAME}){_INSTEAD}",
        rf"(?<!\w){_OUT_OF}\s+(?P<out>{_ENGLISH_ROW})",
        rf"(?<!\w)not\s+(?P<out>{_ENGLISH_NAME})\s*(?:,|\bbut\b)\s*(?P<instead>{_ENGLISH_NAME})",
        rf"(?<!\w)(?P<out>{_ENGLISH_NAME})\s+(?:can.?t|cannot|won.?t|isn.?t|is not)\b",
        rf"(?<!\w)(?P<instead>{_ENGLISH_NAME})\s+instead of\s+(?P<out>{_ENGLISH_NAME})",
        rf"(?<!\w)(?:swap|replace)\s+(?P<out>{_ENGLISH_NAME})\s+(?:for|with|by)\s+(?P<instead>{_ENGLISH_NAME})",
    )
)
_POLITE_END: Final = re.compile(r"(?:(?:이?(?:요|에요|예요)|입니다)\s*)?[.!~]*\s*$")
# After a consonant, a given name takes an 이 before what is put behind it: 지영이도.
_NAME_WITH_I: Final = re.compile(r"(?P<name>[가-힣]{2,3})이$")
_SEPARATOR: Final = re.compile(rf"{_AND}|{_ENGLISH_AND}")
_NOBODY: Final = frozenset(
    (
        *("a", "an", "the", "it", "me", "us", "my", "our", "your", "you", "him", "her", "them"),
        *("where", "when", "what", "which", "who", "why", "how"),
        *("this", "that", "everyone", "all", "at", "on", "for", "in", "to", "나", "저", "우리"),
    )
)
_NOT_NAMES: Final = re.compile(
    r"^(?:회의|미팅|약속|일정|시간|오전|오후|그리고|아니|에|로|도|은|는|얘기|이야기|통화|상의|논의|식사|밥|차|커피|그거|이거"
    r"|그때|저|다들|모두|전부|누구|그분|이분|명|사람|분|분들|온대|온다)$"
)


Bare = Callable[[str], Sequence[re.Match[str]]]


def read_people(
    rest: str, bare: Bare | None = None, *, listed: bool = False
) -> tuple[tuple[str, ...], str]:
    """Return who is named in a message without its times, and the message without them.

    `bare` finds the names that stand by themselves. `listed` tells that people were asked for, so
    that all words are names.
    """
    found: list[str] = []
    for form in (_ENGLISH_WITH, _WITH, _ADDED, _ASKED):
        for match in form.finditer(rest):
            found += _names(match["names"])
            rest = _blanked(rest, match)
    for match in _MENTION.finditer(rest):
        found += _names(match[0])
        rest = _blanked(rest, match)
    for match in bare(rest) if bare else ():
        name = match["names"]  # a row, if it is not Korean
        found += _names(name) if name.isascii() else [_without_i(name)]
        rest = _blanked(rest, match)
    if listed and not rest.rstrip().endswith(("?", "나요", "까요")):
        found += _names(_POLITE_END.sub("", rest))
        rest = ""
    return tuple(dict.fromkeys(found)), rest


def read_taken_out(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return whom a message without its times takes out, and who comes instead."""
    found = [match.groupdict() for form in _TAKEN_OUT for match in form.finditer(text)]
    out = [name for one in found for name in _names(one["out"])]
    instead = [name for one in found for name in _names(one.get("instead") or "")]
    return tuple(dict.fromkeys(out)), tuple(dict.fromkeys(instead))


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
    return _without_i(_ARTICLE.sub("", _PARTICLES.sub("", part)).strip())


def _without_i(name: str) -> str:
    match = _NAME_WITH_I.match(name)
    ends_in_consonant = match and (ord(match["name"][-1]) - ord("가")) % 28
    return match["name"] if match and ends_in_consonant else name
