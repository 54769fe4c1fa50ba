"""Values of cells and of JSON as text, as a sheet would show them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import unquote

EMPTY_WORDS: Final = frozenset(
    ("nan", "NaN", "NAN", "NaT", "<NA>", "None", "null", "NULL", "-", "[]")
)
"""How programs write a missing optional value."""

_MISSING: Final = frozenset(("nan", "NaN", "NaT", "<NA>", "null", "NULL"))
# Those of Excel, Google Sheets and LibreOffice Calc.
_ERROR: Final = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!"
    r"|UNKNOWN!|EXTERNAL!|PYTHON!|GETTING_DATA|ERROR!|이름\?|값!)|Err:\d{3}"
)
# ECMA-376 part 1, 22.9.2.19 (ST_Xstring): characters that XML cannot hold, such as _x000D_.
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATE: Final = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s*+[-./년]?\s*(?P<month>\d{1,2})\s*+[-./월]?\s*(?P<day>\d{1,2})"
)
_US_DATE: Final = re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>(?:19|20)\d\d)")
_WORDY_DATES: Final = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y")
_CLOCK: Final = re.compile(
    r"(?<!\s)\s+\d{1,2}:\d\d(?::\d\d)?\s*+(?:[AaPp][Mm])?(?:\s*\([^()]*\))?$"
)
_HYPERLINK: Final = re.compile(
    r'=\s*(?:_xlfn\.)?HYPERLINK\(\s*"([^"]+)"(?:\s*[,;]\s*"((?:[^"]|"")*)")?', re.IGNORECASE
)
_FORMULA: Final = re.compile(r"=\s*[A-Za-z][A-Za-z0-9._]*\(.*\)\s*", re.DOTALL)
_QUOTED: Final = re.compile(r'="((?:[^"]|"")*)"')
_SECTION: Final = re.compile(r'"[^"]*"|\\.|.')
# https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
_MOST_FORMAT_CHARS: Final = 255
_UNIX_S: Final = range(631_152_000, 4_102_444_800)  # 1990 to 2100
_UNIX_DIGITS: Final = (10, 13)  # of seconds, and of milliseconds


NO_VALUE: Final = "a formula without a value: open the file in Excel and save it"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that is not empty but cannot be read; `reason` says what to do."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Linked:
    """A cell's value and the address that it leads to."""

    value: object
    url: str

    def __str__(self) -> str:
        """Return the text followed by the address, unless the text contains it."""
        text = text_of(self.value) or ""
        return text if self.url in text else f"{text} ({self.url})" if text.strip() else self.url


def linked(value: object, address: str | None) -> object:
    """Return a value with its link; places inside of a workbook are no link."""
    address = (address or "").strip()
    if address.lower().startswith(("mailto:", "tel:")):
        address = unquote(address.partition(":")[2].partition("?")[0])
    elif not address.lower().startswith(("http://", "https://")):
        return value
    return Linked(value, address)


def link_of(formula: str) -> str:
    """Return the address to which a formula leads, or ""."""
    match = _HYPERLINK.match(formula)
    return match[1] if match else ""


def calculated(text: str) -> object:
    """Return what a sheet shows for a cell of a text file: that of `=HYPERLINK(…)` and `="007"`."""
    if not text.startswith("="):
        return text
    if match := _QUOTED.fullmatch(text.strip()):
        return match[1].replace('""', '"')
    if match := _HYPERLINK.match(text):
        return linked((match[2] or match[1]).replace('""', '"'), match[1])
    return Unreadable(NO_VALUE) if _FORMULA.fullmatch(text) else text


def text_of(value: object) -> str | None:  # noqa: C901, PLR0911 - one line for each type
    """Return a value's text; "" for nothing and NaN, None for what is no single value."""
    match value:
        case None:
            return ""
        case Linked():
            return str(value)
        case str():
            return "" if value.strip() in _MISSING else value
        case bool():
            return str(value).upper()
        case int():
            return str(value) if abs(value) < 10**40 else None
        case float() | Decimal():
            return _number(float(value))
        case datetime():
            return _moment(value)
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("seconds" if value.second else "minutes")
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            clock = f"{minutes // 60}:{minutes % 60:02}"
            return f"{clock}:{seconds:02}" if seconds else clock
        case _:
            return None


