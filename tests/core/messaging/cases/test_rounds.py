"""Those who wait for a person are told of the answer, once, by whoever runs then."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace

import pytest
from fakes.cases import desk_of, learnt

from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.lessons.answered_cases import reopen_cases
from core.messaging.cases.notice import notice_id
from core.messaging.cases.roster import Roster
from core.messaging.cases.rounds import CaseRounds
from core.profile import Owner
from core.types import (
    CaseState,
    Escalated,
    InboxState,
    Lesson,
    LessonState,
    Question,
    Receipt,
    SessionId,
    TurnState,
)

PROFILE = load_profile("ko")
NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)
TEAM = Owner("총무팀", ("slack:S1", "discord:9"))
ASKED = "주차 등록은 어디서 하나요"


@pytest.fixture
async def stores(tmp_path):
    async with open_stores(
        Settings(_env_file=None, data_dir=tmp_path, inbox_total=5_000)
    ) as opened:
        yield opened


@pytest.fixture
def desk(stores):
    roster = Roster((TEAM,), Owner("", ()))
    return desk_of(stores, PROFILE, Settings(_env_file=None), roster=roster, now=lambda: NOON)


def rounds_of(desk, stores, **parts):
    async def say(_question, _ending):
        raise AssertionError("nobody is to be called")

    usual = {"inbox": stores.inbox, "history": stores.history, "profile": PROFILE}
    usual |= {"wake": lambda: None, "say": say, "is_public": lambda _session: True}
    return CaseRounds(desk, **(usual | parts))


@pytest.fixture
def rounds(desk, stores):
    return rounds_of(desk, stores)


def asked(by, text=ASKED):
    name = f"slack:T1:C1:{by}"
    return Question(name, SessionId(name), text, f"slack:U{by}", NOON, "1")


async def waiting(desk, stores, *askers, text=ASKED):
    for by in askers:
        await stores.inbox.receive(asked(by, text))
        nothing = Escalated(PROFILE.not_found, ())
        await desk.escalated(asked(by, text), nothing, public=True, calls=True)


def lesson(name="l1", to="slack:T1:C1:1", **more):
    return Lesson(
        name, SessionId(to), ASKED, "지하 1층 안내소요.", "slack:U9", "김담당", NOON, to, **more
    )


async def told(stores, answer_id="lesson:l1", askers=range(1, 9)):
    """Who is to be shown the answer, as far as it is stored both as a turn and in the inbox."""
    names = {by: notice_id(f"slack:T1:C1:{by}", answer_id) for by in askers}
    found = {by: await stores.archive.find(name) for by, name in names.items()}
    handed = [by for by, name in names.items() if await stores.inbox.find(name)]
    assert handed == [by for by, turn in found.items() if turn]
    return {by: turn for by, turn in found.items() if turn}


async def test_all_who_wait_are_told_in_their_own_conversation(desk, rounds, stores):
    await waiting(desk, stores, 1, 2, 3)
    await learnt(desk, lesson())
    await rounds.go()
    turns = await told(stores)
    assert list(turns) == [1, 2, 3]
    assert turns[2].question.session == "slack:T1:C1:2"
    assert turns[2].state is TurnState.ANSWERED
    assert turns[2].answer == f"{PROFILE.case.answered}\n\n지하 1층 안내소요."
    assert turns[2].passages[0].source.author == "김담당"
    assert await stores.cases.due(NOON, 9) == []


async def test_who_has_read_it_where_it_was_said_is_not_told_again(desk, rounds, stores):
    await waiting(desk, stores, 1, 2)
    await learnt(desk, lesson(), seen_in=SessionId("slack:T1:C1:1"))
    await rounds.go()
    assert list(await told(stores)) == [2]


async def test_nobody_is_told_twice_whoever_goes_round_and_however_often_it_is_taught(
    desk, rounds, stores
):
    await waiting(desk, stores, 1, 2)
    await learnt(desk, lesson())
    await rounds.go()
    first = await told(stores)
    await learnt(desk, lesson())
    await rounds.go()
    await rounds.go()
    assert await told(stores) == first


async def test_a_round_that_broke_off_is_gone_on_with(desk, rounds, stores):
    """The notices are there and the case does not know it yet: they are not there twice."""
    await waiting(desk, stores, 1, 2)
    await learnt(desk, lesson())
    before = await stores.cases.of_question("slack:T1:C1:1")
    await rounds.go()
    after = await stores.cases.find(before.id)
    await stores.cases.save(replace(before, version=after.version))
    await rounds.go()
    assert list(await told(stores)) == [1, 2]
    assert await stores.cases.due(NOON, 9) == []


async def test_whose_question_was_deleted_is_not_told(desk, rounds, stores):
    await waiting(desk, stores, 1, 2)
    await stores.inbox.withdraw("slack:T1:C1:2")
    await learnt(desk, lesson())
    await rounds.go()
    assert list(await told(stores)) == [1]
    assert await stores.cases.due(NOON, 9) == []


async def test_what_is_held_answers_nobody(desk, rounds, stores):
    await waiting(desk, stores, 1)
    await learnt(desk, lesson(state=LessonState.HELD))
    await rounds.go()
    assert await told(stores) == {}
    assert (await stores.cases.of_question("slack:T1:C1:1")).is_open


async def test_the_answer_to_one_who_joined_answers_all(desk, rounds, stores):
    await waiting(desk, stores, 1, 2)
    await learnt(desk, lesson(to="slack:T1:C1:2"))
    await rounds.go()
    assert list(await told(stores)) == [1, 2]


async def test_an_answer_that_is_undone_opens_the_case_again_and_another_one_is_told(
    desk, rounds, stores
):
    await waiting(desk, stores, 1, 2)
    await learnt(desk, lesson())
    await rounds.go()
    await reopen_cases(desk.cases, "l1", at=NOON)
    case = await stores.cases.of_question("slack:T1:C1:1")
    assert (case.state, case.calls) == (CaseState.OPEN, ())
    await learnt(desk, lesson("l2"))
    await rounds.go()
    assert list(await told(stores, "lesson:l2 1")) == [1, 2]


async def test_an_answer_that_is_taken_back_and_taught_again_is_told_again(desk, rounds, stores):
    await waiting(desk, stores, 1, 2)
    for telling in ("lesson:l1", "lesson:l1 1"):
        await learnt(desk, lesson())
        await rounds.go()
        turns = await told(stores, telling)
        assert {by: turn.answer.split("\n")[0] for by, turn in turns.items()} == {
            1: PROFILE.case.answered,
            2: PROFILE.case.answered,
        }
        await reopen_cases(desk.cases, "l1", at=NOON)


@pytest.mark.parametrize("lesson_id", ["l1", "l2"])
async def test_other_numbers_are_told_to_those_who_know_the_answer_and_other_words_are_not(
    desk, rounds, stores, lesson_id
):
    """The lesson was corrected, or somebody else's took its place."""
    await waiting(desk, stores, 1, 2)
    await learnt(desk, lesson())
    await rounds.go()
    await learnt(desk, replace(lesson(lesson_id), answer="지하 1층에 있는 안내소입니다."))
    await rounds.go()
    corrected = replace(lesson(lesson_id), answer="지하 3층 안내소요.")
    await learnt(desk, corrected, seen_in=SessionId("slack:T1:C1:1"))
    await rounds.go()
    turns = await told(stores, f"lesson:{lesson_id} 1")
    assert {by: turn.answer for by, turn in turns.items()} == {
        2: f"{PROFILE.case.corrected}\n\n지하 3층 안내소요."
    }


