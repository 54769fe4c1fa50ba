"""The conditions that a question names: values of columns, spoken filters, and what is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import sqlglot
from sqlglot import exp

from core.skills.data.book import Grouping, QueryBook
from core.skills.data.groupings import PARTICLE, GroupingReader, spaced, without

_NO_VALUE: Final = r"(?!율|률|별(?!점))"
_SHORTEST_ENDING: Final = 2
_PLURAL: Final = re.compile("[A-Za-z]{2}[A-RT-Za-rt-z]s$")
_IN_AN_ENGLISH_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ]")
# "서울 말고", "앱이 아닌": what stands before it is left out.
_LEFT_OUT: Final = re.compile(
    r"\s*(?:지역|쪽|고객|상품|제품|주문|회원|사람)?(?:은|는|이|가|을|를|만)?\s*"
    r"(?:말고(?:는)?|빼고|빼면|뺀|제외(?:하고|하면|한|하|시)?(?:는|면)?|아닌|아니고|외에(?:는)?|이외(?:에|의)?|외(?=\s))"
    r"(?:\s*(?:다른|나머지))?(?![가-힣])"
    r"|\s*(?:하지|되지|시키지)\s*(?:는|도)?\s*(?:않|못)[가-힣]*|\s*(?:안|못)\s*(?:한|된|했|됐|하|되)[가-힣]*"
)
# "Without toys": what stands behind it is left out.
_LEFT_OUT_ENGLISH: Final = re.compile(
    r"\b(?:(?:except|excluding|without|other than|besides|apart from|aside from|but not|not|minus"
    r"|outside(?: of)?|everywhere but|everything but|all but|ignoring|leaving out)\s+"
    r"(?:(?:in|from|for|by|via|to|the|counting|paid)\s+)*|non-)$",
    re.IGNORECASE,
)
# What is joined by "and" is left out with it.
_AND_OUT: Final = re.compile(r"\s*(?:이?랑|하고|과|와|및|,|(?:and|or|nor)\b)\s*$")


# What finds a value, the value, its table and its column.
_Form = tuple[re.Pattern[str], str, str, str]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on one table; `word` is what was said, `of` the column that it is on.

    Of a condition with `leaves_out` the rows that meet it are left out. One on an amount is of the
    things that are counted: "orders over 100,000 won" is nothing about prices.
    """

    table: str
    where: str
    say: str
    word: str
    of: str
    leaves_out: bool = False
    is_amount: bool = False

    @property
    def column(self) -> tuple[str, str]:
        """The table and the column that it is on."""
        return self.table, self.of

    def is_in(self, words: Sequence[str]) -> bool:
        """Return whether it is named by one of the words, as it was said or as it is called."""
        return self.word in words or self.say in words

    def fixes(self, grouping: Grouping) -> bool:
        """Return whether it leaves one group alone, as "women" does of those by gender."""
        is_one = not self.leaves_out and isinstance(sqlglot.parse_one(self.where), exp.EQ)
        return is_one and self.is_on(grouping)

    def is_on(self, grouping: Grouping) -> bool:
        """Return whether the groups are told apart by the column that it is on."""
        return re.search(rf"\.{re.escape(self.of)}\b", grouping.select) is not None


# Where a condition stands in a text.
_Place = tuple[int, int, Condition]


