"""The local Discord, as the real discord.py sees it over real sockets."""

import asyncio
import contextlib
import json
import time
import zlib

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands, ui

from devtools.discord import DiscordServer, RouteLimits, WorldSettings
from devtools.discord.page import DiscordPage


class QuickClient(discord.Client):
    async def before_identify_hook(self, shard_id, *, initial=False):
        """Do not wait five seconds before a second IDENTIFY."""


def quick_client(intents=None, **options):
    """A client that does not wait two seconds for guilds that never come."""
    intents = intents or discord.Intents.default()
    return QuickClient(intents=intents, guild_ready_timeout=0.05, **options)


@contextlib.asynccontextmanager
async def connected(fake, *, content=True, client=None, ready=True):
    """A discord.py client that is logged in to the local server."""
    if client is None:
        intents = discord.Intents.default()
        intents.message_content = content
        client = quick_client(intents)
    task = asyncio.create_task(client.start(fake.settings.token))
    try:
        if ready:
            waiting = asyncio.create_task(client.wait_until_ready())
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                waiting.cancel()
                task.result()
        yield client
    finally:
        await client.close()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def fake(monkeypatch):
    """A served Discord with one text channel, which discord.py is pointed at."""
    server = DiscordServer(WorldSettings(interaction_ack_s=0.5))
    await server.create_channel("질문")
    async with server.serve():
        monkeypatch.setattr(discord.http.Route, "BASE", server.url)
        gateway = yarl.URL(server.gateway_url)
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        yield server


def heard(client):
    """The messages that reach the client from now on."""
    messages = []

    @client.event
    async def on_message(message):
        messages.append(message)

    return messages


async def test_a_message_goes_both_ways_and_its_edits_are_kept(fake):
    channel = fake.guild.channels[0]
    async with connected(fake) as client:
        messages = heard(client)
        asked = await fake.say(channel, "배송이 안 와요", mention_bot=True)
        await fake.until(lambda: messages)
        assert messages[0].id == asked.id
        assert messages[0].content.endswith("배송이 안 와요")
        assert messages[0].mentions == [client.user]
        assert messages[0].guild.me.id == client.user.id
        sent = await messages[0].reply("찾는 중", mention_author=False)
        await sent.edit(content="답은 **이것**")
        said = fake.last_answer(channel)
        assert [edit.content for edit in said.edits] == ["찾는 중", "답은 **이것**"]
        assert said.edits[0].at < said.edits[1].at
        assert said.reference is asked
        assert not said.pinged
        history = [message.content async for message in messages[0].channel.history(limit=10)]
        assert history == ["답은 **이것**", asked.content]
        await sent.delete()
        assert said.deleted_at
        with pytest.raises(discord.NotFound) as refused:
            await sent.edit(content="zu spät")
        assert refused.value.code == 10008


async def test_history_is_paged_by_before_after_and_around(fake):
    channel = fake.guild.channels[0]
    said = [await fake.say(channel, str(number)) for number in range(7)]
    async with connected(fake) as client:
        there = client.get_channel(channel.id)

        async def texts(**how):
            return [m.content async for m in there.history(limit=3, **how)]

        middle = discord.Object(said[3].id)
        assert await texts(before=middle) == ["2", "1", "0"]
        assert await texts(after=middle) == ["4", "5", "6"]
        assert sorted(await texts(around=middle)) == ["2", "3", "4"]


async def test_what_is_too_long_is_an_invalid_form_body(fake):
    fake.limits.scale = 0.05
    async with connected(fake) as client:
        channel = client.get_channel(fake.guild.channels[0].id)
        with pytest.raises(discord.HTTPException, match="2000 or fewer") as refused:
            await channel.send("가" * 2_001)
        assert (refused.value.status, refused.value.code) == (400, 50035)
        with pytest.raises(discord.HTTPException) as refused:
            await channel.send("")
        assert refused.value.code == 50006
        with pytest.raises(discord.HTTPException, match="100 or fewer"):
            await channel.create_thread(name="이" * 101, type=discord.ChannelType.public_thread)
        view = ui.View()
        view.add_item(ui.Button(label="가" * 81, custom_id="x"))
        with pytest.raises(discord.HTTPException, match="80 or fewer"):
            await channel.send("눌러", view=view)
        view = ui.View()
        view.add_item(ui.Button(label="하나", custom_id="x"))
        view.add_item(ui.Button(label="둘", custom_id="x"))
        with pytest.raises(discord.HTTPException, match="duplicated"):
            await channel.send("눌러", view=view)
        await channel.send("가" * 2_000)


