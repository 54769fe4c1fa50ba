"""Reads the blanks of a question: days, conditions, ways to group, order and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import sqlglot
from sqlglot import exp

from core.skills.data.book import Grouping, QueryBook
from core.skills.data.groupings import (
    COUNT,
    PARTICLE,
    RANKED,
    THING,
    GroupingReader,
    spaced,
    without,
)
from core.skills.data.periods import find_period
from core.skills.data.spans import Period
from core.text.korean import compact
from core.text.numerals import ENGLISH, any_of
from core.text.numerals import count as numeral
from core.text.spelling.normalize import normalized

_FEWEST: Final = re.compile(
    r"(?i:\b(?:least|worst|lowest|smallest|cheapest|fewest|bottom|poorest)\b)|적게|적은|적었|적어|낮은|낮았|낮게|낮아|(?<![가-힣])(?:안|못)\s*(?:팔|나가)|(?<![가-힣])덜|최저|최소|하위"
    r"|부족|모자라|모자란|꼴찌|(?<![가-힣])싼|싸게|저렴|나쁜|나빴|나빠|작은|작았|부진|저조|뒤에서|없는|없었|(?<![가-힣])(?:안|못)\s*나"
)
_COUNT_ENGLISH: Final = rf"((?i:\d+|{any_of(*ENGLISH)}))"
_COUNTED: Final = "(?:개|가지|명|곳|권|편|종|팀|마리|군데)"
_NUMBER: Final = re.compile(
    r"(?<!\d)(?<!\d,)(\d[\d,]*)\s*(만)?\s*(?:개|원|점|건|명|번)?\s*(?:보다)?"
    r"\s*(?:이하|미만|이상|초과|밑|아래|적|많|넘)"
)
_NUMBER_ENGLISH: Final = re.compile(
    r"\b(?:less|fewer|under|below|at most|more|over|above|at least)\s+(?:than\s+)?(\d[\d,]*)()",
    re.IGNORECASE,
)
# Words that do not say what is asked for: requests, fillers, the order of groups,
# which is read as a blank.
_ASKING: Final = re.compile(
    r"(?i:\b(?:please|(?:can|could|would) you|(?:show|tell|give|list|find|get)(?: (?:me|us))?"
    r"|i want to know|most|least|best|worst|top|bottom|highest|lowest|biggest|largest"
    r"|smallest|fewest|first|which|who|ranking|ranked|the|a|an|our|we|us|did|do|does|is|are|was"
    r"|were|have|has|had|ever|so far|altogether|in total|(?:what|how) about|and|then"
    r"|instead|only|just|now|so|'s|in|for|of|by|on|at|to|from|with|there|that|been|got|gets?|came|comes?|list|rank)\b)"
    r"|가장|제일|(?:알려|보여|말해|뽑아|구해|찾아|정리해|조회해|비교해)\s*(?:줘|주세요|줄래|봐)?(?:요)?"
    r"|(?<![가-힣])(?:언제|어디|누구|누가|뭐|뭔|무엇|어느|어떤|무슨)[가-힣]*"
    r"|(?<![가-힣])(?:표|그래프|차트|도표|숫자|순서?)(?:로|으로)(?![가-힣])|(?<![가-힣])(?:줘|주세요|주라|줄래|줄래요|달라)(?![가-힣])"
    r"|(?<![가-힣])(?:(?:쪽|측)(?:에서|의|에)?|(?:안|내|가운데)에서)(?![가-힣])|(?<![가-힣])(?:거|것|걸|기준)(?:로|으로)(?:만|는)?(?![가-힣])"
    r"|(?<![가-힣])(?:저희|우리)\s*(?:가게|매장|쇼핑몰|회사)?(?:에서|의)?(?![가-힣])|(?<![가-힣])(?:반대|거꾸)로(?![가-힣])"
    r"|궁금\S*|부탁\S*|비교하면|알\s*수\s*있\S*|알고\s*싶\S*|나눠서?(?![가-힣])"
    r"|(?<![가-힣])(?:목록|리스트|명단)(?:을|를|으로|로)?(?![가-힣])|(?<![가-힣])중(?:에서|에)?(?=\s|$)"
    r"|(?<![가-힣])(?:좀|혹시|그럼|그러면|우리|지금까지|현재|전부|모두|전체|총|다\s*합쳐서?|합쳐서|들어서|정도)(?![가-힣])"
    r"|(?<![가-힣])(?:얼마나|많이|많은|많았\S*|많아\S*|적은|적게|적었\S*|적어\S*|(?:많|적|높|낮|작|좋|크|비싸|싸)(?:지|죠|나|니|냐|네|던|을까|을까요|은가|은가요|은지|나요|습니까)\S*|높은|높았\S*|높아\S*|낮은|낮았\S*|낮아\S*|큰|컸\S*|작은"
    r"|작았\S*|좋은|좋았\S*|좋아\S*|나쁜|나빴\S*|나빠\S*|저조\S*|최고였\S*|최저였\S*|잦은|잦았\S*)(?![가-힣])"
)
# What is polite alone behind a particle or a group: "작년은요?", "30대요".
_POLITE_END: Final = re.compile(r"(?<=[은는도로만별대])요(?=[\s?.!~]*$)")
_NO_VALUE: Final = r"(?!율|률|별(?!점))"
_SHORTEST_ENDING: Final = 2
_PLURAL: Final = re.compile("[A-Za-z]{2}[A-RT-Za-rt-z]s$")
_IN_AN_ENGLISH_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ]")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on one table; `word` is what was said, `of` the column that it is on."""

    table: str
    where: str
    say: str
    word: str
    of: str

    def fixes(self, grouping: Grouping) -> bool:
        """Return whether it leaves one group alone, as "women" does of those by gender."""
        is_one = isinstance(sqlglot.parse_one(self.where), exp.EQ)
        return is_one and re.search(rf"\.{re.escape(self.of)}\b", grouping.select) is not None


