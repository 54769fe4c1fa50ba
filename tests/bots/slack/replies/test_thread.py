"""How an answer is shown on Slack: progressively, within the limits, once, whatever fails."""

import asyncio
from functools import partial

import pytest
from fakes.slack_bot import (
    PROFILE,
    With,
    answering,
    finished,
    make_settings,
    noting,
    running,
    settled,
)

from bots.slack.api.rate_limits import EDITS_A_MINUTE
from bots.slack.replies.messages import METADATA
from core.types import InboxState
from devtools.slack import Limits, Slack, labels, visible, visible_of

PIECES = tuple(f"{n}번째 문장은 정산이 언제 되는지 차근차근 알려 드려요. " for n in range(1, 7))


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


async def test_an_answer_grows_in_one_message(slack, tmp_path, minsu, channel):
    gate = asyncio.Event()
    async with answering(slack, tmp_path, gate=gate, pieces=PIECES):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
        await slack.until(lambda: "5번째" in visible(reply))
        assert "멈추기" in visible(reply)
        assert "6번째" not in visible(reply)
        gate.set()
        assert await slack.until(lambda: finished(slack, question)) == [reply]
    assert "멈추기" not in visible(reply)
    shown = [visible_of(version.text, version.blocks) for version in reply.history]
    lengths = [version.count("번째") for version in shown]
    assert lengths == sorted(lengths)
    assert reply.metadata["event_type"] == METADATA


async def test_a_refused_edit_waits_and_comes_to_its_end(slack, tmp_path, minsu, channel):
    gate = asyncio.Event()
    async with answering(slack, tmp_path, gate=gate, pieces=PIECES):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
        await slack.until(lambda: "5번째" in visible(reply))
        slack.fail_next("chat.update", "429", retry_after=1)
        gate.set()
        await slack.until(lambda: finished(slack, question))
    assert slack.replies(question) == [reply]
    refused, done = slack.calls("chat.update")[-2:]
    assert refused.status == 429
    assert done.at - refused.at >= 1.0


async def test_a_first_message_that_was_sent_but_not_confirmed_is_not_sent_twice(
    slack, tmp_path, minsu, channel
):
    slack.fail_next("chat.postMessage", "reset_after")
    async with answering(slack, tmp_path):
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, question))
        await settled(slack)
    assert len(slack.replies(question)) == 1


@pytest.mark.parametrize("failure", ["500", "reset"])
async def test_trouble_of_slacks_passes(slack, tmp_path, minsu, channel, failure):
    slack.fail_next("chat.postMessage", failure)
    slack.fail_next("chat.update", failure)
    gate = asyncio.Event()
    async with answering(slack, tmp_path, gate=gate, pieces=PIECES):
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: slack.replies(question))
        gate.set()
        await slack.until(lambda: finished(slack, question))
    assert len(slack.replies(question)) == 1


async def test_ten_answers_at_a_time_never_meet_a_limit(slack, tmp_path, minsu):
    """Each channel takes a message a second; the workspace 50 edits a minute."""
    channels = [slack.add_channel(f"문의-{n}", minsu) for n in range(10)]
    gate = asyncio.Event()
    async with answering(slack, tmp_path, gate=gate, pieces=PIECES):
        questions = [await minsu.mention(one, "정산은 언제?") for one in channels]
        await slack.until(lambda: all(slack.replies(question) for question in questions))
        gate.set()
        await slack.until(lambda: all(finished(slack, question) for question in questions))
    assert slack.limited() == 0
    assert all(len(slack.replies(question)) == 1 for question in questions)


async def test_many_answers_in_one_channel_keep_to_its_pace(tmp_path):
    async with Slack(limits=Limits(minute_s=60.0)).serve() as slack:
        minsu = slack.add_person("민수")
        channel = slack.add_channel("문의", minsu)
        async with answering(slack, tmp_path):
            questions = [await minsu.mention(channel, f"정산은 언제? {n}") for n in range(6)]
            await slack.until(lambda: all(finished(slack, question) for question in questions))
    assert slack.limited() == 0


def test_the_budget_is_slacks():
    assert Limits().calls_a_minute["chat.update"] == EDITS_A_MINUTE


