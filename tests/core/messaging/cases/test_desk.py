"""What the FAQ does not answer opens a case, and the same question joins it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from fakes.cases import desk_of

from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.assistant.audiences import Scope
from core.messaging.cases.roster import Roster
from core.profile import ChannelRules, Owner
from core.retrieval.audience import Audience
from core.types import Escalated, Question, SessionId

PROFILE = load_profile("ko")
NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)  # a Tuesday in Seoul
TEAM = Owner("총무팀", ("slack:S1", "discord:role:9"))
NOTHING = Escalated(PROFILE.not_found, ("가까운 것",))


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def stores(tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path)
    async with open_stores(settings) as opened:
        yield opened


@pytest.fixture
def desk(stores, clock):
    def made(*owners):
        roster = Roster(owners, Owner("", ()))
        return desk_of(stores, PROFILE, Settings(_env_file=None), roster=roster, now=clock)

    return made


def asked(text="주차 등록은 어디서 하나요", *, by=1, platform="slack"):
    session = SessionId(f"{platform}:T1:C1:{by}")
    return Question(f"{platform}:T1:C1:{by}", session, text, f"{platform}:U{by}", NOON)


async def told(desk, question, *, public=True, calls=True):
    return await desk.escalated(question, NOTHING, public=public, calls=calls)


async def test_a_question_opens_a_case_and_calls_the_owner_of_its_topic(desk, stores):
    parcels = replace(TEAM, name="배송팀", contacts=("slack:S2",), topics=("배송",))
    shown = await told(desk(parcels, TEAM), asked("배송 상자는 어디서 받나요"))
    assert (shown.calls, shown.contacts) == (True, ("slack:S2",))
    assert shown.note == PROFILE.case.opened
    (case,) = await stores.cases.open(9)
    assert shown.case_id == case.id
    assert [call.owner for call in case.calls] == ["배송팀"]
    assert case.due_at == NOON + timedelta(hours=4)


async def test_the_same_question_on_another_platform_joins_and_calls_nobody(desk, stores):
    at = desk(TEAM)
    first = await told(at, asked())
    second = await told(at, asked("주차 등록은 어디서 하나요?", by=2, platform="discord"))
    assert (second.calls, second.case_id) == (False, first.case_id)
    assert second.note == PROFILE.case.joined.format(question="주차 등록은 어디서 하나요")
    (case,) = await stores.cases.open(9)
    assert [one.question.asker for one in case.waiters] == ["slack:U1", "discord:U2"]
    assert len(case.calls) == 1


async def test_many_who_ask_the_same_at_once_are_one_case(desk, stores):
    at = desk(TEAM)
    shown = await asyncio.gather(*(told(at, asked(by=one)) for one in range(20)))
    assert sum(one.calls for one in shown) == 1
    (case,) = await stores.cases.open(9)
    assert len(case.waiters) == 20


@pytest.mark.parametrize("store", ["sqlite", "mongo"])
async def test_two_processes_that_get_the_same_question_at_once_open_one_case(
    store, tmp_path, request, clock
):
    """Both have found no open case that asks the same before either of them opens its own."""
    uri = f"{request.getfixturevalue('server').uri}/faqbot" if store == "mongo" else None
    settings = Settings(_env_file=None, data_dir=tmp_path, mongodb_uri=uri)
    both_have_looked = asyncio.Barrier(2)

    async def look(_titles):
        await both_have_looked.wait()
        return ()

    async with open_stores(settings) as one, open_stores(settings) as other:
        parts = {"roster": Roster((TEAM,), Owner("", ())), "now": clock, "categories_of": look}
        desks = [desk_of(stores, PROFILE, settings, **parts) for stores in (one, other)]
        asking = [told(at, asked(by=by)) for by, at in enumerate(desks, start=1)]
        first, second = sorted(await asyncio.gather(*asking), key=lambda ending: not ending.calls)
        (case,) = await other.cases.open(9)
    assert (first.calls, second.calls) == (True, False)
    assert second.note == PROFILE.case.joined.format(question=asked().text)
    assert first.case_id == second.case_id == case.id
    assert {waiter.question.asker for waiter in case.waiters} == {"slack:U1", "slack:U2"}


async def test_another_question_is_another_case(desk, stores):
    at = desk(TEAM)
    assert (await told(at, asked())).calls
    assert (await told(at, asked("셔틀버스 시간표 주세요", by=2))).calls
    assert len(await stores.cases.open(9)) == 2


async def test_a_question_that_joined_another_by_mistake_gets_a_case_of_its_own(desk, stores):
    desk = desk(TEAM)
    await told(desk, asked())
    await told(desk, asked(by=2))
    assert await desk.joined_in(asked(by=2).session) == asked(by=2)
    assert await desk.joined_in(asked().session) is None
    message = replace(asked(by=2), id="slack:T1:C1:2b")
    for _ in range(2):  # a restart repeats it
        await desk.apart(message, asked(by=2), public=True)
        own = await told(desk, message)
        assert (own.note, own.calls) == (PROFILE.case.opened, True)
    waiting = [[one.question.id for one in case.waiters] for case in await stores.cases.open(9)]
    assert waiting == [[asked().id], [message.id]]


async def test_the_same_question_again_is_told_the_same(desk):
    at = desk(TEAM)
    assert await told(at, asked()) == await told(at, asked())


async def test_nobody_is_called_outside_of_their_hours(desk, stores, clock):
    office = replace(TEAM, opens=time(9), closes=time(18))
    clock.now = NOON + timedelta(hours=8)  # 20:00 in Seoul
    shown = await told(desk(office), asked())
    assert not shown.calls
    assert "12-02 09:00" in shown.note
    (case,) = await stores.cases.open(9)
    assert (case.calls, case.due_at) == ((), datetime(2026, 12, 2, tzinfo=UTC))


async def test_an_owner_is_called_no_more_than_their_day_bears(desk):
    at = desk(replace(TEAM, calls_a_day=1))
    assert (await told(at, asked())).calls
    shown = await told(at, asked("셔틀버스 시간표 주세요", by=2))
    assert not shown.calls
    assert "12-02" in shown.note


async def test_where_owners_cannot_see_it_the_question_is_kept_until_somebody_asks_openly(
    desk, stores
):
    at = desk(TEAM)
    kept = await told(at, asked(), public=False)
    assert (kept.calls, kept.note) == (False, PROFILE.case.kept)
    assert await stores.cases.due(NOON, 9) == []
    await told(at, asked(by=2))
    assert [case.id for case in await stores.cases.due(NOON, 9)] == [kept.case_id]


async def test_what_a_case_says_of_a_person_is_masked(desk, stores):
    await told(desk(TEAM), asked("제 번호 010-1234-5678로 언제 연락 주시나요"))
    (case,) = await stores.cases.open(9)
    assert "1234" not in case.question


async def test_what_is_left_of_a_case_once_its_first_asker_was_forgotten_is_masked(desk, stores):
    desk = desk(TEAM)
    await told(desk, asked())
    (case,) = await stores.cases.open(9)
    (first,) = case.waiters
    second = replace(first, question=asked("주차 등록은 어디서 하나요 010-1234-5678", by=2))
    left = replace(case, waiters=(first, second)).without("slack:U1")
    shown = desk.quoted("{question}", left.question)
    assert "주차 등록은 어디서 하나요" in shown
    assert "1234" not in shown


async def test_an_answer_that_helped_nobody_waits_for_a_person_once(desk, stores):
    at = desk(TEAM)
    await at.disliked(asked(), ("주차 안내",), public=True)
    await at.disliked(asked(), ("주차 안내",), public=True)
    (case,) = await stores.cases.due(NOON, 9)
    assert case.calls == ()
    assert [one.question.id for one in case.waiters] == ["slack:T1:C1:1"]


async def test_questions_that_others_may_not_read_never_wait_as_one(stores, clock):
    """The answer to one is told to all who wait with it."""

    async def scope_of(question):
        closed = () if question.asker == "slack:U9" else ("급여",)
        return Scope(Audience(withheld=closed), ChannelRules("인사방", (), owners=("배송팀",)))

    parcels = replace(TEAM, name="배송팀", contacts=("slack:S2",), topics=("배송",))
    roster = Roster((TEAM, parcels), Owner("", ()))
    settings = Settings(_env_file=None)
    at = desk_of(stores, PROFILE, settings, roster=roster, now=clock, scope_of=scope_of)
    await told(at, asked(by=9), public=False)
    shown = await told(at, asked(by=1))
    await told(at, asked(by=2))
    cases = await stores.cases.open(9)
    assert sorted(len(case.waiters) for case in cases) == [1, 2]
    assert shown.contacts == ("slack:S2",)  # the channel's owners come first


async def test_two_who_only_ask_for_a_person_do_not_share_a_case(desk, stores):
    """What an owner tells the first is no answer to the other."""
    at = desk(TEAM)
    for by in (1, 2):
        assert (await told(at, asked("상담원 연결해 주세요", by=by))).calls
    assert len(await stores.cases.open(9)) == 2