def sizes_of(value: object, *, depth: int) -> Iterator[int]:
    """Yield the numbers of characters of a value and of what it holds, each time it holds it."""
    if isinstance(value, str):
        yield len(value) + 1
    elif isinstance(value, list | tuple | dict) and depth:
        yield len(value) + 1
        for name in value if isinstance(value, dict) else ():
            yield from sizes_of(name, depth=0)
        for item in value.values() if isinstance(value, dict) else value:
            yield from sizes_of(item, depth=depth - 1)
    else:
        yield 1


def shown(value: float, number_format: str) -> str:
    """Return a number as a sheet shows it: `0.0%`, `#,##0"원"`, `000-0000-0000`.

    Formats with conditions, fractions or exponents, or longer than Excel's, show the plain number.
    """
    if len(number_format) > _MOST_FORMAT_CHARS:
        return _number(value)
    section = _before_semicolon(number_format)
    section = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r'"\1"', section)
    section = re.sub(r"\[[^\]]*\]|_.|\*.", "", section)
    pattern = re.search(r'[0#?](?:[0#?,.\-/ ()%]|\\.|"[^"]*"(?=[0#?]))*', section)
    if not pattern or re.search("general|@|[eE][+-]", section, re.IGNORECASE):
        return _number(value)
    digits = pattern[0]
    if "/" in digits:
        return _number(value)
    before, after = section[: pattern.start()], section[pattern.end() :]
    return (_literal(before) + _digits(value, digits) + _literal(after)).strip()


def error_in(text: str) -> str:
    """Return the spreadsheet error that a cell shows, or ""."""
    match = _ERROR.fullmatch(text.strip())
    return match[0] if match else ""


def unescaped(text: str) -> str:
    """Decode the `_xHHHH_` of a workbook: `_x000D_` is a carriage return, `_x005F_` a `_`."""
    if "_x" not in text:
        return text
    decoded = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    decoded = decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return decoded.replace("\r\n", "\n").replace("\r", "\n")


def date_of(value: object) -> str:  # noqa: PLR0911 - one way after the other
    """Return the date in a value as `2026-11-28`, or "" where none can be read."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if value > _UNIX_S.stop else value
        if not (math.isfinite(seconds) and int(seconds) in _UNIX_S):
            return ""
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    text = _CLOCK.sub("", (text_of(value) or "").strip())
    if text.isdecimal() and len(text) in _UNIX_DIGITS:
        return date_of(int(text))
    if match := _DATE.match(text) or _US_DATE.match(text):
        try:
            return date(int(match["year"]), int(match["month"]), int(match["day"])).isoformat()
        except ValueError:
            return ""
    for wording in _WORDY_DATES:
        try:
            return datetime.strptime(text, wording).replace(tzinfo=UTC).strftime("%Y-%m-%d")
        except ValueError:
            continue
    return ""


def _moment(value: datetime) -> str:
    if value != value:  # noqa: PLR0124 - pandas' NaT is a datetime that is not equal to itself
        return ""
    if value.time() == time():
        return value.date().isoformat()
    return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")


def _number(value: float) -> str:
    value = float(value)
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"


def _before_semicolon(number_format: str) -> str:
    """Return the part of a number format that is for positive numbers."""
    end = len(number_format)
    for match in _SECTION.finditer(number_format):
        if match[0] == ";":
            end = match.start()
            break
    return number_format[:end]


def _literal(text: str) -> str:
    quoted = re.findall(r'"([^"]*)"|\\(.)|([^"\\])', text)
    return "".join(a or b or c for a, b, c in quoted)


def _digits(value: float, pattern: str) -> str:
    percent = pattern.count("%")
    whole, _, fraction = pattern.replace("%", "").partition(".")
    places = sum(mark in "0#?" for mark in fraction)
    scaled = value * 100**percent
    text = f"{abs(scaled):.{places}f}"
    integer, _, decimals = text.partition(".")
    while decimals and len(decimals) > fraction.count("0") and decimals.endswith("0"):
        decimals = decimals[:-1]
    integer = integer.rjust(whole.count("0"), "0")
    if "," in whole:
        integer = f"{int(integer):,}"
    elif re.search(r"[0#?][^0#?]+[0#?]", whole):
        integer = _filled(integer, _literal(whole))
    sign = "-" if scaled < 0 else ""
    return sign + integer + (f".{decimals}" if decimals else "") + "%" * percent


def _filled(digits: str, pattern: str) -> str:
    """Return digits filled into a pattern from the right, as telephone numbers are shown."""
    rest = list(digits)
    filled = [(rest.pop() if rest else "") if mark in "0#?" else mark for mark in reversed(pattern)]
    return "".join(rest) + "".join(reversed(filled))
