"""Chroma's server away while people ask: they are told, nothing fails, and it is answered."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import ExitStack
from functools import partial

import aiohttp
import pytest
from fakes.at_work import at_work
from fakes.chroma_server import chroma_server, free_port
from fakes.slack_bot import PROFILE, finished, make_settings

from bots.bootstrap.assistant import open_service
from bots.bootstrap.index.ingestion import run_ingest
from bots.bootstrap.processes.process_state import ProcessState, serving
from bots.bootstrap.stores import open_stores
from bots.slack.platform import open_slack
from config.resources import SAMPLE_FAQ
from devtools.slack import Limits, Slack, visible

pytestmark = pytest.mark.waits

LATE_S = 5.0


async def readiness(port):
    """The status of `/readyz`, and the names of what is away."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/readyz") as response,
    ):
        return response.status, list(json.loads(await response.text())["away"])


async def test_who_asks_while_chroma_is_away_is_told_and_answered_once_it_is_back(tmp_path):
    """The process has just started: nothing that was read before stands in for the server."""
    async with Slack(limits=Limits(on=False)).serve() as slack:
        chroma, ops = free_port(), free_port()
        changes = {"chroma_url": f"http://127.0.0.1:{chroma}", "ops_port": ops}
        settings = make_settings(slack, tmp_path / "data", **changes)
        start = partial(chroma_server, tmp_path / "chroma", chroma)
        person = slack.add_person("민수")
        channel = slack.add_channel("문의", person)
        with ExitStack() as running:
            running.enter_context(start())
            await asyncio.to_thread(
                run_ingest,
                settings,
                SAMPLE_FAQ,
                questions=None,
                use_packs=True,
                progress=lambda *_: None,
            )
            operations = ProcessState(settings)
            async with (
                serving(operations),
                open_stores(settings) as stores,
                open_service(settings, stores, PROFILE, report=lambda _: None) as service,
                at_work(service, settings, PROFILE, open_slack) as (connected, _),
            ):
                operations.stores, operations.service = stores, service
                operations.platforms = [connected]
                await slack.until(lambda: slack.sockets)
                assert await readiness(ops) == (200, [])

                running.close()
                asked_at = time.monotonic()
                question = await person.mention(channel, "미성년자도 판매자로 가입할 수 있나요?")
                told = await slack.until(
                    lambda: [
                        m for m in slack.replies(question) if PROFILE.taking_long in visible(m)
                    ],
                    timeout_s=LATE_S + 5,
                )
                assert told
                assert time.monotonic() - asked_at >= LATE_S
                assert await readiness(ops) == (503, ["index"])

                running.enter_context(start())
                (reply,) = await slack.until(lambda: finished(slack, question))
                assert "법정대리인" in visible(reply)
                assert await readiness(ops) == (200, [])
