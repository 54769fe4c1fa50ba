"""The skill on the page that explains how to write one."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.press_ids import press_id
from core.skills.assistant import SkilledAssistant
from core.stores.memory import MemoryHistory
from core.types import Question, SessionId

PAGE = Path(__file__).parents[3] / "docs" / "skills.md"
SESSION = SessionId("web:page:1")


@pytest.fixture
def source():
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return code


def test_it_is_short(source):
    assert len(source.splitlines()) <= 60


async def test_it_asks_confirms_and_books_once(source, make_assistant, learn_router, profile):
    booked = []

    async def book(key, people):
        booked.append((key, people))

    namespace = {"__name__": "rooms"}
    exec(compile(source, str(PAGE), "exec"), namespace)  # noqa: S102 - it is our own page
    skill, history = namespace["RoomSkill"](book), MemoryHistory()
    assistant = SkilledAssistant(
        make_assistant(history=history),
        skills=[skill],
        router=learn_router([skill]),
        history=history,
        profile=profile,
        now=lambda: datetime(2026, 11, 29, 9, tzinfo=UTC),
    )

    async def ask(name, text):
        question = Question(name, SESSION, text, "U1")
        return [event async for event in assistant.answer(question)][-1]

    assert (await ask("1", "내일 회의실 하나 예약해 줄래?")).followups == ("2명", "8명")
    assert (await ask("2", "3명")).text == "3명이 쓸 회의실을 예약할까요?"
    assert (await ask("3", "정산은 언제 되나요?")).sources
    assert (await ask(press_id("2", "예약"), "예약")).text == "예약했어요."
    assert booked == [(press_id("2", "예약"), 3)]
