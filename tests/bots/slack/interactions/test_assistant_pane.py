"""Slack's assistant pane."""

import asyncio

import pytest
from fakes.assistants import InPieces

from bots.slack.api.workspaces import make_client, open_session
from bots.slack.interactions.assistant_pane import set_title
from bots.slack.replies.native_status import clear_status
from devtools.slack import BOT_TOKEN, labels, visible


@pytest.fixture
async def client(slack):
    async with open_session() as session:
        yield make_client(session, slack.api_url, BOT_TOKEN)


@pytest.fixture
async def minsu(slack):
    return slack.add_person("민수")


async def test_whoever_opens_the_pane_is_greeted_and_offered_prompts(slack, bot, minsu, profile):
    pane = await minsu.open_assistant_pane()
    await slack.until(lambda: pane.prompts)
    (greeting,) = [m for m in slack.messages(minsu.dm) if m.text == profile.greeting]
    assert greeting.thread_ts == pane.thread_ts
    offered = [prompt["message"] for prompt in pane.prompts[-1]]
    assert offered == list(profile.examples)[:4]


async def test_nothing_is_said_when_the_person_goes_to_another_channel(slack, bot, minsu):
    pane = await minsu.open_assistant_pane()
    await slack.until(lambda: pane.prompts)
    said = len(slack.messages(minsu.dm))
    await minsu.look_at(pane, slack.add_channel("help", minsu))
    (moved,) = slack.events("assistant_thread_context_changed")
    await slack.until(lambda: moved.acked_at)
    assert len(pane.prompts) == 1
    assert len(slack.messages(minsu.dm)) == said


async def test_prompts_are_offered_although_the_greeting_failed(slack, bot, minsu):
    slack.fail_next("chat.postMessage", "500")
    pane = await minsu.open_assistant_pane()
    await slack.until(lambda: pane.prompts)


async def test_a_thread_of_the_pane_is_named_after_its_first_question(slack, bot, minsu, profile):
    """And keeps that name."""
    pane = await minsu.open_assistant_pane()
    await slack.until(lambda: pane.prompts)
    for question in ("정산은 언제 되나요?", "정산 계좌를 변경하고 싶어요."):
        before = len(slack.messages(pane.channel))
        await minsu.say(pane.channel, question, thread=pane.thread_ts)
        await slack.until(lambda before=before: len(slack.messages(pane.channel)) == before + 2)
        await slack.until(
            lambda: profile.helpful in labels(slack.messages(pane.channel)[-1]) and pane.titles
        )
    assert pane.titles == ["정산은 언제 되나요?"]


async def test_there_is_a_status_until_there_is_a_message(
    slack, make_service, connect, stores, minsu, profile
):
    gate = asyncio.Event()
    async with connect(make_service(assistant=InPieces(stores.history, gate=gate))):
        pane = await minsu.open_assistant_pane()
        await minsu.say(pane.channel, "정산은 언제 되나요?", thread=pane.thread_ts)
        await slack.until(lambda: profile.searching in pane.statuses)
        gate.set()
        await slack.until(lambda: pane.statuses[-1] == "")


async def test_other_direct_messages_have_no_title_and_no_status(slack, bot, minsu, profile):
    await minsu.say(minsu.dm, "정산은 언제 되나요?")
    await slack.until(lambda: profile.helpful in labels(slack.messages(minsu.dm)[-1]))
    assert not [call for call in slack.calls() if call.method.startswith("assistant.")]


async def test_a_title_is_one_short_line(slack, client, minsu):
    pane = await minsu.open_assistant_pane()
    await set_title(client, pane.channel.id, pane.thread_ts, "정산은\n언제 되나요? " + "아" * 100)
    (title,) = pane.titles
    assert title.startswith("정산은 언제 되나요? 아아")
    assert len(title) == 60


@pytest.mark.parametrize("trouble", ["429", "500", "reset", "error"])
async def test_neither_ever_raises(slack, client, minsu, trouble):
    pane = await minsu.open_assistant_pane()
    slack.fail_next("*", trouble, times=2)
    await clear_status(client, pane.channel.id, pane.thread_ts)
    await set_title(client, pane.channel.id, pane.thread_ts, "정산")
    assert (pane.statuses, pane.titles) == ([], [])
    await clear_status(client, "C0NOWHERE", "1.2")


async def test_thanks_in_a_direct_message_get_their_own_sentence(slack, bot, minsu, profile):
    """And no greeting, nor questions to ask next."""
    await minsu.say(minsu.dm, "감사합니다!")
    (said,) = await slack.until(
        lambda: [m for m in slack.messages(minsu.dm) if profile.small_talk["thanks"] in visible(m)]
    )
    assert profile.greeting not in visible(said)
    assert not set(profile.examples) & set(labels(said))
