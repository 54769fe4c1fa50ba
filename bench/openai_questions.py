"""One question to an assistant, timed."""

from __future__ import annotations

from time import perf_counter

from config.profiles import load_profile
from core.skills.assistant import AnyAssistant
from core.types import Answered, Delta, Question, SessionId

_EXTRACT = load_profile("smartstore").model.down


async def ours(assistant: AnyAssistant, question: str, number: int) -> tuple[float, float]:
    """Seconds to the first visible text, and to the end."""
    started = perf_counter()
    asked = Question(f"bench-{number}", SessionId(f"bench-{number}"), question, asker=str(number))
    first = 0.0
    ending = None
    async for event in assistant.answer(asked):
        if not first and isinstance(event, Delta):
            first = perf_counter() - started
        ending = event
    if not isinstance(ending, Answered):
        print(f"  {question!r} ended as {type(ending).__name__}")
    elif ending.text.startswith(_EXTRACT):
        print(f"  {question!r} was answered without a model")
    return first, perf_counter() - started
