"""Sockets that close, fall silent or are too many, events by HTTP, downtime, and tokens."""

import logging
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from fakes.slack_bot import answering, finished, make_settings, quiet, running, settled

from bots.slack.events import backfill
from bots.slack.transport import socket_mode
from core.errors import ConfigError, PlatformError
from core.types import Question, SessionId
from devtools.slack import SIGNING_SECRET, Slack

WRONG = "x-wrong"


@pytest.fixture
async def slack():
    async with Slack(ack_within_s=0.5, retry_after_s=(0.0, 0.2, 0.2)).serve() as running:
        yield running


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Waits as in life, ten times as fast."""
    monkeypatch.setattr(socket_mode, "_FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(socket_mode, "_PING_S", 0.4)


@pytest.fixture
def minsu(slack):
    return slack.add_person("민수")


@pytest.fixture
def channel(slack, minsu):
    return slack.add_channel("문의", minsu)


async def asked_and_answered(slack, person, channel, text="정산은 언제?"):
    question = await person.mention(channel, text)
    await slack.until(lambda: finished(slack, question))
    return question


@pytest.mark.parametrize("reason", ["refresh_requested", "too_many_websockets", "link_disabled"])
async def test_a_closed_socket_is_replaced(slack, tmp_path, minsu, channel, reason):
    async with answering(slack, tmp_path):
        await asked_and_answered(slack, minsu, channel)
        await slack.disconnect(reason)
        await slack.until(lambda: slack.sockets == 1 and slack.socket_mode.opened == 2)
        await asked_and_answered(slack, minsu, channel, "공휴일에는?")


async def test_a_warned_socket_is_read_until_its_end(slack, tmp_path, minsu, channel):
    """A new one is opened first, so that nothing is missed in between."""
    async with answering(slack, tmp_path):
        await slack.disconnect("warning")
        await slack.until(lambda: slack.sockets == 2)
        for text in ("하나", "둘"):  # they go to the sockets in turn
            await asked_and_answered(slack, minsu, channel, text)
        await settled(slack)
    used = {name for one in slack.deliveries for name in one.sent_to}
    assert len(used) == 2
    assert all(len(one.attempts) == 1 for one in slack.deliveries)


async def test_a_cut_connection_is_replaced_and_what_came_meanwhile_is_answered(
    slack, tmp_path, minsu, channel
):
    async with answering(slack, tmp_path) as bot:
        slack.drop_sockets()
        await slack.until(lambda: not slack.sockets)
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, question))
        assert await quiet(slack, bot) == ["정산은 언제?"]


async def test_a_silent_socket_is_noticed_and_replaced(slack, tmp_path, minsu, channel):
    async with answering(slack, tmp_path) as bot:
        slack.go_silent()
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, question))
        assert await quiet(slack, bot) == ["정산은 언제?"]
    assert slack.socket_mode.opened >= 2


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "events_api", "envelope_id": "E1", "payload": None},
        {"type": "events_api", "envelope_id": "E1", "payload": ["?"]},
        {"type": "events_api", "envelope_id": "E1", "payload": {}},
        {"type": ["?"], "envelope_id": 1, "payload": {"event": "?"}},
        {"type": "disconnect", "reason": ["?"]},
    ],
)
async def test_a_malformed_frame_ends_nothing(slack, tmp_path, minsu, channel, frame, caplog):
    async with answering(slack, tmp_path) as bot:
        slack.socket_mode.sockets[0].send(frame)
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, question))
        assert await quiet(slack, bot) == ["정산은 언제?"]
    caplog.clear()  # it may be said


async def test_a_slack_that_is_away_for_a_while_is_tried_again(
    slack, tmp_path, minsu, channel, caplog
):
    async with answering(slack, tmp_path):
        slack.fail_next("apps.connections.open", "500", times=2)
        slack.fail_next("apps.connections.open", "429", retry_after=0)
        slack.drop_sockets()
        await slack.until(lambda: slack.socket_mode.opened == 2)
        await asked_and_answered(slack, minsu, channel)
    assert "connecting again" in caplog.text


async def test_a_refused_app_token_is_said_in_a_line(slack, tmp_path, caplog):
    settings = make_settings(slack, tmp_path, SLACK_APP_TOKEN=WRONG)
    async with running(settings):
        await slack.until(lambda: len(slack.calls("apps.connections.open")) == 2)
    assert "SLACK_APP_TOKEN is not accepted" in caplog.text
    assert WRONG not in caplog.text


async def test_a_refused_bot_token_ends_the_start_with_a_line(slack, tmp_path):
    settings = make_settings(slack, tmp_path, SLACK_BOT_TOKEN=WRONG)
    with pytest.raises(ConfigError, match="SLACK_BOT_TOKEN is not accepted"):
        async with running(settings):
            pass


async def test_a_missing_app_token_ends_the_start_with_a_line(slack, tmp_path):
    with pytest.raises(ConfigError, match="SLACK_APP_TOKEN is not set"):
        async with running(make_settings(slack, tmp_path, SLACK_APP_TOKEN="")):
            pass


async def test_a_slack_that_cannot_be_reached_ends_the_start_with_a_line(slack, tmp_path):
    settings = make_settings(slack, tmp_path, SLACK_API_URL="http://127.0.0.1:9/api/")
    with pytest.raises(PlatformError, match=r"auth\.test: Slack does not answer"):
        async with running(settings):
            pass


async def test_it_says_who_and_where_it_is(slack, tmp_path):
    async with answering(slack, tmp_path) as bot:
        about = bot.connected.about
    assert about == "Slack: on as @faqbot in workspace Local (Socket Mode)"


async def test_the_environments_proxy_is_not_used(slack, tmp_path, minsu, channel, monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with answering(slack, tmp_path):
        await asked_and_answered(slack, minsu, channel)


# Events by HTTP


def by_http(slack, tmp_path, secret=SIGNING_SECRET):
    changes = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": secret, "slack_port": 0}
    return make_settings(slack, tmp_path, **changes)


def address(bot):
    """The request URL, as the bot says it."""
    return bot.connected.about.rpartition(" ")[2].rstrip(")")


async def test_signed_events_by_http_are_answered(slack, tmp_path, minsu, channel):
    async with running(by_http(slack, tmp_path)) as bot:
        await slack.use_http(address(bot))
        question = await asked_and_answered(slack, minsu, channel)
        (reply,) = slack.replies(question)
        await minsu.press(reply, "정산 계좌는 어떻게 바꾸나요?")
        await slack.until(lambda: len(slack.replies(question)) == 2 and finished(slack, question))
        for delivery in slack.events("app_mention"):
            slack.redeliver(delivery)
        assert len(await quiet(slack, bot)) == 2
    assert not slack.calls("apps.connections.open")


async def test_a_wrong_signature_is_refused(slack, tmp_path):
    async with running(by_http(slack, tmp_path, "another secret")) as bot:
        with pytest.raises(ValueError, match="401"):
            await slack.use_http(address(bot))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=0"},
        {"X-Slack-Request-Timestamp": "9" * 5_000},
        {"X-Slack-Request-Timestamp": "\u0663", "X-Slack-Signature": "v0=\u00e9"},
        {"Content-Type": "application/json; charset=nobodys"},
    ],
)
@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"payload=%7B"])
async def test_what_slack_has_not_signed_is_not_read(slack, tmp_path, headers, body, caplog):
    async with (
        running(by_http(slack, tmp_path)) as bot,
        aiohttp.request("POST", address(bot), data=body, headers=headers) as response,
    ):
        assert response.status == 401
        assert "aiohttp" not in response.headers["Server"]
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_taken_port_ends_the_start_with_a_line(slack, tmp_path):
    async with running(by_http(slack, tmp_path / "one")) as bot:
        port = int(address(bot).split(":")[2].partition("/")[0])
        settings = by_http(slack, tmp_path / "two").model_copy(update={"slack_port": port})
        with pytest.raises(ConfigError, match="FAQBOT_SLACK_PORT"):
            async with running(settings):
                pass


# Downtime


async def test_what_was_asked_while_it_was_away_is_answered_once(
    slack, tmp_path, minsu, channel, monkeypatch
):
    jiyoung = slack.add_person("지영")
    monkeypatch.setattr("bots.slack.platform._SHORT_S", 0.0)
    async with answering(slack, tmp_path):
        thread = await asked_and_answered(slack, minsu, channel, "처음")
    await slack.until(lambda: not slack.sockets)
    missed = await minsu.mention(channel, "정산은 언제?")
    in_thread = await minsu.say(channel, "공휴일에는?", thread=thread)
    in_dm = await jiyoung.say(jiyoung.dm, "반품은?")
    await minsu.say(channel, "점심 뭐 먹지")
    await slack.until(lambda: all(one.acked_at or one.gave_up for one in slack.deliveries))
    async with answering(slack, tmp_path) as bot:
        await slack.until(lambda: finished(slack, missed))
        await slack.until(lambda: len(bot.assistant.asked) == 3)
        assert sorted(await quiet(slack, bot)) == ["공휴일에는?", "반품은?", "정산은 언제?"]
    assert in_thread.thread_ts == thread.ts
    assert len(slack.replies(missed)) == 1
    assert in_dm.channel is jiyoung.dm


async def test_a_mention_in_a_thread_from_before_is_found(
    slack, tmp_path, minsu, channel, monkeypatch
):
    monkeypatch.setattr("bots.slack.platform._SHORT_S", 0.0)
    monkeypatch.setattr("bots.slack.events.backfill._OVERLAP", timedelta(0))
    root = await minsu.say(channel, "오늘 회의 기록")
    async with answering(slack, tmp_path):
        await asked_and_answered(slack, minsu, channel, "처음")
    await slack.until(lambda: not slack.sockets)
    await minsu.say(channel, "그건 모르겠네요", thread=root)
    missed = await minsu.mention(channel, "정산은 언제?", thread=root)
    await slack.until(lambda: all(one.acked_at or one.gave_up for one in slack.deliveries))
    async with answering(slack, tmp_path) as bot:
        await slack.until(lambda: finished(slack, root))
        assert await quiet(slack, bot) == ["정산은 언제?"]
    assert missed.thread_ts == root.ts


async def test_a_distributed_app_looks_back_page_by_page(
    slack, tmp_path, minsu, channel, monkeypatch
):
    """It reads 15 messages a minute, and what was missed is among the newest of a channel."""
    monkeypatch.setattr("bots.slack.platform._SHORT_S", 0.0)
    monkeypatch.setattr("bots.slack.events.backfill._OVERLAP", timedelta(0))
    monkeypatch.setattr("core.retry.random.uniform", lambda *_: 0.1)  # Slack names whole seconds
    slack.limits.is_distributed, slack.limits.minute_s = True, 0.1
    for number in range(20):
        await minsu.say(channel, f"지난주 {number}")
    async with answering(slack, tmp_path):
        thread = await asked_and_answered(slack, minsu, channel, "처음")
    await slack.until(lambda: not slack.sockets)
    missed = await minsu.mention(channel, "정산은 언제?")
    jiyoung = slack.add_person("지영")
    for number in range(16):
        await jiyoung.say(channel, f"메모 {number}")
        await jiyoung.say(channel, f"추가 {number}", thread=thread)
    await minsu.mention(channel, "공휴일에는?", thread=thread)
    await settled(slack)
    async with answering(slack, tmp_path) as bot:
        await slack.until(lambda: len(bot.assistant.asked) == 2)
        assert sorted(await quiet(slack, bot)) == ["공휴일에는?", "정산은 언제?"]
    assert len(slack.replies(missed)) == 1


async def test_looking_back_is_patient_and_leaves_out_what_it_may_not_read(
    slack, tmp_path, minsu, channel, monkeypatch, caplog
):
    monkeypatch.setattr("bots.slack.platform._SHORT_S", 0.0)
    async with answering(slack, tmp_path):
        await asked_and_answered(slack, minsu, channel, "처음")
    await slack.until(lambda: not slack.sockets)
    other = slack.add_channel("다른 채널", minsu)
    missed = [await minsu.mention(one, "정산은 언제?") for one in (channel, other)]
    await slack.until(lambda: all(one.acked_at or one.gave_up for one in slack.deliveries))
    slack.fail_next("users.conversations", "429", retry_after=0)
    slack.fail_next("conversations.history", "error", error="missing_scope")
    async with answering(slack, tmp_path):
        await slack.until(lambda: any(finished(slack, question) for question in missed))
    assert "not looked back in" in caplog.text


async def test_a_first_start_does_not_look_back(slack, tmp_path, minsu, channel):
    await minsu.mention(channel, "정산은 언제?")
    await slack.until(lambda: all(one.gave_up for one in slack.deliveries))
    async with answering(slack, tmp_path) as bot:
        assert await quiet(slack, bot) == []
    assert not slack.calls("users.conversations")


async def test_it_looks_back_a_day_at_most(slack, tmp_path, minsu, channel, monkeypatch):
    monkeypatch.setattr("bots.slack.platform._SHORT_S", 0.0)
    long_ago = datetime.now(UTC) - timedelta(days=30)
    session = SessionId(f"slack:{slack.team.id}:{channel.id}:1.0")
    asked = Question(f"{session}", session, "옛날 질문", minsu.id, long_ago)
    async with running(make_settings(slack, tmp_path), gate=None) as bot:
        await bot.service.receive(asked)
    async with answering(slack, tmp_path):
        (call, *_) = await slack.until(lambda: slack.calls("conversations.history"))
    farthest = datetime.now(UTC) - backfill._FARTHEST - backfill._OLD_THREADS
    assert abs(float(call.args["oldest"]) - farthest.timestamp()) < 60


@pytest.fixture(autouse=True)
def logged(caplog):
    caplog.set_level(logging.INFO)
