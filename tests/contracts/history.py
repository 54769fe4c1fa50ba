"""What every store behind the `History` port must do.

A store's test file imports everything from here and defines the fixture `open_history`: a function
that opens the same store at each call, empty at first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.errors import StorageError
from core.ports import History
from core.stores.records import as_stored
from core.types import (
    Candidate,
    Dialogue,
    Edit,
    File,
    Label,
    Question,
    SessionId,
    Trace,
    Turn,
    TurnState,
    Usage,
)

OpenHistory = Callable[[], AbstractAsyncContextManager[History]]

SESSION = SessionId("slack:T1:C1:1754000000.000100")
NOON = datetime(2026, 7, 31, 12, 0, 0, 123_000, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
SEOUL = timezone(timedelta(hours=9))
NFC, NFD = "\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af"  # the same word, 한글

KEPT = {
    "empty": "",
    "NFC": NFC,
    "NFD": NFD,
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd \u2764\ufe0f",
    "ends of the planes": "\uffff \U00010000 \U0010ffff",
    "white space": " \t\r\n\r \u2028 \u3000",
    "quotes": '\'; DROP TABLE turns; -- " \\ \\u0000 {"$set": 1} %s ? :id',
    "1 MB": "가나다라 12345678\n" * 50_000,
}
REFUSED = ["앞\0뒤", "앞\ud83d", "\udc4d뒤"]  # NUL, and the two halves of a surrogate pair
PLACES: dict[str, Callable[[str], Turn]] = {
    "id": lambda text: turn(text),  # noqa: PLW0108  turn is defined below
    "session": lambda text: turn("1", session=SessionId(text)),
    "text": lambda text: turn("1", text=text),
    "asker": lambda text: turn("1", asker=text),
    "reply_to": lambda text: turn("1", reply_to=text),
    "answer": lambda text: turn("1", answer=text),
    "sources": lambda text: turn("1", sources=("f1", text)),
    "followups": lambda text: turn("1", followups=(text, "그다음은?")),
    "model": lambda text: turn("1", model=text),
    "timings_ms": lambda text: turn("1", timings_ms={"total": 2.5, text: 1.0}),
    "prompt": lambda text: turn("1", prompt=text),
    "trace": lambda text: turn("1", trace=Trace(prompt=text)),
}


def turn(question_id: str, **changes: object) -> Turn:
    """A turn with something in every field; `changes` are fields of `Turn` or `Question`."""
    question = Question(
        id=question_id,
        session=SESSION,
        text="배송비는 어떻게 설정하나요?",
        asker="U1",
        asked_at=NOON,
        reply_to="1754000000.000050",
    )
    of_question = {field.name for field in fields(Question)} & changes.keys()
    question = replace(question, **{name: changes.pop(name) for name in of_question})
    whole = Turn(
        question=question,
        state=TurnState.ANSWERED,
        answer="배송비는 [상품 등록]에서 설정합니다.",
        sources=("f1", "f2"),
        followups=("묶음 배송은?", "제주 추가 배송비는?"),
        model="extractive",
        finished_at=NOON + timedelta(milliseconds=877),
        timings_ms={"retrieval": 12.75, "total": 877.0},
        prompt="answer@0a1b2c3d",
        usage=Usage(912, 640, 118, 0.000159),
        dialogue=Dialogue(
            "meeting",
            '{"at": 3}',
            ("U1", "U2"),
            NOON + timedelta(hours=1),
            (File("meeting.ics", "text/calendar", "BEGIN:VCALENDAR\r\n"),),
            asks=True,
        ),
        trace=Trace(
            "배송비 설정",
            "again",
            ("반품비는?",),
            {Label.ON_TOPIC: 0.9, Label.OFF_TOPIC: 0.1},
            (Candidate("f1", "배송비 설정하기", 0.8, 0.7, 0.6, 0.5, 0.4, 0.93),),
            {"agreement": 0.75},
            "<question>배송비</question>",
            (Edit(120.5, 0), Edit(877.0, 24)),
        ),
    )
    return replace(whole, **changes)


async def ids(history: History, limit: int = 1000, session: SessionId = SESSION) -> list[str]:
    """The ids of a session's last questions, oldest first."""
    return [found.question.id for found in await history.recent(session, limit)]


