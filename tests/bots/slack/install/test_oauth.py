"""Many workspaces: each installs the bot by itself, and is answered with its own token."""

import asyncio
import stat
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from fakes.slack_bot import finished, make_settings, running

from bots.slack.install.oauth import SignedStates
from devtools.slack import SIGNING_SECRET, Slack, labels

# The SDK's own use of aiohttp, in `oauth.v2.access`.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

BY_OAUTH = {
    "SLACK_BOT_TOKEN": "",
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "hush",
    "slack_port": 0,
}
BY_HTTP = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SIGNING_SECRET}


@pytest.fixture
async def slack():
    async with Slack().serve() as running:
        yield running


@pytest.fixture
async def browser():
    jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=["http://127.0.0.1"])
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield session


def address(bot):
    """Where the bot says that it can be installed."""
    return bot.connected.about.rpartition(" ")[2].rstrip(")")


async def install(bot, browser, team, *, state=None):
    """Go through Slack's consent page; what the bot's page says."""
    at = address(bot)
    async with browser.get(at, allow_redirects=False) as response:
        assert response.status == 302
        consent = urlsplit(response.headers["Location"])
        cookie = response.cookies["slack-app-oauth-state"].value
    assert consent.hostname == "slack.com"
    asked = parse_qs(consent.query)
    assert "chat:write" in asked["scope"][0]
    query = {"code": f"code-{team.id}", "state": state or asked["state"][0]}
    back = at.replace("/slack/install", "/slack/oauth_redirect")
    headers = {"Cookie": f"slack-app-oauth-state={cookie}"}
    async with browser.get(back, params=query, headers=headers) as response:
        return response.status


@pytest.mark.parametrize("way", [{}, BY_HTTP], ids=["Socket Mode", "HTTP"])
async def test_two_workspaces_install_the_bot_and_are_answered(slack, tmp_path, browser, way):
    second = slack.add_team("Second")
    people = [slack.add_person("민수"), slack.add_person("지영", team=second)]
    channels = [slack.add_channel("문의", person) for person in people]
    async with running(make_settings(slack, tmp_path, **BY_OAUTH, **way)) as bot:
        for team in (slack.team, second):
            assert await install(bot, browser, team) == 200
        if way:
            await slack.use_http(address(bot).replace("/slack/install", "/slack/events"))
        else:
            await slack.until(lambda: slack.sockets)
        for person, channel in zip(people, channels, strict=True):
            question = await person.mention(channel, "정산은 언제?")
            (reply,) = await slack.until(lambda question=question: finished(slack, question))
            assert reply.user == person.team.bot_user_id
            await person.press(reply, labels(reply)[0])
            await slack.until(lambda reply=reply: labels(reply)[0].startswith("✓"))
    assert "in 0 workspaces" in bot.connected.about


async def test_an_installation_outlives_the_process_and_is_its_owners_alone(
    slack, tmp_path, browser
):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("문의", minsu)
    settings = make_settings(slack, tmp_path, **BY_OAUTH)
    async with running(settings) as bot:
        await install(bot, browser, slack.team)
    (file,) = (tmp_path / "slack").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    async with running(settings) as bot:
        assert "in 1 workspaces" in bot.connected.about
        await slack.until(lambda: slack.sockets)
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, question))


async def test_with_mongodb_one_process_installs_and_another_answers(
    slack, server, tmp_path, browser
):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("문의", minsu)
    changes = BY_OAUTH | {"MONGODB_URI": f"{server.uri}/faqbot"}
    async with (
        running(make_settings(slack, tmp_path / "one", **changes)) as one,
        running(make_settings(slack, tmp_path / "other", **changes)) as other,
    ):
        await slack.until(lambda: slack.sockets == 2)
        await install(one, browser, slack.team)
        await one.stop()
        await slack.until(lambda: slack.sockets == 1)
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, question))
        assert len(other.assistant.asked) == 1
    assert not (tmp_path / "one" / "slack").exists()


async def test_a_workspace_that_has_not_installed_it_is_not_answered(slack, tmp_path, caplog):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("문의", minsu)
    async with running(make_settings(slack, tmp_path, **BY_OAUTH)) as bot:
        await slack.until(lambda: slack.sockets)
        await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: all(one.acked_at for one in slack.deliveries))
    assert not bot.assistant.asked
    assert "not installed in the workspace" in caplog.text


