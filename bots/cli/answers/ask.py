"""`faqbot ask`: one question, its answer streamed for a person or as JSON lines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any
from uuid import uuid4

from bots.bootstrap.assistant import open_assistant, open_forgetful
from bots.cli.terminal import Ending, Screen
from config.profiles import profile_of
from config.settings import Settings
from core.skills.assistant import AnyAssistant
from core.types import (
    Answered,
    AnswerEvent,
    Declined,
    Delta,
    Escalated,
    Failed,
    Passage,
    Question,
    SessionId,
    Status,
)


def ask(settings: Settings, text: str, *, session: str | None, as_json: bool) -> int:
    """Answer one question on stdout; 1 if that failed.

    Without a session nothing is read from the history, and nothing is written to it.
    """
    ending = asyncio.run(_ask(settings, text, session=session, as_json=as_json))
    return int(isinstance(ending, Failed))


def question_of(text: str, session: str) -> Question:
    """Return a question with a new id, asked now."""
    return Question(id=f"terminal:{uuid4().hex}", session=SessionId(session), text=text)


def event_fields(event: AnswerEvent) -> dict[str, Any]:
    """Return an event in JSON's types; the field `event` names its kind."""
    match event:
        case Status(text) | Delta(text) | Failed(text):
            return {"event": type(event).__name__.lower(), "text": text}
        case Answered(text, sources, followups):
            return {
                "event": "answered",
                "text": text,
                "sources": [_source_fields(source) for source in sources],
                "followups": list(followups),
            }
        case Declined(text, suggestions, label):
            suggested = list(suggestions)
            return {"event": "declined", "text": text, "suggestions": suggested, "label": label}
        case Escalated(text, nearest):
            return {"event": "escalated", "text": text, "nearest": list(nearest)}


def _source_fields(source: Passage) -> dict[str, Any]:
    fields = {
        "title": source.title,
        "score": round(source.score, 4),
        "faq_id": source.faq_id,
        "kind": source.source.kind,
    }
    fields |= {"author": author} if (author := source.source.author) else {}
    return fields | ({"expired": True} if source.source.expired else {})


async def _ask(settings: Settings, text: str, *, session: str | None, as_json: bool) -> Ending:
    profile = profile_of(settings)
    question = question_of(text, session or f"terminal:{uuid4().hex}")
    screen = Screen(profile)
    # Closed here, whatever the pipe does: an assistant that is left to the garbage complains.
    async with aclosing(_events(settings, question, session=session)) as events:
        if not as_json:
            ending = await screen.show(events)
            screen.after(ending)
            return ending
        ending = Failed(profile.failed)
        async for event in events:
            print(json.dumps(event_fields(event), ensure_ascii=False), flush=True)
            if not isinstance(event, Status | Delta):
                ending = event
    return ending


async def _events(
    settings: Settings, question: Question, *, session: str | None
) -> AsyncGenerator[AnswerEvent, None]:
    """Yield the answer's events, the first one before the models are loaded."""
    yield Status(profile_of(settings).opening)
    async with _assistant(settings, remembers=session is not None) as assistant:
        async for event in assistant.answer(question):
            yield event


@asynccontextmanager
async def _assistant(settings: Settings, *, remembers: bool) -> AsyncIterator[AnyAssistant]:
    if remembers:
        async with open_assistant(settings) as assistant:
            yield assistant
    else:
        async with open_forgetful(settings) as assistant:
            yield assistant
