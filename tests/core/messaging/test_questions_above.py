"""Calls below what a colleague has said: which of them ask the question above."""

import asyncio
from dataclasses import dataclass, field

import pytest

from core.messaging.questions_above import SaidAbove, with_question_above
from core.types import Question, SessionId

SESSION = SessionId("web:test:1")
ABOVE = "교환은 며칠 걸려요?"


@dataclass
class Service:
    """What the look-ups of the service say; every short text could lean on another one."""

    clear: set[str] = field(default_factory=set)
    is_open: bool = False

    async def leans(self, _text):
        return True

    async def would_answer(self, question, *, alone):
        return alone and question.text in self.clear

    async def takes_part(self, _session):
        return self.is_open

    async def find(self, _question_id):
        return None


async def called(service, text, *above):
    async def said():
        return [SaidAbove(str(number), one) for number, one in enumerate(above)]

    asked = await with_question_above(service, Question("q", SESSION, text), said)
    return asked.text


@pytest.mark.parametrize("is_open", [True, False])
async def test_a_short_call_that_is_clear_by_itself_asks_nothing_else(is_open):
    service = Service({"정산 언제 되나요?"}, is_open=is_open)
    assert await called(service, "정산 언제 되나요?", ABOVE) == "정산 언제 되나요?"


async def test_a_short_call_that_is_not_asks_the_question_above_too():
    assert await called(Service(), "주말에는요?", "안내문입니다", ABOVE) == f"{ABOVE}\n주말에는요?"


async def test_a_first_message_that_asks_nothing_is_what_a_call_points_to():
    assert await called(Service(), "이건요?", "배송 안내문") == "배송 안내문\n이건요?"


async def test_a_busy_process_stores_a_call_as_it_is(monkeypatch):
    """It is not stored before, so that a search that does not end would lose it."""
    monkeypatch.setattr("core.messaging.questions_above._WITHIN_S", 0.01)
    service = Service()
    service.would_answer = lambda *_asked, **_more: asyncio.Event().wait()
    assert await called(service, "주말에는요?", ABOVE) == "주말에는요?"


async def test_a_call_without_words_waits_for_the_question_above(monkeypatch):
    monkeypatch.setattr("core.messaging.questions_above._WITHIN_S", 0.0)
    assert await called(Service(), "", ABOVE) == ABOVE
