"""The local Discord as a fixture; test files ask for it with `pytest_plugins`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from fakes.discord import DiscordServer

from bots.discord import client


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    """A served Discord with one text channel; discord.py's addresses are put back afterwards."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    monkeypatch.setattr(client, "_GUILDS_WITHIN_S", 0.05)
    server = DiscordServer()
    await server.create_channel("질문")
    async with server.serve():
        yield server
