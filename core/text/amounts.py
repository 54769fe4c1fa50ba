"""Amounts in a text: numbers with their units, times of day and dates, each in one form.

"3만원" is 30,000 won, "두 시간" and "120분" are as long as "2 hours", "오후 3시" is 15:00, and
"11월 28일" is "28 November".
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from core.text.numerals import COUNTING, ENGLISH, KOREAN, any_of
from core.text.rates import period_of

_NAMED_DAYS: Final = {
    "하루": 1,
    "이틀": 2,
    "사흘": 3,
    "나흘": 4,
    "닷새": 5,
    "엿새": 6,
    "이레": 7,
    "여드레": 8,
    "아흐레": 9,
    "열흘": 10,
    "보름": 15,
    "일주일": 7,
    "반년": 180,
    "fortnight": 14,
}
_MONTHS: Final = dict(
    zip(
        "jan feb mar apr may jun jul aug sep oct nov dec".split(),  # noqa: SIM905
        range(1, 13),
        strict=True,
    )
)
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_M, _D = r"(?:1[0-2]|0?[1-9])", r"(?:3[01]|[12]\d|0?[1-9])"
_DATE: Final = re.compile(
    rf"(?<!\d)\d{{4}}\s?[-./]\s?(?P<m1>{_M})\s?[-./]\s?(?P<d1>{_D})(?!\d)"
    rf"|(?<!\d)(?P<m2>{_M})\s?월\s?(?P<d2>{_D})\s?일"
    rf"|(?<![\d/])(?P<m3>{_M})/(?P<d3>{_D})(?![\d/])"
    rf"|(?<!\d)(?P<d4>{_D})(?:st|nd|rd|th)?\s(?:of\s)?(?P<m4>{_MONTH})"
    rf"|\b(?P<m5>{_MONTH})\.?\s(?P<d5>{_D})(?:st|nd|rd|th)?(?!\d)",
    re.IGNORECASE,
)
_CLOCK: Final = re.compile(
    r"(?:(?P<half>오전|오후|아침|새벽|낮|저녁|밤)\s?)?(?<!\d)(?P<h>\d{1,2})\s?시(?!간)"
    r"(?:\s?(?:(?P<m>\d{1,2})\s?분|(?P<hm>반)))?"
    r"|(?<![\d:])(?P<h2>\d{1,2}):(?P<m2>\d\d)(?![\d:])(?:\s?(?P<half2>[ap])\.?m\b\.?)?"
    r"|(?<![\d:.])(?P<h3>\d{1,2})\s?(?P<half3>[ap])\.?m\b\.?"
    r"|(?P<named>정오|자정|\bnoon\b|\bmidnight\b)",
    re.IGNORECASE,
)
_UNITS: Final = (
    r"영업일|개월|시간|퍼센트|%|원|일|월|년|주|분|초|회|건|개|명|배|자|장|층|호|박|세|살|점|쪽|단계|달|권|매|대|병|봉|통|편|곡|학점|학기|과목|마리|잔|팀|상자|박스|세트|좌석|인분|페이지|사람"
    r"|percent|(?:business |working )?days?|hours?|minutes?|weeks?|months?|years?|times?|won"
    r"|dollars?|euros?|floors?|st\b|nd\b|rd\b|th\b|(?:[kcm]?m|k?g|[kmgt]b)(?![a-z])"
)
_NUMBER: Final = re.compile(
    r"(?:(?P<sign>[$€£¥₩])\s?)?(?P<greater>(?:\d[\d,]*\s?[만억조]\s?(?=\d))*+)"
    r"(?P<digits>\d[\d,]*(?:\.\d+)?)\s?(?P<scale>[천만억조]*)\s?"
    rf"(?P<unit>{_UNITS})?"
    rf"|(?<![가-힣])(?P<korean>{any_of(*KOREAN)})\s?"
    r"(?P<unit_k>(?<!한 )(?<!한)번(?!째)|시간|달|주|개|명|사람|배|장|살|권|매|대|병|통|과목|학기"
    r"|마리|잔|팀|상자|박스)"
    rf"|\b(?P<english>{any_of(*ENGLISH)})\s"
    rf"(?:(?=(?:to|or)\s{any_of(*ENGLISH)}\s(?P<unit_f>{_UNITS}))|(?P<unit_e>{_UNITS}))"
    r"|(?P<half>(?<![가-힣])(?:절반|반값|반액)|\bhalf[- ](?:price|of|the)\b|\bby half\b)"
    r"|(?<![가-힣\d])(?P<scale_w>[천만])\s?(?P<won>원)"
    rf"|(?<![가-힣])(?P<days>{'|'.join(_NAMED_DAYS)})",
    re.IGNORECASE,
)
_SCALES: Final = {"천": 1_000, "만": 10_000, "억": 100_000_000, "조": 1_000_000_000_000}
_SAME_UNITS: Final = {
    "퍼센트": "%",
    "percent": "%",
    "영업일": "일",
    "business day": "일",
    "working day": "일",
    "day": "일",
    "hour": "시간",
    "minute": "분",
    "week": "주",
    "month": "개월",
    "달": "개월",
    "사람": "명",
    "번": "회",
    "year": "년",
    "dollar": "$",
    "euro": "€",
    "₩": "원",
    "won": "원",
    "st": "th",
    "nd": "th",
    "rd": "th",
}
_MONEY: Final = frozenset("원 $ € £ ¥".split())  # noqa: SIM905
_MINUTES: Final = {"분": 1.0, "시간": 60.0, "일": 1440.0, "주": 10_080.0, "개월": 43_200.0}
_YEAR_MINUTES: Final = 365 * 1440.0
_LATEST_LENGTH: Final = 1_000  # above it "년" names a year
_HALF_DAY: Final = 12 * 60
_BOUNDS: Final = (
    re.compile(r"\s?(?:이?내(?![가-힣]{2})|안에|안으로|까지|동안|만에)"),
    re.compile(r"\s?(?:뒤|후|지나|이상|넘)"),
    re.compile(r"\s?(?:마다|에 한 번|간격)"),
    re.compile(r"\s?(?:쯤|정도|가량)?[이가은는]?\s?(?:걸|소요)"),
)
_BOUNDS_BEFORE: Final = (
    re.compile(r"\b(?:within|by|for|until|up to|in)\s$", re.IGNORECASE),
    re.compile(r"\b(?:after|more than|at least)\s$", re.IGNORECASE),
    re.compile(r"\b(?:every|per)\s$", re.IGNORECASE),
    re.compile(r"\b(?:takes?|lasts?)\s$", re.IGNORECASE),
)
_BOUND_CHARS: Final = 10


@dataclass(frozen=True, slots=True)
class Amount:
    """A value with its unit, "" if it has none; a length of time also has its `minutes`.

    `spelled` amounts are in words, as in "두 시간". `bound` tells what a length of time limits: 1
    what happens within it, 2 after it, 3 each time that it has passed, 4 what takes as long, 0
    nothing. `per` is the period for which a price counts; see `core.text.rates`.
    """

    value: float
    unit: str = ""
    minutes: float | None = None
    spelled: bool = False
    bound: int = 0
    per: str = ""

    @property
    def keys(self) -> frozenset[tuple[str, float]]:
        """Return what the same amount has in common, whatever its unit: the length, the hour."""
        if self.minutes is not None:
            return frozenset({("minutes", self.minutes)})
        if self.unit == "time":  # "3시" may be either half of the day
            return frozenset({("time", self.value), ("some half", self.value % _HALF_DAY)})
        if self.unit == "hour":
            return frozenset({("hour", self.value), ("some half", self.value % _HALF_DAY)})
        return frozenset({(self.unit, self.value)})

    @property
    def kinds(self) -> frozenset[tuple[str, int]]:
        """Return the kinds of which it is: lengths of time are of one if they limit the same."""
        kinds = {("time" if self.unit == "hour" else self.unit, 0)}
        return frozenset(
            kinds | ({("minutes", self.bound)} if self.minutes and self.bound else set())
        )


class KnownAmounts:
    """The amounts in some texts."""

    def __init__(self, *texts: str) -> None:
        self._take([amount for text in texts for amount in amounts(text)])

    @classmethod
    def of(cls, known: Iterable[Amount]) -> Self:
        """Return some amounts that were found before."""
        self = cls()
        self._take(list(known))
        return self

    def _take(self, known: Sequence[Amount]) -> None:
        self._keys = {key for amount in known for key in amount.keys}
        self._periods: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        for amount in known:
            for kind in amount.kinds:
                self._periods[kind].add(amount.per)
        self._values = {amount.value for amount in known}
        self._bare = {amount.value for amount in known if not amount.unit}
        # An hour whose half of the day is open may be either of two times.
        self._open = {key for one in known if one.unit == "hour" for key in one.keys}

    def __contains__(self, amount: Amount) -> bool:
        """Return whether the texts have this amount, in whatever form."""
        if amount.unit == "time":
            return ("time", amount.value) in self._keys or bool(amount.keys & self._open)
        return bool(amount.keys & self._keys)

    def has_number(self, amount: Amount) -> bool:
        """Return whether the texts have this amount, or its number where a unit is missing."""
        bare = self._bare if amount.unit else self._values
        return amount in self or amount.value in bare

    def has_other(self, amount: Amount) -> bool:
        """Return whether the texts have an amount of the same kind, but not this one.

        A price a month and a price a year are of two kinds.
        """
        periods = {one for kind in amount.kinds for one in self._periods.get(kind, ())}
        return amount not in self and bool(
            periods if not amount.per else periods & {amount.per, ""}
        )


def amounts(text: str) -> list[Amount]:
    """Return the amounts in a text: dates, then times of day, then numbers with their units.

    A date has the unit `date`, a time of day `time`, and `hour` if its half of the day is open.
    """
    text = unicodedata.normalize("NFKC", text)
    found: list[Amount] = []

    def take(match: re.Match[str], amount: Amount) -> str:
        found.append(amount)
        return " " * len(match[0])

    text = _DATE.sub(lambda match: take(match, _date(match)), text)
    text = _CLOCK.sub(lambda match: take(match, _time(match)), text)
    return found + list(_numbers(text))


def _date(match: re.Match[str]) -> Amount:
    month, day = (next(filter(None, (match[f"{of}{n}"] for n in range(1, 6)))) for of in "md")
    number = int(month) if month.isdigit() else _MONTHS[month[:3].lower()]
    return Amount(number * 100 + int(day), "date")


def _time(match: re.Match[str]) -> Amount:
    if named := match["named"]:
        return Amount(0 if named in ("자정", "midnight") else _HALF_DAY, "time")
    hour = int(match["h"] or match["h2"] or match["h3"])
    minute = int(match["m"] or match["m2"] or (30 if match["hm"] else 0))
    half = (match["half"] or match["half2"] or match["half3"] or "").lower()
    if half in ("오후", "저녁", "밤", "낮", "p") and hour < 12:
        hour += 12
    is_open = not half and hour <= 12 and not (match["h2"] or "").startswith("0")
    return Amount(hour * 60 + minute, "hour" if is_open else "time")


def _numbers(text: str) -> Iterator[Amount]:
    for match in _NUMBER.finditer(text):
        if days := match["days"]:
            value, unit = float(_NAMED_DAYS[days.lower()]), "일"
        elif match["half"]:
            value, unit = 50.0, "%"
        elif digits := match["digits"]:
            value, unit = float(digits.replace(",", "")), match["unit"] or match["sign"] or ""
            for scale in match["scale"]:
                value *= _SCALES[scale]
            value += sum(_greater(match["greater"]))
        elif scale := match["scale_w"]:
            value, unit = float(_SCALES[scale]), match["won"]
        else:
            word = (match["korean"] or match["english"]).lower()
            value = float(COUNTING[word])
            unit = match["unit_k"] or match["unit_e"] or match["unit_f"]
        unit = unit.lower().removesuffix("s")
        unit = _SAME_UNITS.get(unit, unit)
        yield Amount(
            value,
            unit,
            _minutes(value, unit),
            spelled=not match["digits"],
            bound=_bound(text, match),
            per=period_of(text, match.start(), match.end()) if unit in _MONEY else "",
        )


def _greater(parts: str) -> Iterator[float]:
    """Yield the greater parts of a number: 10,000 of "1만 5천"."""
    for digits, scale in re.findall(r"([\d,]+)\s?([만억조])", parts):
        yield float(digits.replace(",", "")) * _SCALES[scale]


def _minutes(value: float, unit: str) -> float | None:
    if unit == "년":
        return value * _YEAR_MINUTES if value < _LATEST_LENGTH else None
    if unit == "개월":  # a year has 365 days, and twelve months
        years, months = divmod(value, 12)
        return years * _YEAR_MINUTES + months * _MINUTES[unit]
    return value * _MINUTES[unit] if unit in _MINUTES else None


def _bound(text: str, match: re.Match[str]) -> int:
    before = text[max(0, match.start() - _BOUND_CHARS) : match.start()]
    for number, (behind, ahead) in enumerate(zip(_BOUNDS, _BOUNDS_BEFORE, strict=True), 1):
        if behind.match(text, match.end()) or ahead.search(before):
            return number
    return 0
