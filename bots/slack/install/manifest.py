"""`faqbot slack manifest`: the app's manifest for api.slack.com/apps, with all that our code uses.

https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

from bots.slack.interactions.commands import COMMAND, SHORTCUT
from bots.slack.interactions.lessons import SHORTCUT as TEACH
from bots.slack.transport.http import EVENTS_PATH
from config.profiles import profile_of
from config.settings import Settings

Json = dict[str, Any]

# Each scope with its use; a test compares both lists with the code's calls and listeners.
SCOPES: Final = (
    "app_mentions:read",  # app_mention
    "assistant:write",  # being an agent: prompts, sessions and their status
    "channels:history",  # messages of public channels and their threads
    "channels:read",  # whether the bot is in one
    "chat:write",
    "commands",  # /faq and the shortcuts
    "files:write",  # files of skills, such as an invitation
    "groups:history",  # as above, private channels
    "groups:read",
    "im:history",  # as above, direct messages
    "im:read",
    "im:write",  # writing to a person who has not just asked, such as one who is invited
    "mpim:history",  # as above, group messages
    "mpim:read",
    "reactions:read",  # the stop sign, and the one that teaches
    "reactions:write",  # the mark below what was learnt
    "usergroups:read",  # the members of a group of owners
    "users:read",  # the names of people who teach
)
EVENTS: Final = (
    "agent_session_stopped",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_id_changed",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
    "tokens_revoked",
)
# For apps that still have `assistant_view`: new ones are agents.
# https://docs.slack.dev/ai/migrating-to-agent-messaging
ASSISTANT_EVENTS: Final = ("assistant_thread_context_changed", "assistant_thread_started")
_YOUR_HOST: Final = "https://YOUR-HOST"
_YOUR_URL: Final = f"{_YOUR_HOST}{EVENTS_PATH}"
_REDIRECT_URL: Final = f"{_YOUR_HOST}/slack/oauth_redirect"  # `oauth.py` imports from here
_NAME, _SHORTCUT_NAME, _DESCRIPTION = 35, 24, 140  # the most characters that Slack allows
_MOST_PROMPTS: Final = 4
_BOT_NAME: Final = "faqbot"  # people write @faqbot; Slack allows only a-z, 0-9, -, _ and .


def print_manifest(settings: Settings) -> int:
    """Print the manifest as JSON, and on stderr what to do with it."""
    printed = json.dumps(manifest(settings), ensure_ascii=False, indent=2)
    print(printed)  # noqa: T201 - the output
    print(  # noqa: T201
        "faqbot: paste this at https://api.slack.com/apps > Create New App > From a manifest > JSON"
        + (f", with your address in place of {_YOUR_HOST}" if _YOUR_HOST in printed else ""),
        file=sys.stderr,
    )
    return 0


def by_http(settings: Settings) -> bool:
    """Return whether events come as signed requests, as there is no token for Socket Mode."""
    signed = bool(settings.slack_signing_secret.get_secret_value())
    return signed and not settings.slack_app_token.get_secret_value()


def manifest(settings: Settings) -> Json:
    """Return the manifest, in the words of the profile.

    Raises:
        ConfigError: there is no such profile.
    """
    profile = profile_of(settings)
    url = {"request_url": _YOUR_URL} if by_http(settings) else {}
    redirect = {"redirect_urls": [_REDIRECT_URL]} if settings.has_slack_oauth else {}
    older = ASSISTANT_EVENTS if settings.slack_assistant_view else ()
    return {
        "display_information": {
            "name": profile.name[:_NAME],
            "description": profile.home.about[:_DESCRIPTION],
        },
        "features": _features(settings),
        "oauth_config": {**redirect, "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**url, "bot_events": sorted((*EVENTS, *older))},
            "interactivity": {"is_enabled": True, **url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not by_http(settings),
            "token_rotation_enabled": False,
        },
    }


def _features(settings: Settings) -> Json:
    profile = profile_of(settings)
    url = {"url": _YOUR_URL} if by_http(settings) else {}
    about = {name: profile.skill_about.get(name, profile.command.about) for name in profile.skills}
    commands = [
        {
            "command": command,
            "description": described,
            "usage_hint": profile.command.hint,
            # A skill gets people by their ids.
            "should_escape": command != COMMAND,
            **url,
        }
        for command, described in (
            (COMMAND, profile.command.about),
            *((f"/{name}", described) for name, described in about.items()),
        )
    ]
    named = {SHORTCUT: profile.answer_this, TEACH: profile.teach.this}
    shortcuts = [
        {
            "name": name[:_SHORTCUT_NAME],
            "type": "message",
            "callback_id": callback_id,
            "description": name,
        }
        for callback_id, name in named.items()
    ]
    view = "assistant" if settings.slack_assistant_view else "agent"
    prompts = [{"title": text, "message": text} for text in profile.examples[:_MOST_PROMPTS]]
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        f"{view}_view": {
            f"{view}_description": profile.home.about,
            **({"suggested_prompts": prompts} if prompts else {}),
        },
        "bot_user": {"display_name": _BOT_NAME, "always_online": True},
        "shortcuts": shortcuts,
        "slash_commands": commands,
    }
