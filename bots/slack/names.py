"""What people on Slack are called, as their colleagues see it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from typing import Any, Final

from bots.slack.errors import translated
from bots.slack.workspaces import Workspace
from core.errors import PlatformError

logger = logging.getLogger(__name__)

_FRESH_S: Final = 3_600.0
_KEPT: Final = 1_000
_PATIENCE_S: Final = 1.0  # Slack waits for us meanwhile, three seconds in all
_MOST_NAMED: Final = 5  # in one text
_NAMED = re.compile(r"@([UW][A-Z0-9]{2,})\b")


class Names:
    """Asks for names, and keeps them for a while."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    async def name_of(self, workspace: Workspace, user: str) -> str:
        """The display name, else the real one; "" if Slack does not say it soon. Never raises."""
        key, now = (workspace.team, user), asyncio.get_running_loop().time()
        asked_at, name = self._known.get(key, (float("-inf"), ""))
        if now - asked_at < _FRESH_S:
            return name
        try:
            async with asyncio.timeout(_PATIENCE_S):
                name = await _asked(workspace, user)
        except (PlatformError, TimeoutError) as error:
            logger.info("the name of %s is not known: %r", user, error)
            return name
        self._known[key] = (now, name)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return name

    async def with_names(self, workspace: Workspace, text: str) -> str:
        """A text that calls people by `@` and id, with `@` and their names."""
        named = list(dict.fromkeys(_NAMED.findall(text)))[:_MOST_NAMED]
        names = {user: await self.name_of(workspace, user) for user in named}
        return _NAMED.sub(lambda match: f"@{names.get(match[1]) or match[1]}", text)


async def _asked(workspace: Workspace, user: str) -> str:
    client = workspace.client
    with translated("users.info"):
        answer = await client.users_info(user=user)
    person: dict[str, Any] = answer["user"]
    profile = person.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), person.get("real_name"))
    return next((str(name).strip() for name in names if name and str(name).strip()), "")
