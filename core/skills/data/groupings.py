"""The ways to group that a question names: "월별", "가장 많이 팔린 상품", "어느 도시"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.skills.data.book import Grouping
from core.text.numerals import ENGLISH, KOREAN, any_of

RANKED: Final = re.compile(
    r"(?i:\b(?:most|least|best|worst|top|bottom|highest|lowest|biggest|largest|smallest|cheapest"
    r"|fewest|busiest|expensive|popular|rank\w*|number one|number 1)\b)"
    r"|가장|제일|최고|최저|최다|최대|최소|상위|하위|(?i:top)|베스트|순위|랭킹|인기|1위|일등|꼴찌"
    r"|(?<!얼마나)(?<!얼마나 )많이|많은|많았|많아"
    r"|적은|적게|높은|높았|높아|낮은|낮았|(?<![가-힣])잘|(?<![가-힣])(?:안|못|덜)\s|부진|(?<![가-힣])싼|저렴|비싼"
    r"|(?<![가-힣])큰|컸|좋은|좋았|나쁜|나빴|저조|부족|모자라|모자란|넉넉|잦은|잦았|주로"
)
PARTICLE: Final = (
    r"(?=$|[^가-힣]|은|는|이|가|을|를|의|에|로|으로|도|만|별|마다|야|예|인|중|순|들|님"
    r"|한테|께|부터|하고|과|와|랑|끼리)"
)
_EXTREME: Final = (
    r"(?:가장|제일|많이|적게|많은|적은|높은|낮은|큰|작은|좋은|나쁜|비싼|싼|저렴한|인기|베스트|상위|하위|최고|최저"
    r"|최다|최대|최소|잦은|잘|안|못|덜|주로|자주|1위|일위|일등)"
)
COUNT: Final = rf"(\d+|(?<![가-힣]){any_of(*KOREAN)})"
# "Most customers" is how many, and "the most loyal customers" are groups.
_EXTREME_ENGLISH: Final = (
    r"(?:(?:number one|number 1|no\. ?1|top|bottom|best|worst|cheapest|highest|lowest|biggest"
    r"|busiest|largest|smallest)\S*"
    r"|(?:most|least)\s+\S+)"
)
# "What do customers buy" asks for no customers.
_VERB: Final = r"(?:do|does|did|have|has|can|are|is|were|was|will)\b"
# A particle that belongs to the word before it goes with that word.
_DANGLING: Final = re.compile(
    r"(?:에서는|에서도|에서|에는|에도|에게|에|께서|한테|으로|로|부터|까지|동안|간|은|는|이|가|을|를|의|도|만|과|와|랑|이랑)"
    r"(?=[\s?!.,]|$)"
)
THING: Final = " 것 "  # stands where the groups were: what is said of them is read right


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms of a grouping: "…별", the thing that is looked for, or a question word."""

    grouping: Grouping
    each: re.Pattern[str]
    named: tuple[re.Pattern[str], ...]
    label: re.Pattern[str]
    asked: re.Pattern[str] | None


class GroupingReader:
    """Finds groupings in text. All patterns are compiled once."""

    def __init__(self, groupings: Sequence[Grouping]) -> None:
        self._forms = [_forms_of(grouping) for grouping in groupings]

    def read(self, text: str) -> tuple[tuple[Grouping, ...], str]:
        """Return the ways to group that a text names, and the text without them.

        Of several that are looked for it is the one that the text ends with. "…별" beside another
        is a question of two groupings, and both are returned, "…별" first.
        """
        text = text.replace("’", "'")
        each: dict[int, tuple[Grouping, int]] = {}
        named: dict[int, tuple[Grouping, int]] = {}
        for forms in self._forms:
            for match in forms.each.finditer(text):
                if match.end() > each.get(match.start(), (None, 0))[1]:
                    each[match.start()] = (forms.grouping, match.end())
            for place, end in _places(forms.named, text):
                if end > named.get(place, (None, 0))[1]:  # "day of the week" is no day
                    named[place] = (forms.grouping, end)
        chosen = {**each}
        rest = {place: found for place, found in named.items() if place not in each}
        if rest:
            chosen[max(rest)] = rest[max(rest)]
        if not chosen and RANKED.search(text):
            chosen = self._asked(text)
        for place, (_, end) in sorted(chosen.items(), reverse=True):
            text = without(text, place, end, instead=" " if place in each else THING)
        order = sorted(chosen, key=lambda place: (place not in each, place))
        found = dict.fromkeys(chosen[place][0] for place in order)
        return tuple(found), text

    def without_label(self, rest: str, column: str) -> str:
        """Take away the name of a column that follows one of its values: "가전 카테고리"."""
        for forms in self._forms:
            named = forms.grouping.select.endswith(f".{column}")
            if named and (match := forms.label.match(rest)):
                return rest[match.end() :]
        return rest

    def _asked(self, text: str) -> dict[int, tuple[Grouping, int]]:
        for forms in self._forms:
            if forms.asked and (match := forms.asked.search(text)):
                return {match.start(): (forms.grouping, match.end())}
        return {}


