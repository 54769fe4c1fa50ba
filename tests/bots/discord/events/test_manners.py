"""Manners on Discord: what asks nothing, what is read, and what happens to what is refused."""

import asyncio
import time
import unicodedata

import pytest
from fakes.assistants import answered
from fakes.discord_bot import answers_in, running_bot

from core.types import Delta
from devtools.discord import DiscordServer, WorldSettings
from devtools.discord.api.limits import Limit
from devtools.discord.world.model import NEWS, STAGE, VOICE, Channel, Role, snowflake

VOICE_MESSAGE = {"id": "8", "filename": "voice-message.ogg", "size": 9, "url": "https://x/y"}
VOICE_MESSAGE |= {"proxy_url": "https://x/y", "duration_secs": 2.0, "waveform": "AA=="}


def questions(bot):
    return [question.text for question in bot.assistant.asked]


async def answered_in(fake, channel, text):
    return await fake.until(
        lambda: next((m for m in answers_in(fake, channel) if m.content.startswith(text)), None)
    )


async def asked_last(fake, bot, channel):
    """All that was asked, once nothing of before can follow."""
    said = await fake.say(channel, "끝으로 하나", mention_bot=True)
    await answered_in(fake, await fake.until(lambda: said.thread), "답: 끝으로")
    return [text for text in questions(bot) if text != "끝으로 하나"]


def add_channel(fake, kind):
    channel = fake.add_channel(Channel(snowflake(), kind, "회의실", guild=fake.guild))
    fake.tell_channel("CHANNEL_CREATE", channel)
    return channel


# What asks nothing.


async def test_a_mention_counts_also_if_discord_does_not_list_it(fake, tmp_path, profile):
    """As in some relayed messages: https://github.com/NousResearch/hermes-agent/pull/55937."""
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        said = await fake.say(channel, "배송비는")
        said.content = f"{fake.bot.mention} 배송비는 얼마인가요?"
        fake.tell_message("MESSAGE_CREATE", said)
        await fake.until(lambda: questions(bot))
        assert questions(bot) == ["배송비는 얼마인가요?"]


async def test_an_old_message_that_is_told_again_is_no_question(fake, tmp_path, profile):
    channel = await fake.create_channel("공지")
    async with running_bot(fake, tmp_path, profile, DISCORD_CHANNELS=str(channel.id)) as bot:
        old = await fake.say(channel, f"{fake.user.mention} 배송비 안내입니다")
        old.content, old.edited = "배송비는 어디서 정하나요?", time.time() - 86_400 * 60
        fake.tell_message("MESSAGE_UPDATE", old)  # it was pinned
        assert await asked_last(fake, bot, channel) == []


async def test_an_edit_of_a_message_of_long_ago_asks_nothing(fake, tmp_path, profile):
    channel = await fake.create_channel("공지")
    async with running_bot(fake, tmp_path, profile, DISCORD_CHANNELS=str(channel.id)) as bot:
        long_ago = snowflake() - (86_400_000 * 3 << 22)
        old = fake.add_message(channel, fake.user, f"{fake.user.mention} 옛 공지", id=long_ago)
        await fake.edit(old, "배송비는 어디서 정하나요?")
        assert await asked_last(fake, bot, channel) == []


async def test_a_reply_to_what_is_gone_is_for_nobody(fake, tmp_path, profile):
    channel = await fake.create_channel("질문방")
    async with running_bot(fake, tmp_path, profile, DISCORD_CHANNELS=str(channel.id)) as bot:
        gone = await fake.say(channel, f"{fake.user.mention} 저는 됐어요")
        await fake.delete(gone)
        await fake.say(channel, "그건 어떻게 하셨어요?", reply_to=gone)
        assert await asked_last(fake, bot, channel) == []


