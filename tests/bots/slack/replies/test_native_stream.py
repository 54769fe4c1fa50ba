"""Slack's own streams, and what becomes of an answer when one fails in the middle of it."""

import asyncio
import time

import pytest
from fakes.slack_bot import PROFILE, answering, finished, quiet

from bots.slack.api.rate_limits import Streams
from bots.slack.replies import native_stream
from devtools.slack import Limits, Slack, labels, visible

PIECES = tuple(f"{n}번째 문장은 **정산**이 언제 되는지 알려 드려요. " for n in range(1, 7))
NATIVE = {"slack_streaming": "native"}


@pytest.fixture
async def slack():
    async with Slack().serve() as running:
        yield running


@pytest.fixture
def minsu(slack):
    return slack.add_person("민수")


@pytest.fixture
def channel(slack, minsu):
    return slack.add_channel("문의", minsu)


async def begun(slack, person, channel, until="5번째"):
    """A question whose answer streams."""
    question = await person.mention(channel, "정산은 언제?")
    (reply,) = await slack.until(lambda: slack.replies(question))
    await slack.until(lambda: until in visible(reply))
    return question, reply


def whole(reply):
    """Every sentence once, in order."""
    text = visible(reply)
    return [text.count(f"{n}번째") for n in range(1, 7)] == [1] * 6 and text.index(
        "1번째"
    ) < text.index("6번째")


async def test_an_answer_streams_and_ends_with_its_buttons(slack, tmp_path, minsu, channel):
    gate = asyncio.Event()
    async with answering(slack, tmp_path, settings=NATIVE, gate=gate, pieces=PIECES) as bot:
        question, reply = await begun(slack, minsu, channel)
        assert reply.is_streaming()
        gate.set()
        await slack.until(lambda: finished(slack, question))
        await minsu.press(reply, labels(reply)[0])
        await slack.until(lambda: len(slack.replies(question)) == 2 and finished(slack, question))
        await slack.until(lambda: labels(reply)[0].startswith("✓"))
        assert len(await quiet(slack, bot)) == 2
    assert whole(reply)
    assert not reply.is_streaming()
    assert reply.metadata["event_payload"]["question"].endswith(question.ts)
    stops = slack.calls("chat.stopStream")
    assert [call.error for call in stops] == [""]
    assert "markdown" in reply.history[-2].blocks[0]["type"]


@pytest.mark.parametrize("agent", [True, False])
async def test_the_end_of_a_stream_ends_an_agents_session_too(
    slack, tmp_path, minsu, channel, *, agent
):
    slack.team.is_agent = agent
    gate = asyncio.Event()
    async with answering(slack, tmp_path, settings=NATIVE, gate=gate, pieces=PIECES):
        question, _ = await begun(slack, minsu, channel)
        gate.set()
        await slack.until(lambda: finished(slack, question))
    (stop,) = slack.calls("chat.stopStream")
    assert stop.args.get("session_status") == ("active" if agent else None)
    session = slack.world.sessions.get((channel.id, question.ts), [])
    assert [one["status"] for one in session][:2] == (["processing", "active"] if agent else [])


async def test_an_answer_that_is_there_at_once_is_not_streamed(slack, tmp_path, minsu, channel):
    async with answering(slack, tmp_path, settings=NATIVE):
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, question))
    assert not slack.calls("chat.startStream", "chat.update")


async def test_a_workspace_without_streams_gets_edits(slack, tmp_path, minsu, channel):
    slack.unknown_method("chat.startStream", "chat.appendStream", "chat.stopStream")
    gate = asyncio.Event()
    async with answering(slack, tmp_path, settings=NATIVE, gate=gate, pieces=PIECES):
        question, reply = await begun(slack, minsu, channel)
        gate.set()
        await slack.until(lambda: finished(slack, question))
        gate.clear()
        second, _ = await begun(slack, minsu, channel)
        gate.set()
        await slack.until(lambda: finished(slack, second))
    assert whole(reply)
    assert len(slack.calls("chat.startStream")) == 1


