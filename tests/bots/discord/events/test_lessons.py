"""What people teach on Discord: which messages do, what is shown of it, and what is not lost."""

from contextlib import suppress

import pytest
from fakes.discord_bot import answers_in, running_bot

from bots.discord.api import retry
from config.profiles import load_profile
from core.errors import StorageError
from core.types import Escalated, LessonState
from devtools.discord import DiscordServer, WorldSettings

ASKED = "물류센터 견학은 언제 가능한가요?"
TOLD = "매주 수요일 오후 2시에 할 수 있어요."


@pytest.fixture
async def owner(fake):
    return await fake.create_user("담당자")


@pytest.fixture
def run(fake, tmp_path, profile, owner):
    """The bot with an owner, which has no answer to one question."""

    def running(**more):
        return running_bot(fake, tmp_path, profile, **{"DISCORD_OWNERS": str(owner.id)} | more)

    return running


async def escalated(fake, bot, channel=None, text=ASKED):
    """Ask what has no answer; the question, and the bot's messages in its thread."""
    bot.assistant.script(text, Escalated(bot.profile.not_found, ()))
    asked = await fake.say(channel or fake.guild.channels[0], text, mention_bot=True)
    await fake.until(lambda: asked.thread and len(answers_in(fake, asked.thread)) == 2)
    return asked, answers_in(fake, asked.thread)


async def lessons(bot):
    """What it knows: by question, the answer and who taught it."""
    known = await bot.stores.lessons.page(99)
    return {lesson.question: (lesson.answer, lesson.author_name) for lesson in known}


def said_to(fake, message):
    """The first lines of the bot's replies to a message."""
    said = answers_in(fake, message.channel)
    return [one.content.split("\n")[0] for one in said if one.reference is message]


async def marked(fake, message, *, told=()):
    """Wait for the mark and for the words."""
    await fake.until(lambda: fake.bot.id in message.reactions.get("✅", []))
    await fake.until(lambda: said_to(fake, message) == list(told))


async def test_an_owners_reply_with_the_tag_is_learnt(fake, run, profile, owner):
    async with run() as bot:
        asked, (answer, _) = await escalated(fake, bot)
        fake.guild.nicks[owner.id] = "김담당"
        taught = await fake.say(asked.thread, f"{TOLD} #학습", user=owner, reply_to=answer)
        await marked(fake, taught, told=[profile.teach.learned])
        assert await lessons(bot) == {ASKED: (TOLD, "김담당")}
        assert [q.text for q in bot.assistant.asked] == [ASKED]
        assert len(fake.pings) == 1
        assert not fake.rate_limited


async def test_a_reply_with_a_picture_is_held_since_its_lesson_does_not_show_it(
    fake, run, profile, owner
):
    address = "https://cdn.discordapp.com/attachments/a.png"
    picture = {"id": "1", "filename": "a.png", "size": 9, "url": address, "proxy_url": address}
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        fake.add_message(asked.thread, owner, f"{TOLD} #학습", extra={"attachments": [picture]})

        def is_told():
            return any(profile.gate.media in one.content for one in answers_in(fake, asked.thread))

        await fake.until(is_told)
        held = await bot.stores.lessons.page(9)
        assert [one.state for one in held] == [LessonState.HELD]


QUOTED = (
    "> 무료입니다 #학습\n이거 누가 쓰셨어요?",
    "```\n답 #학습\n```\n이렇게 쓰면 돼요",
    "`답 #학습` 이라고 쓰면 돼요",
)


async def test_a_tag_in_a_quote_or_in_code_teaches_nothing_and_one_alone_is_asked_about(
    fake, run, profile, owner
):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        for text in QUOTED:
            await fake.say(asked.thread, text, user=owner)
        alone = await fake.say(asked.thread, "#학습", user=owner)
        await fake.until(lambda: said_to(fake, alone) == [profile.teach.empty])
        taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner)
        await marked(fake, taught, told=[profile.teach.learned])
        assert [one.answer for one in await bot.stores.lessons.page(9)] == [TOLD]


async def test_the_tag_counts_at_the_top_in_the_middle_and_in_full_width(fake, run, profile, owner):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        for text in (f"#학습\n{TOLD}", "매주 수요일 #학습 오후 2시", f"{TOLD} ＃학습"):
            taught = await fake.say(asked.thread, text, user=owner)
            await marked(fake, taught, told=[profile.teach.learned])
        answers = [one.answer for one in await bot.stores.lessons.page(9)]
        assert answers == [TOLD, "매주 수요일 오후 2시", TOLD]