async def test_in_a_thread_that_people_have_opened_only_mentions_count(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        thread = await fake.start_thread(channel, "회의")
        await fake.say(thread, "배송비는 얼마죠?", mention_bot=True)
        await answered_in(fake, thread, "답: 배송비는")
        await fake.say(thread, "누가 정리하실래요?")
        await fake.say(thread, "저요")
        assert await asked_last(fake, bot, channel) == ["배송비는 얼마죠?"]


# Pinned, renamed, somebody added, thread begun, boosted, call, poll ended.
@pytest.mark.parametrize("kind", [6, 4, 1, 3, 18, 21, 8, 46])
async def test_what_discord_tells_of_its_thread_is_no_question(fake, tmp_path, profile, kind):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        said = await fake.say(channel, "교환은 며칠 걸려요?", mention_bot=True)
        thread = await fake.until(lambda: said.thread)
        answer = await answered_in(fake, thread, "답: 교환은")
        text = "교환은 어떻게 하나요?" if kind in (4, 18) else ""
        fake.add_message(thread, fake.user, text, type=kind, reference=answer)
        assert await asked_last(fake, bot, channel) == ["교환은 며칠 걸려요?"]


async def test_in_a_locked_thread_nothing_is_asked_unless_it_may_write_there(
    fake, tmp_path, profile
):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        first = await fake.say(channel, "첫 질문", mention_bot=True)
        thread = await fake.until(lambda: first.thread)
        await answered_in(fake, thread, "답: 첫 질문")
        thread.locked = True
        fake.tell_thread("THREAD_UPDATE", thread)
        await fake.say(thread, "여기는 닫을게요. 새 글을 써 주세요.", mention_bot=True)
        assert await asked_last(fake, bot, channel) == ["첫 질문"]


async def test_a_question_that_a_proxy_says_again_stays_answered(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        asked = await fake.say(channel, "배송비는요?", mention_bot=True)
        await fake.say_by_webhook(channel, f"{fake.bot.mention} 배송비는요?", name="루나")
        await fake.delete(asked)
        await answered_in(fake, channel, "답: 배송비는요?")
        assert await asked_last(fake, bot, channel) == ["배송비는요?"]
        assert next(m.content for m in answers_in(fake, channel)).startswith("답: 배송비는요?")


async def test_so_it_does_where_the_proxy_takes_its_time(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        asked = await fake.say(channel, "배송비는요?", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        await answered_in(fake, thread, "답: 배송비는요?")
        await fake.delete(asked)
        await fake.say_by_webhook(channel, "배송비는요?", name="루나")
        assert await asked_last(fake, bot, channel) == ["배송비는요?"]
        assert answers_in(fake, thread)
        assert not thread.archived


async def test_a_reply_to_an_answer_that_asks_nothing_gets_no_answer(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.talk |= {"와 신기하다", "감사합니다!"}
        said = await fake.say(channel, "교환은 며칠 걸려요?", mention_bot=True)
        thread = await fake.until(lambda: said.thread)
        answer = await answered_in(fake, thread, "답: 교환은")
        other = await fake.create_user("지우")
        for text in ("ㅋㅋㅋ", "와 신기하다"):
            await fake.say(thread, text, user=other, reply_to=answer)
        thanks = await fake.say(thread, "감사합니다!", user=other, reply_to=answer)
        await fake.until(lambda: thanks.reactions)
        await fake.say(thread, "그럼 반품은 왜 안 되죠?", user=other, reply_to=answer)
        await answered_in(fake, thread, "답: 그럼 반품은")
        expected = ["교환은 며칠 걸려요?", "그럼 반품은 왜 안 되죠?"]
        assert await asked_last(fake, bot, channel) == expected


async def test_in_a_thread_of_people_it_answers_the_question_that_was_asked_there(
    fake, tmp_path, profile
):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        thread = await fake.start_thread(channel, "교환 이야기")
        await fake.say(thread, "교환은 며칠 걸려요?", user=await fake.create_user("지우"))
        await fake.say(thread, "그러게요", user=await fake.create_user("하늘"))
        await fake.say(thread, "", mention_bot=True)
        await answered_in(fake, thread, "답: 교환은")
        assert questions(bot) == ["교환은 며칠 걸려요?"]


# What is read.


async def test_a_forwarded_message_is_the_question(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.forward(fake.dm(fake.user), "배송비는 얼마인가요?")
        await answered_in(fake, fake.dm(fake.user), "답: 배송비는")
        assert questions(bot) == ["배송비는 얼마인가요?"]


async def test_of_a_forward_without_a_text_it_says_that_it_is_not_read(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.forward(fake.dm(fake.user), "")
        await answered_in(fake, fake.dm(fake.user), profile.unreadable)
        assert questions(bot) == []


async def test_of_an_animation_alone_it_says_that_it_is_not_read(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.direct("https://tenor.com/view/cat-wave-hello-gif-12345")
        await answered_in(fake, fake.dm(fake.user), profile.unreadable)
        await fake.direct("https://media.tenor.com/abc/cat.gif 배송비는요?")
        await answered_in(fake, fake.dm(fake.user), "답: 배송비는요?")
        assert questions(bot) == ["배송비는요?"]


async def test_called_in_a_thread_on_what_a_webhook_says_it_answers_that(fake, tmp_path, profile):
    """As a bridge or a form repeats what a person asks."""
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        said = await fake.say_by_webhook(channel, "배송비는 얼마인가요?", name="다리")
        thread = await fake.start_thread(channel, "이야기", source=said)
        await fake.say(thread, "", mention_bot=True)
        await answered_in(fake, thread, "답: 배송비는")
        assert questions(bot) == ["배송비는 얼마인가요?"]


async def test_what_an_app_has_written_in_an_embed_is_read(fake, tmp_path, profile):
    """As forms do, whose answers stand in fields."""
    channel = fake.guild.channels[0]
    fields = [{"name": "문의", "value": "배송비는 얼마인가요?", "inline": False}]
    embed = {"type": "rich", "title": "새 문의", "fields": fields}
    async with running_bot(fake, tmp_path, profile) as bot:
        form = await fake.create_user("신청서")
        form.bot = True
        said = fake.add_message(channel, form, embeds=[embed])
        await fake.say(channel, "", mention_bot=True, reply_to=said)
        await fake.until(lambda: questions(bot))
        assert questions(bot) == ["새 문의\n문의\n배송비는 얼마인가요?"]


@pytest.mark.parametrize("forwarded", [False, True])
async def test_what_an_app_has_laid_out_in_components_is_read(fake, tmp_path, profile, forwarded):
    """Components v2, beside which a message has no content: a title, and a section with a link."""
    channel = fake.guild.channels[0]
    link = {"type": 2, "id": 5, "style": 5, "label": "열기", "url": "https://x.example"}
    asked = {"type": 9, "id": 3, "accessory": link, "components": [text_display("배송비는요?")]}
    card = [{"type": 17, "id": 1, "components": [text_display("새 문의"), asked]}]
    async with running_bot(fake, tmp_path, profile) as bot:
        if forwarded:
            said = await fake.forward(fake.dm(fake.user), "")
            said.extra["message_snapshots"][0]["message"]["components"] = card
            fake.tell_message("MESSAGE_CREATE", said)
        else:
            form = await fake.create_user("신청서")
            form.bot = True
            said = fake.add_message(channel, form, flags=1 << 15, components=card)
            await fake.say(channel, "", mention_bot=True, reply_to=said)
        await fake.until(lambda: questions(bot))
        assert questions(bot) == ["새 문의\n배송비는요?"]


def text_display(content):
    return {"type": 10, "id": 9, "content": content}


async def test_what_discord_shows_otherwise_is_read_as_it_is_shown(fake, tmp_path, profile):
    """Commands, times, and the marks of headings and of hidden text."""
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        for said in (
            "# {bot} 배송비는요?",
            "||{bot} 교환은요?||",
            "{bot} </faq:123456>는 뭔가요?",
            "{bot} <t:1700000000:R>에 산 것은요?",
        ):
            await fake.say(channel, said.format(bot=fake.bot.mention))
        await fake.until(lambda: len(questions(bot)) == 4)
        assert sorted(questions(bot)) == [
            "/faq는 뭔가요?",
            "2023-11-14에 산 것은요?",
            "교환은요?",
            "배송비는요?",
        ]


@pytest.mark.parametrize("expiry", [None, "2026-12-24T09:00:00+00:00"])
async def test_a_poll_is_read_where_it_is_for_the_bot(fake, tmp_path, profile, expiry):
    """In a channel of questions it asks the people there."""
    channel = await fake.create_channel("질문방")
    poll = {"poll": POLL | {"question": {"text": "배송비는 얼마인가요?"}, "expiry": expiry}}
    async with running_bot(fake, tmp_path, profile, DISCORD_CHANNELS=str(channel.id)) as bot:
        fake.add_message(channel, fake.user, extra=poll)
        fake.add_message(fake.dm(fake.user), fake.user, extra=poll)
        await answered_in(fake, fake.dm(fake.user), "답: 배송비는")
        assert await asked_last(fake, bot, channel) == ["배송비는 얼마인가요?"]


async def test_a_picture_alone_is_told_that_it_is_not_read_and_its_caption_is_asked(
    fake, tmp_path, profile
):
    async with running_bot(fake, tmp_path, profile) as bot:
        direct = fake.dm(fake.user)
        await fake.show_picture(direct)
        await answered_in(fake, direct, profile.unreadable)
        await fake.show_picture(direct, caption="이 화면은 뭔가요?")
        await answered_in(fake, direct, "답: 이 화면은")
        assert questions(bot) == ["이 화면은 뭔가요?"]


async def test_a_caption_that_only_points_to_a_picture_is_told_that_it_is_not_read(
    fake, tmp_path, profile
):
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.talk.add("이것 좀 봐 주세요")
        await fake.show_picture(fake.dm(fake.user), caption="이것 좀 봐 주세요")
        await answered_in(fake, fake.dm(fake.user), profile.unreadable)
        assert questions(bot) == []


@pytest.mark.parametrize(
    "said",
    [
        {"sticker_items": [{"id": "7", "name": "안녕", "format_type": 1}]},
        {"flags": 8192, "attachments": [VOICE_MESSAGE]},
    ],
)
async def test_so_are_a_sticker_and_a_voice_message(fake, tmp_path, profile, said):
    async with running_bot(fake, tmp_path, profile) as bot:
        fake.add_message(fake.dm(fake.user), fake.user, "", extra=said)
        await answered_in(fake, fake.dm(fake.user), profile.unreadable)
        assert questions(bot) == []


async def test_called_below_a_posts_title_it_answers_that(fake, tmp_path, profile):
    forum = await fake.create_forum("자유")
    async with running_bot(fake, tmp_path, profile) as bot:
        post = await fake.post_in_forum(forum, "배송비는 얼마인가요?", fake.bot.mention)
        await answered_in(fake, post, "답: 배송비는")
        assert questions(bot) == ["배송비는 얼마인가요?"]


async def test_called_later_in_a_post_it_answers_its_title(fake, tmp_path, profile):
    """Also if the post itself says no more than its title."""
    forum = await fake.create_forum("자유")
    async with running_bot(fake, tmp_path, profile) as bot:
        post = await fake.post_in_forum(forum, "배송비는 얼마인가요?", "제목대로입니다")
        await fake.say(post, "", mention_bot=True, user=fake.add_user("나래"))
        await answered_in(fake, post, "답: 배송비는")
        assert questions(bot) == ["배송비는 얼마인가요?\n제목대로입니다"]


async def test_a_thread_on_an_answer_goes_on_with_its_conversation(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    await fake.deny(channel, "CREATE_PUBLIC_THREADS")
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.say(channel, "첫 질문", mention_bot=True)
        answer = await answered_in(fake, channel, "답: 첫 질문")
        await fake.until(lambda: answer.buttons[-1]["custom_id"].startswith("down:"))
        thread = await fake.start_thread(channel, "이어서", source=answer)
        await fake.say(thread, "공휴일에는 어떻게 되나요?")
        await answered_in(fake, thread, "답: 공휴일에는")
        first, second = bot.assistant.asked
        assert first.session == second.session


async def test_a_mention_by_role_that_cannot_be_read_is_told_so(tmp_path, profile):
    bare = DiscordServer(WorldSettings(privileged=()))
    channel = await bare.create_channel("질문")
    role = Role(snowflake(), "faqbot", bot_id=bare.bot.id)
    bare.guild.roles[role.id] = role
    async with bare.serve(), running_bot(bare, tmp_path, profile, DISCORD_MESSAGE_CONTENT=False):
        await bare.say(channel, f"<@&{role.id}> 배송비는?")
        await answered_in(bare, channel, profile.unreadable_role_mention)


# Downtime.


async def test_after_downtime_talk_stays_between_people_and_questions_are_answered(
    fake, tmp_path, profile
):
    channel = fake.guild.channels[0]
    other = await fake.create_user("나래")
    voice = add_channel(fake, VOICE)
    async with running_bot(fake, tmp_path, profile):
        first = await fake.say(channel, "첫 질문", mention_bot=True)
        thread = await fake.until(lambda: first.thread)
        await answered_in(fake, thread, "답: 첫 질문")
    for number in range(8):
        await fake.say(thread, f"우리끼리 {number}", user=(fake.user, other)[number % 2])
    settled = await fake.say(channel, "담당자가 누구죠?", mention_bot=True)
    await fake.say(channel, "저예요", user=other, reply_to=settled)
    await fake.say(channel, "배송비는 얼마인가요?", user=other, mention_bot=True)
    await fake.say(voice, "반품은 어떻게 하나요?", mention_bot=True)
    async with running_bot(fake, tmp_path, profile, inbox_total=1) as bot:
        await fake.until(lambda: len(questions(bot)) == 2)
        await fake.until(lambda: answers_in(fake, voice))
        assert sorted(questions(bot)) == ["반품은 어떻게 하나요?", "배송비는 얼마인가요?"]


async def test_direct_messages_that_cannot_be_read_hide_no_others(fake, tmp_path, profile):
    other = await fake.create_user("나래")
    async with running_bot(fake, tmp_path, profile):
        await fake.direct("제 질문", user=other)
        await answered_in(fake, fake.dm(other), "답: 제 질문")
        await fake.direct("첫 질문")
        await answered_in(fake, fake.dm(fake.user), "답: 첫 질문")
    await fake.direct("없는 동안 물은 것", user=other)
    fake.fail_next("GET", rf"/channels/{fake.dm(fake.user).id}$", "403", code=50001)
    async with running_bot(fake, tmp_path, profile):
        await answered_in(fake, fake.dm(other), "답: 없는 동안")


# What is refused.


@pytest.mark.parametrize("code", [50035, 200000, 200001])
async def test_a_thread_whose_name_is_refused_gets_a_neutral_one(fake, tmp_path, profile, code):
    channel = fake.guild.channels[0]
    fake.fail_next("POST", r"/threads$", "400", code=code)
    async with running_bot(fake, tmp_path, profile):
        asked = await fake.say(channel, "욕설이 든 질문", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        await answered_in(fake, thread, "답: 욕설이")
        assert thread.name == profile.name


@pytest.mark.parametrize("code", [30033, 40333, 160006])
async def test_where_no_thread_can_be_the_answer_is_a_reply(fake, tmp_path, profile, code):
    channel = fake.guild.channels[0]
    fake.fail_next("POST", r"/threads$", "400", code=code, times=9)
    async with running_bot(fake, tmp_path, profile):
        asked = await fake.say(channel, "질문", mention_bot=True)
        assert (await answered_in(fake, channel, "답: 질문")).reference is asked


async def test_where_no_thread_may_be_opened_for_minutes_answers_are_replies(
    fake, tmp_path, profile
):
    """Discord has asked for 280 s between two of them."""
    channel = fake.guild.channels[0]
    fake.fail_next("POST", r"/threads$", "429", retry_after_s=280)
    async with running_bot(fake, tmp_path, profile):
        for text in ("질문", "다음 질문"):
            asked = await fake.say(channel, text, mention_bot=True)
            assert (await answered_in(fake, channel, f"답: {text}")).reference is asked
        assert not fake.threads_of(channel)
        assert len(fake.rate_limited) == 1


async def test_where_no_message_is_taken_for_hours_the_answer_comes_directly(
    fake, tmp_path, profile
):
    """As by a slow mode (20016)."""
    forum = await fake.create_forum("자유")
    async with running_bot(fake, tmp_path, profile):
        post = await fake.post_in_forum(forum, "이야기", "안녕하세요")
        path = rf"/channels/{post.id}/messages$"
        fake.fail_next("POST", path, "429", retry_after_s=21_600)
        for text in ("질문", "다음 질문"):
            await fake.say(post, text, mention_bot=True)
            said = await answered_in(fake, fake.dm(fake.user), f"답: {text}")
            assert profile.shown_privately in said.content


@pytest.mark.parametrize("refuses", ["the thread", "messages in it"])
async def test_answers_that_go_into_the_channel_after_all_share_its_limit(
    fake, tmp_path, profile, refuses
):
    channel = fake.guild.channels[0]
    for route in ("post_message", "edit_message"):
        fake.buckets.limits.routes[route] = Limit(3, 0.5)
    asked = []
    async with running_bot(fake, tmp_path, profile) as bot:
        go_on = asyncio.Event()
        for number in range(5):
            text = Delta(f"지금 쓰기 시작한 답 {number}입니다. ")
            bot.assistant.script(f"질문 {number}", text, go_on, answered(f"끝 {number}."))
            question = await fake.say(channel, f"질문 {number}")
            path = r"/threads$" if refuses == "the thread" else rf"/{question.id}/messages$"
            fake.fail_next("POST", path, "400", code=30033, times=9)
            asked.append(question)
        for number, question in enumerate(asked):
            await fake.edit(question, f"{fake.bot.mention} 질문 {number}")
        await fake.until(lambda: len(answers_in(fake, channel)) == len(asked), 10)
        go_on.set()
        await fake.until(
            lambda: all(m.content.startswith("끝") for m in answers_in(fake, channel)), 10
        )
        assert len(answers_in(fake, channel)) == len(asked)
        assert not fake.rate_limited


async def test_what_a_thread_refuses_stands_in_the_channel_and_the_thread_goes(
    fake, tmp_path, profile
):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile):
        asked = await fake.say(channel, "질문")
        fake.fail_next("POST", rf"/channels/{asked.id}/messages$", "400", code=30033, times=9)
        await fake.edit(asked, f"{fake.bot.mention} 질문")
        assert (await answered_in(fake, channel, "답: 질문")).reference is asked
        await fake.until(lambda: asked.thread.archived)


@pytest.mark.parametrize("code", [200000, 999999])  # AutoMod, and a code that is new
async def test_what_is_blocked_everywhere_comes_to_the_asker_directly(
    fake, tmp_path, profile, code
):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile):
        asked = await fake.say(channel, "질문")
        for where in (asked.id, channel.id):
            path = rf"/channels/{where}/messages$"
            fake.fail_next("POST", path, "400", code=code, times=9)
        await fake.edit(asked, f"{fake.bot.mention} 질문")
        said = await answered_in(fake, fake.dm(fake.user), "답: 질문")
        assert profile.shown_privately in said.content
        assert not answers_in(fake, channel)
        assert not answers_in(fake, asked.thread)


async def test_a_notice_that_is_blocked_comes_directly(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile):
        path = rf"/channels/{channel.id}/messages$"
        fake.fail_next("POST", path, "400", code=200000, times=9)
        await fake.say(channel, "", mention_bot=True)
        await answered_in(fake, fake.dm(fake.user), profile.empty_mention)


async def test_the_thread_of_a_deleted_question_goes_to_the_archive(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile):
        asked = await fake.say(channel, "질문", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        await answered_in(fake, thread, "답: 질문")
        await fake.delete(asked)
        await fake.until(lambda: not answers_in(fake, thread) and thread.archived)


async def test_an_edited_question_renames_its_thread(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile):
        asked = await fake.say(channel, "배송비가 얼마", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        await answered_in(fake, thread, "답: 배송비가")
        await fake.edit(asked, f"{fake.bot.mention} 배송비는 얼마인가요?")
        await fake.until(lambda: thread.name == "배송비는 얼마인가요?")


async def test_hangul_that_was_taken_apart_is_counted_and_shown_as_syllables(
    fake, tmp_path, profile
):
    """As a Mac takes it apart in names of files."""
    channel = fake.guild.channels[0]
    asked = "교환은 며칠 걸려요? " * 60
    async with running_bot(fake, tmp_path, profile):
        said = await fake.say(channel, unicodedata.normalize("NFD", asked), mention_bot=True)
        thread = await fake.until(lambda: said.thread)
        assert asked.startswith(thread.name.removesuffix("…"))


async def test_a_question_that_is_too_long_opens_no_thread(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.say(channel, "길어요 " * 400, mention_bot=True)
        await answered_in(fake, channel, profile.long_question)
        assert not fake.threads_of(channel)
        assert questions(bot) == []


async def test_an_event_that_cannot_be_read_ends_no_connection(fake, tmp_path, profile, caplog):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        for _ in range(5):
            strange = await fake.say(channel, "이상한 것")
            strange.extra = {"author": None, "interaction_metadata": None}
            fake.tell_message("MESSAGE_CREATE", strange)
        sessions = len(fake.sessions)
        assert await asked_last(fake, bot, channel) == []
        assert len(fake.sessions) == sessions
    assert "MESSAGE_CREATE cannot be read" in caplog.text


# A poll that never ends, which is documented, and parts that are null.
POLL = {"question": {"text": "점심은?"}, "answers": [], "expiry": None}
POLL |= {"allow_multiselect": False, "layout_type": 1}
UNREADABLE = [
    {"poll": POLL},
    {"interaction_metadata": None, "member": None, "role_subscription_data": None},
    {"attachments": None, "embeds": None, "mentions": None, "components": None},
    {"message_snapshots": [{"message": None}]},
]


@pytest.mark.parametrize("parts", UNREADABLE)
async def test_what_cannot_be_read_beside_a_question_does_not_hide_it(
    fake, tmp_path, profile, parts
):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        fake.add_message(fake.dm(fake.user), fake.user, "배송비는 얼마인가요?", extra=parts)
        await answered_in(fake, fake.dm(fake.user), "답: 배송비는")
        assert await asked_last(fake, bot, channel) == ["배송비는 얼마인가요?"]


async def test_nor_does_it_in_a_thread_that_is_read_or_after_downtime(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    thread = await fake.start_thread(channel, "점심 이야기")
    fake.add_message(thread, fake.user, "교환은 며칠 걸려요?", extra={"poll": POLL})
    async with running_bot(fake, tmp_path, profile):
        await fake.say(thread, "", mention_bot=True)
        await answered_in(fake, thread, "답: 교환은")
    fake.add_message(thread, fake.user, "투표", extra={"poll": POLL})
    await fake.say(channel, "배송비는 얼마인가요?", mention_bot=True)
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.until(lambda: questions(bot) == ["배송비는 얼마인가요?"])


async def test_others_cannot_stop_an_answer(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    other, more = await fake.create_user("나래"), asyncio.Event()
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", more, answered("끝까지 쓴 답."))
        asked = await fake.say(channel, "질문", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        await fake.until(lambda: answers_in(fake, thread))
        await fake.react(asked, "🛑", user=other)
        await fake.say(channel, "다음", user=other, mention_bot=True)
        await fake.until(lambda: len(questions(bot)) == 2)
        more.set()
        await answered_in(fake, thread, "끝까지 쓴 답.")


# The bot's role, voice channels, and refusals in the middle of an answer.


async def test_a_mention_of_its_role_is_a_call_and_no_part_of_the_question(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    role = Role(snowflake(), "faqbot", bot_id=fake.bot.id)
    fake.guild.roles[role.id] = role
    async with running_bot(fake, tmp_path, profile) as bot:
        asked = await fake.say(channel, f"<@&{role.id}>님, 배송비는요?")
        await answered_in(fake, await fake.until(lambda: asked.thread), "답: 배송비는요?")
        assert questions(bot) == ["배송비는요?"]


@pytest.mark.parametrize("kind", [VOICE, STAGE])
async def test_called_beside_a_voice_channel_it_replies_there(fake, tmp_path, profile, kind):
    voice = add_channel(fake, kind)
    async with running_bot(fake, tmp_path, profile):
        asked = await fake.say(voice, "배송비는요?", mention_bot=True)
        assert (await answered_in(fake, voice, "답: 배송비는요?")).reference is asked


async def test_below_an_announcement_it_answers_in_a_thread(fake, tmp_path, profile):
    news = add_channel(fake, NEWS)
    async with running_bot(fake, tmp_path, profile) as bot:
        asked = await fake.say(news, "배송비는요?", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        await answered_in(fake, thread, "답: 배송비는요?")
        await fake.say(thread, "교환은요?")
        await answered_in(fake, thread, "답: 교환은요?")
        assert questions(bot) == ["배송비는요?", "교환은요?"]


async def test_whoever_pins_a_message_of_its_thread_is_no_company(fake, tmp_path, profile):
    channel, moderator = fake.guild.channels[0], await fake.create_user("나래")
    async with running_bot(fake, tmp_path, profile) as bot:
        asked = await fake.say(channel, "배송비는요?", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        await answered_in(fake, thread, "답: 배송비는요?")
        fake.add_message(thread, moderator, "", type=6)
        await fake.say(thread, "교환은요?")
        await answered_in(fake, thread, "답: 교환은요?")
        assert questions(bot) == ["배송비는요?", "교환은요?"]


@pytest.mark.parametrize("code", [200000, 50083])
async def test_what_is_refused_while_it_grows_comes_directly_and_leaves_no_empty_thread(
    fake, tmp_path, profile, code
):
    """Also where a thread stays closed although it was taken out of the archive."""
    channel, more = fake.guild.channels[0], asyncio.Event()
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", Delta("금칙어 "), more, answered("금칙어 없이 쓴 답."))
        asked = await fake.say(channel, "질문", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        await fake.until(lambda: answers_in(fake, thread))
        fake.fail_next("PATCH", rf"/channels/{thread.id}/messages/", "400", code=code, times=9)
        more.set()
        said = await answered_in(fake, fake.dm(fake.user), "금칙어 없이")
        assert profile.shown_privately in said.content
        await fake.until(lambda: not answers_in(fake, thread) and thread.archived)


@pytest.mark.parametrize("follows_up", [False, True])
async def test_an_answer_whose_thread_a_moderator_deletes_comes_directly_once(
    fake, tmp_path, profile, follows_up
):
    """Also that to a question which was asked in the thread, and is gone with it."""
    channel, more = fake.guild.channels[0], asyncio.Event()
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문은요?", Delta("우선 "), more, answered("다 쓴 답."))
        asked = await fake.say(channel, "첫째" if follows_up else "질문은요?", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        if follows_up:
            await answered_in(fake, thread, "답: 첫째")
            await fake.say(thread, "질문은요?")
        await fake.until(lambda: len(answers_in(fake, thread)) == 1 + follows_up)
        await fake.delete_channel(thread)
        more.set()
        said = await answered_in(fake, fake.dm(fake.user), "다 쓴 답.")
        assert profile.shown_privately in said.content
        await asked_last(fake, bot, channel)
        assert answers_in(fake, fake.dm(fake.user)) == [said]
        assert not answers_in(fake, channel)


async def test_whoever_takes_no_direct_messages_is_called_in_the_channel_of_a_deleted_thread(
    fake, tmp_path, profile
):
    channel, more = fake.guild.channels[0], asyncio.Event()
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문은요?", Delta("우선 "), more, answered("다 쓴 답."))
        asked = await fake.say(channel, "질문은요?", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        await fake.until(lambda: answers_in(fake, thread))
        path = rf"/channels/{fake.dm(fake.user).id}/messages$"
        fake.fail_next("POST", path, "403", code=50007, times=9)
        await fake.delete_channel(thread)
        more.set()
        await answered_in(fake, channel, profile.not_delivered.format(name=fake.user.mention))
        await asked_last(fake, bot, channel)
        assert len(answers_in(fake, channel)) == 1
