"""Owners are asked in their channel whether an entry is still right, once its review is due."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from fakes.faq_desk import desk_of

from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.errors import PlatformError
from core.messaging.cases.entry_reviews import EntryAct, EntryReviews, reviewed
from core.messaging.cases.roster import Roster
from core.profile import Owner, ReaderGroup
from core.reporting.catalogue import Catalogue
from core.retrieval.reviews import Reviews
from core.types import Entry, EntryReview

PROFILE = load_profile("ko")
NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)  # a Tuesday in Seoul
DAY = timedelta(days=1)
ENTRIES = (
    Entry("f1", "반품은 어떻게 하나요?", "{7}일 안에 신청하세요. @everyone", category="반품"),
    Entry("f2", "정산은 언제 되나요?", "다음 날입니다."),
    Entry("f3", "배송비는 얼마인가요?", "3,000원입니다."),
)
RETURNS = Owner("반품팀", ("slack:S1", "discord:7"), topics=("반품",), zone="Asia/Seoul")
ALL = Owner("", ("slack:U9",), zone="Asia/Seoul")
DUE = EntryReview(ENTRIES[0].title, "mina", NOON - 91 * DAY, NOON - DAY)


class Office:
    """Reviews over stores, with a clock that is set, and what was requested."""

    def __init__(self, stores):
        self.stores, self.now, self.requests, self.is_away = stores, NOON, [], False
        self.catalogue = Catalogue(stores.reports, desk_of(*ENTRIES))
        self.reviews = self.begun(RETURNS)

    def begun(self, *owners, channels=("discord:5", "slack:C1"), first_after=None, profile=PROFILE):
        return EntryReviews(
            catalogue=self.catalogue,
            reports=self.stores.reports,
            roster=Roster(owners, ALL),
            messenger=self,
            channels=channels,
            profile=profile,
            now=lambda: self.now,
            first_after=first_after,
        )

    async def request(self, channel, request):
        if self.is_away:
            raise PlatformError("away")
        self.requests.append((channel, request))

    async def after(self, while_):
        self.now += while_
        await self.reviews.go()


@pytest.fixture
async def office(tmp_path):
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as stores:
        await stores.reports.review(DUE)
        yield Office(stores)


async def test_the_owner_of_the_topic_is_asked_by_buttons_and_again_only_after_two_weeks(office):
    await office.reviews.go()
    ((channel, request),) = office.requests
    assert (channel, request.contacts, request.about) == ("discord:5", RETURNS.contacts, "f1")
    assert request.acts == (("entry:right", "맞아요"), ("entry:wrong", "고칠게요"))
    text = request.text.format(owners="@반품팀")
    assert text.startswith("@반품팀 님, FAQ의 이 항목은 아직 맞나요?\n제목: 반품은 어떻게 하나요?")
    assert "답변: {7}일 안에" in text
    assert "@everyone" not in text
    office.reviews = office.begun(RETURNS)  # another process
    await office.after(13 * DAY)
    assert len(office.requests) == 1
    office.reviews = office.begun(RETURNS)
    await office.after(DAY)
    assert len(office.requests) == 2


async def test_an_entry_for_a_group_alone_is_not_shown_in_a_channel(office):
    await office.stores.reports.review(replace(DUE, title=ENTRIES[1].title))
    closed = replace(PROFILE, groups=(ReaderGroup("반품팀", ("slack:U1",), ("반품",)),))
    office.reviews = office.begun(RETURNS, profile=closed)
    await office.reviews.go()
    assert [one.about for _, one in office.requests] == ["f2"]


async def test_an_entry_without_an_owner_there_is_asked_about_in_the_next_channel(office):
    await office.stores.reports.review(replace(DUE, title=ENTRIES[1].title))
    await office.reviews.go()
    assert [(channel, one.about) for channel, one in office.requests] == [
        ("discord:5", "f1"),
        ("slack:C1", "f2"),
    ]


async def test_nobody_is_asked_too_early_nor_outside_of_hours_nor_without_a_channel(office):
    await office.stores.reports.review(replace(DUE, title=ENTRIES[2].title, due_at=NOON + DAY))
    await office.stores.reports.review(replace(DUE, title="FAQ에 없는 항목"))
    office.reviews = office.begun(RETURNS, channels=())
    await office.reviews.go()
    office.now = NOON.replace(hour=14)  # 23:00 in Seoul
    office.reviews = office.begun(replace(RETURNS, opens=time(9), closes=time(18)))
    await office.reviews.go()
    assert office.requests == []
    await office.after(timedelta(hours=11))
    assert [one.about for _, one in office.requests] == ["f1"]


async def test_entries_that_nobody_has_reviewed_are_asked_about_oldest_first_within_a_day(office):
    """They come after those that are due, and stay without a mark until somebody has answered."""
    dates = ("2026-11-20", "2026-03-01", "2026-01-01", "", "2026-02-01")
    entries = [Entry(f"n{n}", f"질문 {n}", "답", updated=date) for n, date in enumerate(dates)]
    office.catalogue = Catalogue(office.stores.reports, desk_of(ENTRIES[0], *entries))
    everyone = replace(ALL, contacts=("discord:9",), calls_a_day=3)
    office.reviews = office.begun(RETURNS, everyone, first_after=90 * DAY)
    await office.reviews.go()
    assert [one.about for _, one in office.requests] == ["f1", "n3", "n2"]
    await office.after(timedelta(hours=1))
    await office.after(timedelta(hours=1))
    assert [one.about for _, one in office.requests[3:]] == ["n4"]  # the most for a day
    await office.after(DAY)
    assert [one.about for _, one in office.requests[4:]] == ["n1"]  # n0 is too new
    kept = Reviews(office.stores.reports.reviews, serve_expired=False, now=lambda: office.now)
    await kept.catch_up()
    assert kept.admits(entries[3], verified=False)
    assert not kept.admits(entries[3], verified=True)
    await reviewed(office.catalogue, "n3", EntryAct.RIGHT, who="김담당", profile=PROFILE)
    listed = await office.catalogue.find("n3")
    assert (listed.review.who, listed.review.due_at - listed.review.at) == ("김담당", 90 * DAY)
    assert (await office.catalogue.find("n2")).review is None


async def test_a_request_that_could_not_be_posted_is_repeated_at_its_next_date(office):
    office.is_away = True
    await office.reviews.go()
    office.is_away = False
    await office.after(DAY)
    assert office.requests == []
    await office.after(14 * DAY)
    assert len(office.requests) == 1


async def test_an_entry_that_is_right_is_due_again_after_the_same_interval(office):
    said = await reviewed(office.catalogue, "f1", EntryAct.RIGHT, who="김담당", profile=PROFILE)
    (review,) = await office.stores.reports.reviews()
    assert (review.who, review.due_at - review.at) == ("김담당", 90 * DAY)
    assert said == PROFILE.entry.confirmed.format(
        name="김담당", title=DUE.title, date=f"{review.due_at:%Y-%m-%d}"
    )
    (note,) = await office.stores.reports.audit(9)
    assert (note.who, note.action) == ("김담당", "entry.review")


async def test_a_request_that_was_answered_does_not_put_off_the_next_one(office):
    await office.reviews.go()
    await office.stores.reports.review(
        EntryReview(DUE.title, "김담당", NOON + DAY / 2, NOON + 2 * DAY)
    )
    await office.after(DAY)
    assert len(office.requests) == 1
    await office.after(2 * DAY)
    assert len(office.requests) == 2


async def test_an_entry_that_is_to_be_corrected_stays_due_and_a_gone_one_is_said_to_be_gone(office):
    said = await reviewed(office.catalogue, "f1", EntryAct.WRONG, who="김담당", profile=PROFILE)
    assert said == PROFILE.entry.to_correct.format(name="김담당", title=DUE.title)
    assert await office.stores.reports.reviews() == [DUE]
    assert [one.action for one in await office.stores.reports.audit(9)] == ["entry.doubt"]
    gone = await reviewed(office.catalogue, "f9", EntryAct.RIGHT, who="김담당", profile=PROFILE)
    assert gone == PROFILE.entry.gone