async def test_the_english_tag_counts_in_any_case(fake, tmp_path, owner):
    english = load_profile("en")
    async with running_bot(fake, tmp_path, english, DISCORD_OWNERS=str(owner.id)) as bot:
        asked, _ = await escalated(fake, bot, text="When can I visit the warehouse?")
        taught = await fake.say(asked.thread, "#LEARN On Wednesdays at two.", user=owner)
        await marked(fake, taught, told=[english.teach.learned])
        assert list((await lessons(bot)).values()) == [("On Wednesdays at two.", "담당자")]


async def test_two_owners_who_answer_at_once_are_each_told_what_was_learnt(
    fake, run, profile, owner
):
    other = await fake.create_user("나래")
    async with run(DISCORD_OWNERS=f"{owner.id},{other.id}") as bot:
        asked, _ = await escalated(fake, bot)
        first = await fake.say(asked.thread, "#학습 수요일이에요.", user=owner)
        second = await fake.say(asked.thread, "#학습 목요일이에요.", user=other)
        for message, answer in ((first, "수요일이에요."), (second, "목요일이에요.")):
            await marked(fake, message, told=[profile.teach.learned])
            (told,) = [one for one in answers_in(fake, asked.thread) if one.reference is message]
            assert f"답변: {answer}" in told.content
        known = await bot.stores.lessons.page(9)
        assert [one.author_name for one in known] == ["담당자", "나래"]


async def test_of_an_answer_in_three_messages_the_bot_says_which_one_it_has_learnt(
    fake, run, profile, owner
):
    """By a reply to that message, and by its words."""
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        parts = ["견학은 수요일이에요.", "하루 전까지 신청해 주세요."]
        before = [await fake.say(asked.thread, text, user=owner) for text in parts]
        taught = await fake.say(asked.thread, "총무팀에서 받아요 #학습", user=owner)
        await marked(fake, taught, told=[profile.teach.learned])
        (told,) = [one for one in answers_in(fake, asked.thread) if one.reference is taught]
        assert f"질문: {ASKED}\n답변: 총무팀에서 받아요" in told.content
        assert not any(part in told.content for part in parts)
        assert not any(said_to(fake, one) or one.reactions for one in before)
        assert len(bot.assistant.asked) == 1


async def test_the_reply_says_which_of_two_questions_is_answered(fake, run, owner):
    """To the bot's answer, to the question, or to the call."""
    second, third = "주차는 되나요?", "와이파이는 되나요?"
    async with run() as bot:
        asked, (first, _) = await escalated(fake, bot)
        thread, messages = asked.thread, {}
        for text in (second, third):
            bot.assistant.script(text, Escalated(bot.profile.not_found, ()))
            messages[text] = await fake.say(thread, text)
            of_it = messages[text]
            await fake.until(
                lambda m=of_it: len([a for a in answers_in(fake, thread) if a.reference is m]) == 2
            )
        call = [a for a in answers_in(fake, thread) if a.reference is messages[third]][1]
        for reply_to, text in ((first, "하나"), (messages[second], "둘"), (call, "셋")):
            taught = await fake.say(thread, f"#학습 {text}", user=owner, reply_to=reply_to)
            await fake.until(lambda m=taught: "✅" in m.reactions)
        known = {question: answer for question, (answer, _) in (await lessons(bot)).items()}
        assert known == {ASKED: "하나", second: "둘", third: "셋"}


async def test_a_reply_to_the_question_in_the_channel_teaches_its_thread(fake, run, owner):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        channel = fake.guild.channels[0]
        taught = await fake.say(channel, f"#학습 {TOLD}", user=owner, reply_to=asked)
        await marked(fake, taught, told=[bot.profile.teach.learned])
        assert not await bot.service.awaits_person(bot.assistant.asked[0].session)


async def test_without_threads_a_reply_to_the_answer_teaches(fake, run, owner):
    channel = fake.guild.channels[0]
    await fake.deny(channel, "CREATE_PUBLIC_THREADS")
    async with run() as bot:
        bot.assistant.script(ASKED, Escalated(bot.profile.not_found, ()))
        await fake.say(channel, ASKED, mention_bot=True)
        (call,) = await fake.until(lambda: fake.pings)
        taught = await fake.say(channel, f"#학습 {TOLD}", user=owner, reply_to=call)
        await marked(fake, taught, told=[bot.profile.teach.learned])
        assert await lessons(bot) == {ASKED: (TOLD, "담당자")}