async def test_after_a_crash_the_answer_is_finished_in_the_same_message(
    slack, tmp_path, minsu, channel
):
    async with answering(slack, tmp_path, gate=asyncio.Event(), pieces=PIECES):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
    async with answering(slack, tmp_path):
        await slack.until(lambda: finished(slack, question))
    assert slack.replies(question) == [reply]
    assert "번째" not in visible(reply)


@pytest.mark.parametrize("where", ["channel", "dm", "by pages"])
async def test_a_message_that_the_dead_process_did_not_note_is_found(
    slack, tmp_path, minsu, channel, where
):
    """The bot dies between posting and noting; the message's metadata says what it answers.

    A distributed app reads a page of 15 messages a minute.
    """
    place = minsu.dm if where == "dm" else channel
    thread = None
    if where == "by pages":
        slack.limits.is_distributed, slack.limits.minute_s = True, 0.1
        thread = await minsu.say(channel, "회의 기록")
        for number in range(20):
            await minsu.say(channel, f"안건 {number}", thread=thread)
    posted_at = asyncio.Event()

    async def note_reply(claim, reply):
        if reply:  # else it is only made sure that the question is still ours
            posted_at.set()
            await asyncio.Event().wait()

    inbox = partial(With, note_reply=note_reply)
    async with answering(slack, tmp_path, inbox=inbox, gate=asyncio.Event()):
        question = await minsu.mention(place, "정산은 언제?", thread=thread)
        await posted_at.wait()
    (posted,) = [message for message in place.messages.values() if message.bot_id]
    async with answering(slack, tmp_path):
        await slack.until(lambda: "출처" in visible(posted))
    answers = [m for m in place.messages.values() if m.bot_id and m is not posted]
    assert answers == []
    assert question.ts in str(posted.metadata)


async def test_an_answer_that_was_deleted_while_it_grew_is_not_written_again(
    slack, tmp_path, minsu, channel
):
    gate = asyncio.Event()
    states = asyncio.Queue()
    async with answering(slack, tmp_path, gate=gate, pieces=PIECES, inbox=noting(states)):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
        slack.world.remove(reply)
        gate.set()
        assert await states.get() is InboxState.WITHDRAWN
    assert slack.replies(question) == []


@pytest.mark.parametrize(
    "error",
    ["not_in_channel", "restricted_action_read_only_channel", "fatal_error", "a_code_of_tomorrow"],
)
async def test_what_a_channel_refuses_for_good_is_shown_to_whoever_asked_alone(
    slack, tmp_path, minsu, channel, caplog, error
):
    states = asyncio.Queue()
    async with answering(slack, tmp_path, inbox=noting(states)):
        slack.fail_next("chat.postMessage", "error", error=error, times=2)
        await minsu.mention(channel, "정산은 언제?")
        assert await states.get() is InboxState.ANSWERED
    (said,) = minsu.ephemerals(channel)
    assert "다음 영업일" in visible(said)
    assert PROFILE.shown_privately in visible(said)
    assert len(slack.calls("chat.postMessage")) <= 2
    assert error in caplog.text


async def test_the_addresses_in_what_is_posted_unfold_no_previews(slack, tmp_path, minsu, channel):
    """Neither in the channel, nor in the direct message that takes its place."""
    async with answering(slack, tmp_path):
        await slack.until(lambda: slack.sockets)
        question = await minsu.mention(channel, "정산은 언제? https://example.com")
        await slack.until(lambda: finished(slack, question))
        slack.fail_next("chat.postMessage", "error", error="restricted_action", times=1)
        slack.fail_next("chat.postEphemeral", "error", error="user_not_in_channel", times=1)
        await minsu.mention(channel, "반품은 언제?")
        await slack.until(lambda: len(slack.calls("chat.postMessage")) == 3)
    for call in slack.calls("chat.postMessage"):
        assert (call.args["unfurl_links"], call.args["unfurl_media"]) == (False, False)


async def test_who_has_deleted_their_question_is_shown_no_answer_to_it(
    slack, tmp_path, minsu, channel
):
    """Also where the answer is there before Slack has told of the deletion."""
    states, gate = asyncio.Queue(), asyncio.Event()
    slack.team.is_agent = True  # no message says that there is work
    async with answering(slack, tmp_path, gate=gate, inbox=noting(states)):
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: slack.world.sessions)
        del channel.messages[question.ts]
        gate.set()
        assert await states.get() is InboxState.WITHDRAWN
    assert minsu.ephemerals(channel) == []
    assert not minsu.dm.messages


