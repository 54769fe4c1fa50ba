"""What `faqbot doctor` says about Slack, and what it advises."""

import asyncio

import pytest
from fakes.slack_bot import make_settings

from bots.cli.operations import doctor
from bots.shared.platform import FAIL, NOTE, PASS
from bots.slack import SLACK
from bots.slack.checks import check_slack
from bots.slack.live_checks import check_live
from config.settings import Settings
from devtools.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Slack

SECRET = "s3cret"  # noqa: S105 - it opens nothing


@pytest.fixture
async def slack():
    async with Slack().serve() as running:
        yield running


@pytest.fixture
def look(slack, monkeypatch, tmp_path):
    """All findings with these settings beside the usual ones, by name: (mark, text, fix)."""
    monkeypatch.chdir(tmp_path)

    async def findings(**settings):
        usual = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
        usual |= {"SLACK_API_URL": slack.api_url, "SLACK_SIGNING_SECRET": ""}
        for name, value in (usual | settings).items():
            monkeypatch.setenv(name, value)
        # The doctor has an event loop of its own.
        found = await asyncio.to_thread(lambda: list(check_slack(Settings())))
        return {one.name: (one.mark, one.text, one.fix) for one in found}

    return findings


async def test_all_is_well(slack, look):
    slack.add_channel("help")
    found = await look()
    assert {mark for mark, *_ in found.values()} == {PASS}
    assert found["Slack"][1] == "the token belongs to @faqbot in Local"
    assert found["Slack channels"][1] == "#help"
    assert "Slack socket" in found


