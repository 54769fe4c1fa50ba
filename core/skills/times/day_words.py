"""The words for days: weekdays, months, and those that count from today."""

from __future__ import annotations

from typing import Final

KOREAN_WEEK: Final = "월화수목금토일"
ENGLISH_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
AHEAD: Final = {
    "오늘": 0, "금일": 0, "내일": 1, "낼": 1, "명일": 1, "모레": 2, "내일모레": 2, "낼모레": 2,
    "글피": 3, "today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "day after tomorrow": 2,
    "어제": -1, "그제": -2, "그저께": -2, "yesterday": -1,
}  # fmt: skip
NAMED_COUNT: Final = {
    "하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "일주일": 7, "열흘": 10,
    "보름": 15,
}  # fmt: skip
WEEKS_AHEAD: Final = {
    "지난": -1,
    "저번": -1,
    "이번": 0,
    "금": 0,
    "다음": 1,
    "담": 1,
    "차": 1,
    "다다음": 2,
    "last": -1,
    "this": 0,
    "next": 1,
}
