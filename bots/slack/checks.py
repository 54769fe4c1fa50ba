"""Checks of `faqbot doctor` on Slack: tokens, scopes, the socket, membership."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bots.shared.platform import FAIL, NOTE, PASS, Check
from bots.slack.api.errors import bad_token, code_of, translated
from bots.slack.api.people import is_group, members_of
from bots.slack.api.workspaces import make_client, open_session
from bots.slack.install.manifest import SCOPES, by_http
from config.settings import Settings
from core.errors import PlatformError

_SHOWN: Final = 5  # the most channels that a finding names
_MOST_CHANNELS: Final = 200

# The way to each setting, from the app's page on.
_APP: Final = "api.slack.com/apps > your app"
_BOT_TOKEN: Final = (
    f"{_APP} > Install App > copy the Bot User OAuth Token (xoxb-…) into SLACK_BOT_TOKEN"
)
_APP_TOKEN: Final = (
    f"{_APP} > Basic Information > App-Level Tokens > generate one with connections:write, "
    "and copy it (xapp-…) into SLACK_APP_TOKEN"
)
_SOCKET: Final = f"{_APP} > Socket Mode > Enable Socket Mode"
_OWNERS: Final = (
    "correct the id (a person's: profile > ⋮ > Copy member ID; a group's: the end of its address), "
    "or add a missing scope as above"
)
_REINSTALL: Final = f"{_APP} > Install App > Reinstall to Workspace, and renew SLACK_BOT_TOKEN"

_BY_OAUTH: Final = Check(
    PASS, "Slack", "workspaces install the bot by OAuth; they are not checked here"
)


def check_slack(settings: Settings) -> Iterator[Check]:
    """Yield the findings about Slack, which is called for them; no finding shows a secret."""
    shapes = list(_shapes(settings))
    yield from shapes or asyncio.run(_asked(settings))


def _shapes(settings: Settings) -> Iterator[Check]:
    """Check the form of the tokens."""
    bot = settings.slack_bot_token.get_secret_value()
    app = settings.slack_app_token.get_secret_value()
    if bot.startswith("xapp-") and app.startswith("xoxb-"):
        text = "SLACK_BOT_TOKEN and SLACK_APP_TOKEN hold each other's token"
        yield Check(FAIL, "Slack tokens", text, "swap the two: xoxb-… is the bot's")
        return
    if not bot.startswith("xoxb-") and (bot or not settings.has_slack_oauth):
        kind = {"xapp-": "an app-level token", "xoxp-": "a user's token"}.get(bot[:5], "no token")
        text = f"SLACK_BOT_TOKEN holds {kind}, and not a bot's"
        yield Check(FAIL, "Slack tokens", text, _BOT_TOKEN)
    if by_http(settings):
        return
    if not app:
        text = "neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set: no event can arrive"
        yield Check(FAIL, "Slack tokens", text, _APP_TOKEN)
    elif not app.startswith("xapp-"):
        text = "SLACK_APP_TOKEN does not hold an app-level token"
        yield Check(FAIL, "Slack tokens", text, _APP_TOKEN)


async def _asked(settings: Settings) -> list[Check]:
    async with open_session() as session:
        token = settings.slack_bot_token.get_secret_value()
        client = make_client(session, settings.slack_api_url, token)
        findings = [_BY_OAUTH]
        if token:
            findings = [finding async for finding in _installation(client, settings)]
        if not by_http(settings):
            app_token = settings.slack_app_token.get_secret_value()
            findings.append(await _socket(client, app_token))
        return findings


async def _installation(client: AsyncWebClient, settings: Settings) -> AsyncIterator[Check]:
    """Check the bot's identity, its scopes, and its channels."""
    try:
        with translated("auth.test"):
            who = await client.auth_test()
    except PlatformError as error:
        yield _refused("Slack", error, _REINSTALL)
        return
    bot = f"@{who['user']} in {who['team']}"
    yield Check(PASS, "Slack", f"the token belongs to {bot}")
    headers = {name.lower(): value for name, value in who.headers.items()}
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    if missing := [scope for scope in SCOPES if scope not in granted]:
        yield Check(
            FAIL,
            "Slack scopes",
            f"missing: {', '.join(missing)}",
            f"{_APP} > OAuth & Permissions > Bot Token Scopes: add them, then Reinstall to "
            "Workspace; or paste `faqbot slack manifest` at App Manifest",
        )
    else:
        yield Check(PASS, "Slack scopes", f"all {len(SCOPES)} are granted")
    for finding in await _channels(client, str(who["user"]), settings.slack_channel_ids):
        yield finding
    for finding in await _owners(client, settings.slack_owner_ids):
        yield finding


