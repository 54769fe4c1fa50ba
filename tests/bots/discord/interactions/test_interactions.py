"""Commands, buttons and forms on Discord: acknowledged in time, kind when they are too old."""

import asyncio
from dataclasses import replace

import pytest
from fakes.assistants import FOLLOWUPS, answered
from fakes.at_work import settled
from fakes.discord_bot import answers_in, running_bot

from core.errors import StorageError
from core.types import Delta
from devtools.discord.world.model import GROUP, TEXT, Channel, snowflake


async def ready(fake):
    """Wait until the commands are registered."""
    await fake.until(lambda: len(fake.commands[None]) == 3)


async def asked_in_thread(fake, text="질문"):
    """A mention that was answered: its thread, and the message with the buttons."""
    channel = fake.guild.channels[0]
    asked = await fake.say(channel, text, mention_bot=True)
    thread = await fake.until(lambda: asked.thread)
    return thread, await with_button(fake, thread, "f:")


async def with_button(fake, channel, kind):
    return await fake.until(lambda: _with_button(answers_in(fake, channel), kind))


def _with_button(messages, kind):
    for message in messages:
        if any(button["custom_id"].startswith(kind) for button in message.buttons):
            return message
    return None


def labels(message):
    return [button["label"] for button in message.buttons]


async def test_faq_answers_so_that_the_asker_alone_sees_it(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)
        used = await fake.slash("faq", {"질문": "정산은 언제 되나요?"})
        answer = await fake.until(
            lambda: used.answer if used.answer and used.answer.content.startswith("답:") else None
        )
        assert answer.only_for is fake.user
        assert not used.failed
        assert not answers_in(fake, channel)
        session = bot.assistant.asked[0].session
        assert session == f"discord:{fake.guild.id}:{channel.id}:u{fake.user.id}"


@pytest.mark.parametrize(
    "parts",
    [
        {"channel": None, "entitlements": None, "app_permissions": None},
        {"authorizing_integration_owners": None, "context": None, "guild": None},
        {"attachment_size_limit": None, "version": None},
    ],
)
async def test_a_command_is_answered_though_parts_of_it_are_missing(
    fake, tmp_path, profile, monkeypatch, parts
):
    whole = fake._interaction_json

    def partly(interaction):
        absent = {"attachment_size_limit", "version"} & parts.keys()
        told = whole(interaction) | parts
        return {name: part for name, part in told.items() if name not in absent}

    async with running_bot(fake, tmp_path, profile):
        await ready(fake)
        monkeypatch.setattr(fake, "_interaction_json", partly)
        used = await fake.slash("faq", {"질문": "배송비는?"})
        await fake.until(lambda: used.answer and "답: 배송비는?" in used.answer.content)


async def test_a_long_answer_aside_has_several_messages(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)
        bot.assistant.script("질문", answered("\n\n".join(f"{n}. " + "가" * 900 for n in range(5))))
        used = await fake.slash("faq", {"질문": "질문"})
        await fake.until(lambda: used.messages and "4. " in used.messages[-1].content)
        assert len(used.messages) > 1
        assert all(message.only_for is fake.user for message in used.messages)


async def test_an_answer_aside_can_be_shared_once(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile):
        await ready(fake)
        used = await fake.slash("faq", {"질문": "정산은 언제 되나요?"})
        await fake.until(lambda: used.answer and profile.share in labels(used.answer))
        await asyncio.gather(
            fake.press(used.answer, profile.share), fake.press(used.answer, profile.share)
        )
        shared = await fake.until(lambda: answers_in(fake, channel))
        await fake.until(lambda: used.answer.buttons[-1].get("disabled"))
        assert "답: 정산은 언제 되나요?" in shared[0].content
        assert profile.shared_by.format(name=fake.user.name) in shared[0].content
        assert "정산은 언제 되나요?" in shared[0].content.splitlines()[0]
        assert len(answers_in(fake, channel)) == 1
        assert not fake.pings
        assert [b["custom_id"].split(":")[0] for b in shared[0].buttons] == ["open", "up", "down"]


