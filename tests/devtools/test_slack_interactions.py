"""What a person does in the local Slack, and what the real Bolt makes of it."""

import asyncio

import orjson
import pytest
from aiohttp import ClientSession

from devtools.slack import Slack, visible, visible_of
from devtools.slack.page import SlackPage
from devtools.slack.samples import BUTTON, MODAL, section
from devtools.slack.sdk import bolt_of, client_of, connected


@pytest.fixture
async def slack():
    async with Slack().serve() as running:
        yield running


@pytest.fixture
def client(slack):
    return client_of(slack)


async def test_a_late_acknowledgement_is_seen_as_late(slack):
    app, failed = bolt_of(slack), asyncio.Event()
    slack.courier.ack_within_s = 0.1

    @app.command("/faq")
    async def faq(ack):
        await failed.wait()
        await ack("late")

    minsu = slack.add_person("민수")
    async with connected(app, slack):
        delivery = await minsu.command("/faq")
        assert delivery.gave_up
        failed.set()
        await slack.until(lambda: delivery.acks)
    assert len(delivery.attempts) == 1
    assert not minsu.ephemerals()


async def test_a_press_in_a_home_can_open_a_modal_that_is_then_updated(slack):
    app = bolt_of(slack)

    @app.action("more")
    async def more(ack, body, client):
        await ack()
        opened = await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        later = MODAL | {"title": {"type": "plain_text", "text": "나중"}}
        await client.views_update(view_id=opened["view"]["id"], view=later)

    minsu = slack.add_person("민수")
    home = {"type": "home", "blocks": [section("안녕"), BUTTON]}
    await client_of(slack).views_publish(user_id=minsu.id, view=home)
    async with connected(app, slack):
        await minsu.press(minsu.home, "more")
        await slack.until(lambda: minsu.modal and visible(minsu.modal).startswith("나중"))
    assert len(minsu.modal.states) == 2


@pytest.mark.parametrize(
    ("block", "seen"),
    [
        (
            section("*굵게* <https://a.kr|링크> &lt;b&gt; `*x*` _기울임_"),
            "굵게 링크 <b> *x* 기울임",
        ),
        (section("2*3*4 a_b_c <@U1> <https://a.kr>"), "2*3*4 a_b_c @U1 https://a.kr"),
        ({"type": "markdown", "text": "## 제목\n**굵게** [링크](https://a.kr)"}, "제목\n굵게 링크"),
        ({"type": "divider"}, ""),
        (BUTTON, "[더 보기]"),
    ],
)
def test_what_is_seen_of_a_block(block, seen):
    assert visible_of("fallback", [block]) == seen


async def test_a_response_url_can_delete_an_ephemeral_message(slack, client):
    app = bolt_of(slack)

    @app.action("more")
    async def more(ack, respond):
        await ack()
        await respond(delete_original=True)

    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    await client.chat_postEphemeral(channel=channel.id, user=minsu.id, text="psst", blocks=[BUTTON])
    (message,) = minsu.ephemerals(channel)
    async with connected(app, slack):
        await minsu.press(message, "7")
        await slack.until(lambda: not minsu.ephemerals(channel))
    assert slack.deliveries[-1].payload["container"]["is_ephemeral"]


async def test_a_press_reaches_the_app_with_a_response_url_for_five_uses(slack, client):
    app = bolt_of(slack)

    @app.action("more")
    async def more(ack, action, respond):
        await ack()
        await respond(text=f"only you: {action['value']}", replace_original=False)
        await respond(text="replaced", replace_original=True)
        for _ in range(4):
            await respond(text="again", replace_original=False)

    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    await client.chat_postMessage(channel=channel.id, text="x", blocks=[BUTTON])
    (message,) = slack.messages(channel)
    async with connected(app, slack):
        delivery = await minsu.press(message, "더 보기")
        assert delivery.acked_at
        await slack.until(lambda: len(slack.calls("response_url")) == 6)
    assert [call.error for call in slack.calls("response_url")] == [""] * 5 + ["used_url"]
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


async def test_the_page_shows_and_does_what_a_person_can(slack, client):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    slack.limits.on = False
    await client.chat_postMessage(channel=channel.id, text="x", blocks=[BUTTON])
    async with Slack().serve(routes=SlackPage(slack).routes()) as shown, ClientSession() as session:
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