async def _owners(client: AsyncWebClient, owners: Sequence[str]) -> list[Check]:
    """Check that the owners exist and may teach."""
    if not owners:
        return [Check(PASS, "Slack owners", "none are set: nobody is called, and nobody can teach")]
    findings = []
    for owner in owners:
        try:
            trouble = await _trouble_with(client, owner)
        except PlatformError as error:
            trouble = f"Slack says {code_of(error)}" if code_of(error) else str(error)
        if trouble:
            text = f"FAQBOT_SLACK_OWNERS names {owner}: {trouble}"
            findings.append(Check(FAIL, "Slack owners", text, _OWNERS))
    return findings or [Check(PASS, "Slack owners", ", ".join(owners))]


async def _trouble_with(client: AsyncWebClient, owner: str) -> str:
    """Return why an owner cannot be called or cannot teach; "" if they can.

    Raises:
        PlatformError: Slack does not know the owner, or does not answer.
    """
    if is_group(owner):
        return "" if await members_of(client, owner) else "nobody is in this group"
    with translated("users.info"):
        person = (await client.users_info(user=owner))["user"]
    if person.get("is_bot"):
        return "it is a bot, and bots do not teach"
    return "the account was deactivated" if person.get("deleted") else ""


async def _channels(client: AsyncWebClient, name: str, wanted: frozenset[str]) -> list[Check]:
    """Check which channels the bot is in, and which of the wanted ones it is not in."""
    try:
        with translated("users.conversations"):
            found = await client.users_conversations(
                types="public_channel,private_channel", limit=_MOST_CHANNELS
            )
    except PlatformError as error:
        return [Check(NOTE, "Slack channels", str(error))]
    names = {channel["id"]: f"#{channel['name']}" for channel in found["channels"]}
    findings = [
        Check(
            FAIL,
            "Slack channels",
            f"FAQBOT_SLACK_CHANNELS names {channel}, and the bot is not in it",
            f"say `/invite @{name}` there, or correct the id: it is at the end of the channel's "
            "details in Slack",
        )
        for channel in sorted(wanted)
        if channel not in names and not await _is_member(client, channel)
    ]
    if not names:
        advice = f"say `/invite @{name}` in a channel where it should answer"
        return findings or [Check(NOTE, "Slack channels", "the bot is in no channel yet", advice)]
    some = ", ".join(list(names.values())[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return [Check(PASS, "Slack channels", some + more), *findings]


async def _is_member(client: AsyncWebClient, channel: str) -> bool:
    """Return whether the bot is in a channel that the list of channels may lack."""
    try:
        with translated("conversations.info"):
            found = await client.conversations_info(channel=channel)
    except PlatformError:
        return False
    return bool(found["channel"].get("is_member"))


async def _socket(client: AsyncWebClient, app_token: str) -> Check:
    """Check that a socket could be opened, without opening one."""
    try:
        with translated("apps.connections.open"):
            await client.apps_connections_open(app_token=app_token)
    except PlatformError as error:
        return _refused("Slack socket", error, _APP_TOKEN if bad_token(error, "") else _SOCKET)
    return Check(PASS, "Slack socket", "SLACK_APP_TOKEN opens Socket Mode")


def _refused(name: str, error: PlatformError, fix: str) -> Check:
    code = code_of(error)
    if not code:
        fix = "check the network, a proxy, and SLACK_API_URL"
    return Check(FAIL, name, f"Slack says {code}" if code else str(error), fix)
