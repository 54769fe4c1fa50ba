"""Reads the blanks of a question: days, conditions, ways to group, order and numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from core.skills.data.amounts import AmountReader
from core.skills.data.book import Grouping, QueryBook
from core.skills.data.calculations import Calculation, CalculationReader
from core.skills.data.compared_spans import find_spans
from core.skills.data.conditions import Condition, ConditionReader
from core.skills.data.groupings import COUNT, RANKED, THING, GroupingReader, without
from core.skills.data.spans import Period
from core.text.korean import compact
from core.text.numerals import ENGLISH, any_of
from core.text.numerals import count as numeral
from core.text.spelling.normalize import normalized

_FEWEST: Final = re.compile(
    r"(?i:\b(?:least|worst|lowest|smallest|cheapest|fewest|bottom|poorest)\b)|적게|적은|적었|적어|낮은|낮았|낮게|낮아|(?<![가-힣])(?:안|못)\s*(?:팔|나가)|(?<![가-힣])덜|최저|최소|하위"
    r"|부족|모자라|모자란|꼴찌|(?<![가-힣])싼|싸게|저렴|나쁜|나빴|나빠|작은|작았|부진|저조|뒤에서|없는|없었|(?<![가-힣])(?:안|못)\s*나"
)
_PERCENT: Final = re.compile(r"\d\s*(?:%|퍼센트|프로|percent)", re.IGNORECASE)
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
    r"|가장|제일|(?:알려|보여|말해|뽑아|구해|찾아|정리해|조회해|비교해|세어|세|계산해|집계해|골라|꼽아)\s*(?:줘|주세요|줄래|봐)?(?:요)?"
    r"|(?<![가-힣])(?:언제|어디|누구|누가|뭐|뭔|무엇|어느|어떤|무슨)[가-힣]*"
    r"|(?<![가-힣])(?:표|그래프|차트|도표|숫자|순서?)(?:로|으로)(?![가-힣])|(?<![가-힣])(?:줘|주세요|주라|줄래|줄래요|달라)(?![가-힣])"
    r"|(?<![가-힣])(?:(?:쪽|측)(?:에서|의|에)?|(?:안|내|가운데)에서)(?![가-힣])|(?<![가-힣])(?:거|것|걸|기준)(?:로|으로)(?:만|는)?(?![가-힣])"
    r"|(?<![가-힣])(?:저희|우리)\s*(?:가게|매장|쇼핑몰|회사)?(?:에서|의)?(?![가-힣])|(?<![가-힣])(?:반대|거꾸)로(?![가-힣])"
    r"|(?<![가-힣])(?:순서?(?:대로)?|하나씩|한\s*개씩|1위|일위|일등)(?:[은는이가를을만])?"
    r"(?![가-힣])"
    r"|(?i:\bnumber (?:one|1)\b)"
    r"|궁금\S*|부탁\S*|비교하면|알\s*수\s*있\S*|알고\s*싶\S*|나눠서?(?![가-힣])"
    r"|(?<![가-힣])(?:목록|리스트|명단)(?:을|를|으로|로)?(?![가-힣])|(?<![가-힣])중(?:에서|에)?(?=\s|$)"
    r"|(?<![가-힣])(?:좀|혹시|그럼|그러면|우리|지금까지|현재|전부|모두|전체|총|다\s*합쳐서?|합쳐서|들어서|정도)(?![가-힣])"
    r"|(?<![가-힣])(?:얼마나|많이|많은|많았\S*|많아\S*|적은|적게|적었\S*|적어\S*|(?:많|적|높|낮|작|좋|크|비싸|싸)(?:지|죠|나|니|냐|네|던|을까|을까요|은가|은가요|은지|나요|습니까)\S*|높은|높았\S*|높아\S*|낮은|낮았\S*|낮아\S*|큰|컸\S*|작은"
    r"|작았\S*|좋은|좋았\S*|좋아\S*|나쁜|나빴\S*|나빠\S*|저조\S*|최고였\S*|최저였\S*|잦은|잦았\S*)(?![가-힣])"
)
# What is polite alone behind a particle or a group: "작년은요?", "30대요".
_POLITE_END: Final = re.compile(r"(?<=[은는도로만별대])요(?=[\s?.!~]*$)")


@dataclass(frozen=True, slots=True)
class Blanks:
    """The values that were read from a question. `rest` is the question without them.

    `text` is all of it, "" where it was changed by what was said after it. `against` is a second
    span of days, which `period` is compared with. `unclear` tells of others, that it is not clear
    how the two are meant, or of a number of percent. `amounts` are conditions on numbers, of
    which a sample may have its own reading, `number`. `calculation` is what is wanted of what is
    measured.
    """

    rest: str
    period: Period | None = None
    against: Period | None = None
    unclear: bool = False
    conditions: tuple[Condition, ...] = ()
    groupings: tuple[Grouping, ...] = ()
    ranked: bool = False
    fewest: bool = False
    limit: int | None = None
    number: int | None = None
    amounts: tuple[Condition, ...] = ()
    text: str = ""
    calculation: Calculation = field(default_factory=lambda: Calculation(""))

    @property
    def compared(self) -> tuple[Condition, ...]:
        """The conditions on one column of which no row meets two: those are compared."""
        counted = Counter(one.column for one in self.conditions if not one.leaves_out)
        return tuple(
            one for one in self.conditions if not one.leaves_out and counted[one.column] > 1
        )

    @property
    def says_something(self) -> bool:
        """Return whether anything was read that another question could take over."""
        return bool(self.period or self.conditions or self.groupings or self.limit) or self.ranked

    def changed(self, said: Blanks) -> Blanks:
        """Return the blanks of the same question with the values that were said after it."""
        new = {one.column for one in said.conditions}
        kept = [one for one in self.conditions if one.column not in new]
        return replace(
            self,
            period=said.period or self.period,
            against=said.against or (None if said.period else self.against),
            unclear=said.unclear or self.unclear,
            conditions=(*kept, *said.conditions),
            groupings=said.groupings or self.groupings,
            ranked=said.ranked or (self.ranked and not said.groupings),
            fewest=said.fewest or (self.fewest and not said.ranked),
            limit=said.limit or self.limit,
            number=said.number if said.number is not None else self.number,
            amounts=said.amounts or self.amounts,
            calculation=replace(
                self.calculation, groupings=said.groupings or self.calculation.groupings
            ),
            text="",
        )


class BlankReader:
    """Knows the book's ways to group and to filter, and the texts that stand in columns."""

    def __init__(self, book: QueryBook, values: Mapping[str, tuple[str, str]]) -> None:
        self._book = book
        self._groups = GroupingReader(book.groupings)
        self._limit = _limit_form(word for grouping in book.groupings for word in grouping.words)
        self._conditions = ConditionReader(book, values, self._groups)
        self._amounts = AmountReader(book.amounts)
        self._calculations = CalculationReader(book.groupings)
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
        spans = find_spans(text, today)
        conditions, text = self._conditions.read(spans.rest, today)
        amounts, measured = self._amounts.read(text)
        number, text = _number(text)
        read = Blanks(
            rest="",
            period=spans.period,
            against=spans.against,
            unclear=spans.more or bool(_PERCENT.search(text)),
            conditions=conditions,
            fewest=bool(_FEWEST.search(question)),
            number=number,
            amounts=amounts,
            text=compact(normalized(question)),
        )
        compares = bool(read.against or read.compared)
        found = self._calculations.read(measured, question, conditions, compares=compares)
        groupings, limit, rest = self._grouped(text)
        by, _, said = self._grouped(found.rest)
        return replace(
            read,
            rest=rest,
            groupings=groupings,
            ranked=bool(RANKED.search(question)) or limit is not None,
            limit=limit,
            calculation=replace(found, rest=said, groupings=by),
        )

    def _grouped(self, text: str) -> tuple[tuple[Grouping, ...], int | None, str]:
        """Return the ways to group, how many groups are to be shown, and what is left."""
        groupings, text = self._groups.read(text)
        limit, text = self._limited(text)
        return groupings, limit, " ".join(_ASKING.sub(" ", text).split())

    def _limited(self, text: str) -> tuple[int | None, str]:
        match = self._limit.search(text)
        if not match:
            return None, text
        said = next(group for group in match.groups() if group)
        return numeral(said), without(text, match.start(), match.end())


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
