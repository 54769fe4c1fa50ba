"""The local Slack's Web API, called by the real SDK over real sockets."""

import time

import pytest

from devtools.slack import BOT_TOKEN, SIGNING_SECRET, Limits, Slack, labels, visible
from devtools.slack.samples import BUTTON, MODAL, section
from devtools.slack.sdk import client_of, refusal


@pytest.fixture
async def slack():
    async with Slack().serve() as running:
        yield running


@pytest.fixture
def client(slack):
    return client_of(slack)


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
    stranger = client_of(slack, token=f"{BOT_TOKEN}-9")
    assert (await refusal(stranger.auth_test()))["error"] == "invalid_auth"
    assert (await refusal(client.api_call("chat.nonsense")))["error"] == "unknown_method"
    slack.unknown_method("chat.startStream")
    refused = await refusal(client.chat_startStream(channel="C1", thread_ts="1"))
    assert refused["error"] == "unknown_method"


async def test_the_fifty_first_update_of_a_minute_is_a_429(client, slack):
    channel = slack.add_channel("help")
    posted = await client.chat_postMessage(channel=channel.id, text="0")
    where = {"channel": channel.id, "ts": posted["ts"]}
    for number in range(50):
        await client.chat_update(text=str(number), **where)
    refused = await refusal(client.chat_update(text="too many", **where))
    assert refused.status_code == 429
    assert 50 <= int(refused.headers["Retry-After"]) <= 60
    assert slack.limited() == 1
    slack.limits.minute_s = 0.0  # the minute is over
    await client.chat_update(text="again", **where)


async def test_posts_in_a_channel_are_one_a_second_after_a_short_burst(client, slack):
    slack.limits.minute_s = 3_600  # a second lasts a minute
    one, other = slack.add_channel("one"), slack.add_channel("other")
    for _ in range(3):
        await client.chat_postMessage(channel=one.id, text="x")
    refused = await refusal(client.chat_postMessage(channel=one.id, text="x"))
    assert 50 <= int(refused.headers["Retry-After"]) <= 60
    await client.chat_postMessage(channel=other.id, text="x")
    slack.limits.on = False
    await client.chat_postMessage(channel=one.id, text="x")


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
        ([{"type": "actions", "elements": ["more"]}], "/blocks/0"),
        (["section"], "/blocks/0/type"),
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
    slack.limits.on = False
    where = {"channel": slack.add_channel("help").id}
    refused = await refusal(client.api_call("chat.postMessage", json=where))
    assert refused["error"] == "no_text"
    refused = await refusal(client.chat_postMessage(text="x" * 40_001, **where))
    assert refused["error"] == "msg_too_long"
    refused = await refusal(client.chat_postMessage(text="x", thread_ts="1.000001", **where))
    assert refused["error"] == "invalid_thread_ts"
    refused = await refusal(client.chat_update(text="x", ts="1.000001", **where))
    assert refused["error"] == "message_not_found"
    posted = await client.chat_postMessage(text="x" * 40_000, **where)
    refused = await refusal(client.chat_update(text="x" * 4_001, ts=posted["ts"], **where))
    assert refused["error"] == "msg_too_long"


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


