"""Who reads an answer on Discord: channels, forums and their tags; people and their roles."""

from dataclasses import replace

import pytest
from fakes.discord_bot import running_bot

from config.profiles import load_profile
from core.assistant.audiences import Audiences
from core.profile import ChannelRules, ReaderGroup

PROFILE = load_profile("ko")
ASKED = "정산은 언제 되나요?"


@pytest.fixture
async def forum(fake):
    return await fake.create_forum("문의", tags=("정산", "인사"))


@pytest.fixture
async def role(fake):
    return await fake.create_role("팀장")


@pytest.fixture
async def bot(fake, tmp_path, forum, role):
    tag = next(tag for tag in forum.tags if tag.name == "인사")
    channels = (
        ChannelRules("인사 태그", (f"discord:tag:{tag.id}",), ("인사",)),
        ChannelRules("문의", (f"discord:{forum.id}",), ("정산",)),
    )
    groups = (ReaderGroup("팀장", (f"discord:role:{role.id}",), ("급여",)),)
    audiences = Audiences(channels, groups)
    profile = replace(PROFILE, channels=channels, groups=groups)
    settings = {"DISCORD_FORUMS": str(forum.id)}
    parts = {"audiences": audiences}
    async with running_bot(fake, tmp_path, profile, parts=parts, **settings) as running:
        await fake.until(lambda: len(fake.commands[None]) == 3)
        running.audiences = audiences
        yield running


async def scope_of(fake, bot, count=1):
    await fake.until(lambda: len(bot.assistant.asked) == count)
    return await bot.audiences.of(bot.assistant.asked[-1])


async def test_a_tag_of_a_forum_sees_its_categories(fake, bot, forum):
    await fake.post_in_forum(forum, "연차", ASKED, tags=("인사",))
    scope = await scope_of(fake, bot)
    assert (scope.channel.name, scope.audience.only, scope.public) == ("인사 태그", ("인사",), True)
    await fake.post_in_forum(forum, "입금", ASKED, tags=("정산",))
    assert (await scope_of(fake, bot, 2)).channel.name == "문의"


async def test_a_role_counts_where_one_person_alone_sees_the_answer(fake, bot, role):
    await fake.give_role(fake.user, role)
    await fake.say(fake.guild.channels[0], ASKED, mention_bot=True)
    assert (await scope_of(fake, bot)).audience.withheld == ("급여",)
    await fake.slash("faq", {PROFILE.command.option: ASKED})
    scope = await scope_of(fake, bot, 2)
    assert (scope.public, scope.audience.withheld) == (False, ())


async def test_who_has_no_role_sees_what_everybody_sees(fake, bot):
    await fake.slash("faq", {PROFILE.command.option: ASKED})
    assert (await scope_of(fake, bot)).audience.withheld == ("급여",)
