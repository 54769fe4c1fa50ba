"""What people liked may be learnt from; what they did not, deleted or opted out of may not."""

from dataclasses import replace

import pytest

from core.llm.tuning.candidates import LeftOut, Reason, TuningExample, of_entries, of_turns
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.types import Entry, Feedback, Question, SessionId, Turn, TurnState

ENTRIES = [
    Entry(f"id{n}", f"제목 {n}", f"답 {n}.", questions=(f"질문 {n}", "또", "더")) for n in range(60)
]


def turn(number, *, session="web:a:1", asker="u1", state=TurnState.ANSWERED, sources=("제목",)):
    question = Question(f"q{number}", SessionId(session), f"질문 {number}", asker=asker)
    return Turn(question, state, f"답 {number} [1]", sources=sources)


@pytest.fixture
async def stored(tmp_path):
    """Stores turns and opinions; reads what becomes of them."""
    async with SqliteFile.open(tmp_path / "history.sqlite3") as file:
        history, archive = SqliteHistory(file), SqliteArchive(file)

        async def store(turns, opinions, removed=(), opted_out=()):
            for one in turns:
                await history.append(one)
            for number, user, helpful in opinions:
                await archive.give_feedback(Feedback(f"q{number}", user, helpful))
            for number in removed:
                await archive.remove(f"q{number}")
            rows = of_turns(archive, earlier=2, opted_out=opted_out)
            return {row.origin: row async for row in rows}

        yield store


async def test_a_liked_answer_comes_with_its_conversation(stored):
    """The two turns before it, and the session as its group."""
    rows = await stored([turn(n) for n in range(4)], [(3, "u1", True)])
    liked = rows["q3"]
    assert isinstance(liked, TuningExample)
    assert (liked.question, liked.answer, liked.sources) == ("질문 3", "답 3 [1]", ("제목",))
    assert [said.user for said in liked.history] == ["질문 1", "질문 2"]
    assert liked.group == "web:a:1"


async def test_what_is_not_liked_is_left_out_for_its_reason(stored):
    rows = await stored(
        [
            turn(1),
            turn(2),
            turn(3, state=TurnState.ESCALATED),
            turn(4, sources=()),
        ],
        [(2, "u1", True), (2, "u2", False), (3, "u1", True), (4, "u1", True)],
    )
    assert {origin: row.reason for origin, row in rows.items()} == {
        "q1": Reason.NO_OPINION,
        "q2": Reason.DISLIKED,
        "q3": Reason.NOT_ANSWERED,
        "q4": Reason.NOT_ANSWERED,
    }


async def test_a_deleted_turn_is_nowhere_not_even_in_a_conversation(stored):
    rows = await stored([turn(1), turn(2)], [(2, "u1", True)], removed=(1,))
    assert list(rows) == ["q2"]
    assert rows["q2"].history == ()


async def test_who_opted_out_is_in_no_example_and_no_conversation(stored):
    """A session of two people is left out from where the one speaks who wants no part."""
    turns = [turn(1), turn(2, asker="u9"), turn(3)]
    rows = await stored(turns, [(n, "u1", True) for n in (1, 2, 3)], opted_out={"u9"})
    assert isinstance(rows["q1"], TuningExample)
    assert rows["q2"] == LeftOut("q2", Reason.OPTED_OUT)
    assert rows["q3"] == LeftOut("q3", Reason.OPTED_OUT)


async def test_more_sessions_and_turns_than_a_page_are_all_read(stored):
    many = [turn(n, session=f"web:a:{n}") for n in range(120)]
    long = [turn(n, session="web:long:1") for n in range(120, 330)]
    rows = await stored(many + long, [(n, "u1", True) for n in range(330)])
    assert len([row for row in rows.values() if isinstance(row, TuningExample)]) == 330


def test_entries_give_questions_and_some_give_one_without_a_passage():
    rows = [*of_entries(ENTRIES, each=3)]
    answered = [row for row in rows if row.sources]
    hidden = [row for row in rows if row.hidden]
    assert [row.question for row in answered[:3]] == ["제목 0", "질문 0", "또"]
    assert len(answered) == 180
    assert 5 < len(hidden) < 25
    assert all(row.hidden == row.origin and not row.answer for row in hidden)
    again = [*of_entries([*map(replace, ENTRIES)], each=3)]
    assert again == rows
