"""Where the bot listens on Discord, in which session, and what it leaves alone."""

import asyncio

from fakes.assistants import answered
from fakes.discord_bot import answers_in, running_bot, thread_of

from core.types import Delta
from devtools.discord import DiscordServer, WorldSettings


def questions(bot):
    return [question.text for question in bot.assistant.asked]


async def answered_in(fake, channel, text):
    """The bot's message that begins with an answer, in a channel."""
    return await fake.until(
        lambda: next((m for m in answers_in(fake, channel) if m.content.startswith(text)), None),
    )


async def test_a_mention_opens_a_thread_named_after_the_question(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        asked = await fake.say(channel, "정산은\n언제 되나요?", mention_bot=True)
        thread = await fake.until(lambda: thread_of(fake, channel))
        answer = await answered_in(fake, thread, "답: 정산은")
        assert (thread.id, thread.name) == (asked.id, "정산은 언제 되나요?")
        assert answer.type == 0
        assert bot.assistant.asked[0].session == f"discord:{fake.guild.id}:{channel.id}:{asked.id}"
        assert not fake.rate_limited


async def test_a_threads_name_has_100_characters_at_most(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile):
        await fake.say(channel, "정산 " * 60, mention_bot=True)
        thread = await fake.until(lambda: thread_of(fake, channel))
        assert len(thread.name) <= 100
        assert thread.name.endswith("…")


async def test_in_its_own_thread_nobody_has_to_mention_it(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.say(channel, "첫 질문", mention_bot=True)
        thread = await fake.until(lambda: thread_of(fake, channel))
        more = await fake.say(thread, "이어서 묻습니다")
        answer = await answered_in(fake, thread, "답: 이어서")
        assert answer.reference is more
        first, second = bot.assistant.asked
        assert first.session == second.session


async def test_people_may_talk_to_each_other_in_its_thread(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    other = await fake.create_user("나래")
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.say(channel, "첫 질문", mention_bot=True)
        thread = await fake.until(lambda: thread_of(fake, channel))
        await answered_in(fake, thread, "답: 첫 질문")
        said = await fake.say(thread, f"{other.mention} 이거 보셨어요?")
        await fake.say(thread, "다음 질문", mention_bot=True)
        await answered_in(fake, thread, "답: 다음 질문")  # before anybody else has written here
        await fake.say(thread, "네, 봤어요", user=other, reply_to=said)
        await fake.say(thread, "그럼 이따 봐요")
        await fake.say(thread, "끝 질문", mention_bot=True)
        await answered_in(fake, thread, "답: 끝 질문")
        assert questions(bot) == ["첫 질문", "다음 질문", "끝 질문"]


async def test_without_the_permission_for_threads_the_reply_chain_is_the_session(
    fake, tmp_path, profile
):
    channel = fake.guild.channels[0]
    await fake.deny(channel, "CREATE_PUBLIC_THREADS")
    async with running_bot(fake, tmp_path, profile) as bot:
        first = await fake.say(channel, "첫 질문", mention_bot=True)
        answer = await answered_in(fake, channel, "답: 첫 질문")
        assert answer.reference is first
        await fake.until(lambda: answer.buttons[-1]["custom_id"].startswith("down:"))
        second = await fake.say(channel, "이어서 묻습니다", reply_to=answer)
        more = await answered_in(fake, channel, "답: 이어서")
        assert more.reference is second
        third = await fake.say(channel, "또 묻습니다", reply_to=more)
        await answered_in(fake, channel, "답: 또 묻습니다")
        await fake.say(channel, "다른 이야기", mention_bot=True)
        await answered_in(fake, channel, "답: 다른 이야기")
        sessions = [question.session for question in bot.assistant.asked]
        assert sessions[0] == sessions[1] == sessions[2] != sessions[3]
        assert third.channel is channel
        assert not fake.threads_of(channel)


async def test_a_thread_that_cannot_be_opened_after_all_is_done_without(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    fake.fail_next("POST", r"/threads$", "403", code=50013, times=2)
    async with running_bot(fake, tmp_path, profile):
        asked = await fake.say(channel, "질문", mention_bot=True)
        answer = await answered_in(fake, channel, "답: 질문")
        assert answer.reference is asked


async def test_a_thread_that_somebody_opened_first_is_used(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile, working=False) as bot:
        asked = await fake.say(channel, "질문", mention_bot=True)
        thread = await fake.start_thread(channel, "먼저 연 스레드", source=asked)
        working = asyncio.create_task(bot.service.run())
        await answered_in(fake, thread, "답: 질문")
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_direct_messages_are_one_session(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.direct("첫 질문")
        channel = fake.dm(fake.user)
        await answered_in(fake, channel, "답: 첫 질문")
        await fake.direct("다음 질문")
        await answered_in(fake, channel, "답: 다음 질문")
        assert {q.session for q in bot.assistant.asked} == {f"discord:@me:{channel.id}:"}


async def test_in_a_configured_channel_every_message_is_a_question(fake, tmp_path, profile):
    channel = await fake.create_channel("faq")
    other = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile, DISCORD_CHANNELS=str(channel.id)) as bot:
        await fake.say(other, "여기는 아닙니다")
        await fake.say(channel, "여기서 묻습니다")
        thread = await fake.until(lambda: thread_of(fake, channel))
        await answered_in(fake, thread, "답: 여기서")
        assert questions(bot) == ["여기서 묻습니다"]


async def test_a_forum_post_asks_with_its_tags_title_and_body(fake, tmp_path, profile):
    forum = await fake.create_forum("문의", tags=("정산", "배송"))
    helper = await fake.create_user("도우미")
    async with running_bot(fake, tmp_path, profile, DISCORD_FORUMS=str(forum.id)) as bot:
        post = await fake.post_in_forum(forum, "언제 되나요?", "입금이 안 됐어요", tags=("정산",))
        answer = await answered_in(fake, post, "답: 정산")
        await fake.say(post, "그럼 공휴일에는요?")
        await answered_in(fake, post, "답: 그럼 공휴일")
        await fake.say(post, "저도 궁금해요", user=helper)  # to whoever asked
        await fake.say(post, "고맙습니다, 해 볼게요")
        assert questions(bot) == ["정산 언제 되나요?\n입금이 안 됐어요", "그럼 공휴일에는요?"]
        sessions = {question.session for question in bot.assistant.asked}
        assert sessions == {f"discord:{fake.guild.id}:{forum.id}:{post.id}"}
        assert answer.reference.id == post.id


async def test_a_post_whose_body_says_its_title_again_asks_once(fake, tmp_path, profile):
    forum = await fake.create_forum("문의", tags=("인사",))
    async with running_bot(fake, tmp_path, profile, DISCORD_FORUMS=str(forum.id)) as bot:
        text = "연차는 어떻게 신청하나요?"
        post = await fake.post_in_forum(forum, text, f"{text} 급해요", tags=("인사",))
        await answered_in(fake, post, "답: 인사")
        assert questions(bot) == [f"인사 {text} 급해요"]


async def test_a_forum_post_that_asks_nothing_is_left_alone(fake, tmp_path, profile):
    forum = await fake.create_forum("문의")
    async with running_bot(fake, tmp_path, profile, DISCORD_FORUMS=str(forum.id)) as bot:
        greeting, notice = "Hello\nHi everyone", "점검 안내 올렸습니다\n공지 채널에 올렸어요"
        bot.assistant.greetings.add(greeting)
        bot.assistant.talk |= {greeting, notice, "견학은 언제 되나요?"}
        posts = [await fake.post_in_forum(forum, *one.split("\n")) for one in (greeting, notice)]
        await fake.post_in_forum(forum, "견학", "견학은 언제 되나요?")
        await fake.until(lambda: bot.assistant.asked)
        assert [question.text for question in bot.assistant.asked] == ["견학은 언제 되나요?"]
        assert not [one for post in posts for one in answers_in(fake, post)]


async def test_other_forums_are_left_alone_but_for_mentions(fake, tmp_path, profile):
    forum = await fake.create_forum("수다")
    async with running_bot(fake, tmp_path, profile) as bot:
        post = await fake.post_in_forum(forum, "안녕하세요", "반갑습니다")
        await fake.say(post, "정산은요?", mention_bot=True)
        await answered_in(fake, post, "답: 정산은요?")
        assert questions(bot) == ["정산은요?"]


async def test_a_call_without_a_question_is_answered_kindly(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        called = await fake.say(channel, "", mention_bot=True)
        answer = await answered_in(fake, channel, profile.empty_mention)
        assert answer.reference is called
        assert not fake.pings
        assert questions(bot) == []


async def test_other_bots_are_not_answered(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    robot = fake.add_user("로봇", bot=True)
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.say(channel, "기계가 묻습니다", user=robot, mention_bot=True)
        await fake.say(channel, "사람이 묻습니다", mention_bot=True)
        await fake.until(lambda: questions(bot))
        assert questions(bot) == ["사람이 묻습니다"]


async def test_names_stand_where_ids_stood(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    other = await fake.create_user("나래")
    async with running_bot(fake, tmp_path, profile) as bot:
        text = f"{other.mention} 님이 <#{channel.id}>에서 <:good:12345> 물어봤어요"
        await fake.say(channel, text, mention_bot=True)
        await fake.until(lambda: questions(bot))
        assert questions(bot) == ["@나래 님이 #질문에서 :good: 물어봤어요"]


async def test_a_mention_that_is_added_by_an_edit_asks(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        said = await fake.say(channel, "정산은 언제 되나요?")
        await fake.edit(said, f"{fake.bot.mention} 정산은 언제 되나요?")
        await fake.until(lambda: questions(bot))
        assert questions(bot) == ["정산은 언제 되나요?"]


async def test_a_deleted_forum_post_withdraws_its_question(fake, tmp_path, profile):
    forum = await fake.create_forum("문의")
    never = asyncio.Event()
    async with running_bot(fake, tmp_path, profile, DISCORD_FORUMS=str(forum.id)) as bot:
        bot.assistant.script("제목\n본문", Delta("끝나지 않을 답을 쓰고 있습니다. 아마도. "), never)
        post = await fake.post_in_forum(forum, "제목", "본문")
        await answered_in(fake, post, "끝나지 않을")
        await fake.delete_channel(post)
        question_id = f"discord:{fake.guild.id}:{post.id}:{post.id}"
        async with asyncio.timeout(30):
            while (await bot.stores.inbox.find(question_id)).state != "withdrawn":  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_bulk_deletion_takes_every_answer_away(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile):
        asked = [await fake.say(channel, f"질문 {n}", mention_bot=True) for n in range(2)]
        for message in asked:
            await answered_in(fake, await fake.until(lambda m=message: m.thread), "답: 질문")
        ids = [str(message.id) for message in asked]
        where = {"channel_id": str(channel.id), "guild_id": str(fake.guild.id)}
        fake.dispatch("MESSAGE_DELETE_BULK", where | {"ids": ids}, ("GUILD_MESSAGES",))
        await fake.until(lambda: not any(answers_in(fake, m.thread) for m in asked))


async def test_a_stop_sign_on_the_question_or_the_answer_stops_it(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    never = asyncio.Event()
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", Delta("여기까지는 쓰였습니다. 이제 그만. "), never)
        bot.assistant.script("또", Delta("여기까지는 쓰였습니다. 이제 그만. "), never)
        asked = await fake.say(channel, "질문", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        answer = await answered_in(fake, thread, "여기까지는")
        await fake.react(asked, "🛑")
        await fake.until(lambda: profile.stopped in answer.content)
        await fake.say(thread, "또")
        await fake.until(lambda: len(answers_in(fake, thread)) == 2)
        second = answers_in(fake, thread)[-1]
        await fake.react(second, "👍")
        await fake.react(second, "🛑")
        await fake.until(lambda: profile.stopped in second.content)


async def test_somebody_who_asks_too_much_is_told_so_and_no_more_than_once(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile, per_minute=1) as bot:
        for number in range(3):
            await fake.say(channel, f"질문 {number}", mention_bot=True)
        await answered_in(fake, channel, profile.limited)
        await fake.until(lambda: questions(bot))
        said = [message.content for message in answers_in(fake, channel)]
        assert said == [profile.limited]
        assert questions(bot) == ["질문 0"]


async def test_an_edit_that_is_one_question_too_many_is_told_so(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile, per_minute=1) as bot:
        message = await fake.say(channel, "질문", mention_bot=True)
        await fake.until(lambda: questions(bot))
        await fake.edit(message, f"{fake.bot.mention} 다른 질문")
        await answered_in(fake, channel, profile.limited)
        assert questions(bot) == ["질문"]


async def test_when_the_inbox_is_full_whoever_asks_is_told_so(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    full = {"inbox_total": 1}
    async with running_bot(fake, tmp_path, profile, working=False, **full):
        await fake.say(channel, "첫 질문", mention_bot=True)
        await fake.say(channel, "둘째 질문", mention_bot=True)
        await answered_in(fake, channel, profile.inbox_full)


async def test_where_it_may_not_write_whoever_asked_is_told_what_is_missing(
    fake, tmp_path, profile
):
    channel = fake.guild.channels[0]
    asker = await fake.create_user("나래")
    await fake.deny(channel, "SEND_MESSAGES", "SEND_MESSAGES_IN_THREADS")
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.say(channel, "질문", user=asker, mention_bot=True)
        for person in (asker, fake.guild.owner):
            told = await fake.until(lambda p=person: answers_in(fake, fake.dm(p)))
            assert "Send Messages" in told[0].content
            assert "#" not in told[0].content or channel.name in told[0].content
        assert questions(bot) == []


async def test_a_missing_permission_that_can_be_done_without_is_told_in_the_channel(
    fake, tmp_path, profile
):
    channel = fake.guild.channels[0]
    await fake.deny(channel, "CREATE_PUBLIC_THREADS")
    async with running_bot(fake, tmp_path, profile):
        await fake.say(channel, "질문", mention_bot=True)
        await answered_in(fake, channel, "답: 질문")
        told = await fake.until(
            lambda: [m for m in answers_in(fake, channel) if "Create Public Threads" in m.content]
        )
        await fake.say(channel, "또 질문", mention_bot=True)
        await answered_in(fake, channel, "답: 또 질문")
        assert len(told) == 1


async def test_without_the_content_intent_mentions_are_still_heard(tmp_path, profile, fake):
    bare = DiscordServer(WorldSettings(privileged=()))
    channel = await bare.create_channel("질문")
    async with bare.serve(), running_bot(bare, tmp_path, profile) as bot:
        await bare.say(channel, "질문", mention_bot=True)
        thread = await bare.until(lambda: thread_of(bare, channel))
        await answered_in(bare, thread, "답: 질문")
        await bare.say(thread, "멘션 없이")
        await bare.say(thread, "멘션하고", mention_bot=True)
        await answered_in(bare, thread, "답: 멘션하고")
        assert questions(bot) == ["질문", "멘션하고"]


async def test_an_answer_shows_no_previews_and_calls_nobody(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", answered("https://sell.smartstore.naver.com 을 보세요."))
        await fake.say(channel, "질문", mention_bot=True)
        thread = await fake.until(lambda: thread_of(fake, channel))
        await fake.until(lambda: answers_in(fake, thread))
        sent = [call for call in fake.calls if call.path.endswith("/messages")]
        assert all(call.body["flags"] == 4 for call in sent)
        assert all(call.body["allowed_mentions"]["parse"] == [] for call in sent)


async def test_the_real_assistant_answers_refuses_and_goes_on(
    fake, tmp_path, profile, make_assistant
):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile, make_assistant=make_assistant):
        await fake.say(channel, "정산은 언제 되나요?", mention_bot=True)
        thread = await fake.until(lambda: thread_of(fake, channel))
        answer = await fake.until(
            lambda: next(
                (m for m in answers_in(fake, thread) if profile.sources in m.content), None
            ),
        )
        assert answer.content.startswith("구매확정 다음 영업일에")
        await fake.direct("오늘 서울 날씨 어때?")
        refusal = await answered_in(fake, fake.dm(fake.user), profile.refusal)
        assert profile.stop not in [button["label"] for button in refusal.buttons]


async def test_an_edited_forum_post_is_answered_anew_with_its_title(fake, tmp_path, profile):
    forum = await fake.create_forum("문의")
    async with running_bot(fake, tmp_path, profile, DISCORD_FORUMS=str(forum.id)) as bot:
        post = await fake.post_in_forum(forum, "정산", "언제 되나요?")
        answer = await answered_in(fake, post, "답: 정산")
        await fake.edit(fake.messages_of(post)[0], "어디서 보나요?")
        await fake.until(lambda: "어디서 보나요?" in answer.content)
        assert questions(bot)[-1] == "정산\n어디서 보나요?"
        assert answers_in(fake, post) == [answer]