@dataclass(frozen=True, slots=True)
class Blanks:
    """The values that were read from a question. `rest` is the question without them.

    `text` is all of it, "" where it was changed by what was said after it.
    `more_periods` is true where it names a second span of days, as a comparison does.
    """

    rest: str
    period: Period | None = None
    more_periods: bool = False
    conditions: tuple[Condition, ...] = ()
    groupings: tuple[Grouping, ...] = ()
    ranked: bool = False
    fewest: bool = False
    limit: int | None = None
    number: int | None = None
    text: str = ""

    @property
    def compares(self) -> bool:
        """Return whether two conditions are on the same column, of which no row meets both."""
        wheres = {(one.table, one.of, one.where) for one in self.conditions}
        return len({where[:2] for where in wheres}) < len(wheres)

    @property
    def says_something(self) -> bool:
        """Return whether anything was read that another question could take over."""
        return bool(self.period or self.conditions or self.groupings or self.limit) or self.ranked

    def changed(self, said: Blanks) -> Blanks:
        """Return the blanks of the same question with the values that were said after it."""
        kept = {(one.table, one.of): one for one in (*self.conditions, *said.conditions)}
        return replace(
            self,
            period=said.period or self.period,
            more_periods=said.more_periods or self.more_periods,
            conditions=tuple(kept.values()),
            groupings=said.groupings or self.groupings,
            ranked=said.ranked or (self.ranked and not said.groupings),
            fewest=said.fewest or (self.fewest and not said.ranked),
            limit=said.limit or self.limit,
            number=said.number if said.number is not None else self.number,
            text="",
        )


class BlankReader:
    """Knows the book's ways to group and to filter, and the texts that stand in columns."""

    def __init__(self, book: QueryBook, values: Mapping[str, tuple[str, str]]) -> None:
        self._book = book
        self._groups = GroupingReader(book.groupings)
        self._limit = _limit_form(word for grouping in book.groupings for word in grouping.words)
        said = [question for sample in book.samples for question in sample.questions]
        said += [word for grouping in book.groupings for word in grouping.words]
        self._values = [*_forms(values, " ".join(said))]
        self._by_column: dict[tuple[str, str], list[str]] = {}
        for value, place in values.items():
            self._by_column.setdefault(place, []).append(value)

    @property
    def values(self) -> Mapping[tuple[str, str], Sequence[str]]:
        """Return the texts that stand in columns, by their table and column."""
        return self._by_column

    def read(self, question: str, today: date) -> Blanks:
        """Return the blanks of a question that is asked on `today`."""
        text = f" {_POLITE_END.sub('', normalized(question))} "
        period, text = _period(text, today)
        conditions, text = self._conditions(text, today)
        number, text = _number(text)
        groupings, text = self._groups.read(text)
        limit, text = self._limited(text)
        return Blanks(
            rest=" ".join(_ASKING.sub(" ", text).split()),
            period=period,
            more_periods=find_period(text, today) is not None,
            conditions=conditions,
            groupings=groupings,
            ranked=bool(RANKED.search(question)) or limit is not None,
            fewest=bool(_FEWEST.search(question)),
            limit=limit,
            number=number,
            text=compact(normalized(question)),
        )

    def _limited(self, text: str) -> tuple[int | None, str]:
        match = self._limit.search(text)
        if not match:
            return None, text
        said = next(group for group in match.groups() if group)
        return numeral(said), without(text, match.start(), match.end())

    def _conditions(self, text: str, today: date) -> tuple[tuple[Condition, ...], str]:
        found: list[Condition] = []
        for known in self._book.filters:
            if match := known.match.search(text):
                groups = ["", *match.groups()]
                where = known.where.format(*groups, year=today.year)
                say = known.say.format(*groups)
                found.append(Condition(known.table, where, say, match[0], _columns(where)))
                text = without(text, match.start(), match.end())
        taken: set[tuple[str, str]] = set()
        for form, value, table, column in self._values:
            match = form.search(text)
            if not match or (table, column) in taken:
                continue
            taken.add((table, column))
            where = f"{column} = '{value.replace(chr(39), chr(39) * 2)}'"
            found.append(Condition(table, where, value, value, column))
            rest = self._groups.without_label(text[match.end() :], column)
            text = without(text[: match.end()] + rest, match.start(), match.end())
        return tuple(found), text


