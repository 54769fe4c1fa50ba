"""An assistant that says what a test wants it to say, when the test wants it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from core.ports import History
from core.types import (
    Answered,
    AnswerEvent,
    Declined,
    Escalated,
    Failed,
    Passage,
    Question,
    Turn,
    TurnState,
)

SOURCE = Passage("faq-1", "정산은 언제 되나요?", "구매확정 다음 영업일에 정산됩니다.", 0.9)
FOLLOWUPS = ("정산 계좌는 어떻게 바꾸나요?", "빠른정산은 무엇인가요?")


def answered(text, followups=FOLLOWUPS):
    """An ordinary ending."""
    return Answered(text, (SOURCE,), followups)


class ScriptedAssistant:
    """Answers by script; a step is an event to tell, or an `asyncio.Event` to wait for.

    A question without a script is answered with `답: ` and itself. `asked` holds all of them.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.scripts: dict[str, tuple[AnswerEvent | asyncio.Event, ...]] = {}
        self.asked: list[Question] = []

    def script(self, text: str, *steps: AnswerEvent | asyncio.Event) -> None:
        self.scripts[text] = steps

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent]:
        """The events, with the turn stored before the last one, as the real assistant does it."""
        self.asked.append(question)
        for step in self.scripts.get(question.text, (answered(f"답: {question.text}"),)):
            if isinstance(step, asyncio.Event):
                await step.wait()
                continue
            if isinstance(step, Answered | Declined | Escalated | Failed):
                await self.history.append(_turn(question, step))
            yield step


def _turn(question: Question, ending: AnswerEvent) -> Turn:
    match ending:
        case Answered(text, sources, followups):
            titles = tuple(passage.title for passage in sources)
            return Turn(question, TurnState.ANSWERED, text, titles, followups)
        case Declined(text, suggestions, label):
            return Turn(question, TurnState.DECLINED, text, followups=suggestions, label=label)
        case Escalated(text, nearest):
            return Turn(question, TurnState.ESCALATED, text, followups=nearest)
        case Failed(text):
            return Turn(question, TurnState.FAILED, text)
    raise AssertionError(ending)
