"""What every store behind the `Cases` port must do.

A store's test file imports everything from here and defines the fixture `open_stores`: a function
that opens the same store's cases and archive at each call, empty at first.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.errors import StorageError
from core.types import Call, Case, CaseState, Passage, Question, SessionId, Source, Waiter

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def asked(name: str, *, asker: str = "slack:U1", text: str = "환불은 며칠 걸리나요") -> Question:
    return Question(name, SessionId("slack:T1:C1:1"), text, asker, NOW, "1.0 T1")


def case(name: str = "c1", **changes: object) -> Case:
    usual = {
        "question": "환불은 며칠 걸리나요",
        "opened_at": NOW,
        "waiters": (Waiter(asked("q1")),),
    }
    return Case(name, **(usual | {"due_at": NOW} | changes))


async def added(cases, new: Case) -> bool:
    return await cases.add(new, after=await cases.latest())


@pytest.fixture
async def stores(open_stores):
    async with open_stores() as opened:
        yield opened


@pytest.fixture
def cases(stores):
    return stores[0]


async def test_a_case_is_read_back_as_it_was_stored(cases):
    answer = Passage("learned:l", "환불", "사흘입니다.", 1.0, Source("learned", "김담당", NOW))
    full = case(calls=(Call("정산팀", NOW, "C1/1.2"),)).answered("lesson:l", answer, at=NOW)
    assert await added(cases, full)
    found = await cases.find("c1")
    assert found == case(version=1, calls=full.calls).answered("lesson:l", answer, at=NOW)
    assert await cases.of_question("q1") == found
    assert await cases.of_answers(["lesson:l", "lesson:m"]) == [found]
    assert await cases.of_answers([""]) == await cases.of_answers([]) == []
    assert await cases.find("c2") is None


async def test_an_id_is_added_once(cases):
    assert await added(cases, case())
    assert not await added(cases, case(question="다른 질문"))
    assert await cases.latest() == 1


async def test_of_two_who_add_after_the_same_case_one_has_to_look_again(open_stores):
    """Two processes, each of which has read the open cases before the other one added its own."""
    async with open_stores() as (one, _), open_stores() as (other, _):
        assert await added(one, case("c0", waiters=()))
        latest = await one.latest()
        assert await other.latest() == latest
        assert await one.add(case("c1", waiters=()), after=latest)
        assert not await other.add(case("c2", waiters=()), after=latest)
        assert await added(other, case("c2", waiters=()))
        assert {found.id for found in await one.open(9)} == {"c0", "c1", "c2"}


async def test_of_two_who_change_what_they_read_one_has_to_read_again(cases):
    await added(cases, case())
    read = await cases.find("c1")
    assert await cases.save(read.taken("slack:U9", due_at=NOW))
    assert not await cases.save(read.closed(at=NOW))
    assert (await cases.find("c1")).state is CaseState.TAKEN


async def test_due_are_those_whose_time_has_come_the_most_overdue_first(cases):
    for minutes in (3, 1, 2):
        due_at = NOW + timedelta(minutes=minutes)
        await added(
            cases, case(f"c{minutes}", due_at=due_at, waiters=(Waiter(asked(f"q{minutes}")),))
        )
    await added(cases, case("c9", due_at=None, waiters=()))
    found = await cases.due(NOW + timedelta(minutes=2), 10)
    assert [one.id for one in found] == ["c1", "c2"]
    assert await cases.due(NOW + timedelta(minutes=9), 0) == []


async def test_open_are_those_that_wait_for_a_person(cases):
    await added(cases, case("c1"))
    await added(cases, case("c2", waiters=()).taken("slack:U9", due_at=NOW))
    await added(cases, case("c3", waiters=()).closed(at=NOW))
    assert [one.id for one in await cases.open(10)] == ["c1", "c2"]
    assert [one.id for one in await cases.open(1)] == ["c1"]


async def test_who_joins_is_found_by_their_question(cases):
    await added(cases, case())
    await cases.save((await cases.find("c1")).joined_by(asked("q2", asker="discord:5")))
    assert (await cases.of_question("q2")).id == "c1"


async def test_the_cases_of_several_questions_are_found_each_once(cases):
    await added(cases, case().joined_by(asked("q2")))
    await added(cases, case("c2", waiters=(Waiter(asked("q3")),)))
    await added(cases, case("c3", waiters=(Waiter(asked("q4")),)))
    found = await cases.of_questions(["q3", "q2", "q1", "q9"])
    assert [one.id for one in found] == ["c1", "c2"]
    assert await cases.of_questions([]) == []
    with pytest.raises(StorageError):
        await cases.of_questions(["a\0b"])


async def test_calls_are_counted_by_owner_and_day(cases):
    today, tomorrow = date(2026, 11, 30), date(2026, 12, 1)
    assert [await cases.count_call("정산팀", today) for _ in range(2)] == [1, 2]
    assert await cases.count_call("정산팀", tomorrow) == 1
    assert await cases.count_call("배송팀", today) == 1


async def test_who_is_forgotten_is_in_no_case(stores):
    cases, archive = stores
    await added(cases, case().joined_by(asked("q2", asker="discord:5", text="환불 언제 돼요")))
    await added(cases, case("c2", waiters=(Waiter(asked("q3")),)))
    await archive.forget("slack:U1")
    left = await cases.find("c1")
    assert [one.question.id for one in left.waiters] == ["q2"]
    assert left.question == "환불 언제 돼요"
    assert await cases.find("c2") is None
    assert await cases.of_question("q1") is None


async def test_the_number_of_a_case_that_is_forgotten_is_given_to_no_other(stores):
    """Or who read the cases before would add one that somebody else has added meanwhile."""
    cases, archive = stores
    await added(cases, case())
    before = await cases.latest()
    await archive.forget("slack:U1")
    assert await cases.latest() == before
    assert await added(cases, case("c2", waiters=(Waiter(asked("q2", asker="slack:U2")),)))
    assert not await cases.add(case("c3", waiters=()), after=before)


async def test_text_that_no_store_keeps_is_refused(cases):
    with pytest.raises(StorageError):
        await added(cases, case(question="a\0b"))
