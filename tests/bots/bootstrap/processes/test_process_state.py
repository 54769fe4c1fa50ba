"""Health, readiness and metrics on their port, also where only a chat platform runs."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
from datetime import datetime

import aiohttp
import pytest
from fakes.slack_bot import answering, finished, make_settings

from bots.bootstrap.processes.metrics import Metrics
from bots.bootstrap.processes.process_state import ProcessState, serving
from config.logging import configure_logging
from config.resources import ROOT
from devtools.slack import Slack

OPERATIONS = ROOT / "docs" / "operations.md"


@pytest.fixture
async def slack():
    async with Slack().serve() as running:
        yield running


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


async def get(port, path):
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as response,
    ):
        return response.status, await response.text()


async def test_ready_names_what_is_away(slack, server, tmp_path, port):
    uri = f"{server.uri}/faqbot?serverSelectionTimeoutMS=1000&timeoutMS=3000"
    changes = {"MONGODB_URI": uri, "ops_port": port}
    settings = make_settings(slack, tmp_path, **changes)
    operations = ProcessState(settings)
    async with serving(operations), answering(slack, tmp_path, settings=changes) as bot:
        status, text = await get(port, "/readyz")
        assert (status, set(json.loads(text)["away"])) == (503, {"store", "worker"})
        operations.stores, operations.service = bot.stores, bot.service
        operations.platforms = [bot.connected]
        assert await get(port, "/readyz") == (200, '{"status":"ok","away":{}}')
        with server.trouble("away"):
            status, text = await get(port, "/readyz")
            assert (status, list(json.loads(text)["away"])) == (503, ["store"])
            assert (await get(port, "/healthz"))[0] == 200
        slack.fail_next("apps.connections.open", "500", times=9)
        await slack.disconnect("link_disabled", close=True)
        async with asyncio.timeout(30):
            while not bot.connected.away():  # noqa: ASYNC110 - it is told to nobody
                await asyncio.sleep(0.02)
        status, text = await get(port, "/readyz")
        assert (status, list(json.loads(text)["away"])) == (503, ["slack"])


async def test_a_page_elsewhere_whose_name_leads_here_is_told_nothing(slack, tmp_path, port):
    async with (
        serving(ProcessState(make_settings(slack, tmp_path, ops_port=port))),
        aiohttp.ClientSession() as http,
    ):
        for host, refused in (("evil.example", True), ("localhost:1", False), ("[::1]", False)):
            for path in ("metrics", "readyz", "healthz"):
                url, headers = f"http://127.0.0.1:{port}/{path}", {"Host": host}
                async with http.get(url, headers=headers) as told:
                    assert (told.status == 403) is refused


async def test_answers_are_counted_and_logged_without_their_text(slack, tmp_path, port, capsys):
    configure_logging("INFO", json=True)
    metrics = Metrics()
    settings = make_settings(slack, tmp_path, ops_port=port)
    person = slack.add_person("민수")
    operations = ProcessState(settings, metrics)
    report = {"report": metrics.report}
    async with serving(operations), answering(slack, tmp_path, parts=report) as bot:
        operations.stores, operations.service = bot.stores, bot.service
        question = await person.mention(slack.add_channel("문의", person), "정산은 언제 되나요?")
        await slack.until(lambda: finished(slack, question))
        counted = 'faqbot_answers_total{platform="slack",state="answered"} 1.0'
        async with asyncio.timeout(30):
            while counted not in (text := (await get(port, "/metrics"))[1]):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    documented = set(re.findall(r"`(faqbot_[a-z_]+)`", OPERATIONS.read_text("utf-8")))
    assert len(documented) >= 12
    assert [
        name for name in documented if f"# TYPE {name.removesuffix('_total')}" not in text
    ] == []
    logging.getLogger().handlers.clear()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (line,) = [line for line in lines if line["logger"] == "bots.answers"]
    assert (line["platform"], line["state"], line["attempt"]) == ("slack", "answered", 1)
    assert datetime.fromisoformat(line["time"]).tzinfo, "a date and a time with its zone"
    assert "정산" not in json.dumps(line, ensure_ascii=False)


async def test_a_second_process_whose_port_is_taken_goes_on_without(slack, tmp_path, port):
    settings = make_settings(slack, tmp_path, ops_port=port)
    async with serving(ProcessState(settings)), serving(ProcessState(settings)) as line:
        assert line.startswith(f"health: off, the port {port} is taken")
        assert "FAQBOT_OPS_PORT" in line
