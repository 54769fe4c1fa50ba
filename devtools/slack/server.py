"""A local Slack on one port: Web API, Socket Mode, response_urls, and the cues to let it fail."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from aiohttp import web

from devtools.slack.api.files import uploaded
from devtools.slack.api.limits import Limits
from devtools.slack.api.web_api import WebApi, WebApiFault
from devtools.slack.events.delivery import RETRY_AFTER_S, Courier, Delivery, HttpCarrier
from devtools.slack.events.socket_mode import SocketModeServer
from devtools.slack.world.model import Channel, Group, Message, RecordedCall, SurfaceView, Team
from devtools.slack.world.people import Person
from devtools.slack.world.world import World

T = TypeVar("T")

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-local", "xapp-local", "local-signing-secret"


class Slack:
    """The server. `team` is a workspace with the app in it; `world` has all that happened."""

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        ack_within_s: float = 3.0,
        retry_after_s: tuple[float, ...] = RETRY_AFTER_S,
        stream_lasts_s: float = 300.0,
        trigger_lasts_s: float = 3.0,
        url_lasts_s: float = 1_800.0,
        echoes: bool = True,
    ) -> None:
        """Times are Slack's own by default; `echoes` False keeps the bot's own messages from it."""
        self.courier = Courier(ack_within_s, retry_after_s)
        self.world = World(self.courier, stream_lasts_s, trigger_lasts_s, url_lasts_s, echoes)
        self.socket_mode = SocketModeServer(self.courier)
        self.courier.carrier = self.socket_mode
        self.limits = limits or Limits()
        self.api = WebApi(self.world, self.limits, APP_TOKEN, self.socket_mode.ticket)
        self.team = self.world.make_team("Local", BOT_TOKEN, "faqbot")
        self._http: HttpCarrier | None = None
        self._numbers = itertools.count(2)

    @asynccontextmanager
    async def serve(
        self, port: int = 0, *, host: str = "127.0.0.1", routes: list[web.RouteDef] | None = None
    ) -> AsyncIterator[Slack]:
        """Listen; `api_url` is what SLACK_API_URL should be."""
        app = web.Application(client_max_size=4_000_000)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self.api.serve),
                web.post("/response/{key}", self.api.respond),
                web.post("/upload/{file}", partial(uploaded, self.world)),
                web.get("/link/", self.socket_mode.serve),
                *(routes or []),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, host, port, backlog=2_048)
        await site.start()
        bound = runner.addresses[0][1]
        self.world.base_url = f"http://{host}:{bound}"
        try:
            yield self
        finally:
            self.courier.close()
            await self.socket_mode.close()
            if self._http:
                await self._http.close()
            await runner.cleanup()

    @property
    def api_url(self) -> str:
        """The Web API's address, with the slash at its end."""
        return f"{self.world.base_url}/api/"

    # People and places

    def add_team(self, name: str = "Other") -> Team:
        """Another workspace with the app in it; its install code is `code-{team.id}`."""
        return self.world.make_team(name, f"{BOT_TOKEN}-{next(self._numbers)}", "faqbot")

    def add_person(self, name: str, *, team: Team | None = None) -> Person:
        """Someone in the first workspace, or in `team`."""
        person = Person(self.world.ids.next("U"), team or self.team, name, world=self.world)
        self.world.profiles[person.id] = person
        return person

    def add_bot(self, name: str, *, team: Team | None = None) -> Person:
        """Another app's bot, which says things as a person does."""
        bot = self.add_person(name, team=team)
        bot.bot_id = self.world.ids.next("B")
        return bot

    def add_group(self, name: str, *people: Person) -> Group:
        """A user group of these people, in the first workspace."""
        group = Group(self.world.ids.next("S"), name, {person.id for person in people})
        self.team.groups[group.id] = group
        return group

    def add_channel(
        self,
        name: str,
        *people: Person,
        bot: bool = True,
        private: bool = False,
        team: Team | None = None,
    ) -> Channel:
        """A channel with these people in it, and the bot unless `bot` is False."""
        team = team or (people[0].team if people else self.team)
        members = {person.id for person in people} | ({team.bot_user_id} if bot else set())
        return self.world.make_channel(team, name, "group" if private else "channel", members)

    def change_id(self, channel: Channel) -> None:
        """Give a channel another id, as joining organisations does; nobody knows the old one."""
        event = {"type": "channel_id_changed", "old_channel_id": channel.id}
        del self.world.channels[channel.id]
        channel.id = self.world.ids.next("C")
        self.world.channels[channel.id] = channel
        event |= {"new_channel_id": channel.id, "event_ts": self.world.ids.ts()}
        self.world.emit(channel.team, "channel_id_changed", event, channel)

    async def invite_bot(self, channel: Channel) -> None:
        """Make the bot a member; it is told by `member_joined_channel`."""
        channel.members.add(channel.team.bot_user_id)
        event = {"type": "member_joined_channel", "user": channel.team.bot_user_id}
        event |= {"channel": channel.id, "channel_type": "C", "team": channel.team.id}
        event["event_ts"] = self.world.ids.ts()
        self.world.emit(channel.team, "member_joined_channel", event, channel)

    # Cues

    def fail_next(
        self,
        method: str,
        kind: str,
        *,
        times: int = 1,
        retry_after: int = 1,
        seconds: float = 1.0,
        error: str = "internal_error",
    ) -> None:
        """Let the next calls of a method fail: 429, 500, reset, reset_after, slow or error."""
        for _ in range(times):
            self.api.faults.append(WebApiFault(method, kind, retry_after, seconds, error))

    def unknown_method(self, *names: str) -> None:
        """Answer `unknown_method` to these from now on, as an older workspace does."""
        self.api.unknown.update(names)

    def redeliver(self, delivery: Delivery) -> None:
        """Send an event once more, though it may have been acknowledged."""
        self.courier.again(delivery)

    def retry_now(self) -> None:
        """Send all that waits for its retry."""
        self.courier.retry_now()

    async def disconnect(
        self, reason: str = "refresh_requested", *, close: bool | None = None
    ) -> None:
        """Send a disconnect frame, and close the sockets unless it is a warning.

        `reason`: refresh_requested, warning, too_many_websockets or link_disabled.
        """
        await self.socket_mode.disconnect(
            reason, close=reason != "warning" if close is None else close
        )

    def drop_sockets(self) -> None:
        """Cut the connections of all sockets without a word."""
        self.socket_mode.drop()

    def go_silent(self) -> None:
        """Keep the present sockets open, but neither hear nor answer, not even pings."""
        for socket in self.socket_mode.sockets:
            socket.silent = True

    async def use_http(self, url: str) -> None:
        """Deliver by signed POSTs to `url` from now on, after the url_verification handshake.

        Raises:
            ValueError: The app did not answer with the challenge.
        """
        self._http = HttpCarrier(url, SIGNING_SECRET, self.courier)
        await self._http.verify()
        self.courier.carrier = self._http

    # Observation

    @property
    def sockets(self) -> int:
        """Return how many sockets are open."""
        return len(self.socket_mode.sockets)

    @property
    def sockets_so_far(self) -> int:
        """Return how many sockets were opened since the start."""
        return self.socket_mode.opened

    @property
    def deliveries(self) -> list[Delivery]:
        """The envelopes so far, with their attempts and acknowledgements."""
        return self.courier.deliveries

    @property
    def views(self) -> list[SurfaceView]:
        """The modals so far."""
        return self.world.views

    def events(self, kind: str) -> list[Delivery]:
        """The deliveries of one type of event."""
        return [one for one in self.deliveries if one.event.get("type") == kind]

    def calls(self, *methods: str) -> list[RecordedCall]:
        """The Web API calls so far, of these methods or of all."""
        return [call for call in self.world.calls if not methods or call.method in methods]

    def limited(self) -> int:
        """Return how many calls were answered with 429."""
        return sum(call.status == 429 for call in self.world.calls)

    def messages(self, channel: Channel) -> list[Message]:
        """Return the messages of a channel and their replies, the oldest first."""
        return list(channel.messages.values())

    def thread(self, message: Message) -> list[Message]:
        """The replies below a message, oldest first."""
        root = message.thread_ts or message.ts
        every = message.channel.messages.values()
        return [m for m in every if m.thread_ts == root and m.ts != root]

    def replies(self, message: Message) -> list[Message]:
        """The bot's replies below a message."""
        return [reply for reply in self.thread(message) if reply.bot_id]

    async def until(self, condition: Callable[[], T], timeout_s: float = 30.0) -> T:
        """The first true value of `condition`; see `World.until`."""
        return await self.world.until(condition, timeout_s)
