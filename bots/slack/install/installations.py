"""The installations of the bot in workspaces, as Bolt's installation store."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final, NoReturn, Protocol

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.workspaces import Workspace, Workspaces
from core.errors import FaqbotError, StorageError
from core.retry import until_back

logger = logging.getLogger(__name__)

Json = dict[str, Any]

_TEAM: Final = re.compile(r"^[A-Z0-9]+$")
_LOOK_S: Final = 10.0
_FIELDS: Final = ("team", "name", "bot_name", "bot_user", "bot_id")


class Kept(Protocol):
    """The store of installations, by workspace."""

    async def all(self) -> list[dict[str, str]]:
        """Return the stored installation of each workspace."""
        ...

    async def put(self, team: str, values: dict[str, str]) -> None:
        """Store a workspace's installation over the earlier one."""
        ...

    async def remove(self, team: str) -> None:
        """Delete a workspace's installation."""
        ...


class Installations(AsyncInstallationStore):
    """Implements the part of Bolt's installation store that OAuth needs."""

    def __init__(
        self,
        kept: Kept,
        *,
        client_of: Callable[[str], AsyncWebClient],
        added: Callable[[Workspace], None],
        removed: Callable[[str], None],
    ) -> None:
        """`client_of` makes a client with a token."""
        self._kept = kept
        self._client_of = client_of
        self._added = added
        self._removed = removed
        self._known: dict[str, dict[str, str]] = {}

    async def load(self) -> None:
        """Add every stored workspace, and remove each that is not stored any more.

        Raises:
            StorageError: the stored installations cannot be read.
        """
        try:
            found = {values["team"]: values for values in await self._kept.all()}
            changed = [one for team, one in found.items() if self._known.get(team) != one]
            workspaces = [self._workspace(values) for values in changed]
        except KeyError as error:
            raise StorageError(f"an installation that is kept lacks {error}") from error
        for workspace in workspaces:
            self._added(workspace)
        for team in self._known.keys() - found.keys():
            self._removed(team)
        self._known = found

    async def follow(self) -> NoReturn:
        """Load changes by other processes at intervals, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                await self.load()
            except FaqbotError as error:
                logger.warning("where the bot is installed is not known: %s", error)

    async def async_save(self, installation: Installation) -> None:
        """Store an installation from Slack's consent page, over an earlier one.

        Raises:
            BoltError: the installation is for an organisation, has no token, or is not stored.
        """
        team, token = installation.team_id or "", installation.bot_token
        if not (token and _TEAM.match(team)) or installation.is_enterprise_install:
            raise BoltError("only a single workspace can install the bot")
        values = {
            "team": team,
            "name": installation.team_name or team,
            "bot_name": "faqbot",
            "bot_user": installation.bot_user_id or "",
            "bot_id": installation.bot_id or "",
            "token": token,
            "installed_at": str(int(installation.installed_at)),
        }
        try:
            await self._kept.put(team, values)
        except StorageError as error:
            raise BoltError(f"the installation cannot be stored: {error}") from error
        self._known[team] = values
        self._added(self._workspace(values))
        logger.info("installed in the workspace %s", values["name"])

    async def remove(self, team: str, *, left_at: float) -> None:
        """Remove a workspace that has uninstalled the bot, unless it was installed again since.

        Raises:
            StorageError: its token is still stored.
        """
        known = self._known.get(team)
        if known is None or float(known.get("installed_at", 0)) > left_at:
            return
        del self._known[team]
        self._removed(team)
        logger.warning(
            "Slack: the workspace %s (%s) has uninstalled the bot or revoked its token; nothing is "
            "answered there until it is installed again",
            known["name"],
            team,
        )
        try:
            await until_back(partial(self._kept.remove, team))
        except StorageError:
            self._known[team] = known  # or it would be found anew, and added
            raise

    @property
    def logger(self) -> logging.Logger:
        """Return the logger that Bolt asks for."""
        return logger

    def _workspace(self, values: dict[str, str]) -> Workspace:
        client = self._client_of(values["token"])
        return Workspace(**{name: values[name] for name in _FIELDS}, client=client)


def register(app: AsyncApp, installations: Installations | None, workspaces: Workspaces) -> None:
    """Say in the log that a workspace has uninstalled the bot, and delete its tokens.

    Slack sends both events if somebody uninstalls the bot, in any order, and again after minutes if
    it got no OK; only the second one if the token was revoked.
    """

    async def left(body: Json, team: str) -> None:
        if installations:
            await installations.remove(team, left_at=float(body.get("event_time") or "inf"))
        else:
            workspaces.lose(team)

    @app.event("app_uninstalled")
    async def uninstalled(body: Json, context: AsyncBoltContext) -> None:
        await left(body, context.team_id or "")

    @app.event("tokens_revoked")
    async def revoked(body: Json, event: Json, context: AsyncBoltContext) -> None:
        if (event.get("tokens") or {}).get("bot"):
            await left(body, context.team_id or "")