def test_without_a_token_there_is_one_line(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    found = list(doctor._platform(SLACK, Settings(), live=False))
    assert [(one.mark, one.text) for one in found] == [(PASS, "off, SLACK_BOT_TOKEN is not set")]


@pytest.mark.parametrize(
    ("bot", "app", "text", "fix"),
    [
        (APP_TOKEN, BOT_TOKEN, "hold each other's token", "swap the two"),
        (APP_TOKEN, APP_TOKEN, "an app-level token", "Install App"),
        ("xoxp-1", APP_TOKEN, "a user's token", "Install App"),
        ("nonsense", APP_TOKEN, "no token", "Install App"),
        (BOT_TOKEN, "", "no event can arrive", "App-Level Tokens"),
        (BOT_TOKEN, "xoxb-2", "does not hold an app-level token", "App-Level Tokens"),
    ],
)
async def test_tokens_that_are_the_wrong_ones_by_their_look(slack, look, bot, app, text, fix):
    """Slack is not even asked."""
    found = await look(SLACK_BOT_TOKEN=bot, SLACK_APP_TOKEN=app)
    mark, said, advice = found["Slack tokens"]
    assert mark == FAIL
    assert text in said
    assert fix in advice
    assert slack.calls() == []


async def test_a_revoked_token(slack, look):
    slack.team.revoked = True
    mark, text, fix = (await look())["Slack"]
    assert (mark, text) == (FAIL, "Slack says token_revoked")
    assert "Reinstall" in fix


async def test_a_token_of_nobody_is_not_shown(look):
    found = await look(SLACK_BOT_TOKEN=f"xoxb-{SECRET}")
    assert found["Slack"][:2] == (FAIL, "Slack says invalid_auth")
    assert SECRET not in repr(found)


async def test_missing_scopes_are_named_with_where_to_add_them(slack, look):
    slack.team.scopes -= {"assistant:write", "reactions:read"}
    mark, text, fix = (await look())["Slack scopes"]
    assert (mark, text) == (FAIL, "missing: assistant:write, reactions:read")
    assert "OAuth & Permissions" in fix


async def test_an_app_token_that_slack_does_not_know(look):
    mark, text, fix = (await look(SLACK_APP_TOKEN=f"xapp-{SECRET}"))["Slack socket"]
    assert (mark, text) == (FAIL, "Slack says invalid_auth")
    assert "App-Level Tokens" in fix


async def test_socket_mode_that_is_off(slack, look):
    slack.fail_next("apps.connections.open", "error", error="socket_mode_not_enabled")
    mark, _, fix = (await look())["Slack socket"]
    assert mark == FAIL
    assert "Enable Socket Mode" in fix


async def test_signed_events_need_no_socket(slack, look):
    found = await look(SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET=SIGNING_SECRET)
    assert "Slack socket" not in found
    assert "Slack tokens" not in found


async def test_with_oauth_there_is_no_token_to_look_at(slack, look):
    oauth = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": SECRET}
    found = await look(SLACK_BOT_TOKEN="", **oauth)
    assert {mark for mark, *_ in found.values()} == {PASS}
    assert set(found) == {"Slack", "Slack socket"}
    assert slack.calls("auth.test") == []


async def test_a_bot_in_no_channel_yet(look):
    mark, _, fix = (await look())["Slack channels"]
    assert mark == NOTE
    assert "/invite @faqbot" in fix


async def test_a_channel_where_it_should_answer_and_is_no_member(slack, look):
    here, there = slack.add_channel("help"), slack.add_channel("ask", bot=False)
    found = await look(FAQBOT_SLACK_CHANNELS=f"{here.id}, {there.id}")
    mark, text, fix = found["Slack channels"]
    assert mark == FAIL
    assert there.id in text
    assert here.id not in text
    assert "/invite @faqbot" in fix


async def test_a_slack_that_does_not_answer(look, unused_tcp_port):
    url = f"http://127.0.0.1:{unused_tcp_port}/api/"
    found = await look(SLACK_API_URL=url)
    mark, _, fix = found["Slack"]
    assert mark == FAIL
    assert "SLACK_API_URL" in fix


async def test_owners_are_looked_for(slack, look):
    owner = slack.add_person("김담당")
    group = slack.add_group("담당자", owner)
    assert (await look())["Slack owners"][:2] == (
        PASS,
        "none are set: nobody is called, and nobody can teach",
    )
    found = await look(FAQBOT_SLACK_OWNERS=f"{owner.id},{group.id}")
    assert found["Slack owners"][:2] == (PASS, f"{owner.id}, {group.id}")


async def test_owners_who_are_not_there_or_cannot_teach(slack, look):
    bot, empty = slack.add_bot("다른 봇"), slack.add_group("빈 그룹")
    for owner, trouble in (
        ("U0NOBODY", "Slack says user_not_found"),
        ("S0NOBODY", "Slack says no_such_subteam"),
        (bot.id, "it is a bot"),
        (empty.id, "nobody is in this group"),
    ):
        mark, text, fix = (await look(FAQBOT_SLACK_OWNERS=owner))["Slack owners"]
        assert mark == FAIL
        assert f"{owner}: {trouble}" in text
        assert "Copy member ID" in fix


async def test_without_the_scope_a_group_cannot_be_read(slack, look):
    group = slack.add_group("담당자", slack.add_person("김담당"))
    slack.team.scopes.discard("usergroups:read")
    found = await look(FAQBOT_SLACK_OWNERS=group.id)
    assert "usergroups:read" in found["Slack scopes"][1]
    assert "missing_scope" in found["Slack owners"][1]


async def test_live_slack_looks_at_every_message_and_view_of_the_bot(slack, tmp_path):
    """And says which it would refuse."""
    slack.limits.on = False
    settings = make_settings(slack, tmp_path)
    (found,) = await asyncio.to_thread(lambda: list(check_live(settings)))
    assert found.mark == PASS
    looked_at = "".join(str(call.args) for call in slack.calls("blocks.validate"))
    shown = ("feedback", "'share'", "private_followup:0", "entry:right", "entry:wrong", "lesson:")
    assert [act for act in shown if act not in looked_at] == []
    slack.fail_next("blocks.validate", "error", error="invalid_message")
    (found,) = await asyncio.to_thread(lambda: list(check_live(settings)))
    assert found.mark == FAIL
    assert "an answer" in found.text


@pytest.mark.parametrize(("trouble", "mark"), [("429", PASS), ("500", NOTE)])
async def test_live_what_is_no_fault_of_a_message_is_not_called_one(slack, tmp_path, trouble, mark):
    settings = make_settings(slack, tmp_path)
    slack.fail_next("blocks.validate", trouble)
    (found,) = await asyncio.to_thread(lambda: list(check_live(settings)))
    assert found.mark == mark
