"""The workspaces in which the bot is installed, and the clients with their tokens."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.channel_ids import ChannelClient, ChannelIds
from bots.slack.api.errors import translated
from core.errors import FaqbotError, PlatformRefusedError

logger = logging.getLogger(__name__)

_TIMEOUT_S: Final = 20
_CONNECT_S: Final = 5


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace. `client` has its token, and shares its connections with all others."""

    team: str
    name: str
    bot_name: str
    bot_user: str
    bot_id: str
    client: AsyncWebClient

    def authorization(self) -> AuthorizeResult:
        """Return the authorisation that Bolt asks for."""
        return AuthorizeResult(
            enterprise_id=None,
            team_id=self.team,
            team=self.name,
            bot_id=self.bot_id,
            bot_user_id=self.bot_user,
            bot_token=self.client.token,
        )


@asynccontextmanager
async def open_session() -> AsyncIterator[aiohttp.ClientSession]:
    """Open the HTTP session of all clients, which ignores the proxies of the environment."""
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S, connect=_CONNECT_S)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
        yield session


def make_client(
    session: aiohttp.ClientSession,
    api_url: str,
    token: str | None = None,
    *,
    ids: ChannelIds | None = None,
) -> AsyncWebClient:
    """Make a client that makes one attempt for each call; its caller decides about the next.

    With `ids`, the client exchanges the changed ids of channels.
    """
    client = ChannelClient(
        token=token,
        base_url=api_url,
        timeout=_TIMEOUT_S,
        session=session,
        retry_handlers=[],
        logger=sdk_logger(),
    )
    client.ids = ids
    client.proxy = None  # the SDK has read it from the environment, without regard to NO_PROXY
    return client


def sdk_logger() -> logging.Logger:
    """Return a logger with a level of its own, since the SDK builds debug lines otherwise."""
    sdk = logging.getLogger("slack_sdk")
    sdk.setLevel(logging.ERROR)
    return sdk


async def identify(client: AsyncWebClient) -> Workspace:
    """Return the workspace that the client's token belongs to.

    Raises:
        PlatformError: Slack does not accept the token, or does not answer.
    """
    with translated("auth.test"):
        who = await client.auth_test()
    return Workspace(
        team=str(who["team_id"]),
        name=str(who["team"]),
        bot_name=str(who["user"]),
        bot_user=str(who["user_id"]),
        bot_id=str(who.get("bot_id") or ""),
        client=client,
    )


class Workspaces:
    """The workspaces in which the bot is installed, by their ids."""

    def __init__(self, only: Workspace | None = None) -> None:
        """`only` is the workspace of a single token; others are added as they are installed."""
        self.look: Callable[[], Awaitable[None]] | None = None  # loads those of other processes
        self.lost = ""  # why the workspace of a single token cannot be answered any more
        self._only = only
        self._known = {only.team: only} if only else {}

    def __iter__(self) -> Iterator[Workspace]:
        return iter(list(self._known.values()))

    def __len__(self) -> int:
        return len(self._known)

    def add(self, workspace: Workspace) -> None:
        """Add a workspace that has installed the bot, perhaps not for the first time."""
        self._known[workspace.team] = workspace

    def remove(self, team: str) -> None:
        """Remove a workspace that has uninstalled the bot."""
        self._known.pop(team, None)

    def lose(self, team: str) -> None:
        """Note that the workspace of the single token has uninstalled the bot, or revoked it."""
        if self._only and self._only.team == team:
            self.lost = (
                f"the workspace {self._only.name} has uninstalled the bot or revoked its token; "
                "install it again at api.slack.com/apps > your app > Install App, renew "
                "SLACK_BOT_TOKEN, and start again"
            )
            logger.error("Slack: %s", self.lost)

    def get(self, team: str | None) -> Workspace:
        """Return a workspace; with a single token it is always the only one.

        Raises:
            PlatformRefusedError: the bot is not installed in that workspace.
        """
        workspace = self._only or self._known.get(team or "")
        if workspace is None:
            raise PlatformRefusedError(f"the bot is not installed in the workspace {team}")
        return workspace

    def has(self, team: str | None) -> bool:
        """Return whether this process knows that the bot is installed in a workspace."""
        return bool(self._only) or (team or "") in self._known

    async def authorize(self, team_id: str | None) -> AuthorizeResult | None:
        """Return the authorisation that Bolt asks for; this is Bolt's `authorize`."""
        if self.look and not self.has(team_id):  # another process may have installed it just now
            try:
                await self.look()
            except FaqbotError as error:
                logger.warning("where the bot is installed is not known: %s", error)
        try:
            return self.get(team_id).authorization()
        except PlatformRefusedError as error:
            logger.error("not authorized: %s", error)
            return None
