"""Slack's agent surfaces: prompts in the messages tab, sessions with a status, Slack's own stop."""

import asyncio

import pytest
from fakes.assistants import InPieces, ScriptedAssistant, answered

from core.messaging.delivery import live_view
from core.types import Entry, Status
from devtools.slack import labels, visible

QUESTION = "정산은 언제 되나요?"


@pytest.fixture
def minsu(slack):
    slack.team.is_agent = True
    return slack.add_person("민수")


def statuses(slack, channel, ts):
    return [one["status"] for one in slack.world.sessions.get((channel.id, ts), [])]


async def test_whoever_opens_the_messages_tab_is_offered_prompts(slack, bot, minsu, profile):
    await minsu.say(minsu.dm, "안녕하세요")
    await minsu.open_messages()
    (call,) = await slack.until(lambda: slack.calls("assistant.threads.setSuggestedPrompts"))
    assert "thread_ts" not in call.args
    await slack.until(lambda: slack.world.prompts)
    offered = [one["message"] for one in slack.world.prompts[minsu.dm.id]]
    assert offered == list(profile.examples)[:4]


async def test_a_session_says_that_there_is_work_and_no_message_does(
    slack, make_service, connect, stores, minsu, profile
):
    gate = asyncio.Event()
    channel = slack.add_channel("문의", minsu)
    async with connect(make_service(assistant=InPieces(stores.history, gate=gate))):
        asked = await minsu.mention(channel, QUESTION)
        await slack.until(lambda: statuses(slack, channel, asked.ts) == ["processing"])
        assert slack.world.sessions[channel.id, asked.ts][0]["title"] == QUESTION
        await asyncio.sleep(0.5)  # by when there would be a message that says so
        assert slack.replies(asked) == []
        gate.set()
        await slack.until(lambda: statuses(slack, channel, asked.ts) == ["processing", "active"])
        (reply,) = slack.replies(asked)
        assert profile.helpful in labels(reply)


async def test_why_nothing_comes_is_said_in_a_message_although_a_session_says_that_there_is_work(
    slack, make_service, connect, stores, minsu, profile
):
    gate, assistant = asyncio.Event(), ScriptedAssistant(stores.history)
    long = Status(profile.taking_long, lasts=True)
    assistant.script(QUESTION, Status(profile.searching), long, gate, answered("다음 영업일에요."))
    async with connect(make_service(assistant=assistant)):
        asked = await minsu.mention(slack.add_channel("문의", minsu), QUESTION)
        (reply,) = await slack.until(lambda: slack.replies(asked))
        assert profile.taking_long in visible(reply)
        gate.set()
        await slack.until(lambda: visible(reply).startswith("다음 영업일에요."))
        assert len(slack.replies(asked)) == 1


@pytest.mark.parametrize("known", [True, False])
async def test_a_slow_answer_shows_its_steps_as_task_cards(
    slack, make_service, connect, stores, minsu, profile, monkeypatch, *, known
):
    """Where Slack does not know the cards, a line says what is being done."""
    monkeypatch.setattr(live_view, "_SLOW_AFTER_S", 0.5)
    found, written, assistant = asyncio.Event(), asyncio.Event(), ScriptedAssistant(stores.history)
    evidence = (
        Entry("1", "정산일 안내", "다음 영업일", url="https://sell.smartstore.naver.com/1"),
    )
    writing = Status(profile.writing, found=evidence)
    script = (Status(profile.searching), found, writing, written, answered("다음 영업일에요."))
    assistant.script(QUESTION, *script)
    if not known:
        slack.fail_next("chat.postMessage", "error", error="invalid_blocks")
    async with connect(make_service(assistant=assistant)):
        asked = await minsu.mention(slack.add_channel("문의", minsu), QUESTION)
        (reply,) = await slack.until(lambda: slack.replies(asked))
        waits = (f"… {profile.searching}", f"○ {profile.sources}", f"○ {profile.writing}")
        assert all(line in visible(reply) for line in waits) is known
        assert profile.searching in visible(reply)
        found.set()
        await slack.until(lambda: profile.writing in visible(reply).splitlines()[0])
        assert (f"✓ {profile.sources}\n[1] 정산일 안내" in visible(reply)) is known
        assert profile.stop in labels(reply)
        written.set()
        await slack.until(lambda: visible(reply).startswith("다음 영업일에요."))
        assert profile.writing not in visible(reply)
        assert len(slack.replies(asked)) == 1


async def test_slacks_own_stop_ends_an_answer_of_whoever_asked(
    slack, make_service, connect, stores, minsu, profile
):
    gate, channel = asyncio.Event(), slack.add_channel("문의", minsu)
    pieces = ("여기까지는 쓰였습니다. 이제 그만. ", "끝.")
    async with connect(make_service(assistant=InPieces(stores.history, gate=gate, pieces=pieces))):
        asked = await minsu.mention(channel, QUESTION)
        await slack.until(lambda: slack.replies(asked))
        await minsu.stop_session(channel, asked.ts)
        await slack.until(lambda: profile.stopped in visible(slack.replies(asked)[0]))
        await slack.until(lambda: statuses(slack, channel, asked.ts)[-1] == "active")