async def test_where_nobody_can_be_told_in_the_channel_the_answer_comes_directly(
    slack, tmp_path, minsu, channel
):
    states = asyncio.Queue()
    async with answering(slack, tmp_path, inbox=noting(states)):
        slack.fail_next("chat.postMessage", "error", error="is_archived")
        slack.fail_next("chat.postEphemeral", "error", error="is_archived")
        await minsu.mention(channel, "정산은 언제?")
        assert await states.get() is InboxState.ANSWERED
    (said,) = minsu.dm.messages.values()
    assert "다음 영업일" in visible(said)


async def test_a_long_answer_takes_several_messages_in_order(slack, tmp_path, minsu, channel):
    text = "\n\n".join(
        f"{n}번째 문단입니다. " + "정산 내역을 확인해 주세요. " * 40 for n in range(40)
    )
    async with answering(slack, tmp_path, text=text):
        question = await minsu.mention(channel, "전부 알려 줘")
        replies = await slack.until(lambda: finished(slack, question))
        await settled(slack)
    assert len(replies) > 1
    whole = "\n".join(visible(reply) for reply in replies)
    places = [whole.index(f"{n}번째 문단") for n in range(40)]
    assert places == sorted(places)
    assert [reply.metadata["event_payload"]["place"] for reply in replies] == list(
        range(len(replies))
    )
    assert slack.limited() == 0


async def test_the_acknowledged_question_survives_a_bot_that_dies_at_once(
    slack, tmp_path, minsu, channel
):
    async with running(make_settings(slack, tmp_path), gate=asyncio.Event()) as bot:
        await slack.until(lambda: slack.sockets)
        bot.tasks[0].cancel()  # nobody answers
        question = await minsu.mention(channel, "정산은 언제?")
        await settled(slack)
    async with answering(slack, tmp_path):
        await slack.until(lambda: finished(slack, question))
    assert len(slack.replies(question)) == 1


@pytest.mark.parametrize("streaming", ["edits", "native"])
async def test_nobody_is_called_and_no_foreign_link_is_shown_at_any_moment(
    slack, tmp_path, minsu, channel, streaming
):
    pieces = (
        "안내 <!chan",
        "nel> 공지 <@",
        "U000000099> 님 @her",
        "e [여기](https://evil.exa",
        "mple/x) ",
    )
    pieces = [part for piece in pieces for part in (piece, "")] + ["그리고 <!subteam^S1> 끝."]
    turnstile = asyncio.Semaphore(0)
    settings = {"slack_streaming": streaming}
    async with answering(slack, tmp_path, settings=settings, pieces=pieces, turnstile=turnstile):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
        for _ in pieces:
            turnstile.release()
            await asyncio.sleep(0.05)  # so that some of it is shown in the state that it is in
        await slack.until(lambda: finished(slack, question))
    for version in reply.history:
        shown = f"{version.text} {version.blocks}"
        for harm in ("<!channel", "<@U000000099", "@here", "evil.example", "<!subteam"):
            assert harm not in shown
    assert "공지" in visible(reply)


@pytest.mark.parametrize("streaming", ["edits", "native"])
async def test_where_feedback_buttons_are_unknown_there_are_plain_ones(
    slack, tmp_path, minsu, channel, streaming
):
    gate = asyncio.Event()
    settings = {"slack_streaming": streaming}
    async with answering(slack, tmp_path, settings=settings, gate=gate, pieces=PIECES):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
        await slack.until(lambda: "5번째" in visible(reply))
        last = "chat.update" if streaming == "edits" else "chat.stopStream"
        slack.fail_next(last, "error", error="invalid_blocks")
        if streaming == "native":
            slack.fail_next("chat.update", "error", error="invalid_blocks")
        gate.set()
        await slack.until(lambda: finished(slack, question))
        again = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, again))
    assert slack.replies(question) == [reply]
    for shown in (reply, *slack.replies(again)):
        assert {block["type"] for block in shown.blocks} & {"context_actions"} == set()
        assert f"👍 {PROFILE.helpful}" in labels(shown)