async def test_the_sixth_message_in_five_seconds_waits_and_every_answer_tells_of_the_bucket(fake):
    fake.limits.scale = 0.3  # a window that six messages fit into on a busy machine, too
    seen = []

    async def ended(_session, _context, params):
        if params.method == "POST":
            seen.append((params.response.status, dict(params.response.headers)))

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    client = quick_client(http_trace=trace)
    async with connected(fake, client=client):
        channel = client.get_channel(fake.guild.channels[0].id)
        for number in range(6):
            await channel.send(str(number))
    left = [headers["X-RateLimit-Remaining"] for _, headers in seen]
    assert left == ["4", "3", "2", "1", "0", "4"]  # discord.py slept the window out by itself
    assert {headers["X-RateLimit-Limit"] for _, headers in seen} == {"5"}
    assert len({headers["X-RateLimit-Bucket"] for _, headers in seen}) == 1
    assert not fake.rate_limited


async def test_who_does_not_wait_gets_a_429_with_via(fake):
    channel = fake.guild.channels[0]
    head = {"Authorization": "Bot local"}
    url = f"{fake.url}/channels/{channel.id}/messages"
    async with aiohttp.ClientSession(headers=head) as session:
        for number in range(6):
            response = await session.post(url, json={"content": str(number)})
        assert response.status == 429
        assert response.headers["Via"] == "1.1 google"
        assert response.headers["X-RateLimit-Scope"] == "user"
        assert int(response.headers["Retry-After"]) >= 1
        body = await response.json()
        assert 0 < body["retry_after"] <= 5
        assert body["global"] is False
        other = await fake.create_channel("다른 곳")
        response = await session.post(
            f"{fake.url}/channels/{other.id}/messages", json={"content": "a"}
        )
        assert response.status == 200
    assert len(fake.rate_limited) == 1


async def test_discord_py_retries_a_429_with_via_and_raises_one_without(fake):
    async with connected(fake) as client:
        channel = client.get_channel(fake.guild.channels[0].id)
        fake.fail_next("POST", "/messages$", "429", retry_after_s=0.05)
        await channel.send("한 번 더")
        assert [call.status for call in fake.calls][-2:] == [429, 200]
        fake.fail_next("POST", "/messages$", "429", retry_after_s=0.05, via=False)
        with pytest.raises(discord.HTTPException) as refused:
            await channel.send("이번엔 안 돼")
        assert refused.value.status == 429


async def test_the_global_limit_counts_all_routes(fake):
    async with aiohttp.ClientSession(headers={"Authorization": "Bot local"}) as session:
        for number in range(51):
            path = ("/users/@me", "/gateway/bot")[number % 2]
            response = await session.get(fake.url + path)
        assert response.status == 429
        assert (await response.json())["global"] is True
        assert response.headers["X-RateLimit-Scope"] == "global"


async def test_limits_can_be_switched_off(fake):
    fake.limits.enabled = False
    async with aiohttp.ClientSession(headers={"Authorization": "Bot local"}) as session:
        url = f"{fake.url}/channels/{fake.guild.channels[0].id}/messages"
        for number in range(60):
            response = await session.post(url, json={"content": str(number)})
            assert response.status == 200
    assert isinstance(fake.limits, RouteLimits)


