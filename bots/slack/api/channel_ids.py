"""Channels whose id has changed: the bot knows each by the first id that it has seen.

Sessions, buttons and lessons have the first id. Calls to Slack have the latest one, and in all that
Slack sends, the latest id is replaced by the first before any listener reads it.
https://docs.slack.dev/reference/events/channel_id_changed
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final, NoReturn

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from core.errors import FaqbotError
from core.ports import Reports

logger = logging.getLogger(__name__)

Json = dict[str, Any]

_PREFIX: Final = "slack:channel:"
_LOOK_S: Final = 30.0
_SENT_AS: Final = ("params", "json", "data")
_FIELDS: Final = ("channel", "channel_id")


class ChannelIds:
    """The first and the latest id of each channel that has had several; kept in the store."""

    def __init__(self, reports: Reports | None) -> None:
        """`reports` stores the ids; without it they are lost when the process ends."""
        self._reports = reports
        self._first: dict[str, str] = {}  # the first id by each later id
        self._latest: dict[str, str] = {}  # the latest id by the first id

    def all_of(self, channel: str) -> tuple[str, ...]:
        """Return all ids of a channel, any of which the settings may name."""
        first = self._first.get(channel, channel)
        return (first, *(later for later, known in self._first.items() if known == first))

    def latest(self, channel: str) -> str:
        """Return the id by which Slack knows a channel now."""
        return self._latest.get(channel, channel)

    def with_first(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Return JSON with each later id replaced by the first one."""
        if not self._first:
            return value
        if isinstance(value, str):
            return self._first.get(value, value)
        if isinstance(value, list):
            return [self.with_first(one) for one in value]
        if isinstance(value, dict):
            return {key: self.with_first(one) for key, one in value.items()}
        return value

    async def changed(self, old: str, new: str) -> None:
        """Note that the id of a channel has changed; repeating this changes nothing.

        Raises:
            StorageError: the change is not stored.
        """
        first = self._first.get(old, old)
        if first == self._first.get(new, new):
            return
        self._note(new, first)
        logger.info("channel %s is %s now, and known here as %s", old, new, first)
        if self._reports:
            # Changes are sorted by their number, since the last one counts.
            await self._reports.switch(f"{_PREFIX}{new}", f"{len(self.all_of(first))} {first}")

    async def look(self) -> None:
        """Read the stored ids, including those of other processes.

        Raises:
            StorageError: they cannot be read.
        """
        if self._reports is None:
            return
        kept = await self._reports.switches()
        found = [(*value.split(" ", 1), name) for name, value in kept.items()]
        known = [one for one in found if one[-1].startswith(_PREFIX)]
        for _, first, name in sorted(known, key=lambda one: int(one[0])):
            self._note(name.removeprefix(_PREFIX), first)

    async def follow(self) -> NoReturn:
        """Read the ids that other processes store, at intervals, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                await self.look()
            except FaqbotError as error:
                logger.warning("which channels have other ids is not known: %s", error)

    def _note(self, later: str, first: str) -> None:
        self._first[later] = first
        self._latest[first] = later


class ChannelClient(AsyncWebClient):
    """The SDK's client, which sends the latest id of a channel and returns the first."""

    ids: ChannelIds | None = None

    async def api_call(self, api_method: str, **sent: Any) -> AsyncSlackResponse:  # noqa: ANN401
        """Call a method of the Web API with exchanged ids; see the SDK."""
        if self.ids is None:
            return await super().api_call(api_method, **sent)
        for kind in _SENT_AS:
            given = sent.get(kind)
            if isinstance(given, dict):
                named = {name: self.ids.latest(given[name]) for name in _FIELDS if given.get(name)}
                sent[kind] = given | named
        response = await super().api_call(api_method, **sent)
        if isinstance(response.data, dict):
            response.data = self.ids.with_first(response.data)
        return response


def register(app: AsyncApp, ids: ChannelIds) -> None:
    """Listen to changes of ids."""

    @app.event("channel_id_changed")
    async def changed(event: Json) -> None:
        await ids.changed(event["old_channel_id"], event["new_channel_id"])
