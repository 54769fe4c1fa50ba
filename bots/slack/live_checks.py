"""The checks of `faqbot doctor --live`: Slack validates the bot's messages and views, unsent.

https://docs.slack.dev/reference/methods/blocks.validate
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bots.shared.platform import FAIL, NOTE, PASS, Check
from bots.slack.api.errors import code_of, translated
from bots.slack.api.workspaces import make_client, open_session
from bots.slack.interactions.feedback import form_of
from bots.slack.interactions.home import home_view
from bots.slack.render.blocks import BlockOptions, case_choices, render
from bots.slack.render.lesson_blocks import lesson_form, lesson_message, offer_message
from bots.slack.render.source_view import source_view
from bots.slack.replies.ephemeral import private_pages
from bots.slack.replies.outreach import request_message
from config.profiles import profile_of
from config.settings import Settings
from core.errors import PlatformError, RateLimitedError
from core.lessons.book import Outcome, Taught
from core.messaging.cases.entry_reviews import review_request
from core.profile import Profile
from core.text.safety.sanitize import Cleaner
from core.types import (
    Answered,
    Declined,
    Ending,
    Entry,
    Escalated,
    Label,
    Lesson,
    Passage,
    Question,
    SessionId,
    Turn,
    TurnState,
    View,
)

Json = dict[str, Any]

_QUESTION: Final = Question("slack:T0:C0:1.0", SessionId("slack:T0:C0:1.0"), "?", "U0000")
_OWNERS: Final = ("U0000", "S0000")
_MOST_NAMED: Final = 3  # the most problems of one message that a finding names
_LONG: Final = 400  # lines of an example that does not fit into one message
_MANY: Final = 7  # choices that are a menu
_INVALID: Final = ("invalid_blocks", "invalid_message", "invalid_view")
_ATTEMPTS: Final = 3


def check_live(settings: Settings) -> Iterator[Check]:
    """Yield Slack's findings about examples of the bot's messages, which are not sent."""
    yield from asyncio.run(_asked(settings))


async def _asked(settings: Settings) -> list[Check]:
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        return [Check(NOTE, "Slack blocks", "Slack validates nothing without SLACK_BOT_TOKEN")]
    async with open_session() as session:
        client = make_client(session, settings.slack_api_url, token)
        found = [
            trouble
            for name, payload in _payloads(profile_of(settings))
            if (trouble := await _trouble(client, name, payload))
        ]
    return found or [Check(PASS, "Slack blocks", "Slack accepts every message and view of the bot")]


async def _trouble(client: AsyncWebClient, name: str, payload: Json) -> Check | None:
    # The SDK's own method puts the blocks into the URL, where long answers do not fit.
    data = {kind: json.dumps(shown) for kind, shown in payload.items()}
    for _ in range(_ATTEMPTS):
        try:
            with translated("blocks.validate"):
                await client.api_call("blocks.validate", data=data)
        except RateLimitedError as error:
            await asyncio.sleep(error.retry_after_s)
        except PlatformError as error:
            return _said_of(name, error)
        else:
            return None
    return Check(NOTE, "Slack blocks", f"{name}: not validated, because Slack limits the calls")


def _said_of(name: str, error: PlatformError) -> Check:
    """Return the finding about one message or view that Slack has not validated."""
    if code_of(error) in _INVALID:
        said = "; ".join(_problems(error)) or str(error)
        return Check(FAIL, "Slack blocks", f"{name}: {said}", "report this line as a defect")
    if code_of(error) == "unknown_method":
        return Check(NOTE, "Slack blocks", "this Slack does not validate blocks")
    return Check(NOTE, "Slack blocks", f"{name}: not validated: {error}")


def _problems(error: PlatformError) -> list[str]:
    """Return the problems that Slack names, each with its position in the payload."""
    cause = error.__cause__
    data = getattr(cause.response, "data", {}) if isinstance(cause, SlackApiError) else {}
    errors = data.get("errors") or [] if isinstance(data, dict) else []
    return [
        " ".join(filter(None, [str(one.get("pointer") or ""), str(one.get("message") or one)]))
        for one in errors[:_MOST_NAMED]
    ]


def _payloads(profile: Profile) -> Iterator[tuple[str, Json]]:
    """Yield the name and an example of each kind of message and view."""
    cleaner = Cleaner(profile.link_hosts, instead=profile.link_left_out)
    look = BlockOptions(profile, cleaner, owners=_OWNERS, steps=True)
    for name, view in _views(profile):
        for page in render(view, look):
            yield name, {"message": {"text": page.text, "blocks": list(page.blocks)}}
        for page in private_pages(view, profile, cleaner) if view.done else ():
            yield f"{name} in private", {"blocks": list(page.blocks)}
    contacts = tuple(f"slack:{owner}" for owner in _OWNERS)
    review = review_request(Entry("1", "?", "…"), contacts, profile)
    yield "an entry to review", {"message": request_message(review, cleaner)}
    lesson = Lesson(_QUESTION.id, _QUESTION.session, "?", "…", author="U0000")
    for outcome in (Outcome.LEARNED, Outcome.HELD):
        yield "a lesson", {"message": lesson_message(Taught(outcome, lesson), profile)}
    yield "an offer to learn", {"message": offer_message(lesson, profile)}
    entries = [Passage("1", "?", "…", 1.0)]
    yield "the entries for a case", {"blocks": case_choices("1", entries, profile)}
    yield "the form of a lesson", {"view": lesson_form(lesson, profile, "{}")}
    turn = Turn(_QUESTION, TurnState.ANSWERED, "…")
    yield "the home", {"view": home_view(profile, [turn], channel="D0000")}
    yield "the form of opinions", {"view": form_of(profile, "{}", offers_person=True)}
    yield "the sources", {"view": source_view(entries, profile, cleaner)}


def _views(profile: Profile) -> Iterator[tuple[str, View]]:
    offered = tuple(profile.examples[:3]) or ("?",)
    source = Passage("1", offered[0], "…", 1.0)
    text = "# 1\n\n**2** [3](https://example.com)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    endings: tuple[tuple[str, Ending], ...] = (
        ("an answer", Answered(text, (source,), offered, shareable=True)),
        ("a long answer", Answered("\n".join(["…"] * _LONG), (source,), offered)),
        ("a refusal", Declined(profile.refusal, offered, Label.OFF_TOPIC)),
        ("many choices", Answered(text, (source,), tuple(f"{n}?" for n in range(_MANY)))),
        ("what has no answer", Escalated(profile.not_found, offered, case_id="1")),
        ("a lesson to review", Escalated(profile.not_found, offered, lesson_id="1")),
    )
    for name, ending in endings:
        yield name, View(_QUESTION, text=ending.text, ending=ending)
    yield "an answer under way", View(_QUESTION, status=profile.searching, text="…")
    entry = Entry("1", offered[0], "…")
    yield "a slow answer", View(_QUESTION, status=profile.writing, slow=True, found=(entry,))