async def test_a_wrong_answer_in_a_forum_is_corrected(fake, run, owner):
    forum = await fake.create_forum("문의")
    async with run(DISCORD_FORUMS=str(forum.id)) as bot:
        post = await fake.post_in_forum(forum, "정산", "언제 되나요?")
        await fake.until(lambda: answers_in(fake, post))
        taught = await fake.say(post, f"#학습 {TOLD}", user=owner)
        await marked(fake, taught, told=[bot.profile.teach.learned])
        assert await lessons(bot) == {"정산 언제 되나요?": (TOLD, "담당자")}


async def test_a_tagged_message_that_mentions_the_bot_is_no_question(fake, run, owner):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner, mention_bot=True)
        await marked(fake, taught, told=[bot.profile.teach.learned])
        assert await lessons(bot) == {ASKED: (TOLD, "담당자")}
        assert len(bot.assistant.asked) == 1


async def test_who_has_an_owners_role_may_teach_and_others_may_not(fake, run, profile, owner):
    role = await fake.create_role("상담", mentionable=True)
    other = await fake.create_user("나래")
    async with run(DISCORD_OWNERS=f"role:{role.id}") as bot:
        asked, _ = await escalated(fake, bot)
        refused = await fake.say(asked.thread, f"#학습 {TOLD}", user=other)
        await fake.until(lambda: said_to(fake, refused) == [profile.teach.not_allowed])
        assert not refused.reactions
        assert await lessons(bot) == {}
        await fake.give_role(other, role)
        taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=other)
        await marked(fake, taught, told=[profile.teach.learned])
        await fake.take_role(other, role)
        await fake.edit(taught, "#학습 다른 말")
        await fake.until(lambda: profile.teach.not_allowed in said_to(fake, taught))
        assert await lessons(bot) == {ASKED: (TOLD, "나래")}


async def test_bots_and_webhooks_never_teach(fake, run):
    robot = fake.add_user("로봇", bot=True)
    fake.guild.members[robot.id] = []
    async with run(DISCORD_OWNERS=str(robot.id)) as bot:
        asked, _ = await escalated(fake, bot)
        ignored = await fake.say(asked.thread, f"#학습 {TOLD}", user=robot)
        await fake.say(asked.thread, "다음 질문")
        await fake.until(lambda: len(bot.assistant.asked) == 2)
        assert await lessons(bot) == {}
        assert not said_to(fake, ignored)


async def test_what_is_delivered_twice_is_learnt_and_said_once(fake, run, profile, owner):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner)
        await marked(fake, taught, told=[profile.teach.learned])
        fake.tell_message("MESSAGE_CREATE", taught)
        await fake.until(lambda: len(_marks(fake)) == 2)
        assert said_to(fake, taught) == [profile.teach.learned]
        assert len(await lessons(bot)) == 1


def _marks(fake):
    return [call for call in fake.calls if call.method == "PUT" and "/reactions/" in call.path]


async def test_an_edit_corrects_and_one_without_the_tag_unlearns(fake, run, profile, owner):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner)
        await marked(fake, taught, told=[profile.teach.learned])
        fake.tell_message("MESSAGE_UPDATE", taught)  # with the preview of a link: no edit
        await fake.edit(taught, "#학습 매주 목요일이에요.")
        said = [profile.teach.learned, profile.teach.corrected]
        await marked(fake, taught, told=said)
        fake.tell_message("MESSAGE_UPDATE", taught)
        assert await lessons(bot) == {ASKED: ("매주 목요일이에요.", "담당자")}
        await fake.edit(taught, "매주 목요일이에요.")
        said.append(profile.teach.unlearned)
        await fake.until(lambda: said_to(fake, taught) == said)
        assert not taught.reactions
        assert await lessons(bot) == {}
        await fake.edit(taught, "#학습 매주 금요일이에요.")
        await marked(fake, taught, told=said)  # that it has learnt it was said a moment ago
        assert await lessons(bot) == {ASKED: ("매주 금요일이에요.", "담당자")}
        assert len(bot.assistant.asked) == 1


async def test_a_tag_that_an_edit_adds_teaches(fake, run, profile, owner):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        taught = await fake.say(asked.thread, TOLD, user=owner)
        await fake.edit(taught, f"{TOLD} #학습")
        await marked(fake, taught, told=[profile.teach.learned])
        assert await lessons(bot) == {ASKED: (TOLD, "담당자")}
        assert len(bot.assistant.asked) == 1


