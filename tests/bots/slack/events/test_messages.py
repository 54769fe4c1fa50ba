"""What the bot answers on Slack, where, and what it leaves alone: real Bolt over real sockets."""

import asyncio

import pytest
from fakes.slack_bot import PROFILE, With, answering, finished, quiet, settled

from core.errors import StorageError
from core.messaging.user_limits import UserLimits
from devtools.slack import Slack, visible


@pytest.fixture
async def slack():
    async with Slack(ack_within_s=0.5, retry_after_s=(0.0, 0.2, 0.2)).serve() as running:
        yield running


@pytest.fixture
def minsu(slack):
    return slack.add_person("민수")


@pytest.fixture
def jiyoung(slack):
    return slack.add_person("지영")


@pytest.fixture
def channel(slack, minsu, jiyoung):
    return slack.add_channel("문의", minsu, jiyoung)


async def test_a_mention_is_answered_in_its_thread(slack, tmp_path, minsu, channel):
    async with answering(slack, tmp_path) as bot:
        question = await minsu.mention(channel, "정산은 언제 되나요?")
        (reply,) = await slack.until(lambda: finished(slack, question))
        await settled(slack)
    assert "다음 영업일" in visible(reply)
    (asked,) = bot.assistant.asked
    assert asked.text == "정산은 언제 되나요?"
    assert asked.id == f"slack:{slack.team.id}:{channel.id}:{question.ts}"
    assert asked.session == asked.id
    assert asked.asker == minsu.id
    assert abs(asked.asked_at.timestamp() - float(question.ts)) < 0.001


async def test_a_mention_comes_as_two_events_and_is_answered_once(slack, tmp_path, minsu, channel):
    async with answering(slack, tmp_path) as bot:
        question = await minsu.mention(channel, "정산은 언제 되나요?")
        await slack.until(lambda: finished(slack, question))
        for delivery in slack.events("message")[:1] + slack.events("app_mention"):
            slack.redeliver(delivery)
        assert await quiet(slack, bot) == ["정산은 언제 되나요?"]
    assert len(slack.replies(question)) == 1


async def test_a_direct_message_is_answered_in_the_conversation(slack, tmp_path, minsu):
    async with answering(slack, tmp_path) as bot:
        await minsu.say(minsu.dm, "정산은 언제?")
        await slack.until(lambda: [m for m in minsu.dm.messages.values() if "출처" in visible(m)])
    (asked,) = bot.assistant.asked
    assert asked.session == f"slack:{slack.team.id}:{minsu.dm.id}:"
    assert [message.thread_ts for message in minsu.dm.messages.values()] == [None, None]


async def test_a_thread_of_a_direct_message_is_a_session_of_its_own(slack, tmp_path, minsu):
    async with answering(slack, tmp_path) as bot:
        root = await minsu.say(minsu.dm, "정산은 언제?")
        await slack.until(lambda: [m for m in minsu.dm.messages.values() if "출처" in visible(m)])
        await minsu.say(minsu.dm, "그럼 공휴일에는?", thread=root)
        await slack.until(lambda: finished(slack, root))
    assert bot.assistant.asked[1].session == f"slack:{slack.team.id}:{minsu.dm.id}:{root.ts}"


async def test_in_a_thread_it_takes_part_in_no_mention_is_needed(
    slack, tmp_path, minsu, jiyoung, channel
):
    async with answering(slack, tmp_path) as bot:
        root = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, root))
        await minsu.say(channel, "공휴일에는요?", thread=root)
        await slack.until(lambda: len(slack.replies(root)) == 2 and finished(slack, root))
        await minsu.say(channel, f"<@{jiyoung.id}> 님 이거 맞나요?", thread=root)
        await minsu.say(channel, "<!here> 확인해 주세요", thread=root)
        asked = await quiet(slack, bot)
    assert asked == ["정산은 언제?", "공휴일에는요?"]
    assert bot.assistant.asked[0].session == bot.assistant.asked[1].session


async def test_threads_and_channels_that_do_not_concern_it_are_left_alone(
    slack, tmp_path, minsu, jiyoung, channel
):
    async with answering(slack, tmp_path) as bot:
        root = await minsu.say(channel, "점심 뭐 먹지")
        await jiyoung.say(channel, "김치찌개", thread=root)
        assert await quiet(slack, bot) == []


async def test_in_a_configured_channel_every_message_is_a_question(
    slack, tmp_path, minsu, jiyoung, channel
):
    settings = {"slack_channels": f"C0000, {channel.id}"}
    async with answering(slack, tmp_path, settings=settings) as bot:
        root = await minsu.say(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, root))
        to_somebody = await minsu.say(channel, f"<@{jiyoung.id}> 봤어요?")
        await jiyoung.say(channel, "네", thread=to_somebody)
        assert await quiet(slack, bot) == ["정산은 언제?"]


async def test_bots_itself_and_what_slack_says_are_never_answered(slack, tmp_path, minsu, channel):
    settings = {"slack_channels": channel.id}
    async with answering(slack, tmp_path, settings=settings) as bot:
        other = slack.world.make_team("x", "xoxb-x", "otherbot")
        mention = minsu.mention_of_bot
        slack.world.post(channel, other.bot_user_id, f"{mention} 정산은?", bot_id=other.bot_id)
        slack.world.post(channel, minsu.id, f"{mention} 들어왔어요", subtype="channel_join")
        slack.world.post(channel, slack.team.bot_user_id, "저예요", bot_id=slack.team.bot_id)
        slack.world.post(channel, "USLACKBOT", "Reminder: 정산 확인")
        assert await quiet(slack, bot) == []