def _columns(where: str) -> str:
    """Return the names of the columns that a condition is on."""
    columns = sqlglot.parse_one(where).find_all(exp.Column)
    return ",".join(sorted({column.name for column in columns}))


def _forms(
    values: Mapping[str, tuple[str, str]], said: str
) -> Iterator[tuple[re.Pattern[str], str, str, str]]:
    """Yield how each value is said, the longest first: whole, or by an ending that it alone has.

    An ending that begins a word of `said`, the book's own words, is one of those.
    """
    endings: dict[str, list[str]] = {}
    for value in values:
        for start in range(1, len(value) - _SHORTEST_ENDING + 1):
            if _IN_AN_ENGLISH_WORD.match(value, start - 1):
                continue
            endings.setdefault(value[start:], []).append(value)
    begun = {word[:end] for word in said.split() for end in range(1, len(word) + 1)}
    words = [(value, value) for value in values]
    words += [
        (ending, owners[0])
        for ending, owners in endings.items()
        if len(owners) == 1 and ending not in values and ending not in begun
    ]
    for word, value in sorted(words, key=lambda pair: -len(pair[0])):
        if not re.search("[가-힣A-Za-z]", word):
            continue
        end = PARTICLE if len(word) == 1 else ""
        if word[-1].isascii():
            end = "(?:s|es)?(?![A-Za-z0-9])"
        said = word[:-1] if _PLURAL.search(word) else word
        form = rf"(?<![가-힣A-Za-z0-9]){spaced(said)}{end}{_NO_VALUE}"
        yield re.compile(form, re.IGNORECASE), value, *values[value]


def _period(text: str, today: date) -> tuple[Period | None, str]:
    found = find_period(text, today)
    if not found:
        return None, text
    period, start, end = found
    return period, without(text, start, end)


def _number(text: str) -> tuple[int | None, str]:
    match = _NUMBER.search(text) or _NUMBER_ENGLISH.search(text)
    if not match:
        return None, text
    number = int(match[1].replace(",", "")) * (10_000 if match[2] else 1)
    return number, without(text, match.start(), match.end())


def _limit_form(things: Iterable[str]) -> re.Pattern[str]:
    """Return how many groups are said to be shown; `things` are the words for groups."""
    follows = "|".join(map(re.escape, sorted(things)))
    return re.compile(
        rf"\b(?i:top|bottom|best|worst|first)\s+{_COUNT_ENGLISH}\b"
        rf"|\b(?i:make|show)\s+(?i:it|that|me)\s+(?i:the\s+)?{_COUNT_ENGLISH}\b(?=\s*[?.!]*\s*$)"
        rf"|\b{_COUNT_ENGLISH}(?=\s+(?:{THING.strip()}"
        r"|(?i:most|best|worst|top|cheapest|least|highest|lowest|biggest|smallest)\b))"
        rf"|(?:상위|하위|(?i:top)|탑|톱|베스트)\s*{COUNT}\s*(?:{_COUNTED}|위|건)?"
        rf"|{COUNT}\s*(?:{_COUNTED}|위|등)(?:만|까지|씩|로|으로)(?![가-힣])"
        rf"|(?<![가-힣\d]){COUNT}\s*{_COUNTED}(?=\s*(?:$|{follows}|를|을|보여|알려|뽑))"
    )