@pytest.mark.parametrize("state", ["1-2-3", "../../history.sqlite3", "x"])
async def test_a_forged_state_installs_nothing(slack, tmp_path, browser, state):
    async with running(make_settings(slack, tmp_path, **BY_OAUTH)) as bot:
        assert await install(bot, browser, slack.team, state=state) == 400
    assert not (tmp_path / "slack").exists()


async def test_an_installation_that_slack_does_not_confirm_is_said_to_have_failed(
    slack, tmp_path, browser
):
    async with running(make_settings(slack, tmp_path, **BY_OAUTH)) as bot:
        slack.fail_next("oauth.v2.access", "reset")
        assert await install(bot, browser, slack.team) == 502
        team = slack.add_team("Gone")
        slack.world.teams.pop(team.id)
        assert await install(bot, browser, team) == 401
        assert await install(bot, browser, slack.team) == 200


LEFT = [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["U1"]}}]


async def leave(slack):
    """Uninstall the bot, of which Slack tells by two events."""
    told = [slack.world.emit(slack.team, event["type"], event) for event in LEFT]
    for delivery in told:
        await delivery.settled()
    return told


@pytest.mark.parametrize("event", LEFT, ids=lambda event: event["type"])
async def test_a_workspace_that_throws_the_bot_out_is_forgotten(
    slack, tmp_path, browser, caplog, event
):
    async with running(make_settings(slack, tmp_path, **BY_OAUTH)) as bot:
        await install(bot, browser, slack.team)
        await slack.until(lambda: slack.sockets)
        delivery = slack.world.emit(slack.team, event["type"], event)
        await delivery.settled()
        async with asyncio.timeout(30):
            while list((tmp_path / "slack").iterdir()):  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.01)
        minsu = slack.add_person("민수")
        await minsu.mention(slack.add_channel("문의", minsu), "정산은 언제?")
        await slack.until(lambda: all(one.acked_at for one in slack.deliveries))
    assert not bot.assistant.asked
    assert "has uninstalled the bot or revoked its token" in caplog.text


async def test_what_is_installed_again_goes_on_also_when_slack_tells_late_that_it_was_thrown_out(
    slack, tmp_path, browser, caplog
):
    minsu = slack.add_person("민수")
    channel = slack.add_channel("문의", minsu)
    async with running(make_settings(slack, tmp_path, **BY_OAUTH)) as bot:
        await install(bot, browser, slack.team)
        await slack.until(lambda: slack.sockets)
        before = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, before))
        told = await leave(slack)
        async with asyncio.timeout(30):
            while list((tmp_path / "slack").iterdir()):  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.01)
        assert caplog.text.count("has uninstalled the bot") == 1
        await install(bot, browser, slack.team)
        for one in told:  # as of before, since Slack repeats what got no OK
            payload = one.payload | {"event_time": 1}
            await slack.world.courier.deliver("events_api", payload).settled()
        again = await minsu.say(channel, "계좌는 어떻게 바꾸나요?", thread=before)
        await slack.until(lambda: len(slack.replies(again)) == 2)
        assert len(bot.assistant.asked) == 2
        assert list((tmp_path / "slack").iterdir())


async def test_that_the_only_workspace_has_thrown_the_bot_out_is_told_to_operators(
    slack, tmp_path, caplog
):
    async with running(make_settings(slack, tmp_path)) as bot:
        await slack.until(lambda: slack.sockets)
        assert "uninstalled" not in bot.connected.away()
        await leave(slack)
        assert "has uninstalled the bot" in bot.connected.away()
    assert "renew SLACK_BOT_TOKEN" in caplog.text


async def test_states_prove_themselves_grow_old_and_are_used_once(monkeypatch):
    states = SignedStates("hush")
    state, other = await states.async_issue(), await states.async_issue()
    assert not await SignedStates("another").async_consume(state)
    assert not await states.async_consume(f"9{state}")
    assert await states.async_consume(state)
    assert not await states.async_consume(state)
    assert await states.async_consume(other)
    assert not await states.async_consume(state)
    fresh = await states.async_issue()
    monkeypatch.setattr("bots.slack.install.oauth._STATE_S", -1)
    assert not await states.async_consume(fresh)


async def test_bolts_own_variables_in_the_environment_change_nothing(slack, tmp_path, monkeypatch):
    """Bolt reads some by itself, and would set an OAuth flow of its own up."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "hush")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-other")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "other")
    minsu = slack.add_person("민수")
    channel = slack.add_channel("문의", minsu)
    async with running(make_settings(slack, tmp_path)) as bot:
        assert "as @faqbot" in bot.connected.about
        await slack.until(lambda: slack.sockets)
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, question))
