"""`faqbot run`: what breaks on one platform stays there."""

import asyncio
from datetime import UTC, datetime

import pytest
from fakes.assistants import InPieces
from fakes.learning import learning_of
from fakes.slack_bot import finished, make_settings

from bots.bootstrap.jobs import build_jobs
from bots.bootstrap.serve import connected, keep_running
from bots.bootstrap.stores import open_stores
from bots.shared.platform import RunningPlatform
from config.profiles import load_profile
from core.errors import PlatformError
from core.messaging.inbox.offline import Offline
from core.messaging.pending_turns import PendingTurns
from core.messaging.service import ChatService
from core.messaging.user_limits import UserLimits
from core.types import Question, SessionId, Turn, TurnState
from devtools.slack import Slack, visible


async def test_a_platform_that_breaks_off_begins_again_and_leaves_the_others_alone(caplog):
    begun = asyncio.Queue()
    again = asyncio.Event()

    async def broken():
        begun.put_nowait("broken")
        if begun.qsize() > 2:
            again.set()
        raise RuntimeError("a payload that nobody has thought of")

    async def steady():
        begun.put_nowait("steady")
        await asyncio.Event().wait()

    async def serve():
        async with asyncio.TaskGroup() as tasks:
            for name, runs in (("Slack: on", broken), ("Discord: on", steady)):
                tasks.create_task(keep_running(RunningPlatform(name, runs), pause_s=0))

    serving = asyncio.create_task(serve())
    async with asyncio.timeout(30):
        await again.wait()
    assert not serving.done()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert serving.cancelled()
    names = [begun.get_nowait() for _ in range(begun.qsize())]
    assert names.count("steady") == 1
    assert "begins again: Slack: on" in caplog.text


@pytest.fixture
async def slack():
    async with Slack().serve() as served:
        yield served


@pytest.fixture
def settings(slack, fake, tmp_path):
    """For both platforms."""
    return make_settings(
        slack,
        tmp_path,
        DISCORD_BOT_TOKEN=fake.settings.token,
        DISCORD_API_URL=fake.url,
        DISCORD_GATEWAY_URL=fake.gateway_url,
    )


@pytest.fixture
async def service(settings, profile):
    async with open_stores(settings) as stores:
        yield ChatService(
            assistant=InPieces(stores.history),
            inbox=stores.inbox,
            history=PendingTurns(stores.history),
            archive=stores.archive,
            offline=Offline(),
            learning=learning_of(stores, profile),
            profile=profile,
            limits=UserLimits(per_minute=0, per_day=0),
        )


async def test_a_platform_that_is_away_at_the_start_is_on_when_it_is_back(
    slack, fake, settings, service, profile, capsys
):
    """And keeps the other from nothing."""
    slack.fail_next("auth.test", "500", times=3)
    minsu = slack.add_person("민수")
    channel = slack.add_channel("문의", minsu)
    async with connected(settings, service, profile) as platforms:
        assert [one.about.split(",")[0] for one in platforms] == ["Slack: not yet", "Discord: on"]
        tasks = [asyncio.create_task(service.run())]
        tasks += [asyncio.create_task(keep_running(one, pause_s=0.05)) for one in platforms]
        await fake.until(lambda: fake.online)
        await slack.until(lambda: slack.sockets)
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, question))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert "Slack: on" in capsys.readouterr().out


async def test_where_no_platform_can_be_reached_it_does_not_start(
    slack, fake, settings, service, profile
):
    slack.fail_next("auth.test", "500")
    fake.fail_next("GET", "/users/@me", "503")
    with pytest.raises(PlatformError):
        async with connected(settings, service, profile):
            pass


async def test_the_digest_comes_to_the_channels_of_both_platforms(
    slack, fake, settings, service, profile, caplog
):
    """One channel that refuses it keeps the others from nothing; with the picture of the week."""
    channel, place = slack.add_channel("담당자"), fake.guild.channels[0]
    to = f"slack:C0000NONE, slack:{channel.id}, discord:{place.id}"
    settings = settings.model_copy(update={"digest_to": to})
    async with open_stores(settings) as stores, connected(settings, service, profile):
        await slack.invite_bot(channel)
        jobs = build_jobs(settings, stores, service=service)
        (digest,) = [one for one in jobs if one.name == "digest"]
        with pytest.raises(PlatformError, match="C0000NONE"):
            await digest.run()
        (told,) = slack.messages(channel)
        assert profile.digest.quiet in visible(told)
        assert profile.digest.quiet in [*place.messages.values()][-1].content
        (alone,) = [one for one in build_jobs(settings, stores) if one.name == "digest"]
        assert profile.digest.quiet in await alone.run()
        question = Question("q1", SessionId("slack:T1:C1:1"), "주차는요?", "U1", datetime.now(UTC))
        await stores.history.append(Turn(question, TurnState.ESCALATED, ""))
        for language in ("ko", "en"):
            spoken = settings.model_copy(update={"profile": language})
            jobs = build_jobs(spoken, stores, service=service)
            (digest,) = [one for one in jobs if one.name == "digest"]
            with pytest.raises(PlatformError):
                await digest.run()
            heading = load_profile(language).digest.week.format(answered="█", missed="░")
            shown = visible(slack.messages(channel)[-1]), [*place.messages.values()][-1].content
            assert all(heading in one and f"{'░' * 16} 1\n" in one for one in shown)
