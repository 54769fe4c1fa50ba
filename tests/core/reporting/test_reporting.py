"""Reports over a store: figures, gaps, and what a change of the FAQ does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from contracts.history import turn

from bots.bootstrap.stores import gap_stores_of
from core.lessons.answered_cases import answer_case, reopen_cases
from core.reporting.gaps import grouped, open_gaps
from core.reporting.replay import Change, ReplayCase, ReplayOutcome, compared, counted, worse_share
from core.reporting.stats import ReportWindow, percentile, read_stats
from core.reporting.transcript import read_transcript
from core.stores.counts import HANDED_OVER, bucket_of, duration_ms
from core.stores.sqlite.cases import SqliteCases
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.lessons import SqliteLessons
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.stores.sqlite.turns.reports import SqliteReports
from core.types import (
    Case,
    Feedback,
    Lesson,
    LessonState,
    Passage,
    Question,
    SessionId,
    Source,
    TurnState,
    Waiter,
)

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 8, 5, 3, 0, tzinfo=UTC)  # a Wednesday, noon in Seoul


@pytest.fixture
async def stores(tmp_path):
    async with SqliteFile.open(tmp_path / "h.sqlite3", zone=SEOUL) as file:
        yield SimpleNamespace(
            history=SqliteHistory(file),
            archive=SqliteArchive(file),
            reports=SqliteReports(file),
            lessons=SqliteLessons(file),
            cases=SqliteCases(file),
        )


def ended(number, text="질문", state=TurnState.ANSWERED, ago=timedelta(), session="web:page:a"):
    question = Question(str(number), SessionId(session), text, "mina", NOW - ago)
    plain = replace(turn(str(number)), question=question, sources=("정산",), followups=())
    return replace(plain, state=state, finished_at=NOW - ago, timings_ms={"first_text": 100.0})


async def stats(stores, window, platform=""):
    return await read_stats(stores.reports, window, now=NOW, zone=SEOUL, platform=platform)


async def test_figures_are_added_up_by_window_platform_and_period(stores):
    await stores.history.append(ended(1))
    await stores.history.append(ended(2, state=TurnState.ESCALATED, ago=timedelta(hours=30)))
    await stores.history.append(ended(3, ago=timedelta(days=20), session="slack:T:C:1"))
    await stores.archive.give_feedback(Feedback("1", "mina", helpful=True))
    await stores.archive.give_feedback(Feedback("2", "mina", helpful=False, reason=HANDED_OVER))
    days = await stats(stores, ReportWindow.DAYS)
    assert (days.total.asked, days.total.answered, days.total.not_found) == (3, 2, 1)
    assert (days.total.handed_over, days.total.liked) == (1, 0.5)
    assert {name: one.asked for name, one in days.by_platform.items()} == {"slack": 1, "web": 2}
    assert [one.asked for _, one in days.periods[-3:]] == [0, 1, 1]
    assert days.periods[-1][0].isoformat() == "2026-08-05T00:00:00+09:00"
    hours = await stats(stores, ReportWindow.HOURS)
    assert (hours.total.asked, hours.periods[-1][1].asked) == (2, 1)
    weeks = await stats(stores, ReportWindow.WEEKS, "slack")
    assert (weeks.total.asked, weeks.periods[-1][0].weekday()) == (1, 0)


@pytest.mark.parametrize("duration", [1.0, 40.0, 999.0, 12_345.0])
def test_a_percentile_is_exact_to_a_tenth(duration):
    found = percentile({bucket_of(duration): 3}, 0.5)
    assert duration <= found * 1.001 <= duration * 1.11
    assert percentile({}, 0.5) is None
    assert percentile({1: 95, 30: 5}, 0.95) == duration_ms(1)
    assert percentile({1: 94, 30: 6}, 0.95) == duration_ms(30)


def by_first_letter(texts):
    """Questions that begin alike mean the same."""
    letters = sorted({text[0] for text in texts})
    return np.array([[float(text[0] == one) for one in letters] for text in texts], np.float32)


async def test_gaps_are_grouped_by_meaning_named_counted_and_closed(stores):
    for number, text in enumerate(["가격은", "가격이 얼마", "가격은", "배송비"]):
        ago = timedelta(days=8 if number == 1 else 1)
        await stores.history.append(ended(number, text, TurnState.ESCALATED, ago))
    await stores.history.append(ended(9, "배송 언제"))
    opinion = Feedback("9", "mina", helpful=False, expected="이틀")
    await stores.archive.give_feedback(opinion)
    gaps = await open_gaps(gap_stores_of(stores), now=NOW)
    first, second = grouped(gaps, by_first_letter, now=NOW)
    assert (first.name, len(first.gaps)) == ("가격은", 3)
    assert (first.this_week, first.week_before) == (2, 1)
    assert {gap.text: (gap.disliked, gap.expected) for gap in second.gaps} == {
        "배송비": (False, ""),
        "배송 언제": (True, "이틀"),
    }
    await stores.reports.close_gaps([gap.question_id for gap in first.gaps], NOW)
    left = await open_gaps(gap_stores_of(stores), now=NOW)
    assert {gap.text for gap in left} == {"배송비", "배송 언제"}
    assert grouped([], by_first_letter, now=NOW) == []


@pytest.mark.parametrize("ending", ["an entry is picked", "it is not our job"])
async def test_a_gap_closes_with_its_case_and_opens_with_it(stores, ending):
    await stores.history.append(ended(1, "견학은 언제?", TurnState.ESCALATED))
    await stores.history.append(ended(2, "주차는?", TurnState.ESCALATED))
    first, second = await stores.archive.found(["1", "2"])
    case = Case("c1", first.question.text, NOW, (Waiter(first.question),))
    await stores.cases.add(case, after=0)
    await stores.cases.add(
        Case("c2", second.question.text, NOW, (Waiter(second.question),)), after=1
    )
    entry = Passage("e1", "견학 안내", "수요일입니다.", 1.0, Source("official"))
    over = case.closed(at=NOW) if "job" in ending else case.answered("entry:e1", entry, at=NOW)
    await stores.cases.save(replace(over, version=1))
    left = await open_gaps(gap_stores_of(stores), now=NOW)
    assert [gap.text for gap in left] == ["주차는?"]
    await stores.cases.save((await stores.cases.find("c1")).reopened(at=NOW))
    left = await open_gaps(gap_stores_of(stores), now=NOW)
    assert {gap.text for gap in left} == {"견학은 언제?", "주차는?"}


async def test_a_gap_closes_when_its_lesson_is_taught_and_opens_when_that_is_undone(stores):
    """Also for those who waited for the same answer; an answer that came later is judged anew."""
    for number, text in enumerate(["견학은 언제?", "견학하고 싶어요", "주차는?"]):
        await stores.history.append(ended(number, text, TurnState.ESCALATED, timedelta(days=1)))
    first, second, third = await stores.archive.found(["0", "1", "2"])
    waiters = tuple(Waiter(turn.question) for turn in (first, second))
    await stores.cases.add(Case("c1", first.question.text, NOW, waiters), after=0)
    taught = Lesson("l1", SessionId("s"), first.question.text, "수요일", learned_at=NOW)
    await stores.lessons.teach(replace(taught, question_id=first.question.id))
    await answer_case(stores.cases, await stores.lessons.find("l1"), at=NOW)
    left = await open_gaps(gap_stores_of(stores), now=NOW)
    assert [gap.text for gap in left] == ["주차는?"]
    held = replace(taught, id="l2", question=third.question.text, state=LessonState.HELD)
    await stores.lessons.teach(held)
    again = replace(third.question, id="9", text=first.question.text)
    await stores.history.append(
        replace(first, question=again, finished_at=NOW + timedelta(hours=1))
    )
    left = await open_gaps(gap_stores_of(stores), now=NOW)
    assert [gap.question_id for gap in left] == ["9", "2"]
    await stores.lessons.remove("l1", at=NOW + timedelta(hours=2))
    await reopen_cases(stores.cases, "l1", at=NOW + timedelta(hours=2))
    left = await open_gaps(gap_stores_of(stores), now=NOW)
    assert {gap.question_id for gap in left} == {*"0129"}


async def test_a_transcript_has_every_turn_with_its_opinions(stores):
    for number in range(3):
        await stores.history.append(ended(number))
    await stores.archive.give_feedback(Feedback("1", "mina", helpful=True))
    told = await read_transcript(stores.archive, SessionId("web:page:a"))
    assert [one.turn.question.id for one in told] == ["0", "1", "2"]
    assert [len(one.opinions) for one in told] == [0, 1, 0]
    assert await read_transcript(stores.archive, SessionId("none")) == []


def outcome(*sources, text="답"):
    state = TurnState.ANSWERED if sources else TurnState.ESCALATED
    return ReplayOutcome(state, sources, text)


@pytest.mark.parametrize(
    ("asked", "before", "after", "change"),
    [
        (ReplayCase("q"), outcome("a"), outcome("a"), Change.SAME),
        (ReplayCase("q"), outcome("a"), outcome("a", text="다른 답"), Change.OTHER),
        (ReplayCase("q"), outcome("a"), outcome("b"), Change.OTHER),
        (ReplayCase("q"), outcome("a"), outcome(), Change.WORSE),
        (ReplayCase("q"), outcome(), outcome("a"), Change.OTHER),
        (ReplayCase("q", relevant=("b",)), outcome("a"), outcome("b"), Change.BETTER),
        (ReplayCase("q", relevant=("a",)), outcome("a"), outcome("b"), Change.WORSE),
        (ReplayCase("q", relevant=("a",)), outcome("b"), outcome("c"), Change.OTHER),
        (ReplayCase("q", liked=True, sources=("a",)), outcome("a"), outcome("b"), Change.WORSE),
        (ReplayCase("q", liked=False, sources=("a",)), outcome("a"), outcome("b"), Change.OTHER),
        (ReplayCase("q", liked=False, sources=("a",)), outcome("a"), outcome(), Change.OTHER),
    ],
)
def test_what_changes_is_judged_by_labels_and_opinions(asked, before, after, change):
    found = compared(asked, before, after)
    assert found.change is change
    assert worse_share([found]) == float(change is Change.WORSE)
    assert counted([found])[change.value] == 1