async def test_failures_on_cue(fake):
    async with connected(fake) as client:
        channel = client.get_channel(fake.guild.channels[0].id)
        fake.fail_next("POST", "/messages$", "503")
        with pytest.raises(discord.DiscordServerError):
            await channel.send("안 되는 것")
        fake.fail_next("POST", "/messages$", "reset", after=True)
        with pytest.raises(aiohttp.ClientError):
            await channel.send("들어가긴 한 것")
        assert fake.last_answer(fake.guild.channels[0]).content == "들어가긴 한 것"
        fake.fail_next("POST", "/messages$", "slow", delay_s=0.2)
        began = time.monotonic()
        await channel.send("느린 것")
        assert time.monotonic() - began > 0.2


async def test_the_same_nonce_makes_one_message(fake):
    async with connected(fake) as client:
        channel = client.get_channel(fake.guild.channels[0].id)
        first = await channel.send("답", nonce="q1")
        again = await channel.send("답", nonce="q1")
        other = await channel.send("답", nonce="q2")
    assert first.id == again.id != other.id
    assert len(fake.messages_of(fake.guild.channels[0])) == 2


async def test_pings_follow_allowed_mentions(fake):
    role = await fake.create_role("상담", mentionable=True)
    text = f"@everyone {fake.user.mention} <@&{role.id}>"
    async with connected(fake) as client:
        channel = client.get_channel(fake.guild.channels[0].id)
        await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
        assert not fake.pings
        await channel.send(text)
        assert fake.pings[0].pinged.users == (fake.user.id,)
        assert fake.pings[0].pinged.roles == (role.id,)
        assert not fake.pings[0].pinged.everyone  # the bot may not
        await fake.grant("MENTION_EVERYONE")
        await channel.send(text, silent=True)
        assert fake.pings[1].pinged.everyone
        assert fake.pings[1].pinged.silent


async def test_only_a_new_message_notifies_and_only_who_is_there(fake):
    """A mention that an edit adds, of a stranger, or of a role that is not mentionable is shown."""
    role, stranger = await fake.create_role("운영"), fake.add_user("남")
    async with connected(fake) as client:
        channel = client.get_channel(fake.guild.channels[0].id)
        sent = await channel.send("질문이 있어요")
        await sent.edit(content=fake.user.mention)
        await channel.send(f"{stranger.mention} <@&{role.id}>")
        assert not fake.pings
        edited, strange = fake.messages_of(fake.guild.channels[0])
        assert edited.mentions == [fake.user]
        assert (strange.mentions, strange.mention_roles) == ([stranger], [role.id])


async def test_messages_deleted_together_are_one_event(fake):
    channel = fake.guild.channels[0]
    async with connected(fake) as client:
        gone = asyncio.get_running_loop().create_future()

        @client.event
        async def on_raw_bulk_message_delete(event):
            gone.set_result(event.message_ids)

        said = [await fake.say(channel, text) for text in ("하나", "둘")]
        await fake.delete_together(*said)
        assert await asyncio.wait_for(gone, 5) == {message.id for message in said}
        assert not fake.messages_of(channel)


async def test_a_members_nickname_and_roles_come_with_what_they_say_but_not_with_history(fake):
    channel, role = fake.guild.channels[0], await fake.create_role("상담")
    fake.guild.nicks[fake.user.id] = "가은 팀장"
    await fake.give_role(fake.user, role)
    async with connected(fake) as client:
        messages = heard(client)
        await fake.say(channel, "안녕하세요")
        await fake.until(lambda: messages)
        assert messages[0].author.display_name == "가은 팀장"
        assert messages[0].author.get_role(role.id)
        assert "member" not in fake.told_by_rest(fake.messages_of(channel)[0])


async def test_a_thread_opens_from_a_message_once(fake):
    channel = fake.guild.channels[0]
    async with connected(fake) as client:
        messages = heard(client)
        asked = await fake.say(channel, "환불은요?")
        await fake.until(lambda: messages)
        thread = await messages[0].create_thread(name="환불은요?")
        assert thread.id == asked.id
        await thread.send("답")
        with pytest.raises(discord.HTTPException) as refused:
            await messages[0].create_thread(name="또")
        assert refused.value.code == 160004
        await fake.say(asked.thread, "그럼 교환은?")
        await fake.until(lambda: any(m.content == "그럼 교환은?" for m in messages))
        assert messages[-1].channel == thread
        assert isinstance(messages[-1].channel, discord.Thread)
    assert fake.threads_of(channel) == [asked.thread]


