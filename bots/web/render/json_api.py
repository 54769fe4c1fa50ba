"""Questions and their answers as JSON."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from bots.web.context import Context
from bots.web.render.page import Page, html_of
from core.types import Feedback, InboxState, Question, Received, Turn

Json = dict[str, Any]


async def question_of(context: Context, received: Received, person: str, *, html: bool) -> Json:
    """Return a question, with its answer if it has ended.

    Raises:
        StorageError: the answer cannot be looked up.
    """
    page = await context.follower.ended(received)
    return await _described(context, received.question, page, person, html=html)


async def turn_of(context: Context, turn: Turn, person: str, *, html: bool) -> Json:
    """Return a stored question with its answer.

    Raises:
        StorageError: opinions or pressed buttons cannot be looked up.
    """
    page = context.follower.kept(turn)
    return await _described(context, turn.question, page, person, html=html)


async def ending_of(context: Context, question_id: str, page: Page, *, html: bool) -> Json:
    """Return the ending of an answer.

    Raises:
        StorageError: the pressed buttons cannot be looked up.
    """
    pressed = await context.service.pressed(question_id) if page.followups else frozenset()
    ending: Json = {
        "kind": page.kind,
        "text": page.text,
        "note": page.note,
        "sources": [
            {"n": number, "title": title, **({"url": link} if link else {})}
            for number, (title, link) in enumerate(
                zip_longest(page.sources, page.links, fillvalue=""), start=1
            )
        ],
        "lead": page.lead,
        "offers": page.offers,
        "followups": [
            {"index": index, "text": text, "pressed": index in pressed}
            for index, text in enumerate(page.followups)
        ],
        "rated": page.rated,
        "files": [
            {
                "name": file.name,
                "media_type": file.media_type,
                ("base64" if file.is_picture else "text"): file.text,
            }
            for file in page.files
        ],
    }
    return ending | {"html": html_of(page, context.look)} if html else ending


async def _described(
    context: Context, question: Question, page: Page | None, person: str, *, html: bool
) -> Json:
    opinion = None
    if page and page.rated:
        opinion = await context.service.opinion(question.id, person)
    return {
        "id": question.id,
        "session": question.session,
        "text": question.text,
        "asked_at": question.asked_at,
        "mine": question.asker == person,
        "state": page.kind if page else InboxState.ANSWERING,
        "answer": await ending_of(context, question.id, page, html=html) if page else None,
        "opinion": opinion_json(opinion),
    }


def opinion_json(given: Feedback | None) -> Json | None:
    """Return a person's own opinion on an answer, if there is one."""
    if given is None:
        return None
    return {"helpful": given.helpful, "reason": given.reason, "expected": given.expected}