async def test_a_follow_up_to_an_answer_aside_is_answered_aside(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)
        used = await fake.slash("faq", {"질문": "질문"})
        await fake.until(lambda: used.answer and FOLLOWUPS[0] in labels(used.answer))
        pressed = await fake.press(used.answer, FOLLOWUPS[0])
        await fake.until(lambda: pressed.answer and f"답: {FOLLOWUPS[0]}" in pressed.answer.content)
        assert pressed.answer.only_for is fake.user
        assert len({question.session for question in bot.assistant.asked}) == 1
        assert not answers_in(fake, channel)


async def outlived(fake, bot):
    """An answer aside that takes longer than its interaction; where it goes on."""
    more = asyncio.Event()
    bot.assistant.script(
        "질문",
        Delta("쓰기 시작한 답입니다. 그런데 오래 걸립니다. "),
        more,
        answered("끝입니다."),
    )
    used = await fake.slash("faq", {"질문": "질문"})
    await fake.until(lambda: used.answer and "쓰기 시작한" in used.answer.content)
    fake.settings.interaction_token_s = 0.0
    more.set()
    return fake.dm(fake.user)


async def test_after_15_minutes_an_answer_aside_goes_on_by_direct_message(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)
        direct = await outlived(fake, bot)
        await fake.until(lambda: answers_in(fake, direct))
        assert answers_in(fake, direct)[0].content.startswith("끝입니다.")
        assert len(answers_in(fake, direct)) == 1


async def test_an_answer_aside_is_finished_after_a_restart(fake, tmp_path, profile):
    never = asyncio.Event()
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)
        bot.assistant.script("질문", Delta("쓰기 시작한 답입니다. 그런데 오래 걸립니다. "), never)
        used = await fake.slash("faq", {"질문": "질문"})
        await fake.until(lambda: used.answer and "쓰기 시작한" in used.answer.content)
    async with running_bot(fake, tmp_path, profile):
        await fake.until(lambda: used.answer.content.startswith("답: 질문"))
        assert len(used.messages) == 1


async def test_a_command_that_discord_took_for_lapsed_is_answered_by_direct_message(
    fake, tmp_path, profile
):
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)
        fake.fail_next("POST", r"/callback$", "404", code=10062)
        fake.settings.interaction_token_s = 0.0
        await fake.slash("faq", {"질문": "정산은?"})
        direct = fake.dm(fake.user)
        await fake.until(lambda: answers_in(fake, direct))
        assert answers_in(fake, direct)[0].content.startswith("답: 정산은?")
        assert len(bot.assistant.asked) == 1


async def test_faq_works_in_direct_messages(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)
        used = await fake.slash("faq", {"질문": "질문"}, channel=fake.dm(fake.user))
        await fake.until(lambda: used.answer and used.answer.content.startswith("답: 질문"))
        session = f"discord:@me:{fake.dm(fake.user).id}:"
        assert [question.session for question in bot.assistant.asked] == [session]


async def test_in_a_group_of_people_each_has_a_conversation_of_their_own(fake, tmp_path, profile):
    """The bot is no member there: whoever has its commands is answered alone."""
    group = fake.add_channel(Channel(snowflake(), GROUP, "점심 모임"))
    other = fake.add_user("나래")
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)
        for person in (fake.user, other, fake.user):
            used = await fake.slash("faq", {"질문": "정산은?"}, channel=group, user=person)
            await fake.until(lambda used=used: used.answer and "답:" in used.answer.content)
            assert used.answer.only_for is person
        first, second, third = (question.session for question in bot.assistant.asked)
        assert first == third != second
        assert f"u{other.id}" in second
        assert not answers_in(fake, group)


async def test_the_context_menu_answers_somebodys_message_in_its_thread(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    other = await fake.create_user("나래")
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)
        said = await fake.say(channel, "정산이 언제 되는지 아시는 분?", user=other)
        used = await fake.context_menu(profile.answer_this, said)
        thread = await fake.until(lambda: said.thread)
        await fake.until(lambda: answers_in(fake, thread))
        await fake.until(lambda: used.answer and used.answer.deleted_at)
        assert bot.assistant.asked[0].text == "정산이 언제 되는지 아시는 분?"
        assert bot.assistant.asked[0].asker == f"discord:{fake.user.id}"


