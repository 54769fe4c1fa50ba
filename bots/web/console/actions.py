"""The changes that owners make in the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from bots.web.console.access import CONSOLE, visitor_in
from bots.web.console.views import entry_in
from bots.web.context import CONTEXT
from bots.web.handlers.requests import body_of, text_in
from bots.web.problems import Problem, said
from core.lessons.book import Outcome, Taught
from core.lessons.wording import findings_of
from core.profile import Profile
from core.reporting.drafts import drafted
from core.reporting.operations import LessonEffect

_MOST_QUESTIONS: Final = 2_000
_MOST_BYTES: Final = 8_000_000  # for so many questions with their texts
_MOST_MONTHS: Final = 36
_MONTH: Final = timedelta(days=30)
_NAME_CHARS: Final = 4_000
_SWITCH_CHARS: Final = 2_000


async def teach(request: web.Request) -> web.Response:
    """Teach an answer to a group's questions, and ask them again."""
    visitor = visitor_in(request, changes=True)
    body = await group_in(request)
    answer = text_in(body, "answer", most=request.app[CONTEXT].profile.longest_lesson_characters)
    if not answer:
        raise Problem(HTTPStatus.BAD_REQUEST, "answer_empty")
    operations = request.app[CONSOLE].operations
    approved = body.get("approved") is True
    taught = await operations.teach(questions_in(body), answer, who=visitor.name, approved=approved)
    return said(_taught_json(taught, request.app[CONTEXT].profile))


async def draft(request: web.Request) -> web.Response:
    """Draft an answer to a group's questions; a model that writes it costs something."""
    visitor = visitor_in(request, changes=True)
    body = await group_in(request)
    questions = [question_id for question_id, _ in questions_in(body)]
    text = text_in(body, "name", most=_NAME_CHARS)
    operations = request.app[CONSOLE].operations
    found = await drafted(
        operations.assistant, operations.archive, text, questions, who=visitor.name
    )
    near = [{"title": title, "text": part} for title, part in found.near]
    return said({"draft": found.text, "near": near})


async def ask_again(request: web.Request) -> web.Response:
    """Ask a group's questions again, and close those that are answered now."""
    visitor_in(request, changes=True)
    body = await group_in(request)
    taught = await request.app[CONSOLE].operations.ask_again(questions_in(body))
    return said(_taught_json(taught, request.app[CONTEXT].profile))


async def correct(request: web.Request) -> web.Response:
    """Change a lesson's answer; the response says what speaks against serving it."""
    visitor = visitor_in(request, changes=True)
    profile, body = request.app[CONTEXT].profile, await body_of(request)
    answer = text_in(body, "answer", most=profile.longest_lesson_characters)
    if not answer:
        raise Problem(HTTPStatus.BAD_REQUEST, "answer_empty")
    operations = request.app[CONSOLE].operations
    approved = body.get("approved") is True
    kept = await operations.correct(
        request.match_info["id"],
        answer,
        who=visitor.name,
        approved=approved,
        is_known=visitor.is_known,
    )
    if not kept:
        raise Problem(HTTPStatus.NOT_FOUND, "lesson_gone")
    if approved and any(one.outcome is Outcome.HELD for one in kept):
        raise Problem(HTTPStatus.CONFLICT, profile.teach.second_wanted)
    return said(_findings_json(kept, profile))


async def approve(request: web.Request) -> web.Response:
    """Serve a lesson that is held or has expired."""
    visitor = visitor_in(request, changes=True)
    operations = request.app[CONSOLE].operations
    kept = await operations.approve(
        request.match_info["id"], who=visitor.name, is_known=visitor.is_known
    )
    if not kept:
        raise Problem(HTTPStatus.NOT_FOUND, "lesson_gone")
    if any(one.outcome is Outcome.SECOND_WANTED for one in kept):
        raise Problem(HTTPStatus.CONFLICT, request.app[CONTEXT].profile.teach.second_wanted)
    return web.Response(status=204)