async def test_a_forum_post_is_a_thread_and_its_first_message(fake):
    forum = await fake.create_forum("문의", tags=("배송", "해결"))
    async with connected(fake) as client:
        messages = heard(client)
        post = await fake.post_in_forum(forum, "배송 문의", "언제 와요?", tags=("배송",))
        await fake.until(lambda: messages)
        there = messages[0].channel
        assert there.id == post.id == messages[0].id
        assert there.parent.id == forum.id
        assert [tag.name for tag in there.applied_tags] == ["배송"]
        await there.send("내일요")
        made = await client.get_channel(forum.id).create_thread(name="공지", content="읽어 주세요")
        solved = discord.utils.get(client.get_channel(forum.id).available_tags, name="해결")
        await made.thread.edit(applied_tags=[solved])
        assert fake.channels[made.thread.id].applied_tags == [solved.id]


async def test_an_archived_thread_comes_back_by_a_message_but_not_by_an_edit(fake):
    channel = fake.guild.channels[0]
    asked = await fake.say(channel, "질문")
    thread = await fake.start_thread(channel, "스레드", source=asked)
    async with connected(fake) as client:
        there = client.get_channel(thread.id)
        sent = await there.send("답")
        await fake.archive(thread)
        with pytest.raises(discord.HTTPException) as refused:
            await sent.edit(content="늦은 답")
        assert refused.value.code == 50083
        await there.send("새 답")
        assert not thread.archived
        await fake.archive(thread, locked=True)
        with pytest.raises(discord.HTTPException) as refused:
            await there.send("잠겼다")
        assert refused.value.code == 50083


@pytest.mark.parametrize(
    ("denied", "code"), [("SEND_MESSAGES", 50013), ("VIEW_CHANNEL", 50001), ("EMBED_LINKS", 50013)]
)
async def test_a_missing_permission_is_forbidden(fake, denied, code):
    channel = fake.guild.channels[0]
    async with connected(fake) as client:
        there = client.get_channel(channel.id)
        await fake.deny(channel, denied)
        with pytest.raises(discord.Forbidden) as refused:
            await there.send("답", embed=discord.Embed(title="제목"))
        assert refused.value.code == code
        await fake.allow(channel, denied)
        await there.send("답", embed=discord.Embed(title="제목"))


async def test_discord_py_knows_of_denied_permissions(fake):
    channel = fake.guild.channels[0]
    await fake.deny(channel, "CREATE_PUBLIC_THREADS", "SEND_MESSAGES_IN_THREADS")
    async with connected(fake) as client:
        there = client.get_channel(channel.id)
        rights = there.permissions_for(there.guild.me)
        assert rights.send_messages
        assert not rights.create_public_threads
        assert not rights.send_messages_in_threads


async def test_without_the_content_intent_only_mentions_and_dms_have_content(fake):
    channel = fake.guild.channels[0]
    async with connected(fake, content=False) as client:
        messages = heard(client)
        await fake.say(channel, "안 보여요")
        await fake.say(channel, "보여요", mention_bot=True)
        await fake.direct("이것도")
        await fake.until(lambda: len(messages) == 3)
        assert [bool(message.content) for message in messages] == [False, True, True]
        assert messages[2].guild is None
        await messages[2].channel.send("답")
        assert fake.last_answer(fake.dm(fake.user)).content == "답"


async def test_an_intent_that_is_not_granted_closes_with_4014(fake):
    fake.settings.privileged = ()
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with connected(fake):
            pass


async def test_a_wrong_token_is_refused(fake):
    client = quick_client()
    with pytest.raises(discord.LoginFailure):
        await client.start("wrong")
    await client.close()