@pytest.fixture
async def history(open_history: OpenHistory) -> AsyncIterator[History]:
    async with open_history() as opened:
        yield opened


async def test_an_appended_turn_is_read_back_equal(history):
    """Every field survives, tuples as tuples and times in UTC."""
    assert await history.append(turn("1")) is True
    [found] = await history.recent(SESSION, 10)
    assert found == turn("1")
    assert found.dialogue.asks  # which does not count when dialogues are compared
    assert found.finished_at.tzinfo is UTC


async def test_fields_may_be_empty(history):
    """A missing `reply_to` is not an empty one."""
    bare = turn("1", reply_to=None, sources=(), followups=(), timings_ms={}, model="", asker="")
    await history.append(bare)
    await history.append(turn("2", reply_to=""))
    assert await history.recent(SESSION, 10) == [bare, turn("2", reply_to="")]


@pytest.mark.parametrize("state", TurnState)
async def test_every_state_and_label_is_kept(history, state):
    for label in Label:
        await history.append(turn(label, state=state, label=label))
        [found] = await history.recent(SESSION, 1)
        assert (found.state, found.label) == (state, label)
        assert isinstance(found.state, TurnState)
        assert isinstance(found.label, Label)


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
async def test_text_is_kept_as_given(history, text):
    """No normalisation, trimming, escaping or cutting, in whatever field."""
    given = turn(
        text,
        session=SessionId(text),
        text=text,
        asker=text,
        reply_to=text,
        answer=text,
        sources=(text, "f1"),
        followups=("그다음은?", text),
        model=text,
        timings_ms={"total": 2.5, text: 1.0},
    )
    assert await history.append(given)
    assert await history.recent(SessionId(text), 1) == [given]


@pytest.mark.parametrize("place", PLACES)
async def test_text_that_no_store_keeps_is_refused(history, place):
    """One clear sentence, printable everywhere, and nothing stored."""
    for text in REFUSED:
        with pytest.raises(StorageError, match=r"^The history refused .*; remove it$") as caught:
            await history.append(PLACES[place](text))
        assert str(caught.value).isascii()
    assert await history.recent(SESSION, 10) == []
    assert await history.append(turn("1"))


async def test_a_session_that_no_store_keeps_is_refused(history):
    for text in REFUSED:
        with pytest.raises(StorageError, match="the session"):
            await history.recent(SessionId(text), 1)


async def test_fifteen_megabytes_are_kept_and_sixteen_refused(history):
    """The limit counts bytes, and all texts of a turn together."""
    large = turn("1", answer="가" * 5_000_000)
    assert await history.append(large)
    for too_large in (
        turn("2", answer="가" * 5_400_000),
        turn("2", answer="가" * 3_000_000, text="나" * 3_000_000),
        turn("2", sources=("",) * 1_100_000),
    ):
        with pytest.raises(StorageError, match="exceed 16 MB"):
            await history.append(too_large)
    assert await history.recent(SESSION, 10) == [large]


async def test_a_question_is_stored_once(history):
    """The first turn stays as it was, whatever the second says, and in which session."""
    assert await history.append(turn("1", answer="처음")) is True
    assert await history.append(turn("1", answer="다시")) is False
    assert await history.append(turn("1", session=SessionId("web:other"))) is False
    assert await history.recent(SESSION, 10) == [turn("1", answer="처음")]
    assert await history.recent(SessionId("web:other"), 10) == []


async def test_names_are_compared_exactly(history):
    """Two spellings of an id are two questions, two spellings of a session two sessions."""
    names = ["a", "A", "a ", NFC, NFD]
    assert [await history.append(turn(name)) for name in names] == [True] * 5
    for name in names:
        assert await history.append(turn(f"in {name}", session=SessionId(name)))
        assert await ids(history, session=SessionId(name)) == [f"in {name}"]