async def test_a_deleted_first_message_leaves_its_thread(slack, client):
    minsu = slack.add_person("민수")
    root = await minsu.say(slack.add_channel("help", minsu), "?")
    where = {"channel": root.channel.id}
    await client.chat_postMessage(text="a", thread_ts=root.ts, **where)
    await minsu.delete(root)
    assert slack.events("message")[-1].event["subtype"] == "message_deleted"
    await client.chat_postMessage(text="b", thread_ts=root.ts, **where)
    refused = await refusal(client.reactions_add(timestamp=root.ts, name="x", **where))
    assert refused["error"] == "message_not_found"


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
    slack.world.stream_lasts_s = 0.0
    where = {"channel": minsu.dm.id}
    started = await client.chat_startStream(thread_ts=question.ts, markdown_text="a", **where)
    for call in (client.chat_appendStream, client.chat_stopStream):
        refused = await refusal(call(ts=started["ts"], markdown_text="b", **where))
        assert refused["error"] == "message_not_in_streaming_state"
    await client.chat_update(ts=started["ts"], text="whole", **where)
    slack.world.stream_lasts_s = 300
    started = await client.chat_startStream(thread_ts=question.ts, markdown_text="a", **where)
    await minsu.stop(slack.replies(question)[-1])
    refused = await refusal(client.chat_stopStream(ts=started["ts"], **where))
    assert refused["error"] == "stopped_by_user"


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
    bare = client_of(slack, retry_handlers=[])
    for kind, there in (("reset", 0), ("reset_after", 1)):
        slack.fail_next("chat.postMessage", kind)
        with pytest.raises(Exception, match=r".*"):
            await bare.chat_postMessage(**post)
        assert len(slack.messages(channel)) == there
    slack.fail_next("chat.postMessage", "slow", seconds=0.1)
    started = time.monotonic()
    await client.chat_postMessage(**post)
    assert time.monotonic() - started >= 0.1


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # the SDK's own use of aiohttp
async def test_two_workspaces_have_their_own_tokens_and_limits(slack, client):
    other = slack.add_team("Other")
    anonymous = client_of(slack, token=None)
    installed = await anonymous.oauth_v2_access(
        client_id="1", client_secret=SIGNING_SECRET, code=f"code-{other.id}"
    )
    theirs = client_of(slack, token=installed["access_token"])
    channel = slack.add_channel("help", team=other)
    await theirs.chat_postMessage(channel=channel.id, text="x")
    refused = await refusal(client.chat_postMessage(channel=channel.id, text="x"))
    assert refused["error"] == "channel_not_found"


async def test_a_limit_can_be_scaled_and_named():
    limits = Limits(minute_s=0.1, calls_a_minute={"auth.test": 1})
    async with Slack(limits=limits).serve() as slack:
        client = client_of(slack)
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


async def test_a_new_message_tells_those_whom_it_names_and_an_edit_tells_nobody(slack, client):
    minsu, jiyoung, jun, outside = (slack.add_person(name) for name in ("민수", "지영", "준", "밖"))
    group = slack.add_group("담당자", jiyoung, outside)
    channel = slack.add_channel("help", minsu, jiyoung, jun)
    text = f"<@{minsu.id}> <!subteam^{group.id}> <@{outside.id}>"
    posted = await client.chat_postMessage(channel=channel.id, text="x", blocks=[section(text)])
    message = channel.messages[posted["ts"]]
    assert message.notified == (minsu.id, jiyoung.id)
    await client.chat_update(channel=channel.id, ts=message.ts, text=f"<@{jun.id}>")
    assert (jun.notifications(), minsu.notifications()) == ([], [message])
    everybody = await jun.say(channel, "<!here>")
    assert jiyoung.notifications() == [message, everybody]
    assert jun.notifications() == []


async def test_a_groups_members_are_told_with_the_scope(slack, client):
    minsu = slack.add_person("민수")
    group = slack.add_group("담당자", minsu)
    listed = await client.usergroups_users_list(usergroup=group.id)
    assert listed["users"] == [minsu.id]
    refused = await refusal(client.usergroups_users_list(usergroup="S0"))
    assert refused["error"] == "no_such_subteam"
    slack.team.scopes.discard("usergroups:read")
    refused = await refusal(client.usergroups_users_list(usergroup=group.id))
    assert (refused["error"], refused["needed"]) == ("missing_scope", "usergroups:read")


async def test_a_reaction_is_set_once_and_taken_away_once(slack, client):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    message = await minsu.say(channel, "hi")
    where = {"channel": channel.id, "timestamp": message.ts}
    mark = where | {"name": "white_check_mark"}
    await client.reactions_add(**mark)
    assert (await refusal(client.reactions_add(**mark)))["error"] == "already_reacted"
    await client.reactions_remove(**mark)
    assert (await refusal(client.reactions_remove(**mark)))["error"] == "no_reaction"
    assert (await refusal(client.reactions_add(**where, name="✅")))["error"] == "invalid_name"
    await minsu.delete(message)
    assert (await refusal(client.reactions_add(**mark)))["error"] == "message_not_found"


async def test_an_edit_says_when_it_was_made(slack):
    minsu = slack.add_person("민수")
    message = await minsu.say(slack.add_channel("help", minsu), "hi")
    await minsu.edit(message, "hello")
    edited = message.as_json()["edited"]
    assert edited["user"] == minsu.id
    assert float(edited["ts"]) > float(message.ts)
