"""Batches: many questions are read, and one JSON line is printed for each, in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from bots.bootstrap.assistant import open_forgetful
from bots.bootstrap.search import build_taught
from bots.cli.answers.ask import question_of
from bots.cli.jsonl import QuestionRow, read_rows
from config.settings import Settings
from core.retrieval.hits import Hit
from core.skills.assistant import AnyAssistant
from core.types import (
    AnswerEvent,
    Delta,
    SessionId,
    Status,
)

_RESULTS = 20
_SESSION = "batch"


def search_batch(settings: Settings, source: str) -> int:
    """Write the best entries for every row."""
    rows = read_rows(source, with_id=True)
    retriever = build_taught(settings)
    for row in rows:
        hits = retriever.search(row.question, row.history, limit=_RESULTS)
        _write({"id": row.fields["id"], "results": [result(hit) for hit in hits]})
    return 0


def guard_batch(settings: Settings, source: str) -> int:
    """Write the label and the scores of every row."""

    async def judge(assistant: AnyAssistant, row: QuestionRow) -> dict[str, Any]:
        found = await assistant.research(row.question, SessionId(_SESSION), row.history)
        verdict = found.verdict
        return {"label": verdict.label, "kind": verdict.kind, "scores": rounded(verdict.scores)}

    return _each(settings, source, judge, with_models=False)


def ask_batch(settings: Settings, source: str) -> int:
    """Write the answer to every row; the history that a row brings is all that it has."""

    async def answer(assistant: AnyAssistant, row: QuestionRow) -> dict[str, Any]:
        question = question_of(row.question, _SESSION)
        return await _ending(assistant.answer(question, row.history))

    return _each(settings, source, answer, with_models=True)


def result(hit: Hit) -> dict[str, Any]:
    """Return a found entry in JSON's types."""
    return {"title": hit.title, "score": round(hit.score, 4), "faq_id": hit.faq_id}


def rounded(scores: dict[Any, float]) -> dict[str, float]:
    """Return probabilities by label, rounded to four digits."""
    return {str(label): round(score, 4) for label, score in scores.items()}


def _each(
    settings: Settings,
    source: str,
    work: Callable[[AnyAssistant, QuestionRow], Awaitable[dict[str, Any]]],
    *,
    with_models: bool,
) -> int:
    """Write `work`'s fields for every row, behind its id."""
    rows = read_rows(source, with_id=True)

    async def run() -> None:
        async with open_forgetful(settings, with_models=with_models) as assistant:
            for row in rows:
                _write({"id": row.fields["id"], **await work(assistant, row)})

    asyncio.run(run())
    return 0


async def _ending(events: AsyncIterator[AnswerEvent]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    async for event in events:
        if not isinstance(event, Status | Delta):
            fields = {
                "state": event.state,
                "answer": event.text,
                "sources": [source.title for source in event.sources],
                "followups": list(event.followups),
            }
    return fields


def _write(fields: dict[str, Any]) -> None:
    print(json.dumps(fields, ensure_ascii=False), flush=True)
