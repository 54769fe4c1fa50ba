"""A channel whose id changes: its conversations, buttons and settings go on."""

from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from fakes.assistants import FOLLOWUPS, ScriptedAssistant
from fakes.at_work import at_work, make_service
from fakes.slack_bot import PROFILE, finished, make_settings

from bots.bootstrap.stores import open_stores
from bots.slack.platform import open_slack
from devtools.slack import Limits, Slack, labels, visible


@pytest.fixture
async def slack():
    async with Slack(limits=Limits(on=False)).serve() as running:
        yield running


@asynccontextmanager
async def bot_at_work(slack, folder, **changes):
    """The bot with a scripted assistant, and what is switched in its store."""
    settings = make_settings(slack, folder, **changes)
    async with open_stores(settings) as stores:
        assistant = ScriptedAssistant(stores.history)
        operations = SimpleNamespace(reports=stores.reports)
        service = make_service(stores, PROFILE, assistant=assistant, operations=operations)
        async with at_work(service, settings, PROFILE, open_slack):
            await slack.until(lambda: slack.sockets)
            yield assistant, stores
        await slack.until(lambda: not slack.sockets)


def replies(slack, question):
    return [message for message in slack.replies(question) if message.metadata]


async def test_conversations_buttons_and_opinions_go_on_also_after_a_restart(slack, tmp_path):
    person = slack.add_person("민수")
    channel = slack.add_channel("문의", person)
    async with bot_at_work(slack, tmp_path) as (assistant, stores):
        question = await person.mention(channel, "첫 질문")
        await slack.until(lambda: finished(slack, question))
        slack.change_id(channel)
        await slack.until(lambda: slack.events("channel_id_changed")[0].acked_at)
        await person.press(replies(slack, question)[0], FOLLOWUPS[0])
        await slack.until(lambda: len(replies(slack, question)) == 2)
        await slack.until(
            lambda: any(label.startswith("✓") for label in labels(replies(slack, question)[0]))
        )
        await person.press(replies(slack, question)[0], "feedback:positive")
        await slack.until(person.ephemerals)
        assert [visible(said) for said in person.ephemerals()] == [PROFILE.feedback.thanks]
        assert await stores.archive.opinions([assistant.asked[0].id])
        asked_before = assistant.asked[0].session
    async with bot_at_work(slack, tmp_path) as (assistant, _):
        await person.say(channel, "이어지는 질문", thread=question)
        await slack.until(lambda: len(replies(slack, question)) == 3)
        await person.press(replies(slack, question)[0], FOLLOWUPS[1])
        await slack.until(lambda: len(replies(slack, question)) == 4)
        assert {asked.session for asked in assistant.asked} == {asked_before}


@pytest.mark.parametrize("named", ["before", "after"])
async def test_the_settings_may_name_either_id(slack, tmp_path, named):
    person = slack.add_person("민수")
    channel = slack.add_channel("문의", person)
    before = channel.id
    async with bot_at_work(slack, tmp_path):
        slack.change_id(channel)
        await slack.until(lambda: slack.events("channel_id_changed")[0].acked_at)
    setting = before if named == "before" else channel.id
    async with bot_at_work(slack, tmp_path, slack_channels=setting) as (assistant, _):
        question = await person.say(channel, "여기서는 모두 질문이에요?")
        await slack.until(lambda: finished(slack, question))
        assert len(assistant.asked) == 1
