"""The workspaces that have installed the bot, a file each, readable by its owner alone."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.workspaces import Workspace
from core.errors import StorageError

logger = logging.getLogger(__name__)

Json = dict[str, Any]

_TEAM: Final = re.compile(r"^[A-Z0-9]+$")
_FIELDS: Final = ("team", "name", "bot_name", "bot_user", "bot_id")


class Installations(AsyncInstallationStore):
    """Bolt's installation store, as far as OAuth needs it; `added` hears of each one."""

    def __init__(
        self,
        folder: Path,
        *,
        client_of: Callable[[str], AsyncWebClient],
        added: Callable[[Workspace], None],
        removed: Callable[[str], None],
    ) -> None:
        """`client_of` makes the client that has a token."""
        self._folder = folder
        self._client_of = client_of
        self._added = added
        self._removed = removed

    async def load(self) -> None:
        """Hear of every workspace that is installed already.

        Raises:
            StorageError: the folder or a file in it cannot be read.
        """
        try:
            for values in await asyncio.to_thread(self._read):
                self._added(self._workspace(values))
        except (OSError, ValueError, KeyError) as error:
            raise StorageError(f"cannot read {self._folder}: {error}") from error

    async def async_save(self, installation: Installation) -> None:
        """Keep what Slack's consent page has brought; a later one takes an earlier one's place.

        Raises:
            BoltError: it is for an organisation, has no token, or cannot be stored.
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
        }
        try:
            await asyncio.to_thread(self._write, team, json.dumps(values))
        except OSError as error:
            raise BoltError(f"the installation cannot be stored: {error}") from error
        self._added(self._workspace(values))
        logger.info("installed in the workspace %s", values["name"])

    async def remove(self, team: str) -> None:
        """The workspace has thrown the bot out."""
        if _TEAM.match(team):
            path = self._folder / f"{team}.json"
            await asyncio.to_thread(path.unlink, missing_ok=True)
        self._removed(team)
        logger.info("not installed in the workspace %s any more", team)

    @property
    def logger(self) -> logging.Logger:
        """Asked for by Bolt."""
        return logger

    def _workspace(self, values: dict[str, str]) -> Workspace:
        client = self._client_of(values["token"])
        return Workspace(**{name: values[name] for name in _FIELDS}, client=client)

    def _read(self) -> list[dict[str, str]]:
        files = sorted(self._folder.glob("*.json"))
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]

    def _write(self, team: str, text: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{team}.json"
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


def register(app: AsyncApp, installations: Installations | None) -> None:
    """Forget the tokens of workspaces that have no use for the bot any more."""

    @app.event("app_uninstalled")
    async def uninstalled(context: AsyncBoltContext) -> None:
        if installations and context.team_id:
            await installations.remove(context.team_id)

    @app.event("tokens_revoked")
    async def revoked(event: Json, context: AsyncBoltContext) -> None:
        if installations and context.team_id and event.get("tokens", {}).get("bot"):
            await installations.remove(context.team_id)
