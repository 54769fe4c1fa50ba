"""Owners are reminded, the next one is called, and what they say by a button counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from fakes.cases import desk_of, learnt

from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.errors import PlatformError
from core.lessons.answered_cases import reopen_cases
from core.lessons.remarks import Teacher
from core.messaging.cases import word
from core.messaging.cases.notice import notice_id
from core.messaging.cases.roster import Roster
from core.messaging.cases.rounds import CaseRounds
from core.profile import Owner
from core.types import CaseState, Escalated, Lesson, Passage, Question, SessionId

PROFILE = load_profile("ko")
NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)  # a Tuesday in Seoul
HOUR = timedelta(hours=1)
KIM, LEE = Teacher("slack:U8", "김담당"), Teacher("slack:U7", "이담당")
PARKING = Owner("주차팀", ("slack:S1",), topics=("주차",), reminder_h=2)
ANYTHING = Owner("총무팀", ("slack:S2",), reminder_h=2)
ENTRY = Passage("e1", "주차 안내", "지하 1층에서 등록합니다.", 0.8)


class Office:
    """A desk, its rounds, a clock that is set, and what was said."""

    def __init__(self, stores, owners):
        self.stores, self.now, self.said, self.refuses = stores, NOON, [], False
        self.desk = desk_of(
            stores,
            PROFILE,
            Settings(_env_file=None),
            roster=Roster(owners, Owner("", ())),
            now=lambda: self.now,
            entries_for=self.entries,
        )
        self.rounds = CaseRounds(
            self.desk,
            inbox=stores.inbox,
            history=stores.history,
            profile=PROFILE,
            wake=lambda: None,
            say=self.say,
            is_public=lambda session: "private" not in session,
        )

    async def entries(self, _question, _audience):
        return [ENTRY]

    async def say(self, question, ending):
        if self.refuses:
            raise PlatformError("away")
        self.said.append((question, ending))

    async def ask(self, by=1, text="주차 등록은 어디서 하나요", where="C1"):
        name = f"slack:T1:{where}:{by}"
        question = Question(name, SessionId(name), text, f"slack:U{by}", NOON, "1")
        await self.stores.inbox.receive(question)
        nothing = Escalated(PROFILE.not_found, ())
        public = where != "private"
        return await self.desk.escalated(question, nothing, public=public, calls=True)

    async def after(self, time):
        self.now += time
        await self.rounds.go()

    async def case(self, by=1, where="C1"):
        return await self.stores.cases.of_question(f"slack:T1:{where}:{by}")

    @property
    def called(self):
        return [ending.contacts[0] for _, ending in self.said]


@pytest.fixture
async def office(tmp_path):
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as stores:
        yield Office(stores, (PARKING, ANYTHING))


async def test_an_owner_is_reminded_then_the_next_one_is_called_then_nobody(office):
    await office.ask()
    await office.after(HOUR)
    assert office.said == []
    for _ in range(6):
        await office.after(2 * HOUR)
    assert office.called == ["slack:S1", "slack:S2", "slack:S2"]
    reminder, call, _ = (ending.call for _, ending in office.said)
    shown = "주차 등록은 어디서 하나요"
    assert reminder == PROFILE.case.reminder.replace("{count}", "1").replace("{question}", shown)
    assert call == PROFILE.case.call.replace("{count}", "1").replace("{question}", shown)
    case = await office.case()
    assert case.is_open
    assert case.due_at is None


async def test_a_step_that_nobody_heard_is_not_said_again(office):
    """It was stored before; the next step comes in its time."""
    await office.ask()
    office.refuses = True
    await office.after(2 * HOUR)
    office.refuses = False
    await office.rounds.go()
    assert office.said == []
    await office.after(2 * HOUR)
    assert office.called == ["slack:S2"]


async def test_a_reminder_waits_for_the_owner_s_hours(tmp_path):
    office_hours = replace(ANYTHING, opens=time(9), closes=time(13))
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as stores:
        office = Office(stores, (office_hours,))
        await office.ask()  # at noon, until one
        await office.after(2 * HOUR)
        assert office.said == []
        assert (await office.case()).due_at == datetime(2026, 12, 2, tzinfo=UTC)
        await office.after(19 * HOUR)
        assert office.called == ["slack:S2"]


async def test_a_reminder_waits_for_the_next_day_where_the_owner_has_had_the_calls_of_this_one(
    tmp_path,
):
    tomorrow = datetime(2026, 12, 1, 15, tzinfo=UTC)  # midnight in Seoul
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as stores:
        office = Office(stores, (replace(ANYTHING, calls_a_day=1),))
        await office.ask()
        await office.after(2 * HOUR)
        assert office.said == []
        assert (await office.case()).due_at == tomorrow
        await office.after(tomorrow - office.now)
        assert office.called == ["slack:S2"]
        await office.ask(2, "셔틀버스 시간표 주세요")
        assert (await office.case(2)).due_at == tomorrow + 24 * HOUR


async def test_words_of_the_question_fill_in_nothing(office):
    await office.ask(text="주차 {owners} {0} 은 뭐예요")
    await office.after(2 * HOUR)
    ((_, reminder),) = office.said
    assert "주차 {owners} {0} 은 뭐예요" in reminder.call.format(owners="<@U9>")


async def test_nobody_is_called_for_what_nobody_waits_for_any_more(office):
    await office.ask()
    await office.stores.inbox.withdraw("slack:T1:C1:1")
    await office.after(2 * HOUR)
    assert office.said == []
    assert (await office.case()).state is CaseState.CLOSED


async def test_what_was_asked_privately_is_called_for_when_somebody_asks_it_openly(office):
    await office.ask(1, "주차 등록은 어디서 하나요 ", where="private")
    await office.after(9 * HOUR)
    assert office.said == []
    await office.ask(2)
    await office.rounds.go()
    ((question, call),) = office.said
    assert question.session == "slack:T1:C1:2"
    assert "(2명)" in call.call


async def test_who_takes_a_case_has_a_day_and_others_are_told(office):
    case_id = (await office.ask()).case_id
    taken = await word.taken(office.desk, case_id, KIM)
    assert taken.is_done
    assert taken.text == f"{PROFILE.case.taken.format(name='김담당')} {PROFILE.case.answer_here}"
    twice = await word.taken(office.desk, case_id, KIM)  # told to KIM alone
    assert (twice.is_done, twice.text) == (False, taken.text)
    again = await word.taken(office.desk, case_id, LEE)
    assert again.text == PROFILE.case.taken_before
    await office.after(23 * HOUR)
    assert office.said == []
    await office.after(HOUR)
    assert office.called == ["slack:U8"]
    reminder = office.said[-1][1].call
    assert reminder.startswith(PROFILE.case.reminder.partition("(")[0])
    for _ in range(3):  # then those of the topic, as before it was taken
        await office.after(2 * HOUR)
    assert office.called == ["slack:U8", "slack:S1", "slack:S2", "slack:S2"]


async def test_an_owner_who_is_away_or_has_had_the_day_s_calls_is_passed_over(tmp_path):
    week = tuple(date(2026, 12, day) for day in range(1, 8))
    parking = replace(PARKING, away=week, opens=time(9), closes=time(18))
    office_of_all = replace(ANYTHING, calls_a_day=1, reminder_h=200)
    last = Owner("비상", ("slack:S3",), reminder_h=200)
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as stores:
        office = Office(stores, (parking, office_of_all, last))
        assert (await office.ask()).contacts == ("slack:S2",)
        assert (await office.ask(2, "주차 요금은 얼마예요")).contacts == ("slack:S3",)
        office.now = datetime(2026, 12, 8, 3, tzinfo=UTC)
        assert (await office.ask(3, "주차 층은 어디예요")).contacts == ("slack:S1",)


async def test_where_all_are_away_the_first_who_is_back_is_called(tmp_path):
    until = {PARKING: 9, ANYTHING: 4}
    owners = [
        replace(owner, away=tuple(date(2026, 12, day) for day in range(1, last)), opens=time(9))
        for owner, last in until.items()
    ]
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as stores:
        office = Office(stores, owners)
        await office.ask()
        assert office.said == []
        assert (await office.case()).due_at == datetime(2026, 12, 4, tzinfo=UTC)
        await office.after(3 * 24 * HOUR)
        assert office.called == ["slack:S2"]


async def test_an_entry_that_an_owner_picks_answers_all_who_wait(office):
    case_id = (await office.ask()).case_id
    await office.ask(2)
    (choice,) = await word.choices(office.desk, case_id)
    said = await word.picked(office.desk, case_id, choice.faq_id, KIM)
    assert "주차 안내" in said
    await office.rounds.go()
    for by in (1, 2):
        turn = await office.stores.archive.find(notice_id(f"slack:T1:C1:{by}", "entry:e1"))
        assert turn.passages == (ENTRY,)
    assert await word.picked(office.desk, case_id, choice.faq_id, KIM) == PROFILE.case.settled
    assert await word.choices(office.desk, case_id) == []


async def test_what_is_not_theirs_is_closed_and_who_waits_is_told(office):
    case_id = (await office.ask()).case_id
    assert await word.closed(office.desk, case_id, KIM) == PROFILE.case.closed_by
    await office.rounds.go()
    turn = await office.stores.archive.find(notice_id("slack:T1:C1:1", "closed"))
    assert turn.answer == PROFILE.case.closed
    assert await word.closed(office.desk, case_id, KIM) == PROFILE.case.settled
    assert (await word.taken(office.desk, case_id, KIM)).text == PROFILE.case.settled


async def test_each_act_on_a_case_is_in_the_audit_log_once(office):
    case_id = (await office.ask()).case_id
    for owner in (KIM, KIM, LEE):
        await word.taken(office.desk, case_id, owner)
    await word.picked(office.desk, case_id, "e1", LEE)
    await word.closed(office.desk, case_id, KIM)
    other = (await office.ask(2, "구내식당 메뉴는 어디서 보나요")).case_id
    await word.closed(office.desk, other, KIM)
    events = reversed(await office.stores.reports.audit(9))
    assert [(one.who, one.action, one.detail) for one in events] == [
        ("김담당 (slack:U8)", "case.take", "주차 등록은 어디서 하나요"),
        ("이담당 (slack:U7)", "case.pick", "주차 등록은 어디서 하나요 -> 주차 안내"),
        ("김담당 (slack:U8)", "case.close", "구내식당 메뉴는 어디서 보나요"),
    ]


async def test_who_waited_for_a_closed_case_is_told_what_is_taught_to_it_later(office):
    case_id = (await office.ask()).case_id
    await word.closed(office.desk, case_id, KIM)
    await office.rounds.go()
    name = "slack:T1:C1:1"
    lesson = Lesson("l1", SessionId("elsewhere"), "주차", "1층", "slack:U9", "김", NOON, name)
    await learnt(office.desk, lesson)
    await office.rounds.go()
    turn = await office.stores.archive.find(notice_id(name, "lesson:l1"))
    assert turn.answer.endswith("1층")


async def test_when_an_answer_is_undone_the_owner_is_called_again(office):
    await office.ask()
    name = "slack:T1:C1:1"
    lesson = Lesson("l1", SessionId(name), "주차", "1층", "slack:U9", "김", NOON, name)
    await learnt(office.desk, lesson)
    await office.rounds.go()
    await reopen_cases(office.desk.cases, "l1", at=NOON)
    await office.rounds.go()
    assert office.called == ["slack:S1"]
