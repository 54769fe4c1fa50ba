"""The web: an HTTP API with streaming, and a page."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from bots.shared.answer_view import RenderOptions
from bots.shared.http_server import listening
from bots.shared.platform import RunningPlatform
from bots.web.admission import Admission
from bots.web.app import make_app
from bots.web.auth import AuthRules
from bots.web.console.app import add_console
from bots.web.context import Context
from bots.web.exposure import check_exposure
from bots.web.ids import PREFIX, place_of
from bots.web.replies.follower import POLL_S, Follower
from bots.web.replies.hub import Hub, Readers
from bots.web.replies.reply import WebReply, make_pacer
from bots.web.texts import load_texts, load_words
from config.settings import Settings
from core.assistant.audiences import Standing
from core.messaging.service import ChatService
from core.profile import Profile
from core.reporting.operations import Operations
from core.text.safety.sanitize import Cleaner
from core.types import Question

logger = logging.getLogger(__name__)

_SHUTDOWN_S: Final = 1.0  # requests in work get this time; streams end at once


@asynccontextmanager
async def open_web(
    settings: Settings, service: ChatService, profile: Profile, *, poll_s: float = POLL_S
) -> AsyncIterator[RunningPlatform]:
    """Serve the web, where answers are shown from now on.

    Raises:
        ConfigError: the server would be open without a token, or the port is not available.
    """
    token = settings.web_token.get_secret_value().strip()
    service_token = settings.web_service_token.get_secret_value().strip()
    check_exposure(settings.web_host, token, service_token)
    hub, pacer, look = (
        Hub(),
        make_pacer(),
        RenderOptions(profile, Cleaner(profile.link_hosts, instead=profile.link_left_out)),
    )
    texts = load_texts(settings)
    app = make_app(
        Context(
            service=service,
            profile=profile,
            texts=texts,
            words=load_words(profile, texts),
            look=look,
            gate=AuthRules(
                token=token,
                service_token=service_token,
                origins=settings.web_origin_set,
                proxies=settings.web_proxy_networks,
                embedders=settings.web_embed_origin_set,
            ),
            hub=hub,
            follower=Follower(service, hub, look, poll_s=poll_s),
            readers=Readers(profile),
            admission=_admission(settings, service, profile),
        )
    )

    operations = service.operations
    has_console = operations is not None and add_console(app, settings, operations)
    console = operations if has_console else None

    def open_reply(question: Question) -> WebReply:
        return WebReply(question, hub, pacer, look)

    service.serve(PREFIX, open_reply, stand=_stand)
    served = listening(
        app,
        settings.web_host,
        settings.web_port,
        port_setting="FAQBOT_WEB_PORT",
        shutdown_s=_SHUTDOWN_S,
        proxies=settings.web_proxy_networks,
    )
    async with served as address:
        about = f"Web: {address}{', with the token' if token else ''}"
        if console:
            about += f"; the console: {address}/console"
        yield RunningPlatform(about, partial(_run, console), address)


async def _stand(question: Question) -> Standing:
    """Return the place and the people of a question; conversations on the web are not public."""
    places = frozenset({"web", f"web:{place_of(question.session).channel}"})
    return Standing(places, frozenset({question.asker}), public=False)


def _admission(settings: Settings, service: ChatService, profile: Profile) -> Admission:
    people = settings.web_people_per_address
    limits = service.limits.of_people(people)
    return Admission(service, profile, limits=limits, room=settings.inbox_share)


async def _run(console: Operations | None) -> None:
    """Prepare the console's views, then wait until cancelled, since the server runs by itself."""
    if console:
        await console.warm_up()
    await asyncio.Event().wait()
