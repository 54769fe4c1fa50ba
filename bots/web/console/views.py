"""The views of the console, which change nothing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from bots.web.console import describe
from bots.web.console.access import CONSOLE, Console, check_failure, check_name, visitor_in
from bots.web.context import CONTEXT
from bots.web.handlers.requests import body_of, number_in, text_in
from bots.web.problems import Problem, said
from core.reporting.catalogue import Listed, Order
from core.reporting.conversations import Filter, last_of_all
from core.reporting.lesson_list import page_of
from core.reporting.rerun import rerun
from core.reporting.stats import ReportWindow, read_stats
from core.reporting.transcript import read_transcript
from core.stores.times import in_utc
from core.types import LessonState, SessionId, TurnState

_TURNS: Final = 50
_MOST: Final = 200
_WAITING: Final = 50
_ENTRIES: Final = 200
_AUDIT: Final = 200
_LESSONS: Final = 50
_GROUPS: Final = 50
_MOST_FINDINGS: Final = 100_000


async def me(request: web.Request) -> web.Response:
    """Return the visitor, the console's words and, for a visitor who signed in, the CSRF token."""
    console, profile = request.app[CONSOLE], request.app[CONTEXT].profile
    visitor = console.visitor(request)
    language = console.language(request.query.get("lang", ""), profile.language)
    told = {"name": profile.name, "language": language, "texts": console.texts[language]}
    if visitor:
        told |= {"who": visitor.name, "role": visitor.role.value, "csrf": visitor.csrf}
    return said(told)


async def sign_in(request: web.Request) -> web.Response:
    """Exchange a token for the console's cookie."""
    body = await body_of(request)
    key = request.app[CONSOLE].key_of(text_in(body, "token", most=512))
    if key is None:
        check_failure(request)
        raise Problem(HTTPStatus.UNAUTHORIZED, "wrong_token")
    name = check_name(text_in(body, "name", most=40, default="") or key.role.value)
    response = web.Response(status=204)
    request.app[CONSOLE].sign_in(request, response, key, name)
    return response


async def sign_out(request: web.Request) -> web.Response:
    """Delete the cookie."""
    response = web.Response(status=204)
    request.app[CONSOLE].sign_out(request, response)
    return response


async def today(request: web.Request) -> web.Response:
    """Figures of a window, and what waits right now."""
    console = _console(request)
    try:
        window = ReportWindow(request.query.get("over", ReportWindow.HOURS))
    except ValueError:
        raise Problem(HTTPStatus.BAD_REQUEST, "`over` is hours, days or weeks") from None
    stats = await read_stats(
        console.operations.reports,
        window,
        now=datetime.now(UTC),
        zone=ZoneInfo(console.zone),
        platform=request.query.get("platform", ""),
    )
    waiting = await console.operations.inbox.waiting(_WAITING)
    return said(
        describe.stats_json(stats)
        | {"zone": console.zone, "waiting": [describe.waiting_json(one) for one in waiting]}
    )


async def turns(request: web.Request) -> web.Response:
    """Questions by filter, the last one first; `before` goes on."""
    query = request.query
    try:
        before = _moment(query.get("before", "")) or last_of_all()
        since = _moment(query.get("since", ""))
        state = TurnState(query["state"]) if query.get("state") else None
    except (ValueError, OverflowError):  # in UTC, it may be before the year 1
        raise Problem(HTTPStatus.BAD_REQUEST, "`before`, `since` or `state` is none") from None
    names = ("text", "platform", "channel", "rated", "entry", "person")
    wanted = Filter(
        state=state, since=since, **{name: query.get(name, "")[:_MOST] for name in names}
    )
    limit = max(number_in(request, "limit", default=_TURNS, most=_MOST), 1)
    found = await _console(request).operations.find(wanted, limit=limit, before=before)
    shown = [describe.listed_turn_json(turn, opinions) for turn, opinions in found.turns]
    return said({"turns": shown, "before": found.before})


def _moment(text: str) -> datetime | None:
    """Return the moment that a text names; None for "".

    Raises:
        ValueError: it names none, or one without a time zone.
    """
    moment = datetime.fromisoformat(text) if text else None
    return in_utc(moment) if moment else None


