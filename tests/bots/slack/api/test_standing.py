"""Who reads an answer on Slack: the profile's channels by place, its groups where it is private."""

from dataclasses import replace

import pytest
from fakes.slack_bot import answering

from config.profiles import load_profile
from core.assistant.audiences import Audiences
from core.profile import ChannelRules, ReaderGroup
from core.types import Question
from devtools.slack import Limits, Slack

PROFILE = load_profile("ko")
ASKED = "정산은 언제 되나요?"


@pytest.fixture
async def slack():
    """A local Slack without rate limits."""
    async with Slack(limits=Limits(on=False)).serve() as running:
        yield running


@pytest.fixture
async def people(slack):
    """A member of the group, and somebody else, in a channel of the profile."""
    member, other = slack.add_person("민수"), slack.add_person("지호")
    return member, other, slack.add_channel("hr", member, other)


@pytest.fixture
async def bot(slack, tmp_path, people):
    member, _, channel = people
    profile = replace(
        PROFILE,
        channels=(ChannelRules("인사방", (f"slack:{channel.id}",), ("인사",)),),
        groups=(ReaderGroup("팀장", (f"slack:{slack.add_group('leads', member).id}",), ("급여",)),),
    )
    audiences = Audiences(profile.channels, profile.groups)
    parts = {"audiences": audiences}
    async with answering(slack, tmp_path, profile=profile, parts=parts) as running:
        running.audiences = audiences
        yield running


async def scope_of(slack, bot):
    """The scope of the latest question."""
    await slack.until(lambda: bot.assistant.asked)
    return await bot.audiences.of(bot.assistant.asked[-1])


async def test_a_channel_sees_its_categories_and_nobody_in_it_those_of_a_group(slack, bot, people):
    member, _, channel = people
    await member.mention(channel, ASKED)
    scope = await scope_of(slack, bot)
    assert (scope.channel.name, scope.public) == ("인사방", True)
    assert (scope.audience.only, scope.audience.withheld) == (("인사",), ("급여",))


async def test_a_member_of_a_user_group_sees_more_where_nobody_else_does(slack, bot, people):
    member, other, channel = people
    await member.say(member.dm, ASKED)
    scope = await scope_of(slack, bot)
    assert (scope.channel, scope.audience.withheld) == (None, ())
    await member.command("/faq", ASKED, channel=channel)
    await slack.until(lambda: len(bot.assistant.asked) == 2)
    scope = await bot.audiences.of(bot.assistant.asked[-1])
    assert (scope.channel.name, scope.audience.withheld) == ("인사방", ())
    await other.say(other.dm, ASKED)
    await slack.until(lambda: len(bot.assistant.asked) == 3)
    scope = await bot.audiences.of(bot.assistant.asked[-1])
    assert scope.audience.withheld == ("급여",)


async def test_while_slack_does_not_tell_the_members_there_are_none(slack, bot, people):
    member, _, _ = people
    slack.fail_next("usergroups.users.list", "error", times=5)
    await member.say(member.dm, ASKED)
    await slack.until(lambda: bot.assistant.asked)
    session = bot.assistant.asked[-1].session
    scope = await bot.audiences.of(Question("q", session, ASKED, member.id))
    assert scope.audience.withheld == ("급여",)


async def test_what_is_not_for_all_is_not_shared(slack, bot, people):
    """It has no button for it; one of an answer that was for all before does nothing."""
    member, _, channel = people
    await member.command("/faq", ASKED, channel=channel)
    (answer,) = await slack.until(lambda: member.ephemerals(channel))
    bot.assistant.talk.add(ASKED)
    await member.command("/faq", ASKED, channel=channel)
    await slack.until(lambda: len(member.ephemerals(channel)) == 2)
    _, closed = member.ephemerals(channel)
    assert PROFILE.share not in repr(closed)
    await member.press(answer, PROFILE.share)
    await slack.until(lambda: PROFILE.not_for_all in repr(member.ephemerals(channel)[-1]))
    assert slack.messages(channel) == []