async def test_the_context_menu_answers_what_another_app_repeats(fake, tmp_path, profile):
    """Such as the question of somebody by a bridge."""
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)
        said = await fake.say_by_webhook(channel, "배송비는 얼마인가요?", name="다리")
        await fake.context_menu(profile.answer_this, said)
        thread = await fake.until(lambda: said.thread)
        await fake.until(lambda: answers_in(fake, thread))
        assert bot.assistant.asked[0].text == "배송비는 얼마인가요?"


async def test_the_context_menu_in_a_locked_thread_answers_aside(fake, tmp_path, profile):
    """The bot cannot write there, and opens nothing that a moderator has closed."""
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile):
        await ready(fake)
        thread = await fake.start_thread(channel, "지난 이야기")
        said = await fake.say(thread, "정산이 언제 되는지 아시는 분?")
        await fake.deny(channel, "MANAGE_THREADS")
        await fake.archive(thread, locked=True)
        used = await fake.context_menu(profile.answer_this, said)
        await fake.until(lambda: used.answer and "답:" in used.answer.content)
        assert used.answer.only_for is fake.user
        assert thread.locked
        assert not answers_in(fake, thread)


async def test_the_context_menu_where_the_bot_is_no_member_answers_aside(fake, tmp_path, profile):
    """A person has taken the command along; the bot cannot write there."""
    async with running_bot(fake, tmp_path, profile):
        await ready(fake)
        elsewhere = fake.add_guild("남의 서버", fake.user)
        channel = fake.add_channel(Channel(snowflake(), TEXT, "잡담", guild=elsewhere))
        said = fake.add_message(channel, fake.user, "정산이 언제 되는지 아시는 분?")
        used = await fake.context_menu(profile.answer_this, said)
        await fake.until(lambda: used.answer and "답:" in used.answer.content)
        assert used.answer.only_for is fake.user
        assert not answers_in(fake, channel)


async def test_the_context_menu_in_an_archived_thread_answers_there(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile):
        await ready(fake)
        thread = await fake.start_thread(fake.guild.channels[0], "지난 이야기")
        said = await fake.say(thread, "정산이 언제 되는지 아시는 분?")
        await fake.archive(thread)
        await fake.context_menu(profile.answer_this, said)
        await fake.until(lambda: answers_in(fake, thread))


async def test_people_may_take_the_commands_along_but_not_what_teaches(fake, tmp_path, profile):
    """What says nothing of its places would be offered on servers alone, or everywhere."""
    on_servers, by_people = 0, 1
    async with running_bot(fake, tmp_path, profile):
        await ready(fake)
    places = {
        one["name"]: (one["integration_types"], one["contexts"])
        for one in fake.commands[None].values()
    }
    everywhere = ([on_servers, by_people], [0, 1, 2])
    assert places == {
        "faq": everywhere,
        profile.answer_this: everywhere,
        profile.teach.this: ([on_servers], [0]),
    }


async def test_the_context_menu_on_a_message_without_text_says_so(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile):
        await ready(fake)
        _, answer = await asked_in_thread(fake)
        used = await fake.context_menu(profile.answer_this, answer)
        await fake.until(lambda: used.answer and used.answer.content == profile.nothing_to_answer)


async def test_a_pressed_follow_up_is_marked(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile):
        thread, answer = await asked_in_thread(fake)
        pressed = await fake.press(answer, FOLLOWUPS[0])
        await fake.until(lambda: answer.buttons[0].get("disabled"))
        assert answer.buttons[0]["label"].startswith("✓ ")
        assert not answer.buttons[1].get("disabled")
        more = await fake.until(
            lambda: next((m for m in answers_in(fake, thread) if m.reference is answer), None)
        )
        assert profile.quoted.format(name=fake.user.mention) in more.content
        assert pressed.first_response_s < 3
        assert not fake.pings