async def test_a_file_with_text_and_a_reply_shown_in_the_channel_are_questions(
    slack, tmp_path, minsu, channel
):
    async with answering(slack, tmp_path) as bot:
        text = f"{minsu.mention_of_bot} 이 화면은 뭔가요?"
        root = slack.world.post(channel, minsu.id, text, subtype="file_share")
        await slack.until(lambda: finished(slack, root))
        slack.world.post(
            channel, minsu.id, "이건요?", subtype="thread_broadcast", thread_ts=root.ts
        )
        await slack.until(lambda: len(slack.replies(root)) == 2 and finished(slack, root))
    assert [asked.text for asked in bot.assistant.asked] == ["이 화면은 뭔가요?", "이건요?"]


async def test_markup_is_read_as_people_see_it(slack, tmp_path, minsu, jiyoung, channel):
    said = (
        f"이거 <@{jiyoung.id}|지영> 님이 <#C123|판매> 에서 &lt;정산&gt; &amp; "
        "<https://sell.smartstore.naver.com/#/x|판매자센터> 보라는데  <https://a.naver.com> ?"
    )
    async with answering(slack, tmp_path) as bot:
        question = slack.world.post(channel, minsu.id, f"{minsu.mention_of_bot} {said}")
        await slack.until(lambda: finished(slack, question))
    assert [asked.text for asked in bot.assistant.asked] == [
        "이거 @지영 님이 #판매 에서 <정산> & 판매자센터 보라는데 https://a.naver.com ?"
    ]


async def test_a_mention_without_a_question_is_asked_for_one(slack, tmp_path, minsu, channel):
    async with answering(slack, tmp_path) as bot:
        await minsu.mention(channel, "")
        (said,) = await slack.until(lambda: minsu.ephemerals(channel))
        assert said.text == PROFILE.empty_mention
        assert await quiet(slack, bot) == []


async def test_who_asks_too_much_is_told_so_alone(slack, tmp_path, minsu, channel):
    limits = UserLimits(per_minute=1, per_day=0)
    async with answering(slack, tmp_path, limits=limits) as bot:
        await minsu.mention(channel, "하나")
        await settled(slack)
        await minsu.mention(channel, "둘")
        (said,) = await slack.until(lambda: minsu.ephemerals(channel))
        assert said.text == PROFILE.limited
        assert await quiet(slack, bot) == ["하나"]


async def test_a_full_inbox_is_said_once(slack, tmp_path, minsu, channel):
    gate = asyncio.Event()
    settings = {"inbox_per_session": 1}
    async with answering(slack, tmp_path, settings=settings, gate=gate):
        root = await minsu.mention(channel, "하나")
        await settled(slack)
        await minsu.mention(channel, "둘", thread=root)
        await slack.until(lambda: minsu.ephemerals(channel))
        await settled(slack)
        gate.set()
        await slack.until(lambda: finished(slack, root))
    assert [said.text for said in minsu.ephemerals(channel)] == [PROFILE.inbox_full]


async def test_what_is_not_stored_is_not_acknowledged_and_comes_again(
    slack, tmp_path, minsu, channel
):
    async with answering(slack, tmp_path) as bot:
        receive, failures = bot.stores.inbox.receive, 3

        async def failing(question):
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise StorageError("the disk is full")
            return await receive(question)

        bot.service._intake._inbox = With(bot.stores.inbox, receive=failing)
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, question))
        await settled(slack)
    attempts = sum(len(one.attempts) for one in slack.deliveries if one.event.get("ts"))
    assert attempts > len(slack.deliveries)
    assert len(bot.assistant.asked) == 1


async def test_an_acknowledgement_does_not_wait_for_the_answer(slack, tmp_path, minsu, channel):
    gate = asyncio.Event()
    async with answering(slack, tmp_path, gate=gate):
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: slack.replies(question))
        await settled(slack)
        gate.set()
        await slack.until(lambda: finished(slack, question))
    assert all(len(delivery.attempts) == 1 for delivery in slack.deliveries)


async def test_the_real_assistant_answers_remembers_and_declines(
    slack, tmp_path, minsu, channel, make_assistant
):
    def assistant(stores):
        return make_assistant(history=stores.history)

    async with answering(slack, tmp_path, assistant=assistant):
        root = await minsu.mention(channel, "정산은 언제 되나요?")
        (first,) = await slack.until(lambda: finished(slack, root))
        await minsu.say(channel, "계좌는 어떻게 바꿔요?", thread=root)
        await slack.until(lambda: len(slack.replies(root)) == 2 and finished(slack, root))
        off_topic = await minsu.mention(channel, "오늘 저녁에 뭐 먹을까?")
        await slack.until(
            lambda: (
                [visible(one).startswith(PROFILE.refusal) for one in slack.replies(off_topic)]
                == [True]
            )
        )
    assert "다음 영업일" in visible(first)
    assert "정산 계좌를 변경하고 싶어요." in visible(slack.replies(root)[1])
