"""What the FAQ has no answer to calls the owners on Discord: once, and nobody but them."""

import asyncio

import pytest
from fakes.discord_bot import answers_in, running_bot
from pydantic import ValidationError

from config.settings import Settings
from core.types import Delta, Escalated

ASKED = "물류센터 견학은 언제 가능한가요?"


@pytest.fixture
async def owner(fake):
    return await fake.create_user("담당자")


@pytest.fixture
def unanswered(profile):
    """How a question ends that has no answer."""
    return Escalated(profile.not_found, ("배송비는 어디서 정하나요?",))


async def ask(fake, text=ASKED, **more):
    """Ask in the first channel."""
    return await fake.say(fake.guild.channels[0], text, mention_bot=True, **more)


async def shown(fake, asked, messages):
    """The bot's messages in the thread of a question, as soon as there are so many."""
    await fake.until(lambda: asked.thread and len(answers_in(fake, asked.thread)) == messages)
    return answers_in(fake, asked.thread)


async def test_the_owners_are_called_once_by_a_message_of_its_own(
    fake, tmp_path, profile, owner, unanswered
):
    role = await fake.create_role("상담", mentionable=True)
    owners = f"{owner.id}, role:{role.id}"
    async with running_bot(fake, tmp_path, profile, DISCORD_OWNERS=owners) as bot:
        bot.assistant.script(ASKED, unanswered)
        asked = await ask(fake, user=await fake.create_user("나래"))
        answer, call = await shown(fake, asked, 2)
        assert answer.content.startswith(profile.not_found)
        assert call.content == profile.teach.call.format(owners=f"{owner.mention} <@&{role.id}>")
        assert (call.pinged.users, call.pinged.roles) == ((owner.id,), (role.id,))
        assert not call.pinged.everyone
        assert fake.pings == [call]
        nobody = {"parse": [], "replied_user": False}
        sent = [c.body for c in fake.calls if isinstance(c.body, dict) and "content" in c.body]
        called = [body["allowed_mentions"] for body in sent if body["allowed_mentions"] != nobody]
        assert called == [nobody | {"users": [str(owner.id)], "roles": [str(role.id)]}]


async def test_an_answer_calls_nobody_nor_does_a_bot_without_owners(
    fake, tmp_path, profile, owner, unanswered
):
    async with running_bot(fake, tmp_path, profile, DISCORD_OWNERS=str(owner.id)):
        await shown(fake, await ask(fake, "정산은?"), 1)
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script(ASKED, unanswered)
        (answer,) = await shown(fake, await ask(fake), 1)
        await fake.until(lambda: profile.not_found in answer.content)
    assert not fake.pings


async def test_where_one_person_reads_alone_nobody_is_called(
    fake, tmp_path, profile, owner, unanswered
):
    async with running_bot(fake, tmp_path, profile, DISCORD_OWNERS=str(owner.id)) as bot:
        bot.assistant.script(ASKED, unanswered)
        await fake.until(lambda: len(fake.commands[None]) == 3)
        used = await fake.slash("faq", {"질문": ASKED})
        await fake.until(lambda: used.answer and profile.not_found in used.answer.content)
        await fake.direct(ASKED)
        (answer,) = await fake.until(lambda: answers_in(fake, fake.dm(fake.user)))
        await fake.until(lambda: profile.not_found in answer.content)
        assert len(used.messages) == 1
        assert not fake.pings


async def test_what_was_longer_before_it_was_unanswerable_still_calls_by_a_new_message(
    fake, tmp_path, profile, owner, unanswered
):
    """An edit would have put the mention where the rest of the text was, and notified nobody."""
    more = asyncio.Event()
    async with running_bot(fake, tmp_path, profile, DISCORD_OWNERS=str(owner.id)) as bot:
        bot.assistant.script(ASKED, Delta("긴 답입니다. " * 300), more, unanswered)
        asked = await ask(fake)
        _, rest = await shown(fake, asked, 2)
        more.set()
        await fake.until(lambda: rest.deleted_at and fake.pings)
        _, call = answers_in(fake, asked.thread)
        assert call.pinged.users == (owner.id,)
        assert len(call.edits) == 1


async def test_an_edited_question_takes_the_call_along_or_keeps_it(
    fake, tmp_path, profile, owner, unanswered
):
    async with running_bot(fake, tmp_path, profile, DISCORD_OWNERS=str(owner.id)) as bot:
        again = "물류센터 견학은 언제인가요?"
        bot.assistant.script(ASKED, unanswered)
        bot.assistant.script(again, unanswered)
        asked = await ask(fake)
        answer, call = await shown(fake, asked, 2)
        await fake.edit(asked, f"{fake.bot.mention} {again}")
        await fake.until(lambda: len(answer.edits) > 1 and len(bot.assistant.asked) == 2)
        await fake.edit(asked, f"{fake.bot.mention} 정산은?")
        await fake.until(lambda: "답: 정산은?" in answer.content and call.deleted_at)
        await fake.edit(asked, f"{fake.bot.mention} {ASKED}")
        await fake.until(lambda: len(fake.pings) == 2)
        assert len(answers_in(fake, asked.thread)) == 2