async def test_a_dropped_connection_resumes_and_brings_what_was_missed(fake):
    channel = fake.guild.channels[0]
    async with connected(fake) as client:
        messages = heard(client)
        await fake.drop_connection(4000)
        await fake.say(channel, "그 사이에 온 것")
        await fake.until(lambda: messages)
        assert fake.resumes == 1
        assert fake.identifies == 1
        await fake.send_reconnect()
        await fake.until(lambda: fake.resumes == 2)
        await fake.invalidate_session(resumable=True)
        await fake.until(lambda: fake.resumes == 3)
        await fake.drop_connection(1006)
        await fake.say(channel, "다시")
        await fake.until(lambda: len(messages) == 2)
        assert fake.resumes == 4


async def test_an_invalid_session_identifies_anew(fake):
    async with connected(fake) as client:
        messages = heard(client)
        await fake.invalidate_session(resumable=False)
        await fake.until(lambda: fake.identifies == 2 and fake.online)
        event = await fake.say(fake.guild.channels[0], "새 세션")
        await fake.until(lambda: messages)
        fake.redeliver()
        await fake.until(lambda: len(messages) == 2)
        assert {message.id for message in messages} == {event.id}


async def test_silence_makes_the_client_come_again(fake):
    fake.settings.heartbeat_interval_s = 0.1
    client = quick_client(heartbeat_timeout=0.5)
    async with connected(fake, client=client):
        fake.go_silent()
        await fake.until(lambda: not fake.online)
        fake.speak_again()
        await fake.until(lambda: fake.online)


async def test_a_frame_that_is_no_json_ends_the_client(fake):
    client = quick_client()
    task = asyncio.create_task(client.start("local"))
    await fake.until(lambda: fake.online)
    await fake.send_garbage()
    with pytest.raises(json.JSONDecodeError):
        await task
    await client.close()


class Ask(ui.Modal, title="질문하기"):
    text = ui.TextInput(label="무엇이 궁금한가요?", max_length=500)

    async def on_submit(self, interaction):
        await interaction.response.send_message(f"질문: {self.text.value}", ephemeral=True)


class Vote(ui.DynamicItem[ui.Button], template=r"vote:(?P<turn>\d+)"):
    def __init__(self, turn):
        super().__init__(ui.Button(label="도움이 됐어요", custom_id=f"vote:{turn}"))
        self.turn = turn

    @classmethod
    async def from_custom_id(cls, interaction, item, match):
        return cls(int(match["turn"]))

    async def callback(self, interaction):
        await interaction.response.edit_message(content=f"고마워요 {self.turn}", view=None)


def bot_with_commands():
    """A client with a slash command, a message command, a dynamic button."""
    client = quick_client()
    client.tree = app_commands.CommandTree(client)
    client.add_dynamic_items(Vote)

    @client.tree.command(name="faq", description="자주 묻는 질문에서 찾기")
    @app_commands.rename(question="질문")
    async def faq(interaction, question: str):
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(f"답: {question}", ephemeral=True)
        await interaction.edit_original_response(content=f"다 된 답: {question}")

    @client.tree.command(name="ask", description="창을 열어 묻기")
    async def ask(interaction):
        await interaction.response.send_modal(Ask())

    @client.tree.command(name="slow", description="늦는 것")
    async def slow(interaction):
        client.slow = interaction

    @client.tree.context_menu(name="이 메시지에 답하기")
    async def answer(interaction, message: discord.Message):
        await interaction.response.send_message(f"답: {message.content}")

    return client


async def test_a_slash_command_with_a_deferred_ephemeral_answer(fake):
    client = bot_with_commands()
    async with connected(fake, client=client):
        await client.tree.sync()
        assert len(fake.command_writes) == 1
        done = await fake.slash("faq", {"질문": "배송"})
        await fake.until(lambda: done.answer and len(done.answer.edits) == 3)
        assert [edit.content for edit in done.answer.edits] == ["", "답: 배송", "다 된 답: 배송"]
        assert done.first_response_s < 0.5
        assert done.answer.ephemeral
        assert fake.ephemerals == [done.answer]
        assert fake.messages_of(fake.guild.channels[0]) == []
        with pytest.raises(LookupError):
            await fake.slash("faq", {})
        with pytest.raises(LookupError):
            await fake.slash("없는 것")


