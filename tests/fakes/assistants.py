"""An assistant that says what a test wants it to say, when the test wants it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from copy import copy
from dataclasses import replace

from core.assistant.drafts.work import Instead, Research
from core.ports import History
from core.stores.memory import MemoryHistory
from core.types import (
    Answered,
    AnswerEvent,
    Declined,
    Delta,
    Escalated,
    Failed,
    Label,
    Passage,
    Question,
    SessionId,
    Status,
    Turn,
    TurnState,
    Verdict,
)

SOURCE = Passage("faq-1", "정산은 언제 되나요?", "구매확정 다음 영업일에 정산됩니다.", 0.9)
FOLLOWUPS = ("정산 계좌는 어떻게 바꾸나요?", "빠른정산은 무엇인가요?")

NOTHING_LIKE_IT = Research("", (), (), (), (), Verdict(Label.OFF_TOPIC, dict.fromkeys(Label, 0.25)))
Step = AnswerEvent | asyncio.Event | asyncio.Semaphore


def answered(text, followups=FOLLOWUPS):
    """An ordinary ending."""
    return Answered(text, (SOURCE,), followups)


class ScriptedAssistant:
    """Answers by script; a step is an event to tell, or something of `asyncio` to wait for.

    A question without a script is answered with `답: ` and itself. `asked` holds all of them.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.scripts: dict[str, tuple[Step, ...]] = {}
        self.talk: set[str] = set()  # what it would not answer with confidence
        self.greetings: set[str] = set()
        self.doubted: set[str] = set()  # what it would answer only to an asker who is alone with it
        self.asked: list[Question] = []
        self.uses_models = True

    def use_models(self, *, on: bool) -> None:
        self.uses_models = on

    def forgetful(self) -> ScriptedAssistant:
        return self.remembering(MemoryHistory())

    def remembering(self, history: History, *, charged_to: str | None = None) -> ScriptedAssistant:
        del charged_to
        other = copy(self)
        other.history = history
        return other

    def otherwise(self, question: Question) -> Sequence[Step]:
        """What is done where there is no script."""
        return (answered(f"답: {question.text}"),)

    def script(self, text: str, *steps: Step) -> None:
        self.scripts[text] = steps

    async def negotiates(self, question, *, called):
        return False

    async def json_of(self, messages, schema, *, charged_to):
        """It has no model."""
        return {}

    def hurry(self, session: SessionId) -> None:
        """It waits for nothing but what its script says."""

    async def would_answer(
        self, question: Question, *, alone: bool = False, in_company: bool = True
    ) -> bool:
        """Whether it answers this unasked: everything but `talk`, and `doubted` among people."""
        doubted = in_company and question.text in self.doubted
        return question.text not in self.talk and not doubted

    async def only_greets(self, question: Question) -> bool:
        """Whether it would greet in return."""
        return question.text in self.greetings

    def research(self, question: Question) -> Research:
        """What its FAQ has for a question: it is like nothing that is asked."""
        del question
        return NOTHING_LIKE_IT

    async def for_everybody(self, turn: Turn) -> Turn | None:
        """A turn as others may see it: everything with a source, but what is `talk`."""
        return turn if turn.passages and turn.question.text not in self.talk else None

    async def answer(
        self, question: Question, history: object = None, *, instead: Instead | None = None
    ) -> AsyncGenerator[AnswerEvent]:
        """The events, with the turn stored before the last one, as the real assistant does it."""
        if instead:
            async for event in instead(self.research(question)):
                yield event
                if not isinstance(event, Status):
                    return
        self.asked.append(question)
        for step in self.scripts.get(question.text) or self.otherwise(question):
            if isinstance(step, asyncio.Event):
                await step.wait()
                continue
            if isinstance(step, asyncio.Semaphore):
                await step.acquire()
                continue
            if isinstance(step, Answered | Declined | Escalated | Failed):
                turn = _turn(question, step)
                await self.history.append(turn)
                if isinstance(step, Answered):
                    step = replace(step, shareable=await self.for_everybody(turn) is not None)  # noqa: PLW2901
            yield step


class InPieces(ScriptedAssistant):
    """Answers every question with a text, or with `pieces` of it.

    `turnstile` lets one piece after the first pass at a time; `gate` is waited for before the last.
    """

    text = "구매확정 **다음 영업일**에 정산됩니다. 공휴일에는 그다음 영업일에 입금됩니다."
    followups = ("정산 계좌는 어떻게 바꾸나요?", "세금계산서는 어디서 보나요?")

    def __init__(
        self,
        history: History,
        *,
        pieces: Sequence[str] = (),
        gate: asyncio.Event | None = None,
        turnstile: asyncio.Semaphore | None = None,
        **said: object,
    ) -> None:
        super().__init__(history)
        self.__dict__.update(said)
        self.pieces, self.gate, self.turnstile = pieces, gate, turnstile

    def otherwise(self, question: Question) -> Sequence[Step]:
        pieces = self.pieces or (self.text,)
        steps: list[Step] = []
        for number, piece in enumerate(pieces, start=1):
            if self.turnstile and number > 1:
                steps.append(self.turnstile)
            if self.gate and number == len(pieces):
                steps.append(self.gate)
            steps.append(Delta(piece, (SOURCE,)))
        return [*steps, answered("".join(pieces), self.followups)]


def _turn(question: Question, ending: AnswerEvent) -> Turn:
    match ending:
        case Answered(text, sources, followups):
            titles = tuple(passage.title for passage in sources)
            return Turn(question, TurnState.ANSWERED, text, titles, followups, passages=sources)
        case Declined(text, suggestions, label):
            return Turn(question, TurnState.DECLINED, text, followups=suggestions, label=label)
        case Escalated(text, nearest):
            return Turn(question, TurnState.ESCALATED, text, followups=nearest)
        case Failed(text):
            return Turn(question, TurnState.FAILED, text)
    raise AssertionError(ending)
