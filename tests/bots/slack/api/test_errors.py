"""Slack's errors become ours, with a line that says what to do, and never a token in it."""

import aiohttp
import pytest

from bots.slack.api.errors import bad_token, code_of, translated
from bots.slack.api.workspaces import identify, make_client, open_session
from core.errors import (
    ConfigError,
    MessageGoneError,
    PlatformError,
    PlatformRefusedError,
    PlatformUnclearError,
    RateLimitedError,
)
from devtools.slack import BOT_TOKEN, Slack


@pytest.fixture
async def slack():
    async with Slack().serve() as running:
        yield running


@pytest.fixture
async def client(slack):
    async with open_session() as session:
        yield make_client(session, slack.api_url, BOT_TOKEN)


async def failing(slack, client, kind, **how):
    """What a call raises that fails so."""
    slack.fail_next("chat.postMessage", kind, **how)
    channel = slack.add_channel("문의")
    with pytest.raises(PlatformError) as caught, translated("chat.postMessage"):
        await client.chat_postMessage(channel=channel.id, text="안녕하세요")
    assert BOT_TOKEN not in str(caught.value)
    assert len(slack.calls("chat.postMessage")) == 1  # one attempt
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("message_not_found", MessageGoneError, "deleted"),
        ("not_in_channel", PlatformRefusedError, "/invite"),
        ("channel_not_found", PlatformRefusedError, "/invite"),
        ("is_archived", PlatformRefusedError, "archived"),
        ("missing_scope", PlatformRefusedError, "faqbot slack manifest"),
        ("token_revoked", PlatformRefusedError, "install the app again"),
        ("restricted_action_read_only_channel", PlatformRefusedError, "read only"),
        ("internal_error", PlatformError, "internal_error"),
        ("fatal_error", PlatformUnclearError, "fatal_error"),
        ("something_new", PlatformUnclearError, "something_new"),
    ],
)
async def test_a_code_says_whether_to_try_again_and_what_to_do(slack, client, code, kind, said):
    error = await failing(slack, client, "error", error=code)
    assert type(error) is kind
    assert said in str(error)
    assert code_of(error) == code


async def test_a_limit_says_how_long_to_wait(slack, client):
    error = await failing(slack, client, "429", retry_after=7)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == 7.0


@pytest.mark.parametrize("kind", ["500", "reset", "reset_after"])
async def test_trouble_on_the_way_may_pass(slack, client, kind):
    assert type(await failing(slack, client, kind)) is PlatformError


async def test_a_call_does_not_wait_for_ever(slack):
    timeout = aiohttp.ClientTimeout(total=0.1)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = make_client(session, slack.api_url, BOT_TOKEN)
        error = await failing(slack, client, "slow", seconds=1.0)
    assert type(error) is PlatformError


async def test_who_the_bot_is_and_a_token_that_is_nobodys(slack):
    async with open_session() as session:
        workspace = await identify(make_client(session, slack.api_url, BOT_TOKEN))
        with pytest.raises(PlatformError) as caught:
            await identify(make_client(session, slack.api_url, "xoxb-nobody"))
    assert (workspace.team, workspace.bot_user) == (slack.team.id, slack.team.bot_user_id)
    line = bad_token(caught.value, "SLACK_BOT_TOKEN")
    assert isinstance(line, ConfigError)
    assert "SLACK_BOT_TOKEN" in str(line)
    assert "xoxb-nobody" not in str(line)


def test_another_error_is_not_the_tokens_fault():
    assert bad_token(PlatformError("Slack is away"), "SLACK_BOT_TOKEN") is None
