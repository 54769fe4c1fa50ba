"""Calendars of people on a real CalDAV server."""

import threading
from datetime import UTC, datetime, timedelta
from wsgiref.simple_server import WSGIRequestHandler, make_server
from zoneinfo import ZoneInfo

import pytest
import radicale.config
from caldav.davclient import DAVClient
from radicale.app import Application

from core.errors import StorageError
from core.skills.meetings.diaries.calendars import Account, CalendarDiary
from core.skills.meetings.meeting import Attendee, Meeting, Slot

NINE = datetime(2026, 12, 1, 0, tzinfo=UTC)  # in Seoul
HOUR = timedelta(hours=1)
ANY = "anything"
WHOLE = Slot(NINE, NINE + 9 * HOUR)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def url(tmp_path):
    """Radicale, which lets anybody in."""
    settings = radicale.config.load()
    folder = str(tmp_path / "radicale")
    chosen = {"storage": {"filesystem_folder": folder}, "auth": {"type": "none", "delay": "0"}}
    settings.update(chosen, "test", privileged=True)
    server = make_server("127.0.0.1", 0, Application(settings), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def calendar(url):
    """The calendar of 민수."""
    with DAVClient(url=url, username="bot", password=ANY) as client:
        yield client.principal().make_calendar(name="민수")


@pytest.fixture
def shared(diary, url):
    return CalendarDiary(diary, Account(url, "bot", "x", ZoneInfo("Asia/Seoul")))


def meeting(name="q1", *, start=NINE, people=("민수",)):
    return Meeting(name, "주간 회의", "U1", tuple(map(Attendee, people)), Slot(start, start + HOUR))


def event(start, end, *more):
    lines = [
        "BEGIN:VEVENT",
        f"UID:{sum(map(ord, start))}",
        "DTSTAMP:20261101T000000Z",
        f"DTSTART{start}",
    ]
    lines += [f"DTEND{end}", "SUMMARY:private", *more, "END:VEVENT"]
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""]
    return "\r\n".join(whole)


async def test_what_stands_in_a_calendar_keeps_its_person_busy(shared, calendar):
    weekly = "RRULE:FREQ=WEEKLY;COUNT=3"
    calendar.add_event(event(":20261124T003000Z", ":20261124T013000Z", weekly))
    assert await shared.book(meeting()) is None
    assert await shared.book(meeting("q2", people=("지영",)))
    (found,) = await shared.busy(["@민수"], WHOLE)
    assert found.slot == Slot(NINE + HOUR / 2, NINE + 3 * HOUR / 2)
    assert found.title == ""
    assert await shared.meetings(["민수"], WHOLE) == []


async def test_a_whole_day_is_the_person_s_own_and_what_is_marked_free_keeps_nobody(
    shared, calendar
):
    calendar.add_event(event(";VALUE=DATE:20261202", ";VALUE=DATE:20261203"))
    calendar.add_event(event(":20261201T000000Z", ":20261201T010000Z", "TRANSP:TRANSPARENT"))
    assert await shared.book(meeting())
    assert await shared.book(meeting("q2", start=NINE + timedelta(days=1))) is None
    assert await shared.book(meeting("q3", start=NINE + timedelta(days=2)))


async def test_a_meeting_is_written_moved_and_deleted_there(shared, calendar):
    await shared.book(meeting())
    await shared.book(meeting())
    (written,) = calendar.events()
    assert written.icalendar_component["summary"] == "주간 회의"
    assert await shared.move("q1", Slot(NINE + HOUR / 2, NINE + 3 * HOUR / 2))
    (moved,) = calendar.events()
    assert moved.icalendar_component.start == NINE + HOUR / 2
    await shared.cancel("q1")
    await shared.cancel("q1")
    assert calendar.events() == []
    assert await shared.busy(["민수"], WHOLE) == []


async def test_a_server_that_is_away_books_nothing(diary):
    account = Account("http://127.0.0.1:9/", "bot", "secret", ZoneInfo("Asia/Seoul"))
    shared = CalendarDiary(diary, account)
    with pytest.raises(StorageError, match="FAQBOT_CALDAV_URL") as raised:
        await shared.book(meeting())
    assert "secret" not in str(raised.value)
    assert await diary.meetings(["민수"], WHOLE) == []