async def test_a_used_follow_up_leads_whoever_presses_it_to_its_answer(fake, tmp_path, profile):
    """As a client may show the button as it was."""
    async with running_bot(fake, tmp_path, profile) as bot:
        thread, answer = await asked_in_thread(fake)
        await fake.press(answer, FOLLOWUPS[0])
        await fake.until(lambda: answer.buttons[0].get("disabled"))
        more = await fake.until(
            lambda: next((m for m in answers_in(fake, thread) if m.reference is answer), None)
        )
        await fake.until(lambda: more.buttons and more.buttons[-1]["custom_id"].startswith("down:"))
        await settled(bot, bot.assistant.asked[1].id)
        answer.buttons[0]["disabled"] = False
        await fake.press(answer, f"✓ {FOLLOWUPS[0]}", user=await fake.create_user("나래"))
        (told,) = await fake.until(lambda: fake.ephemerals)
        link = f"https://discord.com/channels/{fake.guild.id}/{thread.id}/{more.id}"
        assert told.content == f"{profile.already_asked} {link}"
        assert len(bot.assistant.asked) == 2


async def test_a_follow_up_that_was_too_much_can_be_pressed_later(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile, per_minute=1) as bot:
        _, answer = await asked_in_thread(fake)
        await fake.press(answer, FOLLOWUPS[0])
        await fake.until(lambda: [m.content for m in fake.ephemerals] == [profile.limited])
        assert not answer.buttons[0].get("disabled")
        another = await fake.create_user("나래")
        await fake.press(answer, FOLLOWUPS[0], user=another)
        await fake.until(lambda: answer.buttons[0].get("disabled"))
        await fake.until(lambda: len(bot.assistant.asked) == 2)
        assert bot.assistant.asked[1].text == FOLLOWUPS[0]


