"""A person answers once: asked on Slack and on Discord, answered on one, told on the other."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from fakes.assistants import ScriptedAssistant
from fakes.at_work import at_work, make_service
from fakes.cases import desk_of
from fakes.discord_bot import answers_in
from fakes.slack_bot import make_settings

from bots.bootstrap.assistant import open_service
from bots.bootstrap.stores import open_stores
from bots.discord.platform import open_discord
from bots.slack.platform import open_slack
from config.profiles import load_profile
from core.messaging.pending_turns import PendingTurns
from core.types import Escalated
from devtools.slack import Limits, Slack, visible

PROFILE = load_profile("ko")
ASKED = "물류센터 견학은 언제 가능한가요?"
TOLD = "매주 수요일 오후 2시에 할 수 있어요."


@pytest.fixture
async def slack():
    async with Slack(limits=Limits(on=False), ack_within_s=1.0).serve() as served:
        yield served


@asynccontextmanager
async def both(slack, fake, folder, owner):
    """The bot on both platforms, with an owner on each."""
    discord = {
        "DISCORD_BOT_TOKEN": fake.settings.token,
        "DISCORD_API_URL": fake.url,
        "DISCORD_GATEWAY_URL": fake.gateway_url,
        "DISCORD_OWNERS": "99",
    }
    settings = make_settings(slack, folder, slack_owners=owner.id, **discord)
    async with open_stores(settings) as stores:
        turns = PendingTurns(stores.history)
        assistant = ScriptedAssistant(history=turns)
        assistant.script(ASKED, Escalated(PROFILE.not_found, ()))
        desk = desk_of(stores, PROFILE, settings)
        service = make_service(stores, PROFILE, assistant=assistant, history=turns, desk=desk)
        async with (
            open_discord(settings, service, PROFILE) as at_discord,
            at_work(service, settings, PROFILE, open_slack),
        ):
            hearing = asyncio.create_task(at_discord.run())
            try:
                await slack.until(lambda: slack.sockets)
                await fake.until(lambda: fake.online)
                yield stores
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)


async def test_who_asked_on_discord_is_told_what_an_owner_said_on_slack(slack, fake, tmp_path):
    minsu, owner = slack.add_person("민수"), slack.add_person("김담당")
    channel = slack.add_channel("문의", minsu, owner)
    async with both(slack, fake, tmp_path, owner) as stores:
        first = await minsu.mention(channel, ASKED)
        await slack.until(lambda: len(slack.replies(first)) == 2, 15)
        joined = await fake.say(fake.guild.channels[0], ASKED, mention_bot=True)
        note = PROFILE.case.joined.format(question=ASKED)
        await fake.until(
            lambda: joined.thread and note in _texts(fake, joined.thread),
        )
        lesson = await owner.say(channel, f"#학습 {TOLD}", thread=first)
        await fake.until(lambda: TOLD in _texts(fake, joined.thread))
        told = _texts(fake, joined.thread)
        assert PROFILE.case.answered in told
        assert PROFILE.learned.format(name="김담당") in told
        assert len(fake.pings) == 0
        in_thread = [visible(one) for one in slack.replies(first)]
        assert not any(PROFILE.case.answered in text for text in in_thread)
        (case,) = await stores.cases.of_answers([f"lesson:{await _only_lesson(stores)}"])
        await owner.delete(lesson)
        unlearnt = PROFILE.teach.unlearned
        await slack.until(lambda: any(unlearnt in visible(m) for m in slack.replies(first)), 15)
        assert (await stores.cases.find(case.id)).is_open
        assert await stores.lessons.page(9) == []


async def _only_lesson(stores):
    (lesson,) = await stores.lessons.page(9)
    return lesson.id


def _texts(fake, channel):
    return "\n".join(message.content for message in answers_in(fake, channel))


async def test_who_wants_a_person_in_any_words_is_handed_over_to_the_owners_of_the_settings(
    slack, sample_data
):
    """The profile names none, and these words are known to the classifier of small talk alone."""
    minsu, owner = slack.add_person("민수"), slack.add_person("김담당")
    channel = slack.add_channel("문의", minsu, owner)
    settings = make_settings(slack, sample_data, slack_owners=owner.id)
    async with (
        open_stores(settings) as stores,
        open_service(settings, stores, PROFILE, report=lambda _: None) as service,
        at_work(service, settings, PROFILE, open_slack),
    ):
        await slack.until(lambda: slack.sockets)
        wish = await minsu.mention(channel, "사람 목소리로 설명 듣고 싶네요")
        await slack.until(
            lambda: any(PROFILE.case.person in visible(m) for m in slack.replies(wish)), 15
        )
