"""A person's data: the export and the deletion for legal requests, by owners."""

from __future__ import annotations

import logging
import re
from dataclasses import asdict
from http import HTTPStatus

from aiohttp import web

from bots.web.console import lines
from bots.web.console.access import CONSOLE, ConsoleRole, visitor_in
from bots.web.problems import Problem, said
from core.errors import FaqbotError

logger = logging.getLogger(__name__)

_PERSON = re.compile(r"[^\x00-\x1f]{1,200}")


async def export(request: web.Request) -> web.StreamResponse:
    """Send all data of a person, as `faqbot export-person` prints them; it is logged."""
    visitor = visitor_in(request)
    if visitor.role is not ConsoleRole.OWNER:
        raise Problem(HTTPStatus.FORBIDDEN, "for_owners")
    operations = request.app[CONSOLE].operations
    person = _person_in(request)
    await operations.note(visitor.name, "person.export", "")
    response = await lines.opened(request)
    try:
        async for kind, row in operations.personal.of(person):
            await lines.send(response, {"kind": kind, kind: row})
    except FaqbotError as error:
        logger.error("an export of a person's data failed: %s", error)
        await lines.send(response, {"failed": True})
    await response.write_eof()
    return response


async def forget(request: web.Request) -> web.Response:
    """Delete all that a person has asked and thought."""
    visitor = visitor_in(request, changes=True)
    operations = request.app[CONSOLE].operations
    gone = await operations.forget(_person_in(request), who=visitor.name)
    return said({**asdict(gone.removed), "meetings": gone.meetings})


def _person_in(request: web.Request) -> str:
    name = request.match_info["person"]
    if not _PERSON.fullmatch(name):
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong_person")
    return name
