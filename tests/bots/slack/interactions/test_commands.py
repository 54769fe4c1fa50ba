"""`/faq`, and the shortcut on a message: asked from anywhere, answered where it belongs."""

import asyncio
from dataclasses import replace

import pytest
from fakes.assistants import InPieces, ScriptedAssistant
from fakes.at_work import at_work
from fakes.slack_bot import make_settings

from bots.slack.api.workspaces import make_client, open_session
from bots.slack.context import Context
from bots.slack.ids import private_place
from bots.slack.platform import open_slack
from bots.slack.render.blocks import Page
from bots.slack.replies.ephemeral import EphemeralReply
from core.errors import StorageError
from core.messaging.user_limits import UserLimits
from core.text.safety.sanitize import Cleaner
from core.types import Question
from devtools.slack import BOT_TOKEN, SIGNING_SECRET, labels, visible

QUESTION = "정산은 언제 되나요?"
ANSWER = "구매확정 다음 영업일"


def private(person, channel=None):
    """What a person alone sees, as text."""
    return [visible(message) for message in person.ephemerals(channel)]


async def asked(slack, person, channel, text=QUESTION):
    """The private answer to a command."""
    before = len(person.ephemerals(channel))
    await person.command("/faq", text, channel=channel)

    def answer():
        return [one for one in person.ephemerals(channel)[before:] if labels(one)]

    (found,) = await slack.until(answer, timeout_s=30)
    return found


@pytest.fixture(autouse=True)
def no_hint(monkeypatch):
    """Let no answer take so long that a hint comes first, as it would on a busy machine."""
    monkeypatch.setattr("bots.slack.replies.ephemeral._PATIENCE_S", 600.0)


async def test_a_command_is_answered_for_the_asker_alone(slack, bot, profile):
    """In one piece, since Slack lets nobody edit it, and without a notice that would stay."""
    minsu, jiho = slack.add_person("민수"), slack.add_person("지호")
    channel = slack.add_channel("help", minsu, jiho)
    await asked(slack, minsu, channel)
    (answer,) = private(minsu, channel)
    assert QUESTION in answer
    assert ANSWER in answer
    assert slack.messages(channel) == []
    assert jiho.ephemerals() == []
    assert len(slack.calls("response_url")) == 1


async def test_a_command_works_where_the_bot_is_no_member(slack, bot):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("random", minsu, bot=False)
    assert ANSWER in visible(await asked(slack, minsu, channel))


