"""What people see of the bot in the local Slack and Discord: the stories of messengers.mjs.

`make pictures` keeps the pictures of them in the documentation.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from fakes.assistants import ScriptedAssistant
from fakes.browser import NEEDED, told
from fakes.discord_bot import answers_in
from fakes.discord_bot import running_bot as running_on_discord
from fakes.slack_bot import answering, finished

from config.profiles import load_profile
from core.lessons.overlaps import Overlap
from core.reporting.digest import AskedOften, DayCount, Digest, Disliked
from core.reporting.digest_text import digest_text
from core.reporting.gaps import GapGroup
from core.types import (
    Answered,
    Case,
    EntryReview,
    Feedback,
    Lesson,
    Passage,
    Question,
    SessionId,
    Waiter,
)
from devtools.discord.api.limits import RouteLimits
from devtools.discord.page import DiscordPage
from devtools.discord.world.model import WorldSettings
from devtools.slack import Limits, Slack, visible
from devtools.slack.page import SlackPage

pytestmark = NEEDED

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


NOW = datetime(2026, 11, 30, tzinfo=UTC)
ROOM = SessionId("slack:T1:C1:1")
LESSON = Lesson(
    "l1", ROOM, "쇼룸 방문 예약이 되나요?", "네이버 예약으로 됩니다.", "U9", "김담당", NOW
)
FEE = "반품 배송비는 누가 내나요?"


def digest():
    """A digest in which every section has something."""
    asked = [Question(f"{ROOM}:{n}", ROOM, "헬스장은 몇 시에 여나요?", "U1", NOW) for n in range(3)]
    week = ((12, 2), (19, 3), (9, 0), (15, 1), (11, 2), (3, 0), (2, 1))
    days = enumerate(week)
    return Digest(
        since=NOW - timedelta(days=3),
        until=NOW,
        counts={"asked": 71, "answered": 62, "escalated": 9, "unhelpful": 2, "cost_usd": 0.31},
        week=tuple(DayCount((NOW - timedelta(days=6 - at)).date(), *one) for at, one in days),
        most_asked=(AskedOften("판매 대금은 언제 입금되나요?", 14), AskedOften(FEE, 6)),
        gaps=(GapGroup(asked[0].text, (), this_week=3, week_before=1),),
        disliked=(Disliked(FEE, Feedback("1", "U1", helpful=False, reason="내용이 달라요")),),
        cases=(Case("c1", asked[0].text, NOW - timedelta(days=2), tuple(map(Waiter, asked))),),
        learnt=(LESSON,),
        held=(replace(LESSON, question=FEE),),
        due=(replace(LESSON, review_at=NOW + timedelta(days=3)),),
        due_entries=(EntryReview("정산 계좌 변경", "미나", NOW, NOW + timedelta(days=5)),),
        overlaps=(Overlap(LESSON, "쇼룸 이용 안내", contradicts=True),),
    )


DIGEST = digest_text(digest(), load_profile("ko"), ZoneInfo("Asia/Seoul"))


def shop(history):
    """An assistant that answers the question of the stories."""
    assistant = ScriptedAssistant(history)
    assistant.script(QUESTION, ANSWER)
    return assistant


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
        await told("messengers.mjs", story, slack.world.base_url)


async def test_discord(tmp_path, profile, monkeypatch):
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    server = DiscordPage(WorldSettings(), RouteLimits(enabled=False))
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
        await told("messengers.mjs", "discordThread", server.url.removesuffix("/api/v10"))


async def test_the_digest_on_slack(tmp_path):
    slack = Slack(limits=Limits(on=False))
    page = slack.serve(routes=SlackPage(slack).routes())
    async with page, answering(slack, tmp_path) as bot:
        channel = slack.add_channel("담당자방", slack.add_person("김담당"))
        await bot.service.messenger.announce(f"slack:{channel.id}", DIGEST)
        await told("messengers.mjs", "slackDigest", slack.world.base_url)


async def test_the_digest_on_discord(tmp_path, profile, monkeypatch):
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    server = DiscordPage(WorldSettings(), RouteLimits(enabled=False))
    channel = await server.create_channel("담당자방")
    async with server.serve(), running_on_discord(server, tmp_path, profile) as bot:
        await bot.service.messenger.announce(f"discord:{channel.id}", DIGEST)
        await told("messengers.mjs", "discordDigest", server.url.removesuffix("/api/v10"))