async def test_follow_ups_have_follow_ups(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        thread, answer = await asked_in_thread(fake)
        for depth in range(1, 4):
            await fake.press(answer, FOLLOWUPS[depth % 2])
            await fake.until(lambda n=depth: len(answers_in(fake, thread)) == n + 1)
            answer = answers_in(fake, thread)[-1]
            await fake.until(lambda m=answer: FOLLOWUPS[0] in labels(m) and len(m.buttons) == 5)
        assert len({question.session for question in bot.assistant.asked}) == 1
        assert len({question.id for question in bot.assistant.asked}) == 4


async def test_thumbs_up_is_kept_and_thanked_for(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        _, answer = await asked_in_thread(fake)
        await fake.press(answer, profile.helpful)
        await fake.until(lambda: [m.content for m in fake.ephemerals] == [profile.feedback.thanks])
        question_id = bot.assistant.asked[0].id
        (opinion,) = await bot.stores.archive.opinions([question_id])
        assert (opinion.user, opinion.helpful) == (f"discord:{fake.user.id}", True)


async def test_the_same_thumb_again_takes_the_opinion_back(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        _, answer = await asked_in_thread(fake)
        for said in (profile.feedback.thanks, profile.feedback.withdrawn):
            await fake.press(answer, profile.helpful)
            await fake.until(
                lambda said=said: fake.ephemerals and fake.ephemerals[-1].content == said
            )
        assert await bot.stores.archive.opinions([bot.assistant.asked[0].id]) == []


async def test_thumbs_down_asks_why_also_after_a_restart(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        _, answer = await asked_in_thread(fake)
        question_id = bot.assistant.asked[0].id
        pressed = await fake.press(answer, profile.not_helpful)
        await fake.until(lambda: pressed.modal)
        (opinion,) = await bot.stores.archive.opinions([question_id])
        assert (opinion.helpful, opinion.reason) == (False, "")
    async with running_bot(fake, tmp_path, profile) as bot:
        given = {"reason": profile.feedback.reasons[1], profile.feedback.expected[:45]: "정산일"}
        sent = await fake.submit_modal(pressed, given)
        await fake.until(lambda: sent.answer and sent.answer.content == profile.feedback.thanks)
        (opinion,) = await bot.stores.archive.opinions([question_id])
        assert (opinion.reason, opinion.expected) == (profile.feedback.reasons[1], "정산일")


async def test_whoever_dislikes_an_answer_may_have_the_owners_asked(fake, tmp_path, profile):
    owner = await fake.create_user("담당자")
    async with running_bot(fake, tmp_path, profile, DISCORD_OWNERS=str(owner.id)):
        thread, answer = await asked_in_thread(fake)
        pressed = await fake.press(answer, profile.not_helpful)
        await fake.until(lambda: pressed.modal)
        await fake.submit_modal(pressed, {"person": "yes"})
        await fake.until(
            lambda: any(owner.mention in m.content for m in answers_in(fake, thread)), 15.0
        )


def old_message(fake, label, custom_id):
    """A message of the bot with a button, as it was left behind."""
    button = {"type": 2, "style": 2, "label": label, "custom_id": custom_id}
    row = {"type": 1, "components": [button]}
    return fake.add_message(fake.guild.channels[0], fake.bot, "예전 답", components=[row])


async def test_stop_under_an_answer_that_has_ended_says_so(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        thread, _ = await asked_in_thread(fake)
        await fake.say(thread, "다음 질문")
        await fake.until(lambda: len(bot.assistant.asked) == 2)  # in order: the first has ended
        old = old_message(fake, profile.stop, f"stop:{bot.assistant.asked[0].id}")
        await fake.press(old, profile.stop)
        await fake.until(lambda: [m.content for m in fake.ephemerals] == [profile.nothing_to_stop])


async def test_the_button_that_stops_an_answer_works_for_its_asker_alone(fake, tmp_path, profile):
    channel, more = fake.guild.channels[0], asyncio.Event()
    other = await fake.create_user("나래")
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", Delta("여기까지 쓰고. "), more, answered("끝까지 쓴 답."))
        asked = await fake.say(channel, "질문", mention_bot=True)
        thread = await fake.until(lambda: asked.thread)
        (answer,) = await fake.until(lambda: answers_in(fake, thread))
        await fake.press(answer, profile.stop, user=other)
        told = [profile.not_yours_to_stop]
        await fake.until(lambda: [one.content for one in fake.ephemerals] == told)
        assert profile.stopped not in answer.content
        await fake.press(answer, profile.stop)
        await fake.until(lambda: profile.stopped in answer.content)


@pytest.mark.parametrize("kind", ["f", "up", "down", "share"])
async def test_a_button_of_an_answer_elsewhere_does_nothing(fake, tmp_path, profile, kind):
    """Its custom id names a question that was asked in another channel, and is known there."""
    async with running_bot(fake, tmp_path, profile) as bot:
        await asked_in_thread(fake)
        (question,) = bot.assistant.asked
        elsewhere = await fake.create_channel("other")
        index = ":0" if kind == "f" else ""
        button = {"type": 2, "style": 2, "label": "!", "custom_id": f"{kind}:{question.id}{index}"}
        row = {"type": 1, "components": [button]}
        forged = fake.add_message(elsewhere, fake.bot, "답", components=[row])
        pressed = await fake.press(forged, "!")
        await fake.until(lambda: [m.content for m in fake.ephemerals] == [profile.stale_button])
        assert pressed.modal is None
        assert not await bot.stores.archive.opinions([question.id])
        assert len(bot.assistant.asked) == 1


async def test_a_form_about_an_answer_elsewhere_is_not_taken(fake, tmp_path, profile):
    """Its custom id comes from the client, which may have changed it."""
    async with running_bot(fake, tmp_path, profile) as bot:
        _, answer = await asked_in_thread(fake)
        pressed = await fake.press(answer, profile.not_helpful)
        await fake.until(lambda: pressed.modal)
        elsewhere = await fake.say(
            await fake.create_channel("other"), "다른 질문", mention_bot=True
        )
        await fake.until(lambda: len(bot.assistant.asked) == 2)
        of_other = bot.assistant.asked[1].id
        await fake.until(lambda: elsewhere.thread and answers_in(fake, elsewhere.thread))
        pressed.modal["custom_id"] = f"why:{of_other}"
        sent = await fake.submit_modal(pressed, {"reason": profile.feedback.reasons[1]})
        await fake.until(lambda: sent.answer and sent.answer.content == profile.stale_button)
        assert not await bot.stores.archive.opinions([of_other])


async def test_an_answer_that_went_on_by_direct_message_can_be_rated_there(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)
        direct = await outlived(fake, bot)
        shown = await with_button(fake, direct, "up:")
        fake.settings.interaction_token_s = 900.0
        await fake.press(shown, profile.helpful)
        await fake.until(lambda: fake.ephemerals[-1].content == profile.feedback.thanks)
        (opinion,) = await bot.stores.archive.opinions([bot.assistant.asked[0].id])
        assert opinion.helpful


@pytest.mark.parametrize(
    "custom_id",
    [
        "f:discord:1:2:3:0",
        "f:discord:1:2:3:99",
        "up:discord:1:2:3",
        "down:discord:1:2:3",
        "share:discord:1:2:3",
        "why:discord:1:2:3",
        "f:slack:T1:C1:1.2:0",
        "an older version's",
        "f:discord:1:2:3",
    ],
)
async def test_a_stale_or_forged_button_is_answered_kindly(fake, tmp_path, profile, custom_id):
    old = old_message(fake, "예전 버튼", custom_id)
    async with running_bot(fake, tmp_path, profile) as bot:
        pressed = await fake.press(old, "예전 버튼")
        await fake.until(lambda: [m.content for m in fake.ephemerals] == [profile.stale_button])
        assert not pressed.failed
        assert not bot.assistant.asked


async def test_a_press_without_its_message_is_answered_kindly(fake, tmp_path, profile, monkeypatch):
    async with running_bot(fake, tmp_path, profile):
        _, answer = await asked_in_thread(fake)
        whole = fake._interaction_json
        monkeypatch.setattr(fake, "_interaction_json", lambda one: whole(one) | {"message": None})
        pressed = await fake.press(answer, FOLLOWUPS[0])
        await fake.until(lambda: [m.content for m in fake.ephemerals] == [profile.stale_button])
        assert not pressed.failed


async def test_it_is_acknowledged_in_time_though_the_store_is_slow(
    fake, tmp_path, profile, monkeypatch
):
    async with running_bot(fake, tmp_path, profile) as bot:
        _, answer = await asked_in_thread(fake)
        gate = asyncio.Event()
        receive = bot.stores.inbox.receive

        async def slow(question):
            await gate.wait()
            return await receive(question)

        monkeypatch.setattr(bot.stores.inbox, "receive", slow)
        pressed = await fake.press(answer, FOLLOWUPS[0])
        await fake.until(lambda: pressed.acknowledged)
        assert pressed.first_response_s < 2.5
        gate.set()
        await fake.until(lambda: answer.buttons[0].get("disabled"))


async def test_when_nothing_can_be_stored_the_person_is_told_so(
    fake, tmp_path, profile, monkeypatch
):
    async with running_bot(fake, tmp_path, profile) as bot:
        await ready(fake)

        async def broken(question):
            raise StorageError("the disk is full")

        monkeypatch.setattr(bot.stores.inbox, "receive", broken)
        used = await fake.slash("faq", {"질문": "질문"})
        await fake.until(lambda: used.answer and used.answer.content == profile.not_stored)


async def test_commands_are_written_only_when_they_have_changed(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile):
        await ready(fake)
    assert len(fake.command_writes) == 1
    async with running_bot(fake, tmp_path, profile):
        await fake.until(lambda: len(_looked_at(fake)) == 2)
    assert len(fake.command_writes) == 1
    next(iter(fake.commands[None].values()))["description"] = "예전 설명"
    async with running_bot(fake, tmp_path, profile):
        await fake.until(lambda: len(fake.command_writes) == 2)


def _looked_at(fake):
    return [call for call in fake.calls if (call.method, call.path[-9:]) == ("GET", "/commands")]


async def test_the_command_of_a_skill_hands_it_the_message_and_the_people(fake, tmp_path, profile):
    other = fake.user.id
    spoken = replace(profile, skills=("meetings",))
    async with running_bot(fake, tmp_path, spoken) as bot:
        await fake.until(lambda: len(fake.commands[None]) == 4)
        await fake.slash("meetings", {"질문": f"내일 3시에 <@{other}>랑 회의 잡아줘"})
        (asked,) = await fake.until(lambda: bot.assistant.asked)
        (mention,) = asked.mentions
        assert mention.person == asked.asker
        assert asked.text == f"/meetings 내일 3시에 {mention.text}랑 회의 잡아줘"
