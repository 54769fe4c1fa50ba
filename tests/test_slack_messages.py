"""What the bot answers on Slack, and where: the real Bolt, over real sockets."""

import pytest
from fakes.slack import Slack, visible
from fakes.slack_bot import answering


@pytest.fixture
async def slack():
    async with Slack().serve() as running:
        yield running


def finished(slack, question):
    """The bot's replies once the last of them has its sources."""
    replies = slack.replies(question)
    return replies if replies and "출처" in visible(replies[-1]) else None


async def test_a_mention_is_answered_in_its_thread(slack, tmp_path):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("문의", minsu)
    async with answering(slack, tmp_path) as bot:
        question = await minsu.mention(channel, "정산은 언제 되나요?")
        (reply,) = await slack.until(lambda: finished(slack, question))
        await slack.until(lambda: all(one.acked_at for one in slack.deliveries))
    assert "다음 영업일" in visible(reply)
    assert [asked.text for asked in bot.assistant.asked] == ["정산은 언제 되나요?"]
