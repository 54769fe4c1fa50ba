"""MongoDB away, frozen or electing while people ask: nothing is lost, failed or said twice."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, asynccontextmanager

import pytest
from fakes.at_work import settled
from fakes.discord_bot import answers_in, running_bot
from fakes.slack_bot import PROFILE, answering, finished

from core.messaging.inbox.offline import Offline
from core.stores.sqlite.spool import SqliteSpool
from core.types import InboxState
from devtools.slack import Slack, visible

pytestmark = pytest.mark.waits

TROUBLES = ["away", "frozen", "electing"]
PIECES = ("구매확정 다음 영업일에 ", "정산되고, ", "공휴일에는 ", "그다음 영업일에 입금됩니다.")


@pytest.fixture
async def slack():
    async with Slack(ack_within_s=60).serve() as running:  # it does not send again what is slow
        yield running


@asynccontextmanager
async def spooling(path):
    """Keeps what people do while the store is away."""
    async with SqliteSpool.open(path / "spool.sqlite3", most=3) as spool:
        yield Offline(spool)


def bot_on(slack, server, tmp_path, **more):
    uri = f"{server.uri}/faqbot?serverSelectionTimeoutMS=1000&timeoutMS=2000"
    return answering(slack, tmp_path, settings={"MONGODB_URI": uri}, lease_s=2.0, **more)


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("away_s", [0.5, 4.0], ids=["within the lease", "beyond the lease"])
async def test_an_answer_that_is_being_written_is_written_to_its_end(
    slack, server, tmp_path, trouble, away_s
):
    """Nothing of it is overwritten, and its question is settled once the store is back."""
    person, go_on = slack.add_person("민수"), asyncio.Semaphore(0)
    async with bot_on(slack, server, tmp_path, pieces=PIECES, turnstile=go_on) as bot:
        question = await person.mention(slack.add_channel("문의", person), "정산은 언제 되나요?")
        await slack.until(lambda: "영업일" in "".join(map(visible, slack.replies(question))))
        with server.trouble(trouble):
            for _ in PIECES:
                go_on.release()
            await asyncio.sleep(away_s)
        (reply,) = await slack.until(lambda: finished(slack, question))
        asked = bot.assistant.asked[0].id
        await settled(bot, asked)
        assert (await bot.stores.inbox.find(asked)).state is InboxState.ANSWERED
        turn = await bot.stores.archive.find(asked)
    assert turn.answer == "".join(PIECES)
    assert "입금됩니다" in visible(reply)
    assert len(bot.assistant.asked) == 1


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_who_asks_meanwhile_is_told_so_and_answered_once_it_is_back(
    slack, server, tmp_path, trouble
):
    person = slack.add_person("민수")
    channel = slack.add_channel("문의", person)
    async with spooling(tmp_path) as offline, bot_on(slack, server, tmp_path, offline=offline):
        with server.trouble(trouble):
            question = await person.mention(channel, "정산은 언제 되나요?")
            await slack.until(lambda: slack.world.ephemerals)
            assert visible(slack.world.ephemerals[0]) == PROFILE.kept_for_later
        (reply,) = await slack.until(lambda: finished(slack, question))
    assert "다음 영업일" in visible(reply)
    assert len(slack.world.ephemerals) == 1


async def test_who_asks_on_in_a_thread_meanwhile_is_answered_in_order(slack, server, tmp_path):
    """The process has not heard of the thread before, and the second question comes later."""
    person = slack.add_person("민수")
    channel = slack.add_channel("문의", person)
    async with bot_on(slack, server, tmp_path):
        first = await person.mention(channel, "정산은 언제 되나요?")
        await slack.until(lambda: finished(slack, first))
    async with (
        spooling(tmp_path) as offline,
        bot_on(slack, server, tmp_path, offline=offline) as bot,
    ):
        with server.trouble("away"):
            await person.mention(channel, "반품은 어떻게 하나요?", thread=first)
            await slack.until(lambda: slack.world.ephemerals)
        await person.mention(channel, "배송비는 얼마인가요?", thread=first)
        await slack.until(lambda: len(slack.replies(first)) == 3)
        await slack.until(lambda: finished(slack, first))
        texts = [question.text for question in bot.assistant.asked]
    assert texts == ["반품은 어떻게 하나요?", "배송비는 얼마인가요?"]
    mentions = [one for one in slack.deliveries if one.event.get("type") == "app_mention"]
    assert [len(one.acks) for one in mentions] == [1, 1, 1]


async def test_who_replies_to_an_answer_on_discord_meanwhile_is_answered_later(
    fake, server, tmp_path
):
    """Discord delivers a message only once. An owner's message might also be a correction."""
    channel, owner = fake.guild.channels[0], fake.user
    await fake.deny(channel, "CREATE_PUBLIC_THREADS")

    def bot(**parts):
        return running_bot(
            fake,
            tmp_path,
            PROFILE,
            parts=parts,
            MONGODB_URI=f"{server.uri}/faqbot?serverSelectionTimeoutMS=1000&timeoutMS=2000",
            DISCORD_OWNERS=str(owner.id),
        )

    async with bot() as first:
        asked = await fake.say(channel, "정산은 언제 되나요?", user=owner, mention_bot=True)
        answer = await fake.until(
            lambda: next((m for m in answers_in(fake, channel) if "답:" in m.content), None)
        )
        await settled(first, f"discord:{fake.guild.id}:{channel.id}:{asked.id}")
    async with spooling(tmp_path) as offline, bot(offline=offline) as restarted:
        with server.trouble("away"):
            await fake.say(
                channel, "반품은 어떻게 하나요?", user=owner, reply_to=answer, mention_bot=True
            )
            async with asyncio.timeout(30):
                while not offline.waiting:  # noqa: ASYNC110 - Discord hears nothing of it
                    await asyncio.sleep(0.02)
        await fake.until(lambda: restarted.assistant.asked)
    (question,) = restarted.assistant.asked
    assert question.text == "반품은 어떻게 하나요?"
    assert question.session.endswith(str(asked.id))


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_who_asks_without_a_mention_on_discord_meanwhile_is_answered_later(
    fake, server, tmp_path, trouble
):
    """On in their own thread, and in a channel where every message may be a question."""
    uri = f"{server.uri}/faqbot?serverSelectionTimeoutMS=1000&timeoutMS=2000"
    open_to_all = await fake.create_channel("질문방")
    async with (
        spooling(tmp_path) as offline,
        running_bot(
            fake,
            tmp_path,
            PROFILE,
            parts={"offline": offline},
            MONGODB_URI=uri,
            DISCORD_CHANNELS=str(open_to_all.id),
        ) as bot,
    ):
        first = await fake.say(fake.guild.channels[0], "정산은 언제 되나요?", mention_bot=True)
        await fake.until(lambda: first.thread and answers_in(fake, first.thread))
        with server.trouble(trouble):
            await fake.say(first.thread, "반품은 어떻게 하나요?")
            await fake.say(open_to_all, "배송비는 얼마인가요?")
            await asyncio.sleep(7.0)
        async with asyncio.timeout(30):
            while len(bot.assistant.asked) < 3:  # noqa: ASYNC110 - of a scripted assistant
                await asyncio.sleep(0.05)
    texts = {question.text for question in bot.assistant.asked}
    assert texts == {"정산은 언제 되나요?", "반품은 어떻게 하나요?", "배송비는 얼마인가요?"}


