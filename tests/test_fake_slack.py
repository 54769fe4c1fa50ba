"""The local Slack, driven by the real SDK and the real Bolt over real sockets."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from fakes.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Limits, Slack, labels, visible
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

BUTTON = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": "more",
            "text": {"type": "plain_text", "text": "더 보기"},
            "value": "7",
        }
    ],
}
MODAL = {
    "type": "modal",
    "callback_id": "teach",
    "title": {"type": "plain_text", "text": "학습"},
    "submit": {"type": "plain_text", "text": "저장"},
    "blocks": [
        {
            "type": "input",
            "block_id": "answer",
            "label": {"type": "plain_text", "text": "답"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


@pytest.fixture
async def slack():
    async with Slack(ack_within_s=0.3, retry_after_s=(0.0, 0.1, 0.1)).serve() as running:
        yield running


@pytest.fixture
def client(slack):
    return AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url)


def bolt(slack):
    """An app without listeners."""
    client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url)
    return AsyncApp(client=client, signing_secret=SIGNING_SECRET)


@asynccontextmanager
async def connected(app, slack, *, ping_interval=1.0):
    """The app on Socket Mode, until leaving."""
    handler = AsyncSocketModeHandler(app, APP_TOKEN, ping_interval=ping_interval)
    await handler.connect_async()
    try:
        await slack.until(lambda: slack.sockets)
        yield handler
    finally:
        tasks = [handler.client.message_processor, handler.client.message_receiver]
        tasks.append(handler.client.current_session_monitor)
        await handler.close_async()
        await asyncio.gather(*tasks, return_exceptions=True)


async def refusal(awaitable):
    """The refused call's answer."""
    with pytest.raises(SlackApiError) as caught:
        await awaitable
    return caught.value.response


async def test_a_mention_is_answered_in_its_thread_by_progressive_edits(slack):
    app = bolt(slack)

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
    app, seen = bolt(slack), []

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


async def test_a_channel_without_the_bot_is_out_of_reach(slack, client):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("random", minsu, bot=False)
    secret = slack.add_channel("secret", minsu, bot=False, private=True)
    await minsu.say(channel, "hi")
    assert not slack.deliveries
    refused = await refusal(client.chat_postMessage(channel=channel.id, text="hi"))
    assert refused["error"] == "not_in_channel"
    refused = await refusal(client.chat_postMessage(channel=secret.id, text="hi"))
    assert refused["error"] == "channel_not_found"


async def test_tokens_and_scopes_are_asked_for(slack, client):
    slack.team.scopes.discard("users:read")
    refused = await refusal(client.users_info(user=slack.team.bot_user_id))
    assert (refused["error"], refused["needed"]) == ("missing_scope", "users:read")
    stranger = AsyncWebClient(token=f"{BOT_TOKEN}-9", base_url=slack.api_url)
    assert (await refusal(stranger.auth_test()))["error"] == "invalid_auth"
    assert (await refusal(client.api_call("chat.nonsense")))["error"] == "unknown_method"
    slack.unknown_method("chat.startStream")
    refused = await refusal(client.chat_startStream(channel="C1", thread_ts="1"))
    assert refused["error"] == "unknown_method"


async def test_the_fifty_first_update_of_a_minute_is_a_429(client, slack):
    slack.limits.minute_s = 0.5
    channel = slack.add_channel("help")
    posted = await client.chat_postMessage(channel=channel.id, text="0")
    where = {"channel": channel.id, "ts": posted["ts"]}
    for number in range(50):
        await client.chat_update(text=str(number), **where)
    refused = await refusal(client.chat_update(text="too many", **where))
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    assert slack.limited() == 1
    first = slack.calls("chat.update")[0].at
    await asyncio.sleep(max(0, first + 0.5 - time.monotonic()))  # the minute passes
    await client.chat_update(text="again", **where)


async def test_posts_in_a_channel_are_one_a_second_after_a_short_burst(client, slack):
    one, other = slack.add_channel("one"), slack.add_channel("other")
    for _ in range(3):
        await client.chat_postMessage(channel=one.id, text="x")
    refused = await refusal(client.chat_postMessage(channel=one.id, text="x"))
    assert refused.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel=other.id, text="x")
    slack.limits.on = False
    await client.chat_postMessage(channel=one.id, text="x")