@pytest.mark.parametrize("together", [False, True])
async def test_a_deleted_message_is_unlearnt(fake, run, profile, owner, together):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner)
        await marked(fake, taught, told=[profile.teach.learned])
        if together:
            await fake.delete_together(taught, await fake.say(asked.thread, "@", user=owner))
        else:
            await fake.delete(taught)
        await fake.until(
            lambda: answers_in(fake, asked.thread)[-1].content == profile.teach.unlearned
        )
        assert await lessons(bot) == {}


async def test_while_a_person_is_awaited_an_owners_words_are_no_question(fake, run, profile, owner):
    """Others' are, and the owner's that call the bot, and all of them once it was taught."""
    async with run(threads="all") as bot:
        asked, (answer, _) = await escalated(fake, bot)
        thread = asked.thread
        await fake.say(thread, "제가 알아볼게요", user=owner)
        await fake.say(thread, "쿠폰은요?")
        await fake.until(lambda: len(bot.assistant.asked) == 2)
        await fake.say(thread, "정산은요?", user=owner, mention_bot=True)
        await fake.until(lambda: len(bot.assistant.asked) == 3)
        await fake.say(thread, "반품은요?", user=owner, reply_to=answer)
        await fake.until(lambda: len(bot.assistant.asked) == 4)
        taught = await fake.say(thread, f"#학습 {TOLD}", user=owner)
        await marked(fake, taught, told=[profile.teach.learned])
        await fake.say(thread, "교환은요?", user=owner)
        await fake.until(lambda: len(bot.assistant.asked) == 5)
        texts = [question.text for question in bot.assistant.asked]
        assert texts == [ASKED, "쿠폰은요?", "정산은요?", "반품은요?", "교환은요?"]


async def test_what_cannot_be_learnt_is_told_where_the_bot_is_and_nowhere_else(
    fake, run, profile, owner
):
    elsewhere = await fake.create_channel("잡담")
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        chatter = await fake.say(elsewhere, "#학습 은 어떻게 쓰나요", user=owner)
        called = await fake.say(elsewhere, "#학습 그냥", user=owner, mention_bot=True)
        empty = await fake.say(asked.thread, "#학습", user=owner)
        long = await fake.say(asked.thread, "#학습 " + "가" * 1990, user=owner)
        await fake.until(lambda: said_to(fake, called) == [profile.teach.nothing_asked])
        await fake.until(lambda: said_to(fake, empty) == [profile.teach.empty])
        await marked(fake, long, told=[profile.teach.learned])
        assert not said_to(fake, chatter)
        assert len(bot.assistant.asked) == 1


async def test_what_is_taught_while_nobody_listens_is_caught_up_on(fake, run, profile, owner):
    role = await fake.create_role("상담", mentionable=True)
    other = await fake.create_user("나래")
    await fake.give_role(other, role)
    fake.guild.nicks[other.id] = "나래 상담원"
    owners = {"DISCORD_OWNERS": f"{owner.id} role:{role.id}"}
    async with run(**owners) as bot:
        asked, _ = await escalated(fake, bot)
        before = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner)
        await marked(fake, before, told=[profile.teach.learned])
    await fake.edit(before, TOLD)
    await fake.say(asked.thread, "이렇게 하면 돼요", user=other)
    taught = await fake.say(asked.thread, "#학습 목요일이에요.", user=other)
    refused = await fake.say(
        asked.thread, "#학습 아니에요", user=await fake.create_user("지나가다")
    )
    async with run(**owners) as bot:
        await marked(fake, taught, told=[profile.teach.learned])
        await fake.until(lambda: not before.reactions)
        assert await lessons(bot) == {ASKED: ("목요일이에요.", "나래 상담원")}
        assert not bot.assistant.asked
    async with run(**owners) as bot:
        await fake.until(lambda: len(_marks(fake)) == 3)
        assert said_to(fake, taught) == [profile.teach.learned]
        assert not said_to(fake, refused)


async def test_a_process_that_dies_before_it_says_so_marks_it_later_and_is_quiet(
    fake, run, profile, owner
):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        fault = fake.fail_next("*", r"/reactions/|/messages$", "503", times=1_000)
        taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner)
        await fake.until(lambda: fault.times < 999)
        assert len(await lessons(bot)) == 1
    fake.faults.queue.clear()
    assert not taught.reactions
    async with run() as bot:
        await marked(fake, taught)
        await fake.say(asked.thread, "다음 질문", mention_bot=True)
        await fake.until(lambda: bot.assistant.asked)
        assert not said_to(fake, taught)


@pytest.fixture
def hasty(monkeypatch):
    """Do not insist for four seconds."""
    monkeypatch.setattr(retry, "_RETRIES_S", (0.01,))


