"""Who is called when the bot has no answer, and may teach: the people and groups of the settings.

https://docs.slack.dev/reference/methods/usergroups.users.list
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.errors import code_of, translated
from bots.slack.workspaces import Workspace
from core.errors import PlatformError

logger = logging.getLogger(__name__)

_GROUP: Final = "S"
_FRESH_S: Final = 300.0  # how long a group's members are taken for granted
# What asking again will not change soon.
_LASTING: Final = frozenset(
    {"missing_scope", "no_such_subteam", "paid_teams_only", "permission_denied", "subteam_disabled"}
)


class Owners:
    """The owners of all workspaces; a group's members are asked for, and kept for a while."""

    def __init__(self, ids: Sequence[str]) -> None:
        """`ids` are people's (U…, W…) and user groups' (S…)."""
        self._people = frozenset(one for one in ids if not is_group(one))
        self._groups = tuple(filter(is_group, ids))
        self._members: dict[tuple[str, str], tuple[float, frozenset[str]]] = {}
        self._warned: set[tuple[str, str]] = set()

    async def include(self, workspace: Workspace, user: str) -> bool:
        """Whether a person is an owner, or a member of a group that is.

        Raises:
            PlatformError: Slack does not say now.
        """
        if user in self._people:
            return True
        for group in self._groups:
            if user in await self._members_of(workspace, group):
                return True
        return False

    async def _members_of(self, workspace: Workspace, group: str) -> frozenset[str]:
        key, now = (workspace.team, group), asyncio.get_running_loop().time()
        asked_at, members = self._members.get(key, (float("-inf"), frozenset()))
        if now - asked_at < _FRESH_S:
            return members
        try:
            members = await members_of(workspace.client, group)
        except PlatformError as error:
            if code_of(error) in _LASTING:
                self._warn(key, error)
                members = frozenset()
            elif key not in self._members:
                raise
            else:
                logger.info("the members of %s are those of before: %s", group, error)
        self._members[key] = (now, members)
        return members

    def _warn(self, key: tuple[str, str], error: PlatformError) -> None:
        if key not in self._warned:
            self._warned.add(key)
            logger.warning("nobody can teach as a member of the group %s: %s", key[1], error)


async def members_of(client: AsyncWebClient, group: str) -> frozenset[str]:
    """The ids of the people in a user group.

    Raises:
        PlatformError: Slack does not say; `missing_scope` without `usergroups:read`.
    """
    with translated("usergroups.users.list"):
        answer = await client.usergroups_users_list(usergroup=group)
    return frozenset(map(str, answer["users"]))


def is_group(owner: str) -> bool:
    """Whether an owner's id is that of a user group."""
    return owner.startswith(_GROUP)


def mention_of(owner: str) -> str:
    """What calls an owner: https://docs.slack.dev/messaging/formatting-message-text."""
    return f"<!subteam^{owner}>" if is_group(owner) else f"<@{owner}>"