async def test_what_was_said_while_discord_and_the_store_were_away_is_caught_up_on(
    fake, server, tmp_path
):
    """A new session begins before the store is back; what is missed is read once it is."""
    uri = f"{server.uri}/faqbot?serverSelectionTimeoutMS=1000&timeoutMS=2000"
    channel = fake.guild.channels[0]
    async with (
        spooling(tmp_path) as offline,
        running_bot(fake, tmp_path, PROFILE, parts={"offline": offline}, MONGODB_URI=uri) as bot,
    ):
        first = await fake.say(channel, "정산은 언제 되나요?", mention_bot=True)
        await fake.until(lambda: first.thread and answers_in(fake, first.thread))
        with server.trouble("away"):
            fake.forget_sessions()
            await fake.say(channel, "배송비는 얼마인가요?", mention_bot=True)
            await fake.say(first.thread, "반품은 어떻게 하나요?")
            await fake.drop_connection(4000)
            await fake.until(lambda: fake.identifies > 1)
            await asyncio.sleep(4.0)
        async with asyncio.timeout(30):
            while len(bot.assistant.asked) < 3:  # noqa: ASYNC110 - of a scripted assistant
                await asyncio.sleep(0.05)
    texts = {question.text for question in bot.assistant.asked}
    assert texts == {"정산은 언제 되나요?", "반품은 어떻게 하나요?", "배송비는 얼마인가요?"}


async def test_what_was_kept_outlives_the_process_and_a_deletion_meanwhile_counts(
    slack, server, tmp_path
):
    person = slack.add_person("민수")
    channel = slack.add_channel("문의", person)
    with ExitStack() as trouble:
        async with spooling(tmp_path) as offline, bot_on(slack, server, tmp_path, offline=offline):
            trouble.enter_context(server.trouble("away"))
            kept = await person.mention(channel, "정산은 언제 되나요?")
            deleted = await person.mention(channel, "반품은 어떻게 하나요?")
            await slack.until(lambda: len(slack.world.ephemerals) == 2)
            await person.delete(deleted)
            async with asyncio.timeout(30):
                while offline.waiting < 3:  # noqa: ASYNC110 - Slack hears nothing of it
                    await asyncio.sleep(0.02)
            refused = await person.mention(channel, "배송비는 얼마인가요?")
            await slack.until(lambda: len(slack.world.ephemerals) == 3)
    assert visible(slack.world.ephemerals[2]) == PROFILE.inbox_full
    async with spooling(tmp_path) as offline, bot_on(slack, server, tmp_path, offline=offline):
        await slack.until(lambda: finished(slack, kept))
        async with asyncio.timeout(30):
            while offline.waiting:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    assert not slack.replies(deleted)
    assert not slack.replies(refused)