@pytest.mark.usefixtures("hasty")
async def test_what_is_not_stored_is_told_so_and_may_be_said_again(
    fake, run, profile, owner, monkeypatch
):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)

        async def broken(*_):
            raise StorageError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(type(bot.stores.lessons), "teach", broken)
            taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner)
            await fake.until(lambda: said_to(fake, taught) == [profile.teach.not_stored])
            assert not taught.reactions
        await fake.edit(taught, f"#학습 {TOLD} ")
        said = [profile.teach.not_stored, profile.teach.learned]
        await marked(fake, taught, told=said)
        assert len(await lessons(bot)) == 1


@pytest.mark.usefixtures("hasty")
async def test_what_cannot_be_unlearnt_is_told_so_and_keeps_its_mark(
    fake, run, profile, owner, monkeypatch
):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner)
        await marked(fake, taught, told=[profile.teach.learned])

        async def broken(*_):
            raise StorageError("the disk is full")

        monkeypatch.setattr(type(bot.stores.lessons), "remove", broken)
        await fake.edit(taught, TOLD)
        await marked(fake, taught, told=[profile.teach.learned, profile.teach.not_stored])
        assert len(await lessons(bot)) == 1


@pytest.mark.usefixtures("hasty")
async def test_roles_that_cannot_be_looked_up_are_told_as_not_stored(fake, run, profile):
    role = await fake.create_role("상담", mentionable=True)
    other = await fake.create_user("나래")
    owners = {"DISCORD_OWNERS": f"role:{role.id}"}
    async with run(**owners) as bot:
        asked, _ = await escalated(fake, bot)
    taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=other)
    fake.fail_next("GET", r"/members/\d+$", "403", times=99, code=50001)
    async with run(**owners) as bot:
        await fake.until(lambda: said_to(fake, taught) == [profile.teach.not_stored])
        assert await lessons(bot) == {}


async def test_without_the_permission_to_react_the_words_are_there(fake, run, profile, owner):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        await fake.deny(fake.guild.channels[0], "ADD_REACTIONS")
        taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner)
        await fake.until(lambda: said_to(fake, taught) == [profile.teach.learned])
        assert not taught.reactions


async def test_a_mark_that_discord_limits_comes_late(fake, run, profile, owner):
    async with run() as bot:
        asked, _ = await escalated(fake, bot)
        fake.fail_next("PUT", "/reactions/", "429", retry_after_s=0.1)
        fake.fail_next("PUT", "/reactions/", "502")
        taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner)
        await marked(fake, taught, told=[profile.teach.learned])


async def test_without_the_content_intent_lessons_need_a_mention(tmp_path, profile, fake):
    bare = DiscordServer(WorldSettings(privileged=()))
    channel = await bare.create_channel("질문")
    owner = await bare.create_user("담당자")
    async with (
        bare.serve(),
        running_bot(bare, tmp_path, profile, DISCORD_OWNERS=str(owner.id)) as bot,
    ):
        bot.assistant.script(ASKED, Escalated(profile.not_found, ()))
        asked = await bare.say(channel, ASKED, mention_bot=True)
        await bare.until(lambda: asked.thread and len(answers_in(bare, asked.thread)) == 2)
        unread = await bare.say(asked.thread, f"#학습 {TOLD}", user=owner)
        taught = await bare.say(asked.thread, f"#학습 {TOLD}", user=owner, mention_bot=True)
        await marked(bare, taught, told=[profile.teach.learned])
        await bare.edit(taught, f"#학습 {TOLD}")  # which cannot be read, and unlearns nothing
        with suppress(TimeoutError):
            await bare.until(lambda: not taught.reactions, timeout_s=0.3)
        assert taught.reactions
        assert not unread.reactions
        assert len(await lessons(bot)) == 1


async def test_an_owner_takes_a_case_by_a_button_and_nobody_else_can(fake, run, owner):
    async with run() as bot:
        asked, (_, call) = await escalated(fake, bot)
        await fake.press(call, bot.profile.case.take)
        await fake.until(
            lambda: [m.content for m in fake.ephemerals] == [bot.profile.case.owners_alone]
        )
        await fake.press(call, bot.profile.case.take, user=owner)
        case = bot.profile.case
        taken = f"{case.taken.format(name='담당자')} {case.answer_here}"
        await fake.until(lambda: taken in _texts(fake, asked.thread))
        await fake.press(call, bot.profile.case.not_ours, user=owner)
        await fake.until(lambda: bot.profile.case.closed in _texts(fake, asked.thread))


def _texts(fake, channel):
    return "\n".join(message.content for message in answers_in(fake, channel))
