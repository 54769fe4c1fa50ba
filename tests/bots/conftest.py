"""Fixtures of the platforms and the command line."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from fakes.command_line import ENTRIES, ROOT, Cli

from bots.discord import app
from devtools.discord import DiscordServer, RouteLimits


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    """A served Discord with one text channel; discord.py's addresses are put back afterwards.

    The windows of its limits are a tenth as long, so that nothing waits five seconds for one.
    """
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    monkeypatch.setattr(app, "_GUILDS_WITHIN_S", 0.05)
    server = DiscordServer(limits=RouteLimits(scale=0.1))
    await server.create_channel("질문")
    async with server.serve():
        yield server


@pytest.fixture(scope="session")
def small_faq(tmp_path_factory):
    """The first 20 entries of the sample FAQ as a file."""
    lines = (ROOT / "data" / "sample_faq.jsonl").read_text(encoding="utf-8").splitlines()
    path = tmp_path_factory.mktemp("faq") / "small.jsonl"
    path.write_text("\n".join(lines[:ENTRIES]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def ingested(small_faq, copy_of, tmp_path_factory):
    """A command line whose data folder holds the small FAQ: for reading only."""
    cwd = tmp_path_factory.mktemp("cwd")

    def build(folder):
        done = Cli(folder, cwd)("ingest", small_faq)
        assert (done.returncode, done.stderr) == (0, "")

    return Cli(copy_of("small", build), cwd)


@pytest.fixture
def empty(tmp_path):
    """A command line whose data folder does not exist yet."""
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    return Cli(tmp_path / "data", cwd)


@pytest.fixture
def own(ingested, tmp_path):
    """A command line on a copy of the small FAQ, to write to."""
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    return Cli(shutil.copytree(ingested.data, tmp_path / "copy"), cwd)
