"""`faqbot run` as a process: a store that is away at its start, a wrong password, its workers."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from fakes.slack_bot import finished

from bots.bootstrap.processes import workers
from devtools.slack import APP_TOKEN, BOT_TOKEN, Slack

WITHIN_S = 90
TOKENS = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
# Stands in for `faqbot run` where only the keeping of processes is looked at.
WORKER = """
import os, signal, sys, time
from pathlib import Path
log = Path("workers.log").open("a")
def say(text): print(text, file=log, flush=True)
def leave(*_):
    say("left"); sys.exit()
signal.signal(signal.SIGTERM, leave)
say("answers only" if os.environ.get("FAQBOT_ANSWERS_ONLY") == "true" else "hears")
if Path("workers.log").read_text().count("\\n") > 1: time.sleep(60)
"""


@asynccontextmanager
async def started(folder, **settings):
    environment = {name: value for name, value in os.environ.items() if "FAQBOT" not in name}
    environment |= {"FAQBOT_DATA_DIR": str(folder), "FAQBOT_OPS_PORT": "0", "FAQBOT_WEB": "off"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bots", "run", env=environment | settings, stdout=pipe, stderr=pipe
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said(process, text):
    """Read what it prints until a line has this text."""
    async with asyncio.timeout(WITHIN_S):
        async for line in process.stdout:
            if text in line.decode():
                return
    raise AssertionError(f"it ended without {text!r}: {(await process.stderr.read()).decode()}")


async def test_a_start_waits_for_a_store_that_is_away_and_an_end_is_clean(server, sample_data):
    async with Slack().serve() as slack, AsyncExitStack() as stack:
        person = slack.add_person("민수")
        channel = slack.add_channel("문의", person)
        uri = f"{server.uri}/faqbot?serverSelectionTimeoutMS=500"
        with server.trouble("away"):
            here = {**TOKENS, "SLACK_API_URL": slack.api_url, "MONGODB_URI": uri}
            process = await stack.enter_async_context(started(sample_data, **here))
            await said(process, "not yet, and tried again: MongoDB")
        await said(process, "Slack: on")
        await slack.until(lambda: slack.sockets, WITHIN_S)
        question = await person.mention(channel, "정산은 언제 되나요?")
        await slack.until(lambda: finished(slack, question), WITHIN_S)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(WITHIN_S):
            assert await process.wait() == 0


def test_a_wrong_password_ends_the_start_at_once(server, empty):
    server.credentials = ("user", "right")
    uri = server.uri.replace("//", "//user:wrong@") + "/?authMechanism=PLAIN"
    ended = empty("run", MONGODB_URI=uri, FAQBOT_OPS_PORT="0", FAQBOT_WEB="off", **TOKENS)
    assert ended.returncode == 1
    assert "refused the user or the password" in ended.stderr


async def test_a_worker_that_ends_is_started_again_and_leaves_when_it_is_told_to(
    tmp_path, monkeypatch
):
    (tmp_path / "bots").mkdir()
    (tmp_path / "bots" / "__main__.py").write_text(WORKER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workers, "_PAUSE_S", 0.01)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    log = tmp_path / "workers.log"

    async def lines(number):
        async with asyncio.timeout(WITHIN_S):
            while not log.exists() or len(log.read_text().splitlines()) < number:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return log.read_text().splitlines()

    keeping = asyncio.create_task(workers.keep_worker())
    assert await lines(2) == ["answers only"] * 2
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert await lines(3) == ["answers only", "answers only", "left"]


async def test_a_worker_leaves_when_the_process_that_has_started_it_was_killed():
    """Its own output ends with it."""
    worker = "import asyncio; from bots.bootstrap.processes.workers import leave_with_parent as go"
    starts = f"""
import os, subprocess, sys
os.environ["FAQBOT_WORKER_OF"] = str(os.getpid())
subprocess.run([sys.executable, "-c", {f"{worker}; print('on', flush=True); asyncio.run(go())"!r}])
"""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", starts, stdout=asyncio.subprocess.PIPE
    )
    assert await parent.stdout.readline() == b"on\n"
    parent.kill()
    async with asyncio.timeout(WITHIN_S):
        assert await parent.stdout.read() == b""
    await parent.wait()
