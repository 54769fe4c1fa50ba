"""People on Slack: the owners, who are called for unanswered questions and may teach, and names.

https://docs.slack.dev/reference/methods/usergroups.users.list
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.errors import code_of, translated
from bots.slack.api.workspaces import Workspace
from core.bounded import BoundedDict
from core.errors import PlatformError
from core.types import Mention

logger = logging.getLogger(__name__)

_GROUP: Final = "S"
_FRESH_S: Final = 300.0  # how long a group's members are cached
# Errors that a repeated call does not change soon.
_LASTING: Final = frozenset(
    {"missing_scope", "no_such_subteam", "paid_teams_only", "permission_denied", "subteam_disabled"}
)


_NAME_FRESH_S: Final = 3_600.0
_KEPT: Final = 1_000
_PATIENCE_S: Final = 1.0  # meanwhile Slack waits for our OK, three seconds at most
_MOST_NAMED: Final = 5  # the most people whose names one text looks up
_NAMED = re.compile(r"@([UW][A-Z0-9]{2,})\b")


class Owners:
    """The owners in all workspaces; the members of user groups are looked up and cached."""

    def __init__(self, ids: Sequence[str]) -> None:
        """`ids` are ids of people (U…, W…) and of user groups (S…)."""
        self._people = frozenset(one for one in ids if not is_group(one))
        self._groups = tuple(filter(is_group, ids))
        self._members: dict[tuple[str, str], tuple[float, frozenset[str]]] = {}
        self._warned: set[tuple[str, str]] = set()

    async def include(self, workspace: Workspace, user: str) -> bool:
        """Return whether a person is an owner, or a member of a group that is one.

        Raises:
            PlatformError: Slack does not answer.
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
    """Return the ids of the people in a user group.

    Raises:
        PlatformError: Slack does not answer, or the scope `usergroups:read` is missing.
    """
    with translated("usergroups.users.list"):
        answer = await client.usergroups_users_list(usergroup=group)
    return frozenset(map(str, answer["users"]))


def is_group(owner: str) -> bool:
    """Return whether an owner's id is that of a user group."""
    return owner.startswith(_GROUP)


def mention_of(owner: str) -> str:
    """Return the text that notifies an owner.

    Https://docs.slack.dev/messaging/formatting-message-text.
    """
    return f"<!subteam^{owner}>" if is_group(owner) else f"<@{owner}>"


class Names:
    """Looks up the names of people, and caches them."""

    def __init__(self) -> None:
        self._known: BoundedDict[tuple[str, str], tuple[float, str]] = BoundedDict(_KEPT)

    async def name_of(self, workspace: Workspace, user: str) -> str:
        """Return the display name, else the real one; "" if Slack is too slow. Never raises."""
        key, now = (workspace.team, user), asyncio.get_running_loop().time()
        asked_at, name = self._known.get(key, (float("-inf"), ""))
        if now - asked_at < _NAME_FRESH_S:
            return name
        try:
            async with asyncio.timeout(_PATIENCE_S):
                name = await _asked(workspace, user)
        except (PlatformError, TimeoutError) as error:
            logger.info("the name of %s is not known: %r", user, error)
            return name
        self._known[key] = (now, name)
        return name

    async def of_mentions(
        self, workspace: Workspace, mentions: Sequence[Mention]
    ) -> tuple[Mention, ...]:
        """Return mentions with the names that Slack returns in time. Never raises."""
        named = mentions[:_MOST_NAMED]
        names = await asyncio.gather(*(self.name_of(workspace, one.person) for one in named))
        known = [
            replace(one, name=name or one.name) for one, name in zip(named, names, strict=True)
        ]
        return (*known, *mentions[_MOST_NAMED:])

    async def is_person(self, workspace: Workspace, user: str) -> bool:
        """Return whether a user is known to be a person, and no bot. Never raises."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                with translated("users.info"):
                    answer = await workspace.client.users_info(user=user)
        except (PlatformError, TimeoutError) as error:
            logger.info("%s is not treated as a person: %r", user, error)
            return False
        return not answer["user"].get("is_bot")

    async def with_names(self, workspace: Workspace, text: str) -> str:
        """Return a text in which `@` and a person's id is replaced by `@` and the name."""
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
