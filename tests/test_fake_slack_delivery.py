"""What the local Slack delivers to the real Bolt, by Socket Mode and by signed HTTP."""

import orjson
import pytest
from aiohttp import ClientSession
from fakes.slack import APP_TOKEN, Slack, visible
from fakes.slack.page import Page
from fakes.slack.samples import BUTTON, MODAL, section
from fakes.slack.sdk import bolt_of, client_of, connected, listening


@pytest.fixture
async def slack():
    async with Slack(ack_within_s=0.3, retry_after_s=(0.0, 0.1, 0.1)).serve() as running:
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


async def test_another_bot_is_heard_as_a_bot(slack):
    other = slack.add_bot("jira")
    await other.mention(slack.add_channel("help", other), "done")
    assert [one.event["type"] for one in slack.deliveries] == ["message", "app_mention"]
    assert slack.deliveries[0].event["bot_id"] == other.bot_id != slack.team.bot_id


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
    opened = await client_of(slack, token=None).apps_connections_open(app_token=APP_TOKEN)
    return opened["url"]


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
    slack.courier.ack_within_s = 2.0
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
        await slack.until(lambda: slack.socket_mode.opened == 2)
        await minsu.say(channel, "still there?")
        await slack.until(lambda: slack.deliveries[0].acked_at)


async def test_a_press_reaches_the_app_with_a_response_url_for_five_uses(slack, client):
    app, refused = bolt_of(slack), []

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
    app, taught = bolt_of(slack), []

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


async def test_home_shortcut_reaction_and_pane_reach_the_app(slack):
    app, seen = bolt_of(slack), []
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


async def test_the_page_shows_and_does_what_a_person_can(slack, client):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    slack.limits.on = False
    await client.chat_postMessage(channel=channel.id, text="x", blocks=[BUTTON])
    async with Slack().serve(routes=Page(slack).routes()) as shown, ClientSession() as session:
        url = shown.world.base_url
        async with session.get(url) as page:
            assert "로컬 Slack" in await page.text()
        async with session.ws_connect(f"{url}/ui/live") as ws:
            seen = orjson.loads(await ws.receive_str())
            assert seen["channels"][0]["messages"][0]["blocks"][0]["type"] == "actions"
            say = {"do": "say", "person": minsu.id, "channel": channel.id, "text": "@faqbot ?"}
            async with session.post(f"{url}/ui/do", json=say) as done:
                assert done.status == 200
            seen = orjson.loads(await ws.receive_str())
            assert seen["channels"][0]["messages"][1]["text"] == f"{minsu.mention_of_bot} ?"
        press = {"do": "press", "person": minsu.id, "channel": channel.id, "what": "none"}
        press["ts"] = slack.messages(channel)[0].ts
        async with session.post(f"{url}/ui/do", json=press) as done:
            assert "nothing to press" in (await done.json())["error"]