async def test_a_message_command_gets_the_content_without_the_intent(fake):
    client = bot_with_commands()
    async with connected(fake, client=client):
        await client.tree.sync()
        asked = await fake.say(fake.guild.channels[0], "반품 기한은?")
        done = await fake.context_menu("이 메시지에 답하기", asked)
        await fake.until(lambda: done.answer)
        assert done.answer.content == "답: 반품 기한은?"


async def test_a_button_reaches_a_dynamic_item_of_another_process(fake):
    client = bot_with_commands()
    async with connected(fake, client=client):
        view = ui.View(timeout=None)
        view.add_item(Vote(7))
        await client.get_channel(fake.guild.channels[0].id).send("답", view=view)
    again = bot_with_commands()
    async with connected(fake, client=again):
        message = fake.last_answer(fake.guild.channels[0])
        pressed = await fake.press(message, "도움이 됐어요")
        await fake.until(lambda: pressed.acknowledged)
        assert message.content == "고마워요 7"
        assert message.components == []


async def test_a_modal_is_filled_and_submitted(fake):
    client = bot_with_commands()
    async with connected(fake, client=client):
        await client.tree.sync()
        asked = await fake.slash("ask")
        await fake.until(lambda: asked.modal)
        assert asked.modal["title"] == "질문하기"
        with pytest.raises(LookupError):
            await fake.submit_modal(asked, {})
        sent = await fake.submit_modal(asked, {"무엇이 궁금한가요?": "정산일"})
        await fake.until(lambda: sent.answer)
        assert sent.answer.content == "질문: 정산일"
        assert sent.answer.only_for is fake.user


async def test_an_interaction_expires_and_is_answered_once(fake):
    client = bot_with_commands()
    async with connected(fake, client=client):
        await client.tree.sync()
        late = await fake.slash("slow")
        await fake.until(lambda: late.failed)
        with pytest.raises(discord.NotFound) as refused:
            await client.slow.response.send_message("늦었다")
        assert refused.value.code == 10062
        once = await fake.slash("slow")
        await fake.until(lambda: client.slow.id == once.id)
        interaction = client.slow
        await interaction.response.send_message("처음")
        url = f"{fake.url}/interactions/{once.id}/{once.token}/callback"
        async with aiohttp.ClientSession() as session:
            response = await session.post(url, json={"type": 4, "data": {"content": "또"}})
            assert (await response.json())["code"] == 40060
        fake.settings.interaction_token_s = 0.0
        with pytest.raises(discord.HTTPException) as refused:
            await interaction.followup.send("아주 늦었다")
        assert refused.value.code == 50027


async def test_an_edit_of_an_old_message_has_a_stricter_limit(fake):
    async with connected(fake) as client:
        sent = await client.get_channel(fake.guild.channels[0].id).send("답")
        fake.age(fake.last_answer(fake.guild.channels[0]), 4_000)
    async with aiohttp.ClientSession(headers={"Authorization": "Bot local"}) as session:
        fake.limits.scale = 0.01
        url = f"{fake.url}/channels/{sent.channel.id}/messages/{sent.id}"
        codes = []
        while 30046 not in codes:
            response = await session.patch(url, json={"content": f"{len(codes)}"})
            codes.append((await response.json()).get("code"))
            await asyncio.sleep(0.02)
        assert response.status == 429
        assert "Via" in response.headers


async def test_the_page_says_what_a_user_says_and_shows_what_came_of_it():
    server = DiscordPage()
    channel = await server.create_channel("질문")
    async with server.serve(), aiohttp.ClientSession() as session:
        home = server.url.removesuffix("/api/v10")
        assert "로컬 디스코드" in await (await session.get(home)).text()
        said = {"channel": str(channel.id), "text": "환불은요?", "mention": True}
        await session.post(f"{home}/local/do/say", json=said)
        where = {"channel": str(channel.id), "since": "-1"}
        state = await (await session.get(f"{home}/local/state", params=where)).json()
        assert state["here"]["messages"][0]["content"].endswith("환불은요?")
        owner = await server.create_user("담당자")
        await session.post(f"{home}/local/do/be", json={"person": str(owner.id)})
        state = await (await session.get(f"{home}/local/state", params=where)).json()
        assert state["me"] == "담당자"
        assert {"id": str(owner.id), "name": "담당자", "roles": []} in state["people"]
        wrong = await session.post(f"{home}/local/do/slash", json={"name": "faq", "options": {}})
        assert wrong.status == 400


