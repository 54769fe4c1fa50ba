"""Times as people say them."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.skills.times.reader import corrected, read_times
from core.skills.times.spans import find_shift

THURSDAY = datetime(2026, 11, 26, 10, 2, tzinfo=ZoneInfo("Asia/Seoul"))


def shown(text):
    """Days and times as short text: `11-27 15:00`, several between bars, then the minutes."""
    said = read_times(corrected(text), THURSDAY)
    days = "|".join(
        f"{one.first:%m-%d}" + (f"..{one.last:%m-%d}" if one.last != one.first else "")
        for one in said.days
    )
    clocks = "|".join(f"{one:%H:%M}" for one in said.clocks)
    return " ".join(filter(None, [days, clocks, f"{said.minutes}m" if said.minutes else ""]))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("내일 오후 3시", "11-27 15:00"),
        ("12월 셋째 주 화요일 3시", "12-15 03:00|15:00"),
        ("1월 첫째 주", "01-04..01-10"),
        ("5월 첫째 주 토요일", "05-01|05-08"),
        ("다음 달 두 번째 월요일", "12-14"),
        ("이번 달 마지막 금요일", "11-27"),
        ("다음 달 말일", "12-31"),
        ("10월 여섯째 주", ""),
        ("the third Tuesday of December at 3pm", "12-15 15:00"),
        ("the last Friday of next month", "12-25"),
        ("two weeks from today at 11 am", "12-10 11:00"),
        ("a week from Friday", "12-04"),
        ("모레 오전 열한 시 반에", "11-28 11:30"),
        ("어제 3시", "11-25 03:00|15:00"),
        ("last week on Monday", "11-16"),
        ("지난주 금요일", "11-20"),
        ("글피 저녁 7시 20분", "11-29 19:20"),
        ("다음 주 화요일 정오", "12-01 12:00"),
        ("다다음주 월요일 14:30", "12-07 14:30"),
        ("이번 주 금욜 오후 두시", "11-27 14:00"),
        ("12월 1일(화) 오후 3시 30분", "12-01 15:30"),
        ("1월 5일 아침 9시", "01-05 09:00"),
        ("다음 달 3일 오후 4시", "12-03 16:00"),
        ("사흘 뒤 점심 12시", "11-29 12:00"),
        ("2주 뒤", "12-10"),
        ("두 시간 뒤", "11-26 12:05"),
        ("2026-12-05 09:00", "12-05 09:00"),
        ("3일 정오", "12-03 12:00"),
        ("tomorrow at 3pm", "11-27 15:00"),
        ("Tue, Dec 1, 3:30 PM", "12-01 15:30"),
        ("the 5th of December at noon", "12-05 12:00"),
        ("the day after tomorrow at 15:00", "11-28 15:00"),
        ("in 3 days at 8 am", "11-29 08:00"),
        ("in half an hour", "11-26 10:35"),
        ("quarter to 5 pm on Monday", "11-30 16:45"),
        ("31일 오후 1시", "12-31 13:00"),
        ("11.30 오후 2시", "11-30 14:00"),
        ("한 달 뒤 정오", "12-26 12:00"),
        ("10시 10분 전 오전에", "09:50"),
        ("Monday next week at noon", "11-30 12:00"),
        ("the 3rd at 4pm", "12-03 16:00"),
        ("tomorrow morning at 10:30", "11-27 10:30"),
        ("at 7 tonight", "11-26 19:00"),
        ("8 in the evening", "20:00"),
        ("크리스마스 이브 오후 2시", "12-24 14:00"),
        ("Thursday 10a sharp, the 3rd", "12-03 10:00"),
        ("around 15ish on Monday", "11-30 15:00"),
        ("점심 먹고 2시에", "14:00"),
        ("뉴욕 시간으로 내일 오전 9시", "11-27 23:00"),
        ("tomorrow at 9am EST", "11-27 23:00"),
        ("Monday 15:00 UTC", "12-01 00:00"),
        ("내일 10:00 UTC+2", "11-27 17:00"),
        ("도쿄 시간 내일 오후 3시", "11-27 15:00"),
        ("July 5 at 5 pm Pacific time", "07-06 09:00"),
        ("in 2 hours, my EST friends", "11-26 12:05"),
    ],
)
def test_what_is_said_plainly_means_one_day_and_one_time(text, meant):
    assert shown(text) == meant


@pytest.mark.parametrize(
    ("text", "may_mean"),
    [
        ("3시", "03:00|15:00"),
        ("세 시 반", "03:30|15:30"),
        ("at half past 3", "03:30|15:30"),
        ("목요일 오후 4시", "11-26|12-03 16:00"),
        ("next Friday", "11-27|12-04"),
        ("next Tuesday", "12-01"),
        ("on 1/2", "01-02|02-01"),
        ("1/2에", "01-02"),
        ("다음 주에", "11-30..12-06"),
        ("this weekend", "11-28..11-29"),
        ("주말에", "11-28..11-29"),
        ("다음 주 초", "11-30..12-02"),
        ("내일이나 모레", "11-27..11-28"),
        ("Monday or Wednesday", "11-30|12-02"),
        ("by Monday", "11-26..11-30"),
        ("화요일까지", "11-26..12-01"),
        ("화요일 3시까지", "12-01"),
    ],
)
def test_what_is_not_clear_means_all_that_it_may(text, may_mean):
    assert shown(text) == may_mean


@pytest.mark.parametrize(
    ("text", "lasting"),
    [
        ("한 시간 반", "90m"),
        ("30분짜리", "30m"),
        ("1시간 20분 동안", "80m"),
        ("1.5시간", "90m"),
        ("for half an hour", "30m"),
        ("an hour and a half", "90m"),
        ("a 45-minute call", "45m"),
        ("내일 오후 3시에 두 시간", "11-27 15:00 120m"),
    ],
)
def test_how_long_is_told_from_when(text, lasting):
    assert shown(text) == lasting


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("오후 3시부터 5시까지", 15, 17),
        ("9시~11시", 9, 11),
        ("from 3 to 5pm", 15, 17),
        ("11am - 1pm", 11, 13),
    ],
)
def test_a_span_has_both_its_ends(text, begins, ends):
    said = read_times(text, THURSDAY)
    assert time(begins) in said.clocks
    assert time(ends) in said.until


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("between 2 and 4 pm", (time(14), time(16))),
        ("3시에서 4시 반 사이", (time(15), time(16, 30))),
        ("오전 9시부터 11시 사이에", (time(9), time(11))),
        ("점심 먹고 나서", (time(13), time(16))),
        ("before lunch", (time(0), time(12))),
        ("next Friday EOD", (time(15), time(18))),
        ("퇴근하고", (time(18), time(21))),
        ("first thing in the morning", (time(7), time(10))),
        ("내일 오전 뉴욕 시간으로", (time(14), time(23, 59))),
    ],
)
def test_between_two_times_and_after_lunch_are_parts_of_the_day(text, window):
    said = read_times(text, THURSDAY)
    assert (said.part, said.clocks) == (window, ())


@pytest.mark.parametrize("text", ["2월 30일", "25시에", "13/13", "오후 3시 70분"])
def test_a_day_or_a_time_that_does_not_exist_is_named(text):
    said = read_times(text, THURSDAY)
    assert said.impossible
    assert not (said.days and said.clocks)


@pytest.mark.parametrize(
    ("text", "meant"), [("3시 말고 4시로", "04:00|16:00"), ("not at 3 pm but at 5 pm", "17:00")]
)
def test_what_is_taken_back_is_not_meant(text, meant):
    assert shown(text) == meant


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30분 뒤로 미뤄줘", 30),
        ("한 시간만 당겨줘", -60),
        ("push it back by 15 minutes", 15),
        ("an hour earlier", -60),
        ("하루 뒤로 옮겨줘", 1440),
        ("일주일 앞당겨줘", -10080),
        ("push it back 2 days", 2880),
    ],
)
def test_something_may_be_so_much_later_or_earlier(text, minutes):
    assert find_shift(text)[0] == minutes


@pytest.mark.parametrize(
    "text",
    ["정산은 언제 되나요?", "다시 알려 주세요", "동시에 되나요", "market may be open", "일시 품절"],
)
def test_words_that_only_look_like_times_say_nothing(text):
    assert not read_times(text, THURSDAY).says_when