async def test_a_proxy_of_the_environment_is_not_in_the_way(slack, bot, monkeypatch):
    """Bolt reads it for every request, and knows no NO_PROXY."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    minsu = slack.add_person("민수")
    message = await minsu.say(slack.add_channel("help", minsu), QUESTION)
    await minsu.shortcut(message, "answer_this")
    await slack.until(lambda: [m for m in slack.replies(message) if ANSWER in visible(m)])
    await asked(slack, minsu, minsu.dm)
    assert slack.calls("conversations.info")


async def test_a_command_without_a_question_shows_how_to_ask(slack, bot, profile):
    minsu = slack.add_person("민수")
    await minsu.command("/faq", "  ")
    (help_text,) = private(minsu)
    assert profile.try_asking in help_text
    assert f"/faq {profile.examples[0]}" in help_text


async def test_a_question_is_stored_before_the_command_is_acknowledged(
    slack, stores, make_service, connect
):
    """So that it is answered although the process died right then, by whoever starts next."""
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    async with connect(make_service(), working=False):
        delivery = await minsu.command("/faq", QUESTION, channel=channel)
        assert delivery.acked_at
    async with connect(make_service()):
        await slack.until(lambda: minsu.ephemerals(channel))
    assert ANSWER in private(minsu, channel)[-1]


async def test_commands_and_shortcuts_that_come_as_signed_requests(
    slack, make_service, profile, tmp_path
):
    signed = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SIGNING_SECRET, "slack_port": 0}
    service = make_service()
    minsu = slack.add_person("민수")
    message = await minsu.say(slack.add_channel("help", minsu), QUESTION)
    async with open_slack(make_settings(slack, tmp_path, **signed), service, profile) as platform:
        await slack.use_http(platform.about.rstrip(")").rsplit(" ", 1)[-1])
        working = asyncio.create_task(service.run())
        assert ANSWER in visible(await asked(slack, minsu, minsu.dm))
        await minsu.shortcut(message, "answer_this")
        await slack.until(lambda: [m for m in slack.replies(message) if ANSWER in visible(m)])
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_an_answer_after_the_half_hour_is_posted_as_an_ephemeral(
    slack, make_service, connect
):
    """A `response_url` lasts thirty minutes; the bot has to be a member from then on."""
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    async with connect(make_service(), working=False):
        await minsu.command("/faq", QUESTION, channel=channel)
    slack.world.url_lasts_s = 0.0
    async with connect(make_service()):
        await slack.until(lambda: len(minsu.ephemerals(channel)) == 1)
    assert ANSWER in private(minsu, channel)[-1]
    assert len(slack.calls("chat.postEphemeral")) == 1


async def test_a_command_that_is_not_stored_says_so(slack, bot, profile, monkeypatch):
    async def refuse(question, *, wake):
        raise StorageError("the disk is full")

    monkeypatch.setattr(bot, "receive", refuse)
    minsu = slack.add_person("민수")
    await minsu.command("/faq", QUESTION)
    assert private(minsu) == [profile.not_stored]


async def test_who_asks_too_much_is_told(slack, make_service, connect, profile):
    minsu = slack.add_person("민수")
    async with connect(make_service(limits=UserLimits(per_minute=1, per_day=0))):
        await asked(slack, minsu, minsu.dm)
        await minsu.command("/faq", "반품은요?")
    assert private(minsu)[-1] == profile.limited


async def test_private_questions_are_one_conversation_a_person_and_channel(slack, bot, stores):
    minsu, jiho = slack.add_person("민수"), slack.add_person("지호")
    channel = slack.add_channel("help", minsu, jiho)
    await asked(slack, minsu, channel)
    await asked(slack, minsu, channel, "정산 계좌를 변경하고 싶어요.")
    await asked(slack, jiho, channel)
    sessions = {one.session for one in await stores.archive.sessions(10)}
    prefix = f"slack:{slack.team.id}:{channel.id}"
    assert sessions == {f"{prefix}:faq-{minsu.id}", f"{prefix}:faq-{jiho.id}"}
    (mine,) = [one for one in sessions if minsu.id in one]
    assert len(await stores.archive.turns(mine, 10)) == 2


async def test_an_answer_that_was_shown_before_a_death_is_not_shown_again(
    slack, stores, make_service, connect
):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    async with connect(make_service(), working=False):
        await minsu.command("/faq", QUESTION, channel=channel)
    claim = await stores.inbox.claim(lease_s=0.0)
    await stores.inbox.note_reply(claim, "private:0")
    async with connect(make_service()):
        await asked(slack, minsu, channel, "정산 계좌를 변경하고 싶어요.")  # after the first
    assert len(minsu.ephemerals(channel)) == 1
    assert QUESTION not in private(minsu, channel)[-1]


@pytest.mark.parametrize("trouble", ["429", "500", "reset"])
async def test_an_answer_is_shown_although_slack_had_trouble(slack, bot, trouble):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    slack.fail_next("response_url", trouble, times=2, retry_after=0)
    await minsu.command("/faq", QUESTION, channel=channel)
    await slack.until(lambda: minsu.ephemerals(channel))
    (answer,) = private(minsu, channel)
    assert ANSWER in answer


async def test_a_long_answer_goes_on_when_the_response_url_is_used_up(slack, settings, profile):
    """Slack takes five messages through one."""
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    url = slack.world.new_response_url(channel, minsu.id, None)
    place = private_place(slack.team.id, channel.id, minsu.id)
    question = Question("slack:1", place.session, QUESTION, minsu.id, reply_to=url)
    context = Context(None, profile, settings, Cleaner((), instead=""))
    async with open_session() as session:
        client = make_client(session, slack.api_url, BOT_TOKEN)
        reply = EphemeralReply(client, context, question)
        for number in range(7):
            await reply.post(Page(f"{number}쪽", ()), number)
    assert private(minsu, channel) == [f"{place}쪽" for place in range(7)]
    assert len(slack.calls("chat.postEphemeral")) == 2


# The buttons of a private answer.


async def test_a_private_follow_up_that_takes_long_leaves_the_answer_before_it(
    slack, make_service, connect, stores, profile, monkeypatch
):
    """Its address could only replace the message with the button."""
    monkeypatch.setattr("bots.slack.replies.ephemeral._PATIENCE_S", 0.0)
    minsu, gate = slack.add_person("민수"), asyncio.Event()
    assistant = InPieces(stores.history, gate=gate)
    async with connect(make_service(assistant=assistant)):
        gate.set()
        first = await asked(slack, minsu, minsu.dm)
        before = visible(first)
        gate.clear()
        await minsu.press(first, assistant.followups[0])
        await slack.until(lambda: private(minsu)[-1] == profile.searching)
        gate.set()
        await slack.until(lambda: assistant.followups[0] in private(minsu)[-1])
        assert ANSWER in visible(first)
        assert visible(first).splitlines()[:3] == before.splitlines()[:3]


async def test_a_follow_up_of_a_private_answer_is_private_and_marked(slack, bot, stores):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    answer = await asked(slack, minsu, channel)
    label = next(label for label in labels(answer) if label.endswith(("?", "요.")))
    await minsu.press(answer, label)
    await slack.until(lambda: len(minsu.ephemerals(channel)) == 2)
    assert label in private(minsu, channel)[-1]
    await slack.until(lambda: f"✓ {label}" in labels(answer))
    assert slack.messages(channel) == []
    (session,) = await stores.archive.sessions(10)
    assert session.session.endswith(f":faq-{minsu.id}")


async def test_private_buttons_work_after_a_restart(slack, make_service, connect, profile):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    async with connect(make_service()):
        answer = await asked(slack, minsu, channel)
    async with connect(make_service()):
        await minsu.press(answer, "private_followup:1")
        await slack.until(lambda: len(minsu.ephemerals(channel)) == 2)
        await minsu.press(answer, "feedback:positive")
        await slack.until(lambda: private(minsu, channel)[-1] == profile.feedback.thanks)
        await minsu.press(answer, profile.share)
        await slack.until(lambda: slack.messages(channel))


async def test_a_private_follow_up_is_asked_once(slack, bot, stores):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    answer = await asked(slack, minsu, channel)
    await asyncio.gather(
        minsu.press(answer, "private_followup:0"), minsu.press(answer, "private_followup:0")
    )
    await slack.until(lambda: len(minsu.ephemerals(channel)) == 2)
    (session,) = await stores.archive.sessions(10)
    assert len(await stores.archive.turns(session.session, 10)) == 2


async def test_a_button_of_a_forgotten_answer_is_kindly_refused(slack, bot, stores, profile):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    answer = await asked(slack, minsu, channel)
    await stores.archive.forget(minsu.id)
    for button in ("private_followup:0", "share"):
        await minsu.press(answer, button)
        await slack.until(lambda: profile.stale_button in private(minsu, channel)[-1])
        minsu.world.ephemerals.pop()
    assert slack.messages(channel) == []


async def test_sharing_shows_the_answer_to_the_channel(slack, bot, profile):
    """With who shared it, its follow-ups, and no second time."""
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    answer = await asked(slack, minsu, channel)
    await minsu.press(answer, profile.share)
    await slack.until(lambda: profile.share not in labels(answer))
    (shared,) = slack.messages(channel)
    assert f"<@{minsu.id}>" in str(shared.blocks[0])
    assert ANSWER in visible(shared)
    assert "followup:0" in str(shared.blocks)
    assert "private" not in str(shared.blocks)
    assert profile.share not in labels(shared)
    assert profile.shared in visible(answer)


async def test_follow_ups_of_a_shared_answer_are_answered_below_it(slack, bot, profile):
    """By whoever presses, for everyone."""
    minsu, jiho = slack.add_person("민수"), slack.add_person("지호")
    channel = slack.add_channel("help", minsu, jiho)
    await minsu.press(await asked(slack, minsu, channel), profile.share)
    (shared,) = await slack.until(lambda: slack.messages(channel))
    await jiho.press(shared, "followup:0")
    (reply,) = await slack.until(lambda: slack.replies(shared))
    await slack.until(lambda: profile.helpful in labels(reply))
    assert f"<@{jiho.id}>" in str(reply.blocks)
    await slack.until(lambda: "✓" in "".join(labels(shared)))


async def test_who_asks_below_a_shared_answer_need_not_mention_the_bot(slack, bot):
    """While nobody else has written there, as in any thread of the bot."""
    minsu, jiho = slack.add_person("민수"), slack.add_person("지호")
    channel = slack.add_channel("help", minsu, jiho)
    await minsu.press(await asked(slack, minsu, channel), "share")
    (shared,) = await slack.until(lambda: slack.messages(channel))
    await jiho.say(channel, "정산 계좌를 변경하고 싶어요.", thread=shared)
    (reply,) = await slack.until(lambda: slack.replies(shared))
    await slack.until(lambda: "출처" in visible(reply))
    await minsu.say(channel, "판매자로 가입하려면 어떤 서류가 필요한가요?", thread=shared)
    other = await jiho.say(channel, "정산 계좌를 변경하고 싶어요.")
    await minsu.say(channel, "판매자로 가입하려면 어떤 서류가 필요한가요?", thread=other)
    last = await minsu.mention(channel, QUESTION)
    await slack.until(lambda: "출처" in "".join(map(visible, slack.replies(last))))
    assert len(slack.replies(shared)) == 1
    assert slack.replies(other) == []


async def test_sharing_where_the_bot_is_no_member(slack, bot, profile):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("random", minsu, bot=False)
    answer = await asked(slack, minsu, channel)
    await minsu.press(answer, profile.share)
    (shared,) = await slack.until(lambda: slack.messages(channel))
    assert ANSWER in visible(shared)
    assert "followup" not in str(shared.blocks)  # it could not answer there


async def test_sharing_that_fails_can_be_tried_again(slack, bot, profile):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    answer = await asked(slack, minsu, channel)
    slack.fail_next("chat.postMessage", "500")
    await minsu.press(answer, profile.share)
    await slack.until(lambda: private(minsu, channel)[-1] == profile.not_shared)
    await minsu.press(answer, profile.share)
    await slack.until(lambda: slack.messages(channel))


async def test_sharing_waits_where_slack_has_had_enough(slack, bot, profile):
    """Nobody has to press again, and no half of an answer is there."""
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    answer = await asked(slack, minsu, channel)
    slack.fail_next("chat.postMessage", "429")
    await minsu.press(answer, profile.share)
    (shared,) = await slack.until(lambda: slack.messages(channel))
    assert ANSWER in visible(shared)
    assert slack.limited() == 1


async def test_sharing_goes_by_the_budget_of_the_channels_messages(slack, bot, profile):
    people = [slack.add_person(f"민수{number}") for number in range(5)]
    channel = slack.add_channel("help", *people)
    answers = [await asked(slack, person, channel) for person in people]
    slack.api.limits.on = True
    for person, answer in zip(people, answers, strict=True):
        await person.press(answer, profile.share)
    await slack.until(lambda: len(slack.messages(channel)) == len(people))
    assert slack.limited() == 0


async def test_only_the_asker_can_share(slack, bot, profile):
    """A forged press gives nothing away."""
    minsu, jiho = slack.add_person("민수"), slack.add_person("지호")
    channel = slack.add_channel("help", minsu, jiho)
    answer = await asked(slack, minsu, channel)
    await jiho.press(answer, profile.share)
    await slack.until(lambda: private(jiho, channel) == [profile.stale_button])
    assert slack.messages(channel) == []


async def test_there_is_nobody_to_share_with_in_a_direct_message(slack, bot, profile):
    minsu = slack.add_person("민수")
    assert profile.share not in labels(await asked(slack, minsu, minsu.dm))


# The shortcut.


async def test_the_shortcut_answers_a_message_in_its_thread(slack, bot, stores, profile):
    minsu, jiho = slack.add_person("민수"), slack.add_person("지호")
    channel = slack.add_channel("help", minsu, jiho)
    message = await minsu.say(channel, QUESTION)
    await jiho.shortcut(message, "answer_this")
    (reply,) = await slack.until(lambda: slack.replies(message))
    await slack.until(lambda: ANSWER in visible(reply))
    assert QUESTION in visible(reply)
    assert f"<@{jiho.id}>" in str(reply.blocks)
    await slack.until(lambda: profile.source_details in labels(reply))  # it has ended
    (turn,) = await bot.asked_by(jiho.id, 5)
    assert turn.question.session == f"slack:{slack.team.id}:{channel.id}:{message.ts}"
    assert jiho.ephemerals() == []


async def test_the_shortcut_reads_what_a_message_shares(slack, bot):
    """A forwarded question has no text of its own."""
    minsu = slack.add_person("민수")
    message = await minsu.say(slack.add_channel("help", minsu), "")
    message.attachments = [{"is_share": True, "text": QUESTION, "author_name": "지호"}]
    await minsu.shortcut(message, "answer_this")
    await slack.until(lambda: [one for one in slack.replies(message) if ANSWER in visible(one)])


async def test_the_shortcut_answers_what_another_app_has_posted(slack, bot):
    minsu, form = slack.add_person("민수"), slack.add_person("신청서")
    form.bot_id = "B0FORM"
    message = await form.say(slack.add_channel("help", minsu), QUESTION)
    await minsu.shortcut(message, "answer_this")
    await slack.until(lambda: [one for one in slack.replies(message) if ANSWER in visible(one)])


async def test_the_shortcut_answers_privately_where_the_bot_is_no_member(slack, bot, profile):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("random", minsu, bot=False, private=True)
    message = await minsu.say(channel, QUESTION)
    await minsu.shortcut(message, "answer_this")
    await slack.until(lambda: len(minsu.ephemerals(channel)) == 2)
    said = private(minsu, channel)
    assert profile.answered_privately in said
    assert any(ANSWER in text for text in said)
    assert slack.messages(channel) == [message]


async def test_the_shortcut_on_the_bots_own_message_or_an_empty_one(slack, bot, profile):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("help", minsu)
    answer = await asked(slack, minsu, channel)
    await minsu.press(answer, profile.share)
    (shared,) = await slack.until(lambda: slack.messages(channel))
    empty = await minsu.say(channel, minsu.mention_of_bot)
    told = profile.nothing_to_answer  # the mention itself may be told something, too
    for message in (shared, empty):
        await minsu.shortcut(message, "answer_this")
        await slack.until(lambda: any(told in one for one in private(minsu, channel)))
        minsu.world.ephemerals.clear()


async def test_a_question_of_the_shortcut_is_stored_before_it_is_acknowledged(
    slack, stores, make_service, connect
):
    minsu = slack.add_person("민수")
    message = await minsu.say(slack.add_channel("help", minsu), QUESTION)
    async with connect(make_service(), working=False):
        await minsu.shortcut(message, "answer_this")
        claim = await stores.inbox.claim(lease_s=0.0)
    assert claim.question.text == QUESTION
    async with connect(make_service()):
        await slack.until(lambda: any(ANSWER in visible(m) for m in slack.replies(message)))


async def test_the_command_of_a_skill_hands_it_the_message_and_the_people(
    slack, settings, stores, make_service, profile
):
    minsu, jiho = slack.add_person("민수"), slack.add_person("지호")
    assistant = ScriptedAssistant(stores.history)
    spoken = replace(profile, skills=("meetings",))
    async with at_work(make_service(assistant=assistant), settings, spoken, open_slack):
        await slack.until(lambda: slack.sockets)
        await minsu.command("/meetings", f"내일 3시에 <@{jiho.id}|지호>랑 회의 잡아줘")
        (asked,) = await slack.until(lambda: assistant.asked)
        assert asked.text == "/meetings 내일 3시에 @지호랑 회의 잡아줘"
        assert [(one.person, one.name) for one in asked.mentions] == [(jiho.id, "지호")]
    await slack.until(lambda: not slack.sockets)