async def test_the_order_is_that_of_appending(history):
    """Clocks stand still and go back; the order of turns does not follow them."""
    moments = [NOON, NOON, NOON - timedelta(days=1), NOON + timedelta(days=1), NOON]
    names = ["c", "a", "e", "b", "d"]
    for name, moment in zip(names, moments, strict=True):
        await history.append(turn(name, asked_at=moment, finished_at=moment))
    assert await ids(history) == names


async def test_recent_gives_the_last_ones_oldest_first(history):
    for number in range(12):
        await history.append(turn(str(number)))
    assert await ids(history, 3) == ["9", "10", "11"]
    assert await ids(history, 12) == await ids(history, 13) == [str(number) for number in range(12)]


async def test_recent_without_a_positive_limit_is_empty(history):
    """Stores take 0 or a negative limit for no limit at all; the port does not."""
    await history.append(turn("1"))
    assert await ids(history, 0) == await ids(history, -1) == []


async def test_sessions_are_apart(history):
    one, other = SessionId("discord:1:2:3"), SessionId("discord:1:2:33")
    for number in range(6):
        await history.append(turn(str(number), session=(one, other)[number % 2]))
    assert await ids(history, 2, one) == ["2", "4"]
    assert await ids(history, 2, other) == ["3", "5"]
    assert await ids(history, 2, SessionId("discord:1:2")) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (NOON.replace(microsecond=999_999), NOON.replace(microsecond=999_000)),
        (NOON.astimezone(SEOUL), NOON),
        (LAST.replace(year=1969), LAST.replace(year=1969, microsecond=999_000)),
        (LAST, LAST.replace(microsecond=999_000)),
    ],
)
async def test_times_are_kept_in_utc_to_the_millisecond(history, given, kept):
    """A turn that is read back is the one that the shared rules make of what was given."""
    await history.append(turn("1", asked_at=given, finished_at=given))
    [found] = await history.recent(SESSION, 1)
    assert found == as_stored(turn("1", asked_at=given, finished_at=given))
    assert [found.question.asked_at, found.finished_at] == [kept, kept]
    assert [found.question.asked_at.tzinfo, found.finished_at.tzinfo] == [UTC, UTC]


@pytest.mark.parametrize("field", ["asked_at", "finished_at"])
async def test_times_without_a_zone_are_refused(history, field):
    with pytest.raises(ValueError, match="no time zone"):
        await history.append(turn("1", **{field: NOON.replace(tzinfo=None)}))
    assert await history.recent(SESSION, 1) == []


async def test_fifty_turns_at_once_are_all_stored(history):
    stored = await asyncio.gather(*(history.append(turn(str(number))) for number in range(50)))
    assert stored == [True] * 50
    assert sorted(await ids(history), key=int) == [str(number) for number in range(50)]


async def test_one_question_twenty_times_at_once_is_stored_once(open_history):
    """Also through two handles: exactly one call is told that it stored the turn."""
    async with open_history() as one, open_history() as other:
        attempts = [(one, other)[number % 2].append(turn("1")) for number in range(20)]
        assert sorted(await asyncio.gather(*attempts)) == [False] * 19 + [True]
        assert await ids(one) == await ids(other) == ["1"]


async def test_turns_outlive_the_handle(open_history):
    async with open_history() as opened:
        await opened.append(turn("1"))
    async with open_history() as opened:
        assert await opened.append(turn("1", answer="다시")) is False
        assert await opened.append(turn("2")) is True
        assert await opened.recent(SESSION, 10) == [turn("1"), turn("2")]


async def test_handles_see_each_others_turns_at_once(open_history):
    async with open_history() as one, open_history() as other:
        for number in range(6):
            await (one, other)[number % 2].append(turn(str(number)))
            assert await ids(one) == await ids(other) == [str(seen) for seen in range(number + 1)]