async def test_who_waits_is_told_although_the_inbox_is_full(desk, rounds, stores):
    await waiting(desk, stores, 1)
    more = (replace(asked(by), session=asked(1).session) for by in count(100))
    while await stores.inbox.receive(next(more)) is not Receipt.FULL:
        pass
    await learnt(desk, lesson())
    await rounds.go()
    assert list(await told(stores)) == [1]


async def test_a_question_that_was_edited_waits_with_its_new_words(desk, stores):
    await waiting(desk, stores, 1)
    nothing = Escalated(PROFILE.not_found, ())
    await desk.escalated(asked(1, "셔틀버스는 몇 시에 오나요"), nothing, public=True, calls=True)
    (case,) = await stores.cases.open(9)
    assert case.question == "셔틀버스는 몇 시에 오나요"


@pytest.mark.long
async def test_a_thousand_cases_at_once_are_all_told(desk, rounds, stores):
    for by in range(1, 1001):
        question = asked(by, f"질문 {by} 번은 어디서 하나요")
        await desk.escalated(question, Escalated("", ()), public=True, calls=False)
        await learnt(desk, lesson(f"l{by}", to=question.id))
    for _ in range(10):
        await rounds.go()
    assert await stores.cases.due(NOON, 1) == []
    assert [
        by for by in range(1, 1001) if not await told(stores, f"lesson:l{by}", askers=[by])
    ] == []
    assert InboxState.RECEIVED in {one.state for one in await stores.inbox.waiting(5)}


async def test_rounds_end_though_a_case_changes_in_the_moment_that_they_are_cancelled(desk, rounds):
    """A process that did not end here would hang when it is told to stop."""
    looked = asyncio.Event()

    async def leads():
        looked.set()
        return False

    making = asyncio.create_task(rounds.run(leads))
    await looked.wait()
    await asyncio.sleep(0)  # it waits for a change
    await asyncio.sleep(0)
    desk.changed.set()
    await asyncio.sleep(0)  # the wait inside has ended, and the rounds have not gone on yet
    making.cancel()
    done, _ = await asyncio.wait({making}, timeout=1)
    assert done


async def test_who_asks_twice_in_a_conversation_is_told_once_and_counts_as_one(desk, stores):
    first = Question("slack:T1:C1:1", SessionId("slack:T1:C1:1"), ASKED, "slack:U1", NOON)
    again = replace(first, id="slack:T1:C1:2")
    for question in (first, again):
        await stores.inbox.receive(question)
        ending = await desk.escalated(
            question, Escalated(PROFILE.not_found, ()), public=True, calls=True
        )
    assert ending.note == PROFILE.case.opened  # and not that somebody else has asked the same
    await learnt(desk, Lesson("l1", SessionId("x"), ASKED, "1층", "U9", "김", NOON, first.id))
    await rounds_of(desk, stores).go()
    turns = await stores.history.recent(first.session, 9)
    assert [turn.question.id for turn in turns] == [notice_id(again.id, "lesson:l1")]


async def test_a_cancellation_that_a_store_swallows_ends_the_rounds():
    """`asyncio.wait_for` of Python 3.11, which drivers use, loses one that comes with a result."""
    begun = asyncio.Event()

    async def leads() -> bool:
        begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return False

    desk = SimpleNamespace(changed=asyncio.Event())
    others = dict.fromkeys(("inbox", "history", "profile", "wake", "say", "is_public"))
    rounds = CaseRounds(desk, **others)
    making = asyncio.create_task(rounds.run(leads))
    await begun.wait()
    making.cancel()
    done, _ = await asyncio.wait([making], timeout=10)
    assert done
    assert making.cancelled()