@pytest.mark.parametrize(
    ("method", "kind", "error"),
    [
        ("chat.appendStream", "error", "message_not_in_streaming_state"),
        ("chat.appendStream", "error", "unknown_method"),
        ("chat.appendStream", "429", ""),
        ("chat.appendStream", "reset", ""),
        ("chat.appendStream", "reset_after", ""),
        ("chat.stopStream", "error", "message_not_in_streaming_state"),
        ("chat.stopStream", "reset_after", ""),
        ("chat.stopStream", "reset", ""),
        ("chat.stopStream", "500", ""),
    ],
)
async def test_a_stream_that_fails_goes_on_by_edits_and_shows_nothing_twice(
    slack, tmp_path, minsu, channel, method, kind, error
):
    turnstile = asyncio.Semaphore(0)
    async with answering(slack, tmp_path, settings=NATIVE, turnstile=turnstile, pieces=PIECES):
        question, reply = await begun(slack, minsu, channel, until="1번째")
        slack.fail_next(method, kind, error=error, retry_after=1)
        for sentence in ("2번째", "3번째", "4번째", "5번째"):
            turnstile.release()
            await slack.until(lambda sentence=sentence: sentence in visible(reply))
        turnstile.release()
        await slack.until(lambda: finished(slack, question))
    assert not slack.api.faults
    assert slack.replies(question) == [reply]
    assert whole(reply)
    assert not reply.is_streaming()


async def test_a_stream_that_slack_has_ended_goes_on_by_edits(tmp_path):
    async with Slack(stream_lasts_s=0.6).serve() as slack:
        minsu = slack.add_person("민수")
        channel = slack.add_channel("문의", minsu)
        gate = asyncio.Event()
        async with answering(slack, tmp_path, settings=NATIVE, gate=gate, pieces=PIECES):
            question, reply = await begun(slack, minsu, channel)
            await asyncio.sleep(reply.stream_ends_at - time.monotonic())
            gate.set()
            await slack.until(lambda: finished(slack, question))
    assert slack.replies(question) == [reply]
    assert whole(reply)
    assert slack.calls("chat.update")


async def test_a_stream_is_left_before_slack_ends_it(slack, tmp_path, minsu, channel, monkeypatch):
    monkeypatch.setattr(native_stream, "_LEFT_AFTER_S", 0.0)
    gate = asyncio.Event()
    async with answering(slack, tmp_path, settings=NATIVE, gate=gate, pieces=PIECES):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
        await slack.until(lambda: "5번째" in visible(reply))
        gate.set()
        await slack.until(lambda: finished(slack, question))
    assert whole(reply)
    assert not any(call.error for call in slack.calls("chat.stopStream", "chat.update"))


async def test_slacks_own_stop_button_stops_the_answer(slack, tmp_path, minsu, channel):
    """It is noticed with the next piece that is appended."""
    turnstile = asyncio.Semaphore(0)
    async with answering(slack, tmp_path, settings=NATIVE, turnstile=turnstile, pieces=PIECES):
        question, reply = await begun(slack, minsu, channel, until="1번째")
        await minsu.stop(reply)
        turnstile.release()
        await slack.until(lambda: PROFILE.stopped in visible(reply))
    assert "2번째" in visible(reply)
    assert slack.replies(question) == [reply]


async def test_a_stream_that_a_dead_process_left_open_is_finished_in_place(
    slack, tmp_path, minsu, channel
):
    async with answering(slack, tmp_path, settings=NATIVE, gate=asyncio.Event(), pieces=PIECES):
        question, reply = await begun(slack, minsu, channel)
    assert reply.is_streaming()
    async with answering(slack, tmp_path, settings=NATIVE, pieces=PIECES):
        await slack.until(lambda: finished(slack, question))
    assert slack.replies(question) == [reply]
    assert whole(reply)


async def test_a_stream_that_began_but_was_not_confirmed_is_found(slack, tmp_path, minsu, channel):
    slack.fail_next("chat.startStream", "reset_after")
    gate = asyncio.Event()
    async with answering(slack, tmp_path, settings=NATIVE, gate=gate, pieces=PIECES):
        question, reply = await begun(slack, minsu, channel)
        gate.set()
        await slack.until(lambda: finished(slack, question))
    assert slack.replies(question) == [reply]
    assert whole(reply)


async def test_where_there_is_no_thread_or_a_question_to_quote_edits_are_made(
    slack, tmp_path, minsu
):
    gate = asyncio.Event()
    async with answering(slack, tmp_path, settings=NATIVE, gate=gate, pieces=PIECES):
        await minsu.say(minsu.dm, "정산은 언제?")
        await slack.until(lambda: slack.calls("chat.postMessage"))
        gate.set()
        await slack.until(lambda: [m for m in minsu.dm.messages.values() if "출처" in visible(m)])
    assert not slack.calls("chat.startStream")


