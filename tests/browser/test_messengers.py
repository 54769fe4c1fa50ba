"""What people see of the bot in the local Slack and Discord: the stories of messengers.mjs.

`make pictures` keeps the pictures of them in the documentation.
"""

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from fakes.assistants import ScriptedAssistant
from fakes.discord_bot import answers_in
from fakes.discord_bot import running_bot as running_on_discord
from fakes.slack_bot import answering, finished

from core.types import Answered, Passage
from devtools.discord.api.limits import Limits as DiscordLimits
from devtools.discord.page import DiscordPage
from devtools.discord.world.model import DiscordSettings
from devtools.slack import Limits, Slack, visible
from devtools.slack.page import SlackPage

HERE = Path(__file__).parent
PICTURES = (
    Path(os.environ["FAQBOT_PICTURES"]).resolve() if "FAQBOT_PICTURES" in os.environ else None
)
NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
STORY_S = 120

pytestmark = [
    pytest.mark.skipif(not NODE, reason="Node.js is not here: apt-get install nodejs"),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not here: apt-get install chromium"),
    pytest.mark.skipif(
        not (HERE / "node_modules" / "playwright-core").is_dir(),
        reason="playwright-core is not here: npm ci --prefix tests/browser",
    ),
]

QUESTION = "정산은 언제 되나요?"
ANSWER = Answered(
    "판매 대금은 **구매확정 다음 영업일**에 정산 계좌로 입금됩니다. [1]\n\n"
    "- 구매자가 직접 확정하면 그날이 구매확정일이에요.\n"
    "- 누르지 않으면 배송 완료 8일 뒤에 자동으로 확정돼요.",
    (
        Passage(
            "f1",
            "판매 대금은 언제 입금되나요?",
            "판매 대금은 구매확정일의 다음 영업일에 등록된 정산 계좌로 입금됩니다.\n\n"
            "- 구매자가 직접 구매확정을 하면 그날이 구매확정일입니다.\n"
            "- 누르지 않으면 배송 완료 후 8일째 되는 날 자동으로 확정됩니다.",
            0.91,
        ),
    ),
    ("정산 계좌는 어떻게 바꾸나요?", "빠른정산은 무엇인가요?"),
)


def shop(history):
    """An assistant that answers the question of the stories."""
    assistant = ScriptedAssistant(history)
    assistant.script(QUESTION, ANSWER)
    return assistant


async def told(story, address):
    """Let Node tell one story."""
    environment = {"ADDRESS": address, "CHROMIUM": CHROMIUM}
    if PICTURES:
        environment["PICTURES"] = str(PICTURES)
    process = await asyncio.create_subprocess_exec(
        NODE,
        str(HERE / "messengers.mjs"),
        story,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(STORY_S):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, out.decode()


@pytest.mark.parametrize("story", ["slackThread", "slackAgent"])
async def test_slack(tmp_path, story):
    slack = Slack(limits=Limits(on=False))
    slack.team.is_agent = True
    page = slack.serve(routes=SlackPage(slack).routes())
    bot = answering(slack, tmp_path, assistant=lambda stores: shop(stores.history))
    async with page, bot:
        minsu = slack.add_person("민수")
        channel = slack.add_channel("문의", minsu)
        if story == "slackThread":
            asked = await minsu.mention(channel, QUESTION)
            await slack.until(lambda: finished(slack, asked))
        else:
            await minsu.say(minsu.dm, QUESTION)
            await slack.until(lambda: "출처" in visible(slack.messages(minsu.dm)[-1]))
        await told(story, slack.world.base_url)


async def test_discord(tmp_path, profile, monkeypatch):
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    server = DiscordPage(DiscordSettings(), DiscordLimits(enabled=False))
    channel = await server.create_channel("질문", topic="무엇이든 물어보세요")
    async with (
        server.serve(),
        running_on_discord(server, tmp_path, profile, make_assistant=shop),
    ):
        asked = await server.say(channel, QUESTION, mention_bot=True)
        thread = await server.until(lambda: asked.thread)
        await server.until(
            lambda: any("👍" in str(one.components) for one in answers_in(server, thread))
        )
        await told("discordThread", server.url.removesuffix("/api/v10"))