async def expire(request: web.Request) -> web.Response:
    """Let a lesson expire, until somebody has said that it is right."""
    visitor = visitor_in(request, changes=True)
    operations = request.app[CONSOLE].operations
    if not await operations.expire(request.match_info["id"], who=visitor.name):
        raise Problem(HTTPStatus.NOT_FOUND, "lesson_gone")
    return web.Response(status=204)


async def unteach(request: web.Request) -> web.Response:
    """Delete a lesson."""
    visitor = visitor_in(request, changes=True)
    operations = request.app[CONSOLE].operations
    if not await operations.unteach(request.match_info["id"], who=visitor.name):
        raise Problem(HTTPStatus.NOT_FOUND, "lesson_gone")
    return web.Response(status=204)


async def edit_questions(request: web.Request) -> web.Response:
    """Serve an entry with other questions; tells why they were not taken, if they were not."""
    visitor = visitor_in(request, changes=True)
    given = (await body_of(request)).get("questions")
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise Problem(HTTPStatus.BAD_REQUEST, "`questions` is a list of texts")
    catalogue = request.app[CONSOLE].operations.catalogue
    listed = await entry_in(request)
    refused = await catalogue.edit(listed.entry, given, who=visitor.name)
    return said({"refused": asdict(refused) if refused else None})


async def review(request: web.Request) -> web.Response:
    """Store that an entry was reviewed, and in how many months it is due again."""
    visitor = visitor_in(request, changes=True)
    months = (await body_of(request)).get("months")
    if not isinstance(months, int) or not 1 <= months <= _MOST_MONTHS:
        raise Problem(HTTPStatus.BAD_REQUEST, f"`months` is a number from 1 to {_MOST_MONTHS}")
    catalogue = request.app[CONSOLE].operations.catalogue
    entry = (await entry_in(request)).entry
    return said(asdict(await catalogue.review(entry, who=visitor.name, after=months * _MONTH)))


async def switch(request: web.Request) -> web.Response:
    """Set something in every process; without a value it is back to what the settings say."""
    visitor = visitor_in(request, changes=True)
    body = await body_of(request)
    name = text_in(body, "name", most=40)
    value = None if body.get("value") is None else text_in(body, "value", most=_SWITCH_CHARS)
    try:
        await request.app[CONSOLE].operations.switchboard.set(name, value, who=visitor.name)
    except KeyError:
        raise Problem(HTTPStatus.NOT_FOUND, "there is no such switch") from None
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong_value", reason=str(error)) from None
    return web.Response(status=204)


def _taught_json(taught: LessonEffect, profile: Profile) -> dict[str, Any]:
    counts = {"asked": taught.asked, "answered": taught.answered}
    return counts | _findings_json(taught.kept, profile)


def _findings_json(kept: Sequence[Taught], profile: Profile) -> dict[str, Any]:
    """Return what the gate has found, a line each; `refused` is what nobody can approve."""
    stopped = [one for one in kept if one.outcome in (Outcome.HELD, Outcome.REFUSED)]
    lines = [findings_of(one.lesson, profile) for one in stopped if one.lesson]
    return {
        "findings": list(dict.fromkeys(line for found in lines for line in found)),
        "refused": any(one.outcome is Outcome.REFUSED for one in stopped),
    }


async def group_in(request: web.Request) -> dict[str, Any]:
    """Return the body of a request about a group of questions, once its sender is known.

    A group holds too much for a body of the usual size.

    Raises:
        Problem: the body is no JSON object.
    """
    return await body_of(request.clone(client_max_size=_MOST_BYTES))


def questions_in(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Return ids and texts of a group's questions.

    Raises:
        Problem: there are none, or too many.
    """
    given = body.get("questions")
    rows = given if isinstance(given, list) else []
    found = [
        (row["question_id"], row["text"])
        for row in rows
        if isinstance(row, dict)
        and isinstance(row.get("question_id"), str)
        and isinstance(row.get("text"), str)
    ]
    if not 0 < len(found) <= _MOST_QUESTIONS or len(found) != len(rows):
        text = f"`questions` are 1 to {_MOST_QUESTIONS} of {{question_id, text}}"
        raise Problem(HTTPStatus.BAD_REQUEST, text)
    return found
