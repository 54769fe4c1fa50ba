"""A process that leaves, and one that is killed: how soon another goes on."""

import asyncio
import time

import pytest
from fakes.slack_bot import answering, finished

from config.settings import Settings
from core.messaging.inbox import worker
from devtools.slack import Slack, visible

PIECES = ("구매확정 다음 영업일에 ", "정산되고, 공휴일에는 밀립니다.")


@pytest.fixture
async def slack():
    async with Slack().serve() as running:
        yield running


async def test_who_leaves_hands_its_answers_over_at_once(slack, tmp_path):
    """Not when the lease lapses; the other process goes on in the same message."""
    person = slack.add_person("민수")
    channel = slack.add_channel("문의", person)
    lasting = {"lease_s": 60.0}
    async with answering(slack, tmp_path, gate=asyncio.Event(), pieces=PIECES, **lasting):
        question = await person.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
    async with answering(slack, tmp_path, pieces=PIECES, **lasting):
        left_at = time.monotonic()
        await slack.until(lambda: finished(slack, question), 10)
        assert time.monotonic() - left_at < 10
    assert slack.replies(question) == [reply]
    assert "밀립니다" in visible(reply)


def test_a_killed_process_is_replaced_within_ten_seconds():
    """By default: a lease lapses, and every process looks for lapsed ones once a second."""
    poll_s = worker.InboxWorker.__init__.__kwdefaults__["poll_s"]
    assert Settings(_env_file=None).lease_s + poll_s <= 10