async def test_the_call_goes_with_a_deleted_question(fake, tmp_path, profile, owner, unanswered):
    async with running_bot(fake, tmp_path, profile, DISCORD_OWNERS=str(owner.id)) as bot:
        bot.assistant.script(ASKED, unanswered)
        asked = await ask(fake)
        await shown(fake, asked, 2)
        await fake.delete(asked)
        await fake.until(lambda: not answers_in(fake, asked.thread))


@pytest.mark.parametrize("kind", ["reset", "502"])
async def test_a_call_whose_outcome_is_not_known_is_not_made_twice(
    fake, tmp_path, profile, owner, unanswered, kind
):
    async with running_bot(fake, tmp_path, profile, DISCORD_OWNERS=str(owner.id)) as bot:
        bot.assistant.script(ASKED, unanswered)
        fake.fail_next("POST", r"/messages$", "slow")  # the answer itself
        fake.fail_next("POST", r"/messages$", kind, after=True)
        asked = await ask(fake)
        _, call = await shown(fake, asked, 2)
        stored = await _settled(bot, asked)
        assert stored.reply.split()[-1] == f"{asked.thread.id}/{call.id}"
        assert fake.pings == [call]


async def _settled(bot, asked):
    """A question as the inbox has it when it has ended."""
    question = f"discord:{asked.channel.guild.id}:{asked.channel.id}:{asked.id}"
    async with asyncio.timeout(30):
        while (stored := await bot.stores.inbox.find(question)).state != "escalated":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return stored


async def test_a_process_that_dies_after_the_call_leaves_no_second_one(
    fake, tmp_path, profile, owner, unanswered
):
    """It was sent, and not noted yet; Discord's nonces are forgotten until the next start."""
    owners = {"DISCORD_OWNERS": str(owner.id)}
    async with running_bot(fake, tmp_path, profile, **owners) as bot:
        bot.assistant.script(ASKED, unanswered)
        note_reply, sent = bot.stores.inbox.note_reply, asyncio.Event()

        async def never(claim, reply):
            if len(reply.split()) > 1:
                sent.set()
                await asyncio.Event().wait()
            await note_reply(claim, reply)

        bot.stores.inbox.note_reply = never
        asked = await ask(fake)
        await sent.wait()
    fake.nonces.clear()
    async with running_bot(fake, tmp_path, profile, **owners) as bot:
        bot.assistant.script(ASKED, unanswered)
        stored = await _settled(bot, asked)
        assert len(stored.reply.split()) == 2
        assert len(answers_in(fake, asked.thread)) == 2
        assert len(fake.pings) == 1


async def test_somebody_has_deleted_the_call_meanwhile(fake, tmp_path, profile, owner, unanswered):
    again = "물류센터 견학은 언제인가요?"
    async with running_bot(fake, tmp_path, profile, DISCORD_OWNERS=str(owner.id)) as bot:
        bot.assistant.script(ASKED, unanswered)
        bot.assistant.script(again, unanswered)
        asked = await ask(fake)
        _, call = await shown(fake, asked, 2)
        await fake.delete(call)
        await fake.edit(asked, f"{fake.bot.mention} {again}")
        await fake.until(lambda: len(fake.pings) == 2)
        assert len(answers_in(fake, asked.thread)) == 2


async def test_without_threads_the_call_replies_to_the_question(
    fake, tmp_path, profile, owner, unanswered
):
    channel = fake.guild.channels[0]
    await fake.deny(channel, "CREATE_PUBLIC_THREADS")
    async with running_bot(fake, tmp_path, profile, DISCORD_OWNERS=str(owner.id)) as bot:
        bot.assistant.script(ASKED, unanswered)
        asked = await ask(fake)
        await fake.until(lambda: fake.pings)
        (call,) = fake.pings
        assert call.reference is asked
        assert call.pinged.users == (owner.id,)


@pytest.mark.parametrize("wrong", ["role", "role:", "@담당자", "<@123>", "role: 12", "0", "12;13"])
def test_what_is_no_owner_is_refused_at_the_start(wrong):
    with pytest.raises(ValidationError, match="role:123"):
        Settings(_env_file=None, DISCORD_OWNERS=wrong)


def test_owners_are_people_and_roles_and_not_too_many():
    some = Settings(_env_file=None, DISCORD_OWNERS=" 12, role:34\n56 ,")
    assert some.discord_owner_ids == {12, 56}
    assert some.discord_owner_roles == {34}
    with pytest.raises(ValidationError, match="a role"):
        Settings(_env_file=None, DISCORD_OWNERS=",".join(map(str, range(1, 60))))