async def test_more_answers_than_streams_are_shown_by_edits(tmp_path):
    """No call of a stream is ever refused for its tier: who gets none is shown by edits."""
    async with Slack().serve() as slack:
        minsu = slack.add_person("민수")
        channels = [slack.add_channel(f"문의-{n}", minsu) for n in range(25)]
        gate = asyncio.Event()
        async with answering(slack, tmp_path, settings=NATIVE, gate=gate, pieces=PIECES):
            questions = [await minsu.mention(one, "정산은 언제?") for one in channels]
            await slack.until(lambda: all(slack.replies(one) for one in questions))
            gate.set()
            await slack.until(lambda: all(finished(slack, one) for one in questions))
    assert slack.limited() == 0
    assert all(len(slack.replies(one)) == 1 and whole(slack.replies(one)[0]) for one in questions)
    started = len(slack.calls("chat.startStream"))
    assert 0 < started <= Limits().calls_a_minute["chat.startStream"]


async def test_an_answer_that_outgrows_one_message_goes_on_by_edits(
    slack, tmp_path, minsu, channel
):
    paragraphs = [
        f"{n}번째 문단입니다. " + "정산 내역을 확인해 주세요. " * 40 for n in range(1, 31)
    ]
    pieces = [f"{paragraph}\n\n" for paragraph in paragraphs]
    turnstile = asyncio.Semaphore(0)
    async with answering(slack, tmp_path, settings=NATIVE, pieces=pieces, turnstile=turnstile):
        question, reply = await begun(slack, minsu, channel, until="1번째")
        turnstile.release()
        await slack.until(lambda: "2번째" in visible(reply))
        assert reply.is_streaming()
        for _ in pieces:
            turnstile.release()
        replies = await slack.until(lambda: finished(slack, question))
    assert replies[0] is reply
    assert len(replies) > 1
    shown = "\n".join(visible(one) for one in replies)
    assert [shown.count(f"{n}번째 문단") for n in range(11, 31)] == [1] * 20
    places = [shown.index(f"{n}번째 문단") for n in range(1, 31)]
    assert places == sorted(places)
    assert slack.limited() == 0


def begin(streams, question_id, now):
    """Plan a stream and begin it."""
    planned = streams.plan(question_id, now)
    if planned:
        streams.begin(question_id, now)
    return planned


def test_a_stream_begins_only_if_it_can_be_stopped():
    streams = Streams()
    assert all(begin(streams, f"q{n}", 0.0) for n in range(20))
    assert not begin(streams, "q20", 0.0)
    for n in range(20):
        streams.end(f"q{n}", 50.0)
    assert not begin(streams, "q20", 70.0)  # 20 were stopped within the last minute
    assert begin(streams, "q20", 111.0)


def test_a_stream_that_is_planned_has_room_and_one_that_never_began_costs_nothing():
    streams = Streams()
    assert all(streams.plan(f"q{n}", 0.0) for n in range(20))
    assert not streams.plan("q20", 0.0)
    for n in range(20):
        streams.end(f"q{n}", 1.0)
    assert all(begin(streams, f"r{n}", 2.0) for n in range(20))


def test_a_stream_that_nobody_stopped_is_forgotten_when_slack_has_ended_it():
    streams = Streams()
    assert all(begin(streams, f"q{n}", 0.0) for n in range(20))
    assert not streams.plan("q20", 299.0)
    assert streams.plan("q20", 301.0)


async def test_a_stream_for_a_guest_names_the_guests_own_workspace(slack, tmp_path, minsu, channel):
    gate = asyncio.Event()
    async with answering(slack, tmp_path, settings=NATIVE, gate=gate, pieces=PIECES):
        event = {"type": "app_mention", "channel": channel.id, "ts": slack.world.ids.ts()}
        event |= {"user": minsu.id, "user_team": "T0EXTERNAL", "team": "T0EXTERNAL"}
        event["text"] = f"{minsu.mention_of_bot} 정산은 언제?"
        slack.world.emit(slack.team, "app_mention", event, channel)
        await slack.until(lambda: slack.calls("chat.startStream"))
        gate.set()
    (call,) = slack.calls("chat.startStream")[:1]
    assert call.args["recipient_team_id"] == "T0EXTERNAL"
    assert call.args["recipient_user_id"] == minsu.id