async def test_reactions_and_typing_are_seen_by_both_sides(fake):
    channel = fake.guild.channels[0]
    async with connected(fake) as client:
        messages, marks = heard(client), []

        @client.event
        async def on_raw_reaction_add(payload):
            marks.append((payload.emoji.name, payload.user_id))

        asked = await fake.say(channel, "질문")
        await fake.until(lambda: messages)
        async with messages[0].channel.typing():
            await messages[0].add_reaction("👀")
        await fake.react(asked, "👍")
        await fake.until(lambda: len(marks) == 2)
        await messages[0].remove_reaction("👀", client.user)
        assert asked.reactions == {"👍": [fake.user.id]}
        assert len(channel.typed_at) >= 1


async def test_commands_are_written_as_often_as_they_are_synced(fake):
    client = bot_with_commands()
    async with connected(fake, client=client):
        await client.tree.sync()
        known = await client.tree.fetch_commands()
        assert {command.name for command in known} >= {"faq", "이 메시지에 답하기"}
        guild = discord.Object(fake.guild.id)
        client.tree.copy_global_to(guild=guild)
        await client.tree.sync(guild=guild)
        assert [call.method for call in fake.command_writes] == ["PUT", "PUT"]
        assert len(fake.commands[fake.guild.id]) == len(fake.commands[None])
        await known[0].edit(default_member_permissions=discord.Permissions(8))
        await known[0].delete()
        assert [call.method for call in fake.command_writes[2:]] == ["PATCH", "DELETE"]


async def test_threads_are_listed_open_and_archived(fake):
    channel = fake.guild.channels[0]
    first = await fake.start_thread(channel, "하나")
    second = await fake.start_thread(channel, "둘")
    async with connected(fake) as client:
        there = client.get_channel(channel.id)
        assert {thread.id for thread in there.threads} == {first.id, second.id}
        await client.get_channel(first.id).join()
        assert client.user.id in first.members
        await fake.archive(first)
        active = await there.guild.active_threads()
        assert [thread.id for thread in active] == [second.id]
        archived = [thread.id async for thread in there.archived_threads()]
        assert archived == [first.id]


async def test_a_mention_that_comes_by_an_edit_shows_the_content(fake):
    channel = fake.guild.channels[0]
    async with connected(fake, content=False) as client:
        edits = []

        @client.event
        async def on_raw_message_edit(payload):
            edits.append(payload.message.content)

        said = await fake.say(channel, "혼잣말")
        await fake.edit(said, "다른 혼잣말")
        await fake.edit(said, f"{fake.bot.mention} 질문")
        await fake.until(lambda: len(edits) == 2)
        assert edits == ["", said.content]


@pytest.mark.parametrize("compress", ["", "zlib-stream"])
async def test_shards_and_compression_are_as_the_client_asks(fake, compress):
    socket_url = f"{fake.gateway_url}?v=10&encoding=json&compress={compress}"
    async with aiohttp.ClientSession() as session, session.ws_connect(socket_url) as socket:
        inflate = zlib.decompressobj()

        async def frame():
            message = await socket.receive(timeout=2)
            data = inflate.decompress(message.data) if compress else message.data
            return json.loads(data)

        assert (await frame())["op"] == 10
        number = (fake.guild.id >> 22) % 2
        data = {"token": "local", "intents": 1, "shard": [number, 2], "properties": {}}
        await socket.send_json({"op": 2, "d": data})
        names = [(await frame())["t"] for _ in range(2)]
        assert names == ["READY", "GUILD_CREATE"]


