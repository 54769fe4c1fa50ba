"""What the local Slack delivers to the real Bolt, by Socket Mode and by signed HTTP."""

import pytest
from aiohttp import ClientSession

from devtools.slack import APP_TOKEN, Slack, visible
from devtools.slack.sdk import bolt_of, client_of, connected, listening


@pytest.fixture
async def slack():
    async with Slack(retry_after_s=(0.0, 0.1, 0.1)).serve() as running:
        yield running


@pytest.fixture
def client(slack):
    return client_of(slack)


async def test_a_mention_is_answered_in_its_thread_by_progressive_edits(slack):
    app = bolt_of(slack)

    @app.event("app_mention")
    async def answer(event, client):
        where = {"channel": event["channel"]}
        posted = await client.chat_postMessage(text="…", thread_ts=event["ts"], **where)
        for text in ("정산은", "정산은 *3일* 뒤"):
            await client.chat_update(ts=posted["ts"], text=text, **where)

    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    async with connected(app, slack):
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: [m for m in slack.replies(question) if "3일" in m.text])
    (reply,) = slack.replies(question)
    assert [version.text for version in reply.history] == ["…", "정산은", "정산은 *3일* 뒤"]
    assert visible(reply) == "정산은 3일 뒤"
    assert [call.method for call in slack.calls("chat.postMessage", "chat.update")] == [
        "chat.postMessage",
        "chat.update",
        "chat.update",
    ]


async def test_a_mention_comes_as_two_events_with_one_ts(slack):
    app, seen = bolt_of(slack), []

    @app.event("message")
    @app.event("app_mention")
    async def note(body):
        seen.append((body["event"]["type"], body["event"]["ts"], body["event_id"]))

    minsu = slack.add_person("민수")
    async with connected(app, slack):
        question = await minsu.mention(slack.add_channel("help", minsu), "?")
        await slack.until(lambda: all(one.acked_at for one in slack.deliveries))
        await minsu.say(minsu.dm, f"{minsu.mention_of_bot} in a DM")
        await slack.until(lambda: all(one.acked_at for one in slack.deliveries))
    assert {kind for kind, ts, _ in seen if ts == question.ts} == {"message", "app_mention"}
    assert len({event_id for *_, event_id in seen}) == 3
    assert len(slack.events("app_mention")) == 1


async def test_the_bots_own_messages_and_edits_come_back(slack, client):
    channel = slack.add_channel("help")
    posted = await client.chat_postMessage(channel=channel.id, text="hi")
    await client.chat_update(channel=channel.id, ts=posted["ts"], text="ho")
    new, changed = slack.events("message")
    assert new.event["bot_id"] == slack.team.bot_id
    assert changed.event["subtype"] == "message_changed"
    assert changed.event["message"]["text"] == "ho"


async def test_a_text_arrives_as_slack_writes_it(slack):
    minsu = slack.add_person("민수")
    message = await minsu.mention(slack.add_channel("help", minsu), "1 < 2 & https://a.kr/?b=1&c")
    text = f"{minsu.mention_of_bot} 1 &lt; 2 &amp; <https://a.kr/?b=1&amp;c>"
    assert slack.deliveries[0].event["text"] == text
    assert visible(message).endswith("1 < 2 & https://a.kr/?b=1&c")


async def test_another_bot_is_heard_as_a_bot(slack):
    other = slack.add_bot("jira")
    await other.mention(slack.add_channel("help", other), "done")
    assert [one.event["type"] for one in slack.deliveries] == ["message", "app_mention"]
    assert slack.deliveries[0].event["bot_id"] == other.bot_id != slack.team.bot_id


