"""The place and the people of a question on Slack, for the profile's channels and groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bots.slack.api.people import Owners, is_group
from bots.slack.api.workspaces import Workspaces
from bots.slack.ids import is_public, place_of
from core.assistant.audiences import Standing
from core.profile import ReaderGroup, ids_on
from core.types import Question

_SLACK: Final = "slack"


class Standings:
    """Finds the standing of askers, with the profile's user groups, cached as in `Owners`."""

    def __init__(self, groups: Sequence[ReaderGroup], workspaces: Workspaces) -> None:
        named = {one for group in groups for one in ids_on(_SLACK, group.members)}
        self._groups = {one: Owners([one]) for one in sorted(named) if is_group(one)}
        self._workspaces = workspaces

    async def of(self, question: Question) -> Standing:
        """Return the place of a question, and the asker with their groups.

        Raises:
            PlatformError: Slack does not name the members of a group.
        """
        place, public = place_of(question.session), is_public(question.session)
        people = {f"{_SLACK}:{question.asker}"}
        if not public and self._groups:  # groups count only where the asker alone reads
            workspace = self._workspaces.get(place.team)
            for group, members in self._groups.items():
                if await members.include(workspace, question.asker):
                    people.add(f"{_SLACK}:{group}")
        places = frozenset({_SLACK, f"{_SLACK}:{place.channel}"})
        return Standing(places, frozenset(people), public=public)