class Rating(ui.View):
    def __init__(self):
        super().__init__(timeout=None)

    @ui.select(custom_id="why", options=[discord.SelectOption(label="틀림", value="wrong")])
    async def why(self, interaction, select):
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"이유: {select.values[0]}", view=None)
        extra = await interaction.followup.send("고마워요", ephemeral=True, wait=True)
        await extra.edit(content="정말 고마워요")

    @ui.button(label="묻기", custom_id="open")
    async def open(self, interaction, button):
        await interaction.response.send_modal(Labelled())


class Labelled(ui.Modal, title="더 묻기"):
    text = ui.Label(text="질문", component=ui.TextInput(custom_id="q"))

    async def on_submit(self, interaction):
        await interaction.response.edit_message(content=self.text.component.value)


async def test_a_select_a_deferred_update_and_a_followup(fake):
    async with connected(fake) as client:
        await client.get_channel(fake.guild.channels[0].id).send("어땠어요?", view=Rating())
        message = fake.last_answer(fake.guild.channels[0])
        chosen = await fake.select(message, "why", ["wrong"])
        await fake.until(lambda: chosen.messages and len(chosen.messages[0].edits) == 2)
        assert message.content == "이유: wrong"
        assert [edit.content for edit in chosen.messages[0].edits] == ["고마워요", "정말 고마워요"]
        assert chosen.messages[0].only_for is fake.user


async def test_a_button_in_a_dm_opens_a_modal_that_changes_the_message(fake):
    async with connected(fake) as client:
        messages = heard(client)
        await fake.direct("안녕")
        await fake.until(lambda: messages)
        await messages[0].channel.send("눌러 보세요", view=Rating())
        message = fake.last_answer(fake.dm(fake.user))
        pressed = await fake.press(message, "open")
        await fake.until(lambda: pressed.modal)
        sent = await fake.submit_modal(pressed, {"질문": "반품"})
        await fake.until(lambda: sent.acknowledged)
        assert message.content == "반품"
        stranger = await fake.create_user("남")
        fake.settings.closed_dms.add(stranger.id)
        with pytest.raises(discord.Forbidden) as refused:
            await (await client.fetch_user(stranger.id)).send("안녕하세요")
        assert refused.value.code == 50007


async def test_choices_are_offered_while_typing(fake):
    client = quick_client()
    tree = app_commands.CommandTree(client)

    @tree.command(name="faq", description="찾기")
    async def faq(interaction, question: str):
        await interaction.response.send_message(question)

    @faq.autocomplete("question")
    async def offer(interaction, current):
        return [app_commands.Choice(name=f"{current} 조회", value="1")]

    async with connected(fake, client=client):
        await tree.sync()
        typed = await fake.autocomplete("faq", {"question": "배송"}, "question")
        await fake.until(lambda: typed.choices)
        assert typed.choices[0]["name"] == "배송 조회"


async def test_a_sharded_client_and_all_members(fake):
    fake.settings.shards = 2
    stranger = await fake.create_user("남")
    intents = discord.Intents.default()
    intents.members = True

    class Sharded(discord.AutoShardedClient):
        async def before_identify_hook(self, shard_id, *, initial=False):
            """Do not wait five seconds between the shards."""

    client = Sharded(intents=intents, guild_ready_timeout=0.05)
    async with connected(fake, client=client):
        assert fake.identifies == 2
        assert client.get_guild(fake.guild.id).get_member(stranger.id).name == "남"


async def test_two_hundred_threads_are_edited_at_once(fake):
    fake.limits.enabled = False
    channel = fake.guild.channels[0]
    threads = [await fake.start_thread(channel, f"질문 {number}") for number in range(200)]
    async with connected(fake) as client:

        async def answer(thread):
            sent = await client.get_channel(thread.id).send("찾는 중")
            await sent.edit(content="답")

        await asyncio.gather(*map(answer, threads))
    assert [fake.last_answer(thread).content for thread in threads] == ["답"] * 200
    assert not fake.rate_limited