async def test_an_event_that_is_not_acknowledged_comes_three_times_more(slack):
    slack.courier.ack_within_s = 0.1
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    async with ClientSession() as session, session.ws_connect(await socket_url(slack)) as ws:
        assert (await ws.receive_json())["type"] == "hello"
        await minsu.say(channel, "?")
        frames = [await ws.receive_json() for _ in range(4)]
        (delivery,) = slack.deliveries
        await slack.until(lambda: delivery.gave_up)
    assert [frame["retry_attempt"] for frame in frames] == [0, 1, 2, 3]
    assert frames[1]["retry_reason"] == "timeout"
    assert len({frame["envelope_id"] for frame in frames}) == 1
    assert len({frame["payload"]["event_id"] for frame in frames}) == 1


async def socket_url(slack):
    """Where the next WebSocket is opened."""
    opened = await client_of(slack, token=None).apps_connections_open(app_token=APP_TOKEN)
    return opened["url"]


async def test_an_envelope_goes_to_one_of_several_sockets(slack):
    minsu = slack.add_person("민수")
    slack.limits.on = False  # ten connections a minute are opened otherwise
    async with ClientSession() as session:
        urls = [await socket_url(slack) for _ in range(11)]
        sockets = [await session.ws_connect(url) for url in urls]
        hellos = [await ws.receive_json() for ws in sockets]
        assert [hello.get("num_connections") for hello in hellos[:2]] == [1, 2]
        assert hellos[10]["reason"] == "too_many_websockets"
        await minsu.say(minsu.dm, "one")
        await minsu.say(minsu.dm, "two")
        assert len({delivery.sent_to[0] for delivery in slack.deliveries}) == 2
        await slack.disconnect("warning")
        assert slack.sockets == 10
        for ws in sockets:
            await ws.close()
        async with session.get(urls[0].replace("ws", "http", 1)) as used:
            assert used.status == 403


async def test_what_was_said_while_no_socket_was_open_comes_later(slack):
    app, seen = bolt_of(slack), []

    @app.event("message")
    async def note(event):
        seen.append(event["text"])

    minsu = slack.add_person("민수")
    slack.courier.retry_after_s = (0.0, 60.0, 60.0)
    await minsu.say(slack.add_channel("help", minsu), "anyone?")
    (delivery,) = slack.deliveries
    assert delivery.sent_to == [""]
    async with connected(app, slack):
        slack.retry_now()
        await slack.until(lambda: delivery.acked_at)
        slack.redeliver(delivery)
        await slack.until(lambda: len(delivery.acks) == 2)
    assert seen == ["anyone?", "anyone?"]


@pytest.mark.parametrize("how", ["refresh", "drop", "silence"])
async def test_the_app_reconnects_after(slack, how):
    app = bolt_of(slack)
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)

    @app.event("message")
    async def note(event):
        pass

    async with connected(app, slack, ping_interval_s=0.2):
        match how:
            case "refresh":
                await slack.disconnect("refresh_requested")
            case "drop":
                slack.drop_sockets()
            case "silence":
                slack.go_silent()
        await slack.until(lambda: slack.sockets_so_far == 2)
        await minsu.say(channel, "still there?")
        await slack.until(lambda: slack.deliveries[0].acked_at)


async def test_http_delivery_is_signed_and_retried(slack):
    app, seen = bolt_of(slack), []

    @app.event("message")
    async def note(event):
        seen.append(event["text"])

    @app.command("/faq")
    async def faq(ack):
        await ack("네")

    minsu = slack.add_person("민수")
    async with listening(app) as (url, headers):
        await slack.use_http(url)
        await minsu.say(minsu.dm, "hi")
        await slack.until(lambda: slack.deliveries[0].acked_at)
        await minsu.command("/faq")
        assert [m.text for m in minsu.ephemerals()] == ["네"]
        assert seen == ["hi"]
        slack.courier.carrier._secret += "wrong"
        await minsu.say(minsu.dm, "forged")
        await slack.until(lambda: slack.deliveries[-1].gave_up)
    assert [h.get("X-Slack-Retry-Num") for h in headers[-4:]] == [None, "1", "2", "3"]
    assert headers[-1]["X-Slack-Retry-Reason"] == "http_error"
    assert seen == ["hi"]
