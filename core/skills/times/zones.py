"""Time zones as people say them: "뉴욕 시간으로", "9am EST", "15:00 UTC", "UTC+9"."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

# Each with the names that stand before "time", and the short ones that stand alone.
_ZONES: Final = {
    "America/New_York": ("뉴욕|미국 동부|보스턴|워싱턴|New York|Eastern", "EST|EDT|ET"),
    "America/Chicago": ("시카고|미국 중부|Chicago|Central", "CDT|CT"),
    "America/Denver": ("덴버|Denver|Mountain", "MST|MDT|MT"),
    "America/Los_Angeles": (
        "LA|로스앤젤레스|미국 서부|샌프란시스코|시애틀|실리콘밸리|Pacific|California",
        "PST|PDT|PT",
    ),
    "Europe/London": ("런던|영국|London|UK", "BST"),
    "Europe/Berlin": ("베를린|독일|Berlin|German|Central European", "CET|CEST"),
    "Europe/Paris": ("파리|프랑스|Paris", ""),
    "Asia/Tokyo": ("도쿄|일본|Tokyo|Japan", "JST"),
    "Asia/Seoul": ("서울|한국|Seoul|Korean?", "KST"),
    "Asia/Shanghai": ("베이징|상하이|중국|Beijing|Shanghai|China", ""),
    "Asia/Singapore": ("싱가포르|Singapore", "SGT"),
    "Asia/Ho_Chi_Minh": ("베트남|하노이|호찌민|Vietnam", ""),
    "Asia/Kolkata": ("인도|뭄바이|India", "IST"),
    "Australia/Sydney": ("시드니|호주 동부|Sydney", "AEST|AEDT"),
    "UTC": ("세계 표준|협정 세계", "UTC|GMT|utc|gmt"),
}
_MOST_MIN: Final = 14 * 60
_BEGINS: Final = r"(?<![A-Za-z가-힣])"
_TIME: Final = (
    r"(?:\s*(?:현지\s*)?(?:표준시|시간)(?:대)?(?:으로|로|에)?(?:\s*기준(?:으로)?)?(?![가-힣])"
    r"|\s+(?:standard\s+|daylight\s+)?time\b)"
)
_OFFSET: Final = re.compile(
    rf"{_BEGINS}(?:UTC|GMT)\s*(?P<sign>[+-])\s*(?P<hours>\d{{1,2}})(?::?(?P<minutes>\d{{2}}))?(?!\d)",
    re.IGNORECASE,
)
_FORMS: Final = tuple(
    (
        re.compile(
            rf"(?i:(?:\bin\s+)?{_BEGINS}(?:{places}){_TIME})"
            + (rf"|{_BEGINS}(?:{short})(?![A-Za-z])" if short else "")
        ),
        name,
    )
    for name, (places, short) in _ZONES.items()
)


def find_zone(text: str) -> tuple[tzinfo, int, int] | None:
    """Return the time zone that a text names, and where; None if it names none."""
    if match := _OFFSET.search(text):
        minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
        if minutes > _MOST_MIN:
            return None
        ahead = timedelta(minutes=minutes if match["sign"] == "+" else -minutes)
        return timezone(ahead), match.start(), match.end()
    for form, name in _FORMS:
        if match := form.search(text):
            return ZoneInfo(name), match.start(), match.end()
    return None
