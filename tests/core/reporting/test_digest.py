"""The owners' digest: what a week came to, and a line where nothing happened."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bots.bootstrap.digest import ran_before
from bots.bootstrap.stores import gap_stores_of, open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.lessons.overlaps import Overlap
from core.reporting.digest import read_digest
from core.reporting.digest_text import digest_text
from core.reporting.gaps import grouped, open_gaps
from core.stores.counts import HANDED_OVER
from core.types import (
    Case,
    Entry,
    EntryReview,
    Feedback,
    Lesson,
    LessonState,
    Question,
    SessionId,
    Turn,
    TurnState,
    Usage,
    Waiter,
)

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
ROOM = SessionId("slack:T1:C1:1")
LESSON = Lesson("l1", ROOM, "주차 등록은?", "1층", "U9", "김담당", NOW - DAY)


@pytest.fixture
async def stores(tmp_path):
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as opened:
        yield opened


async def digest_of(stores, overlaps=()):
    async def found(_lessons):
        return overlaps

    async def gaps():
        found = await open_gaps(gap_stores_of(stores), now=NOW)
        return grouped(found, lambda texts: np.eye(len(texts), dtype=np.float32), now=NOW)

    return await read_digest(
        reports=stores.reports,
        archive=stores.archive,
        cases=stores.cases,
        lessons=stores.lessons,
        gaps=gaps,
        overlaps=found,
        since=NOW - 7 * DAY,
        now=NOW,
        zone=SEOUL,
    )


async def asked(stores, number, text, state, *, ago=DAY, **more):
    question = Question(f"slack:T1:C1:{number}", ROOM, text, "U1", NOW - ago)
    await stores.history.append(Turn(question, state, "", finished_at=NOW - ago, **more))
    return question


async def test_a_week_is_told_by_what_was_asked_most_and_in_vain_waits_was_learnt_and_is_due(
    stores,
):
    await asked(stores, 1, "환불은?", TurnState.ANSWERED, usage=Usage(cost_usd=0.25))
    for number in (2, 3):
        await asked(stores, number, "010-2345-6789인데 헬스장은?", TurnState.ESCALATED)
    await asked(stores, 4, "작년 일은?", TurnState.ESCALATED, ago=20 * DAY)
    await stores.archive.give_feedback(
        Feedback("slack:T1:C1:1", "U1", helpful=False, reason="달라요")
    )
    for number, (title, ago) in enumerate([("주차", 1), ("주차", 2), ("식대", 3), ("식대", 30)], 5):
        answered = {"sources": (title, "환불"), "passages": ()}
        await asked(stores, number, f"{title}?", TurnState.ANSWERED, ago=ago * DAY, **answered)
    waiter = Waiter(Question("slack:T1:C1:2", ROOM, "헬스장은?", "U1", NOW))
    await stores.cases.add(Case("c1", "헬스장은?", NOW - 3 * DAY, (waiter,)), after=0)
    for number in range(7):
        await stores.lessons.teach(replace(LESSON, id=f"new{number}"))
    held = replace(LESSON, id="h", question="식대는?", state=LessonState.HELD)
    due = replace(
        LESSON, id="d", question="연차는?", learned_at=NOW - 99 * DAY, review_at=NOW + DAY
    )
    for lesson in (held, due):
        await stores.lessons.teach(lesson)
    review = EntryReview("반품은 어떻게?", "김담당", NOW - 90 * DAY, NOW + 2 * DAY)
    await stores.reports.review(review)
    overlap = Overlap(due, "연차는 며칠인가요?", contradicts=True)
    shown = digest_text(await digest_of(stores, [overlap]), load_profile("ko"), SEOUL)
    head, told, *_ = shown.splitlines()
    assert head.startswith("**FAQ 소식 (")
    assert told == (
        "질문 6개 가운데 4개에 답했고, 2개는 도움말에 없었어요. 👎는 1개예요."
        " AI 답변에 $0.25를 썼어요."
    )
    picture, *sections = [part.splitlines() for part in shown.split("\n\n")[1:]]
    assert picture[0] == "**한 주의 질문 (█ 답함, ░ 도움말에 없음)**"
    assert len(picture[2:-1]) == 7
    assert f"{(NOW - DAY).astimezone(SEOUL):%m-%d} {'█' * 8}{'░' * 8} 4" in picture[-3]
    assert sections[0] == ["**이번 주에 많이 물어본 내용**", "- 주차 (2번)"]
    assert sections[1][:2] == [
        "**답하지 못했거나 도움이 되지 않은 질문**",
        "- ***-****-****인데 헬스장은? (2번, 그 전주 0번)",
    ]
    assert "작년 일은" not in shown
    assert sections[2] == ["**👎와 그 이유 1개**", "- 환불은?: 달라요"]
    assert sections[3] == ["**답을 기다리는 질문 1개**", "- 헬스장은? (3일째, 1명)"]
    assert sections[4][0] == "**새로 배운 내용 7개**"
    assert sections[4][1] == "- 주차 등록은? (김담당)"
    assert sections[4][-1] == "- 그 밖에 2개"
    assert sections[5] == ["**확인을 기다리는 내용 1개**", "- 식대는?"]
    assert sections[6][1] == "- 연차는? (도움말 “연차는 며칠인가요?”의 내용과 어긋나요)"
    assert sections[7][1] == f"- 연차는? ({(NOW + DAY).astimezone(SEOUL):%Y-%m-%d})"
    assert sections[8][1] == f"- 반품은 어떻게? ({(NOW + 2 * DAY).astimezone(SEOUL):%Y-%m-%d})"


async def test_a_channel_is_told_nothing_of_what_is_for_a_group_alone(stores):
    """Neither titles, lessons and overlaps of its category, nor who asked for its titles."""
    pay = Entry(
        "f1", "성과급 지급 기준은?", "12퍼센트", category="인사 > 급여", questions=("보너스는?",)
    )
    leave = Entry("f2", "연차는?", "15일", category="인사")
    for number, text in enumerate((pay.title, "보너스는?", leave.title)):
        await asked(stores, number, text, TurnState.ESCALATED)
        waiter = Waiter(Question(f"slack:T1:C1:{number}", ROOM, text, "U1", NOW))
        await stores.cases.add(Case(f"c{number}", text, NOW, (waiter,)), after=number)
    told = await asked(stores, 9, "돈은?", TurnState.ANSWERED, sources=(pay.title,))
    await stores.archive.give_feedback(
        Feedback(told.id, "U1", helpful=False, reason="달라요", expected="15퍼센트")
    )
    closed = replace(LESSON, id="l2", question="스톡옵션은?", category=pay.category)
    for number, title in enumerate([pay.title, closed.question, closed.question, leave.title] * 2):
        await asked(stores, 20 + number, "?", TurnState.ANSWERED, sources=(title,))
    for state in (LessonState.SERVED, LessonState.HELD):
        lesson = replace(closed, id=state.value, state=state, review_at=NOW + DAY)
        await stores.lessons.teach(lesson)
    await stores.lessons.teach(LESSON)
    for entry in (pay, leave):
        await stores.reports.review(EntryReview(entry.title, "김담당", NOW - 90 * DAY, NOW))
    overlaps = [Overlap(LESSON, pay.title, contradicts=True), Overlap(closed, leave.title, False)]
    digest = await digest_of(stores, overlaps)
    digest = digest.for_everybody((pay, leave), ("인사 > 급여",))
    shown = digest_text(digest, load_profile("ko"), SEOUL)
    for secret in ("성과급", "보너스", "스톡옵션", "15퍼센트", "돈은"):
        assert secret not in shown
    assert shown.count("연차는?") == 4  # asked, the gap, the case and the review of what is for all
    assert "주차 등록은?" in shown


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_who_asked_for_a_person_is_told_in_words(stores, language):
    profile = load_profile(language)
    question = await asked(stores, 1, "환불은?", TurnState.ANSWERED)
    opinion = Feedback(question.id, "U1", helpful=False, reason=HANDED_OVER, expected="7일")
    await stores.archive.give_feedback(opinion)
    shown = digest_text(await digest_of(stores), profile, SEOUL)
    assert f"- 환불은?: {profile.digest.handed_over} · 7일" in shown


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_where_nothing_happened_a_line_says_so(stores, language):
    profile = load_profile(language)
    shown = digest_text(await digest_of(stores), profile, SEOUL)
    assert shown.endswith(profile.digest.quiet)
    assert "\n" not in shown


def test_a_digest_begins_where_the_one_before_ended():
    """On a Monday that is Friday's; its own time, delayed a little, is not the one before."""
    monday = datetime(2026, 11, 30, 9, 0, 20, tzinfo=SEOUL)
    assert ran_before("0 9 * * mon-fri", "Asia/Seoul", monday) == monday.replace(day=27, second=0)
    assert ran_before("0 9 * * mon", "Asia/Seoul", monday) == monday.replace(day=23, second=0)
    # By numbers, as in every crontab: 1 is Monday, and Sunday is 0 or 7.
    assert ran_before("0 9 * * 1-5", "Asia/Seoul", monday) == monday.replace(day=27, second=0)
    assert ran_before("0 9 * * 0", "Asia/Seoul", monday) == monday.replace(day=29, second=0)
    assert ran_before("0 9 * * 5-7/2", "Asia/Seoul", monday) == monday.replace(day=29, second=0)


@pytest.mark.parametrize(("monday", "friday"), [("03-09", "03-06"), ("11-02", "10-30")])
def test_the_digest_before_a_change_of_the_clock_was_at_the_same_hour(monday, friday):
    zone = ZoneInfo("America/New_York")
    now, before = (
        datetime.fromisoformat(f"2026-{day} 09:00").replace(tzinfo=zone) for day in (monday, friday)
    )
    assert ran_before("0 9 * * mon-fri", "America/New_York", now.astimezone(UTC)) == before