def without(text: str, start: int, end: int, *, instead: str = " ") -> str:
    """Return the text without a span of it, and without the particle that belongs to it."""
    if particle := _DANGLING.match(text, end):
        end = particle.end()
    return f"{text[:start]}{instead}{text[end:]}"


def spaced(word: str) -> str:
    return r"\s*".join(map(re.escape, word.replace(" ", "")))


def _forms_of(grouping: Grouping) -> _Forms:
    if grouping.name.isascii():
        return _english_forms_of(grouping)
    word = any_word(grouping)
    each = rf"(?<![가-힣]){word}\s*(?:별|마다)(?:로)?"
    if grouping.alone:
        each = rf"{each}|(?<![가-힣]){_any_of(grouping.alone)}"
    begun = rf"(?<![가-힣])(?P<w>{word})"
    no_count = r"(?!\s*(?:수|숫자|개수)(?![가-힣]))"
    named = (
        rf"(?:어느|어떤|무슨)\s*{begun}{PARTICLE}",
        rf"{_EXTREME}\S*\s+(?:\S+\s+){{0,3}}?{begun}{PARTICLE}{no_count}",
        rf"{begun}(?:은|는|이|가)?\s*(?=(?:뭐|뭔|무엇|어디|누구|어느|언제)[가-힣]*\s*[?.!]*\s*$)",
        rf"{begun}\s*(?:순위|랭킹|베스트|톱|(?i:top)|상위|하위)",
        rf"{begun}\s*(?:중에서?|가운데)(?=.*{_EXTREME})",
        rf"{COUNT}\s*(?:개|가지|명|곳)?\s*(?:의\s*)?{begun}(?=\s*$|\s+(?:을|를)?\s*(?:보여|알려|뽑))",
    )
    asked = re.compile(rf"(?<![가-힣]){_any_of(grouping.asked)}") if grouping.asked else None
    return _Forms(
        grouping,
        re.compile(each),
        tuple(map(re.compile, named)),
        re.compile(rf"\s*{word}{PARTICLE}(?!별|마다)"),
        asked,
    )


def _english_forms_of(grouping: Grouping) -> _Forms:
    word = any_word(grouping)
    alone = f"|\\b{any_of(*map(re.escape, grouping.alone))}\\b" if grouping.alone else ""
    named = (
        rf"\b(?:which|what)\s+(?:(?!{_VERB})\w+\s+)??(?P<w>{word})\b",
        rf"\b{_EXTREME_ENGLISH}\s+(?:\S+\s+){{0,2}}?(?P<w>{word})\b",
        rf"\b(?P<w>{word})\s+(?:with|that|who|ranking|ranked)\b",
        rf"\b(?:rank|sort)\s+(?:\w+\s+)??(?P<w>{word})\b",
        rf"\b(?:\d+|{any_of(*ENGLISH)})\s+(?:\w+\s+)??(?P<w>{word})\b",
    )
    asked = rf"\b{any_of(*map(re.escape, grouping.asked))}\b" if grouping.asked else None
    each = rf"\b(?:by|per|(?:for )?(?:each|every)|across)\s+(?:the\s+)?{word}\b{alone}"
    return _Forms(
        grouping,
        re.compile(each, re.IGNORECASE),
        tuple(re.compile(form, re.IGNORECASE) for form in named),
        re.compile(rf"\s*{word}\b", re.IGNORECASE),
        re.compile(asked, re.IGNORECASE) if asked else None,
    )


def any_word(grouping: Grouping) -> str:
    """Return a pattern of the words for a grouping, in English with their plurals."""
    if grouping.name.isascii():
        return any_of(*map(_plural, grouping.words))
    return _any_of(grouping.words)


def _plural(word: str) -> str:
    """Return a pattern of an English word and its plural."""
    if word.endswith("y"):
        return rf"{re.escape(word[:-1])}(?:y|ies)"
    return rf"{re.escape(word)}(?:s|es)?"


def _places(forms: Sequence[re.Pattern[str]], text: str) -> Iterator[tuple[int, int]]:
    """Yield where a word stands so that groups of it are looked for, and no more than a count."""
    for form in forms:
        for match in form.finditer(text):
            yield match.start("w"), match.end("w")


def _any_of(words: Sequence[str]) -> str:
    return f"(?:{'|'.join(map(spaced, sorted(words, key=len, reverse=True)))})"