async def test_slacks_own_stop_by_somebody_else_ends_nothing(
    slack, make_service, connect, stores, minsu, profile
):
    gate, other = asyncio.Event(), slack.add_person("지영")
    channel = slack.add_channel("문의", minsu, other)
    pieces = ("여기까지는 쓰였습니다. 이제 그만. ", "끝.")
    async with connect(make_service(assistant=InPieces(stores.history, gate=gate, pieces=pieces))):
        asked = await minsu.mention(channel, QUESTION)
        await slack.until(lambda: slack.replies(asked))
        await other.stop_session(channel, asked.ts)
        await slack.until(lambda: statuses(slack, channel, asked.ts)[-1] == "active")
        gate.set()
        await slack.until(lambda: "끝." in visible(slack.replies(asked)[0]))
        assert profile.stopped not in visible(slack.replies(asked)[0])


async def test_a_session_is_named_after_the_question_as_it_is_edited(slack, bot, minsu, profile):
    channel = slack.add_channel("문의", minsu)
    asked = await minsu.mention(channel, QUESTION)
    await slack.until(lambda: statuses(slack, channel, asked.ts)[-1:] == ["active"])
    await minsu.edit(asked, f"{minsu.mention_of_bot} 반품비는 누가 내나요?")
    session = slack.world.sessions[channel.id, asked.ts]
    assert {one["title"] for one in session} == {QUESTION}
    await slack.until(lambda: session[-1]["title"] == "반품비는 누가 내나요?")
    await slack.until(lambda: session[-1]["status"] == "active")


async def test_where_the_app_is_no_agent_a_message_says_that_there_is_work(
    slack, make_service, connect, stores, minsu
):
    slack.team.is_agent = False
    gate, channel = asyncio.Event(), slack.add_channel("문의", minsu)
    async with connect(make_service(assistant=InPieces(stores.history, gate=gate))):
        asked = await minsu.mention(channel, QUESTION)
        await slack.until(lambda: slack.replies(asked))
        gate.set()
        await minsu.mention(channel, QUESTION)
        await slack.until(lambda: len(slack.calls("chat.postMessage")) >= 2)
        assert len(slack.calls("agents.sessions.setStatus")) == 1


async def test_a_session_that_is_refused_in_one_place_is_begun_in_others(slack, bot, minsu):
    """Such as where whoever asks is no member."""
    first, other = (slack.add_channel(name, minsu) for name in ("문의", "질문"))
    slack.fail_next("agents.sessions.setStatus", "error", error="user_not_in_channel")
    await minsu.mention(first, QUESTION)
    await slack.until(lambda: slack.calls("agents.sessions.setStatus"))
    asked = await minsu.mention(other, QUESTION)
    await slack.until(lambda: statuses(slack, other, asked.ts) == ["processing", "active"])


async def test_a_session_that_begins_later_than_the_answer_ends_too(slack, bot, minsu):
    channel = slack.add_channel("문의", minsu)
    slack.fail_next("agents.sessions.setStatus", "slow", seconds=1.0)
    asked = await minsu.mention(channel, QUESTION)
    await slack.until(lambda: slack.replies(asked))
    await slack.until(lambda: statuses(slack, channel, asked.ts) == ["processing", "active"])


async def test_in_direct_messages_the_words_go_too_when_the_answer_is_there(
    slack, make_service, connect, stores, minsu, profile
):
    """It stands beside the question, and no message in the thread removes them."""
    gate = asyncio.Event()
    async with connect(make_service(assistant=InPieces(stores.history, gate=gate))):
        asked = await minsu.say(minsu.dm, QUESTION)
        pane = await slack.until(lambda: slack.world.panes.get((minsu.dm.id, asked.ts)))
        await slack.until(lambda: pane.statuses == [profile.searching])
        gate.set()
        await slack.until(lambda: pane.statuses == [profile.searching, ""])


async def test_an_app_that_is_no_agent_shows_its_status_in_channels_too(
    slack, make_service, connect, stores, minsu, profile
):
    slack.team.is_agent, slack.team.shows_status = False, True
    gate, channel = asyncio.Event(), slack.add_channel("문의", minsu)
    async with connect(make_service(assistant=InPieces(stores.history, gate=gate))):
        asked = await minsu.mention(channel, QUESTION)
        pane = await slack.until(lambda: slack.world.panes.get((channel.id, asked.ts)))
        await slack.until(lambda: pane.statuses == [profile.searching])
        await asyncio.sleep(0.5)  # by when there would be a message that says so
        assert slack.replies(asked) == []
        gate.set()
        await slack.until(lambda: slack.replies(asked) and not pane.statuses[-1])


async def test_an_edit_brings_its_metadata_and_a_new_id_for_opinions(slack, bot, minsu):
    channel = slack.add_channel("문의", minsu)
    asked = await minsu.mention(channel, QUESTION)
    (reply,) = await slack.until(
        lambda: [m for m in slack.replies(asked) if "feedback" in str(m.blocks)]
    )
    before = [b["block_id"] for b in reply.blocks if b["type"] == "context_actions"]
    await minsu.press(reply, "followup:0")
    await slack.until(lambda: any(label.startswith("✓") for label in labels(reply)))
    after = [b["block_id"] for b in reply.blocks if b["type"] == "context_actions"]
    assert before != after
    updates = slack.calls("chat.update")
    assert updates
    assert all(call.args["metadata"]["event_payload"]["question"] for call in updates)