class ConditionReader:
    """Knows the book's spoken filters and the texts that stand in columns."""

    def __init__(
        self, book: QueryBook, values: Mapping[str, tuple[str, str]], groups: GroupingReader
    ) -> None:
        said = [question for sample in book.samples for question in sample.questions]
        said += [word for grouping in book.groupings for word in grouping.words]
        self._filters = book.filters
        self._wholes, self._endings = _forms(values, " ".join(said))
        self._groups = groups
        self._out = str(book.texts["left_out"])

    def read(self, text: str, today: date) -> tuple[tuple[Condition, ...], str]:
        """Return the conditions of a text in their order, and the text without them."""
        found: list[_Place] = []
        said = [*self._filtered(text, today), *_places(self._wholes, text)]
        for places in (said, [*_places(self._endings, text)]):  # the longest first
            for start, end, condition in sorted(places, key=lambda one: one[0] - one[1]):
                if all(end <= other[0] or other[1] <= start for other in found):
                    found.append((start, end, condition))
        found.sort(key=lambda one: one[0])
        outs = self._left_outs(text, found)
        conditions: list[Condition] = []
        for (start, end, condition), out in reversed([*zip(found, outs, strict=True)]):
            say = self._out.format(say=condition.say) if out else condition.say
            conditions.append(replace(condition, say=say, leaves_out=out))
            tail = self._groups.without_label(text[end:], condition.of)
            if behind := _LEFT_OUT.match(tail):
                tail = self._groups.without_label(tail[behind.end() :], condition.of)
            head = _LEFT_OUT_ENGLISH.sub("", text[:start])
            text = without(f"{head}{text[start:end]}{tail}", len(head), len(head) + end - start)
        return tuple(dict.fromkeys(reversed(conditions))), text

    def _filtered(self, text: str, today: date) -> Iterator[_Place]:
        for known in self._filters:
            for match in known.match.finditer(text):
                groups = ["", *match.groups()]
                where = known.where.format(*groups, year=today.year)
                say = known.say.format(*groups)
                condition = Condition(known.table, where, say, match[0], _columns(where))
                yield match.start(), match.end(), condition

    def _left_outs(self, text: str, found: Sequence[_Place]) -> list[bool]:
        """Return which of the conditions are left out, in their order."""
        behind = [
            bool(
                _LEFT_OUT.match(text, end)
                or _LEFT_OUT.match(self._groups.without_label(text[end:], condition.of))
            )
            for _, end, condition in found
        ]
        before = [bool(_LEFT_OUT_ENGLISH.search(text[:start])) for start, *_ in found]
        for place in range(len(found) - 1):
            joined = _AND_OUT.fullmatch(text[found[place][1] : found[place + 1][0]])
            before[place + 1] |= bool(joined and before[place])
        for place in reversed(range(len(found) - 1)):
            joined = _AND_OUT.fullmatch(text[found[place][1] : found[place + 1][0]])
            behind[place] |= bool(joined and behind[place + 1])
        return [one or other for one, other in zip(behind, before, strict=True)]


def _columns(where: str) -> str:
    """Return the names of the columns that a condition is on."""
    columns = sqlglot.parse_one(where).find_all(exp.Column)
    return ",".join(sorted({column.name for column in columns}))


def _places(forms: Sequence[_Form], text: str) -> Iterator[_Place]:
    for form, value, table, column in forms:
        for match in form.finditer(text):
            where = f"{column} = '{value.replace(chr(39), chr(39) * 2)}'"
            yield match.start(), match.end(), Condition(table, where, value, value, column)


def _forms(values: Mapping[str, tuple[str, str]], said: str) -> tuple[list[_Form], list[_Form]]:
    """Return how each value is said, the longest first: whole, or by an ending that it alone has.

    An ending that begins a word of `said`, the book's own words, is one of those.
    """
    endings: dict[str, list[str]] = {}
    for value in values:
        for start in range(1, len(value) - _SHORTEST_ENDING + 1):
            if _IN_AN_ENGLISH_WORD.match(value, start - 1):
                continue
            endings.setdefault(value[start:], []).append(value)
    begun = {word[:end] for word in said.split() for end in range(1, len(word) + 1)}
    own = {
        ending: owners[0]
        for ending, owners in endings.items()
        if len(owners) == 1 and ending not in values and ending not in begun
    }
    whole = {value: value for value in values}
    return [*_patterns(whole, values)], [*_patterns(own, values)]


def _patterns(words: Mapping[str, str], values: Mapping[str, tuple[str, str]]) -> Iterator[_Form]:
    for word, value in sorted(words.items(), key=lambda pair: -len(pair[0])):
        if not re.search("[가-힣A-Za-z]", word):
            continue
        end = PARTICLE if len(word) == 1 else ""
        if word[-1].isascii():
            end = "(?:s|es)?(?![A-Za-z0-9])"
        said = word[:-1] if _PLURAL.search(word) else word
        form = rf"(?<![가-힣A-Za-z0-9]){spaced(said)}{end}{_NO_VALUE}"
        yield re.compile(form, re.IGNORECASE), value, *values[value]