def section(text):
    """A section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize(
    ("blocks", "pointer"),
    [
        ([section("x" * 3_001)], "/blocks/0/text/text"),
        ([section("x")] * 51, "/blocks"),
        ([{"type": "carousel"}], "/blocks/0/type"),
        ([section("a") | {"block_id": "b"}, section("b") | {"block_id": "b"}], "/blocks/1/block"),
        ([BUTTON, BUTTON], "/blocks/1/elements/0/action_id"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "/blocks/0/text"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "/blocks/0/text/type"),
        ([{"type": "markdown", "text": "x" * 6_001}] * 2, "/blocks"),
        ([{"type": "context", "elements": [section("x")["text"]] * 11}], "/blocks/0/elements"),
        ([{"type": "actions", "elements": []}], "/blocks/0/elements"),
        ([MODAL["blocks"][0]], "/blocks/0/type"),
        (
            [{"type": "actions", "elements": [BUTTON["elements"][0] | {"value": "x" * 2_001}]}],
            "/blocks/0/elements/0/value",
        ),
    ],
)
async def test_blocks_that_slack_refuses(client, slack, blocks, pointer):
    channel = slack.add_channel("help")
    refused = await refusal(client.chat_postMessage(channel=channel.id, text="x", blocks=blocks))
    assert refused["error"] == "invalid_blocks"
    assert f"[json-pointer:{pointer}" in refused["response_metadata"]["messages"][0]


async def test_texts_that_slack_refuses(client, slack):
    where = {"channel": slack.add_channel("help").id}
    refused = await refusal(client.api_call("chat.postMessage", json=where))
    assert refused["error"] == "no_text"
    refused = await refusal(client.chat_postMessage(text="x" * 40_001, **where))
    assert refused["error"] == "msg_too_long"
    refused = await refusal(client.chat_postMessage(text="x", thread_ts="1.000001", **where))
    assert refused["error"] == "invalid_thread_ts"
    refused = await refusal(client.chat_update(text="x", ts="1.000001", **where))
    assert refused["error"] == "message_not_found"


async def test_an_update_with_text_alone_removes_the_blocks(client, slack):
    channel = slack.add_channel("help")
    posted = await client.chat_postMessage(channel=channel.id, text="x", blocks=[BUTTON])
    (message,) = slack.messages(channel)
    assert labels(message) == ["더 보기"]
    await client.chat_update(channel=channel.id, ts=posted["ts"], text="plain")
    assert (message.blocks, visible(message)) == ([], "plain")
    assert message.history[0].blocks


async def test_only_the_bots_own_messages_can_be_changed(client, slack):
    minsu = slack.add_person("민수")
    theirs = await minsu.say(slack.add_channel("help", minsu), "mine")
    where = {"channel": theirs.channel.id, "ts": theirs.ts}
    assert (await refusal(client.chat_update(text="x", **where)))["error"] == "cant_update_message"
    assert (await refusal(client.chat_delete(**where)))["error"] == "cant_delete_message"


async def test_an_event_that_is_not_acknowledged_comes_three_times_more(slack):
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
    opened = await AsyncWebClient(base_url=slack.api_url).apps_connections_open(app_token=APP_TOKEN)
    return opened["url"]


async def test_what_was_said_while_no_socket_was_open_comes_later(slack):
    app, seen = bolt(slack), []

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
    app = bolt(slack)
    slack.courier.ack_within_s = 2.0
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)

    @app.event("message")
    async def note(event):
        pass

    async with connected(app, slack, ping_interval=0.2):
        match how:
            case "refresh":
                await slack.disconnect("refresh_requested")
            case "drop":
                slack.drop_sockets()
            case "silence":
                slack.go_silent()
        await slack.until(lambda: slack.socket_mode.opened == 2)
        await minsu.say(channel, "still there?")
        await slack.until(lambda: slack.deliveries[0].acked_at)


async def test_a_stream_grows_ends_and_takes_blocks_at_its_end(client, slack):
    minsu = slack.add_person("민수")
    question = await minsu.mention(slack.add_channel("help", minsu), "?")
    where = {"channel": question.channel.id}
    refused = await refusal(client.chat_startStream(thread_ts=question.ts, **where))
    assert refused["error"] == "missing_recipient_team_id"
    who = {"recipient_team_id": slack.team.id, "recipient_user_id": minsu.id}
    started = await client.chat_startStream(thread_ts=question.ts, **where, **who)
    where["ts"] = started["ts"]
    await client.chat_appendStream(markdown_text="정산은 ", **where)
    await client.chat_appendStream(markdown_text="**3일** 뒤", **where)
    (reply,) = slack.replies(question)
    refused = await refusal(client.chat_update(text="x", **where))
    assert refused["error"] == "streaming_state_conflict"
    await client.chat_stopStream(blocks=[BUTTON], **where)
    assert visible(reply) == "정산은 3일 뒤\n[더 보기]"
    refused = await refusal(client.chat_appendStream(markdown_text="x", **where))
    assert refused["error"] == "message_not_in_streaming_state"
    await client.chat_update(text="x", **where)


async def test_a_stream_ends_by_itself(client, slack):
    minsu = slack.add_person("민수")
    question = await minsu.say(minsu.dm, "?")
    slack.world.stream_lasts_s = 0.05
    where = {"channel": minsu.dm.id}
    started = await client.chat_startStream(thread_ts=question.ts, markdown_text="a", **where)
    await asyncio.sleep(0.06)  # its life passes
    for call in (client.chat_appendStream, client.chat_stopStream):
        refused = await refusal(call(ts=started["ts"], markdown_text="b", **where))
        assert refused["error"] == "message_not_in_streaming_state"
    await client.chat_update(ts=started["ts"], text="whole", **where)


async def test_a_press_reaches_the_app_with_a_response_url_for_five_uses(slack, client):
    app, refused = bolt(slack), []

    @app.action("more")
    async def more(ack, action, respond):
        await ack()
        await respond(text=f"only you: {action['value']}", replace_original=False)
        await respond(text="replaced", replace_original=True)
        again = [await respond(text="again", replace_original=False) for _ in range(4)]
        refused.extend(answer.status_code for answer in again)

    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    await client.chat_postMessage(channel=channel.id, text="x", blocks=[BUTTON])
    (message,) = slack.messages(channel)
    async with connected(app, slack):
        delivery = await minsu.press(message, "더 보기")
        assert delivery.acked_at
        await slack.until(lambda: len(refused) == 4)
    assert refused == [200, 200, 200, 404]
    assert (message.text, message.blocks) == ("replaced", [])
    assert [m.text for m in minsu.ephemerals(channel)] == ["only you: 7"] + ["again"] * 3
    with pytest.raises(LookupError):
        await minsu.press(message, "더 보기")


async def test_a_command_opens_a_modal_and_its_answer_is_submitted(slack):
    app, taught = bolt(slack), []

    @app.command("/faq")
    async def faq(ack, body, client):
        await ack("잠시만요")
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("teach")
    async def teach(ack, view):
        text = view["state"]["values"]["answer"]["text"]["value"]
        if len(text) < 3:
            return await ack(response_action="errors", errors={"answer": "짧아요"})
        taught.append(text)
        return await ack()

    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    async with connected(app, slack):
        await minsu.command("/faq", "학습", channel=channel)
        assert [m.text for m in minsu.ephemerals()] == ["잠시만요"]
        modal = await slack.until(lambda: minsu.modal)
        with pytest.raises(LookupError):
            await minsu.submit(modal)
        refused = await minsu.submit(modal, {"text": "x"})
        assert refused.answer["errors"] == {"answer": "짧아요"}
        assert modal.open
        await minsu.submit(modal, {"answer": "3일 뒤"})
    assert taught == ["3일 뒤"]
    assert minsu.modal is None


async def test_a_trigger_lasts_three_seconds_and_is_used_once(slack, client):
    minsu = slack.add_person("민수")
    trigger = slack.world.new_trigger(minsu.id)
    await client.views_open(trigger_id=trigger, view=MODAL)
    refused = await refusal(client.views_open(trigger_id=trigger, view=MODAL))
    assert refused["error"] == "exchanged_trigger_id"
    slack.world.trigger_lasts_s = 0.0
    late = slack.world.new_trigger(minsu.id)
    refused = await refusal(client.views_open(trigger_id=late, view=MODAL))
    assert refused["error"] == "expired_trigger_id"
    long = MODAL | {"title": {"type": "plain_text", "text": "x" * 25}}
    refused = await refusal(client.views_open(trigger_id=late, view=long))
    assert "/view/title/text" in refused["response_metadata"]["messages"][0]


async def test_home_shortcut_reaction_and_pane_reach_the_app(slack):
    app, seen = bolt(slack), []
    view = {"type": "home", "blocks": [section("*안녕*")]}

    @app.event("app_home_opened")
    async def home(event, client):
        await client.views_publish(user_id=event["user"], view=view)

    @app.event("reaction_added")
    async def reaction(event):
        seen.append(event["reaction"])

    @app.shortcut("learn")
    async def learn(ack, shortcut):
        await ack()
        seen.append(shortcut["message"]["text"])

    @app.event("assistant_thread_started")
    async def pane_opened(event, client):
        thread = event["assistant_thread"]
        where = {"channel_id": thread["channel_id"], "thread_ts": thread["thread_ts"]}
        await client.assistant_threads_setStatus(status="찾는 중", **where)
        await client.chat_postMessage(
            channel=where["channel_id"], thread_ts=where["thread_ts"], text="네?"
        )

    minsu = slack.add_person("민수")
    message = await minsu.say(slack.add_channel("help", minsu, bot=False), "quiet")
    await slack.invite_bot(message.channel)
    async with connected(app, slack):
        await minsu.open_home()
        await slack.until(lambda: minsu.home)
        await minsu.react(message, "+1")
        await minsu.shortcut(message, "learn")
        pane = await minsu.open_assistant_pane(message.channel)
        await slack.until(lambda: pane.statuses == ["찾는 중", ""])
    assert visible(minsu.home) == "안녕"
    assert sorted(seen) == ["+1", "quiet"]


async def test_failures_come_on_cue(slack, client):
    channel = slack.add_channel("help")
    post = {"channel": channel.id, "text": "x"}
    slack.fail_next("chat.postMessage", "429", retry_after=9)
    assert (await refusal(client.chat_postMessage(**post))).headers["Retry-After"] == "9"
    slack.fail_next("chat.postMessage", "error", error="fatal_error")
    assert (await refusal(client.chat_postMessage(**post)))["error"] == "fatal_error"
    slack.fail_next("chat.postMessage", "500")
    assert (await refusal(client.chat_postMessage(**post))).status_code == 500
    assert not slack.messages(channel)
    bare = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url, retry_handlers=[])
    for kind, there in (("reset", 0), ("reset_after", 1)):
        slack.fail_next("chat.postMessage", kind)
        with pytest.raises(Exception, match=r".*"):
            await bare.chat_postMessage(**post)
        assert len(slack.messages(channel)) == there
    slack.fail_next("chat.postMessage", "slow", seconds=0.1)
    started = time.monotonic()
    await client.chat_postMessage(**post)
    assert time.monotonic() - started >= 0.1


@asynccontextmanager
async def listening(app):
    """The Bolt app on aiohttp; yields its URL and the headers that it got."""
    headers = []

    async def endpoint(request):
        headers.append(request.headers.copy())
        bolt_response = await app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(bolt_response)

    served = web.Application()
    served.add_routes([web.post("/slack/events", endpoint)])
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events", headers
    finally:
        await runner.cleanup()


async def test_http_delivery_is_signed_and_retried(slack):
    app, seen = bolt(slack), []

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


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # the SDK's own use of aiohttp
async def test_two_workspaces_have_their_own_tokens_and_limits(slack, client):
    other = slack.add_team("Other")
    anonymous = AsyncWebClient(base_url=slack.api_url)
    installed = await anonymous.oauth_v2_access(
        client_id="1", client_secret=SIGNING_SECRET, code=f"code-{other.id}"
    )
    theirs = AsyncWebClient(token=installed["access_token"], base_url=slack.api_url)
    channel = slack.add_channel("help", team=other)
    await theirs.chat_postMessage(channel=channel.id, text="x")
    refused = await refusal(client.chat_postMessage(channel=channel.id, text="x"))
    assert refused["error"] == "channel_not_found"


async def test_a_limit_can_be_scaled_and_named():
    limits = Limits(minute_s=0.1, calls_a_minute={"auth.test": 1})
    async with Slack(limits=limits).serve() as slack:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url)
        await client.auth_test()
        assert (await refusal(client.auth_test())).status_code == 429


async def test_history_and_replies_show_what_was_said(slack, client):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    root = await minsu.say(channel, "first")
    await minsu.say(channel, "below", thread=root)
    await minsu.say(channel, "second")
    history = await client.conversations_history(channel=channel.id)
    assert [m["text"] for m in history["messages"]] == ["second", "first"]
    replies = await client.conversations_replies(channel=channel.id, ts=root.ts, limit=1)
    assert [m["text"] for m in replies["messages"]] == ["first"]
    cursor = replies["response_metadata"]["next_cursor"]
    replies = await client.conversations_replies(channel=channel.id, ts=root.ts, cursor=cursor)
    assert [m["text"] for m in replies["messages"]] == ["below"]