async def transcript(request: web.Request) -> web.Response:
    """A whole conversation."""
    archive = _console(request).operations.archive
    told = await read_transcript(archive, SessionId(request.match_info["session"]))
    if not told:
        raise Problem(HTTPStatus.NOT_FOUND, "conversation_gone")
    cleaner = request.app[CONTEXT].look.cleaner
    shown = [describe.shown_turn_json(one.turn, one.opinions, cleaner) for one in told]
    return said({"session": request.match_info["session"], "turns": shown})


async def replay(request: web.Request) -> web.Response:
    """A question asked again now, beside what was said then."""
    operations = _console(request).operations
    turn = await operations.archive.find(request.match_info["id"])
    if turn is None:
        raise Problem(HTTPStatus.NOT_FOUND, "answer_gone")
    again = await rerun(operations.assistant, operations.archive, turn)
    return said(describe.shown_turn_json(again, (), request.app[CONTEXT].look.cleaner))


async def entries(request: web.Request) -> web.Response:
    """The entries with what is known of each, in an order, a page at a time."""
    query = request.query
    try:
        order = Order(query.get("order", Order.USED))
    except ValueError:
        raise Problem(HTTPStatus.BAD_REQUEST, f"`order` is one of {', '.join(Order)}") from None
    catalogue = _console(request).operations.catalogue
    found = await catalogue.listed(order, query.get("text", "")[:_MOST])
    start = number_in(request, "from", default=0, most=_MOST_FINDINGS)
    shown = [describe.entry_json(one) for one in found[start : start + _ENTRIES]]
    return said({"entries": shown, "count": len(found)})


async def entry(request: web.Request) -> web.Response:
    """One entry, whole."""
    cleaner = request.app[CONTEXT].look.cleaner
    return said(describe.whole_entry_json(await entry_in(request), cleaner))


async def entry_in(request: web.Request) -> Listed:
    """Return the entry that the path names.

    Raises:
        Problem: it is not served.
    """
    catalogue = _console(request).operations.catalogue
    found = await catalogue.find(request.match_info["faq_id"])
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "entry_gone")
    return found


async def check(request: web.Request) -> web.Response:
    """Return the findings of the FAQ check, a page at a time; `checking` while it runs."""
    console, query = _console(request), request.query
    checked = await console.operations.catalogue.checkup.checked()
    if checked is None:
        return said({"checking": True})
    words = console.check_words[console.language(query.get("lang", ""), "en")]
    start = number_in(request, "from", default=0, most=_MOST_FINDINGS)
    kind = query.get("kind", "")[:_MOST]
    return said(describe.checked_json(checked, words, kind=kind, start=start))


async def gaps(request: web.Request) -> web.Response:
    """Return questions that were not answered or disliked, by meaning, a page of groups at a time.

    `count` is how many groups there are.
    """
    start = number_in(request, "from", default=0, most=_MOST_FINDINGS)
    groups = await _console(request).operations.gaps()
    shown = [describe.group_json(group) for group in groups[start : start + _GROUPS]]
    return said({"groups": shown, "count": len(groups)})


async def lessons(request: web.Request) -> web.Response:
    """Return lessons by state and text, a page at a time; `comparing` them with the FAQ."""
    operations, query = _console(request).operations, request.query
    try:
        state = LessonState(query["state"]) if query.get("state") else None
    except ValueError:
        raise Problem(HTTPStatus.BAD_REQUEST, "`state` is none") from None
    start = number_in(request, "from", default=0, most=_MOST_FINDINGS)
    text = query.get("text", "")[:_MOST]
    page = await page_of(operations.lessons, state=state, text=text, start=start, most=_LESSONS)
    overlaps = await operations.catalogue.overlaps.soon(page.lessons)
    beside = {one.lesson.id: one for one in overlaps or ()}
    cleaner = request.app[CONTEXT].look.cleaner
    told = [describe.lesson_json(one, cleaner, beside.get(one.id)) for one in page.lessons]
    counts = {one.value: count for one, count in page.counts.items()}
    counted = {"count": page.count, "counts": counts, "comparing": overlaps is None}
    return said({"lessons": told, **counted})


async def switches(request: web.Request) -> web.Response:
    """Return the switches and the audit log."""
    operations = _console(request).operations
    positions = await operations.switchboard.positions()
    events = await operations.reports.audit(_AUDIT)
    return said(
        {
            "switches": [asdict(position) for position in positions],
            "audit": [describe.audit_json(event) for event in events],
        }
    )


def _console(request: web.Request) -> Console:
    visitor_in(request)
    return request.app[CONSOLE]
