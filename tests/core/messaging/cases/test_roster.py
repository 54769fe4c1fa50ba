"""Who is called to a question, and when they work."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.messaging.cases.roster import Roster, in_order_of_presence, next_day, works_from
from core.profile import Owner

MONEY = Owner("정산팀", ("slack:S1", "discord:role:9"), topics=("정산", "세금 계산서"))
PARCELS = Owner("배송팀", ("slack:S2",), topics=("배송",))
ANYTHING = Owner("총무팀", ("slack:S3",))
SETTINGS = Owner("", ("slack:U1", "discord:5"))
OFFICE = Owner(
    "사무실",
    ("slack:U1",),
    days=(0, 1, 2, 3, 4),
    opens=time(9),
    closes=time(18),
    away=(date(2026, 12, 25),),
)


@pytest.mark.parametrize(
    ("question", "categories", "platform", "called"),
    [
        ("정산은 언제 되나요", (), "slack", ["정산팀", "총무팀", ""]),
        ("세금계산서가 필요해요", (), "slack", ["정산팀", "총무팀", ""]),
        ("언제 도착하나요", ("배송",), "slack", ["배송팀", "총무팀", ""]),
        ("주차 되나요", ("시설",), "slack", ["총무팀", ""]),
        ("배송 정산이 달라요", (), "slack", ["정산팀", "배송팀", "총무팀", ""]),
        ("배송이 늦어요", (), "discord", [""]),
        ("정산은 언제", (), "web", []),
    ],
)
def test_owners_of_the_topic_come_before_those_of_everything(
    question, categories, platform, called
):
    roster = Roster((MONEY, PARCELS, ANYTHING), SETTINGS)
    assert [owner.name for owner in roster.owners_of(question, categories, platform)] == called


def seoul(day, hour, minute=0):
    local = datetime(2026, 12, day, hour, minute, tzinfo=ZoneInfo("Asia/Seoul"))
    return local.astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (seoul(1, 10), seoul(1, 10)),
        (seoul(1, 8, 30), seoul(1, 9)),
        (seoul(1, 18), seoul(2, 9)),
        (seoul(4, 19), seoul(7, 9)),  # Friday evening to Monday
        (seoul(24, 20), seoul(28, 9)),  # a holiday, then the weekend
    ],
)
def test_an_owner_works_in_their_hours_and_on_their_days(now, begins):
    assert works_from(OFFICE, now) == begins


def test_who_works_until_midnight_or_later_works_then():
    night = Owner("야간", ("slack:U1",), opens=time(22), closes=time(0))
    assert works_from(night, seoul(1, 23)) == seoul(1, 23)
    assert works_from(night, seoul(2, 1)) == seoul(2, 22)
    assert works_from(SETTINGS, seoul(5, 3)) == seoul(5, 3)
    late = Owner("심야", ("slack:U1",), opens=time(22), closes=time(6), away=(date(2026, 12, 3),))
    assert works_from(late, seoul(2, 3)) == seoul(2, 3)
    assert works_from(late, seoul(4, 3)) == seoul(4, 22)  # the shift of the day before is away


def test_the_next_day_is_one_on_which_they_work():
    assert next_day(OFFICE, seoul(1, 10)) == seoul(2, 9)
    assert next_day(OFFICE, seoul(4, 10)) == seoul(7, 9)


def test_the_next_day_of_who_works_over_midnight_begins_at_midnight():
    night = Owner("야간", ("slack:U1",), opens=time(22), closes=time(6))
    assert next_day(night, seoul(1, 23)) == seoul(2, 0)
    assert next_day(night, seoul(2, 1)) == seoul(3, 0)


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-03-06 19:00", "2026-03-09 09:00"),  # the clock goes forward on Sunday
        ("2026-10-30 19:00", "2026-11-02 09:00"),  # the clock goes back on Sunday
        ("2026-03-09 08:59", "2026-03-09 09:00"),
        ("2026-11-02 17:59", "2026-11-02 17:59"),
    ],
)
def test_working_hours_follow_the_clock_of_the_owner_where_it_changes(now, begins):
    zone = ZoneInfo("America/New_York")
    there = replace(OFFICE, zone="America/New_York")
    asked = datetime.fromisoformat(now).replace(tzinfo=zone).astimezone(UTC)
    assert works_from(there, asked) == datetime.fromisoformat(begins).replace(tzinfo=zone)
    assert f"{works_from(there, asked).astimezone(zone):%Y-%m-%d %H:%M}" == begins


def test_who_works_in_the_hour_that_a_change_of_the_clock_leaves_out_begins_after_it():
    night = Owner("야간", ("slack:U1",), opens=time(2, 30), closes=time(5), zone="America/New_York")
    asked = datetime(2026, 3, 8, 5, tzinfo=UTC)  # midnight there
    assert works_from(night, asked) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert works_from(night, datetime(2026, 3, 8, 8, 59, tzinfo=UTC)).hour == 8
    assert works_from(night, datetime(2026, 3, 8, 9, tzinfo=UTC)) > datetime(2026, 3, 9, tzinfo=UTC)


def test_of_owners_of_one_topic_who_works_now_comes_first():
    """One in Seoul and one in New York; who owns everything does not take their place."""
    seoul_team = replace(OFFICE, name="서울", topics=("정산",), zone="Asia/Seoul")
    new_york = replace(OFFICE, name="뉴욕", topics=("정산",), zone="America/New_York")
    owners = (seoul_team, new_york, ANYTHING, SETTINGS)

    def order(now):
        return [one.name for one in in_order_of_presence(owners, now)]

    assert order(seoul(1, 10)) == ["서울", "뉴욕", "총무팀", ""]
    assert order(seoul(1, 23, 30)) == ["뉴욕", "서울", "총무팀", ""]
    assert order(seoul(1, 20)) == ["서울", "뉴욕", "총무팀", ""]  # nobody of the topic works
    assert order(seoul(25, 10)) == ["총무팀", "", "서울", "뉴욕"]  # both are away next
