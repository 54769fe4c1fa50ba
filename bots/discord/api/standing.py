"""The place and the people of a question on Discord, for the profile's channels and groups."""

from __future__ import annotations

from time import monotonic
from typing import Any, Final

from bots.discord.api.rest import RefusedError, Rest
from bots.discord.ids import DIRECT, is_public, place_of, user_of
from core.assistant.audiences import Standing
from core.bounded import BoundedDict
from core.profile import Profile
from core.types import Question

_DISCORD: Final = "discord"
_FRESH_S: Final = 60.0
_MOST_KEPT: Final = 1_000


class Standings:
    """Looks up the tags of forum posts and the roles of members, if the profile names any.

    Roles are those in the server of the question; a direct message has none.
    """

    def __init__(self, profile: Profile, rest: Rest) -> None:
        places = (place for channel in profile.channels for place in channel.places)
        members = (member for group in profile.groups for member in group.members)
        self._has_tags = any(place.startswith(f"{_DISCORD}:tag:") for place in places)
        self._has_roles = any(member.startswith(f"{_DISCORD}:role:") for member in members)
        self._rest = rest
        self._known: BoundedDict[str, tuple[float, dict[str, Any]]] = BoundedDict(_MOST_KEPT)

    async def of(self, question: Question) -> Standing:
        """Return the place of a question, and the asker with their roles.

        Raises:
            PlatformError: Discord does not answer.
        """
        place, public = place_of(question.session), is_public(question.session)
        user = user_of(question.asker)
        names = [place.channel, place.thread]
        people = [user]
        if self._has_tags and place.thread.isdigit():
            # https://discord.com/developers/docs/resources/channel#channel-object
            thread = await self._found(f"/channels/{place.thread}")
            names += [f"tag:{tag}" for tag in thread.get("applied_tags", ())]
        if self._has_roles and not public and place.guild != DIRECT:
            member = await self._found(f"/guilds/{place.guild}/members/{user}")
            people += [f"role:{role}" for role in member.get("roles", ())]
        places = frozenset({_DISCORD, *(f"{_DISCORD}:{name}" for name in names if name)})
        return Standing(places, frozenset(f"{_DISCORD}:{one}" for one in people), public=public)

    async def _found(self, path: str) -> dict[str, Any]:
        """Return a resource of Discord, cached for a minute; None if it does not exist.

        Raises:
            PlatformError: Discord does not answer.
        """
        asked_at, found = self._known.get(path, (float("-inf"), {}))
        if monotonic() - asked_at < _FRESH_S:
            return found
        try:
            found = await self._rest.call("GET", path)
        except RefusedError:  # for a deleted thread, a chain of replies, or a former member
            found = {}
        self._known[path] = (monotonic(), found)
        return found
