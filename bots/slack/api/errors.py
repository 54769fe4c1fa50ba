"""The translation of Slack's errors: temporary or final, with advice on what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from core.errors import (
    ConfigError,
    MessageGoneError,
    PlatformError,
    PlatformRefusedError,
    PlatformUnclearError,
    RateLimitedError,
)

_TOO_MANY: Final = 429
_RETRY_AFTER_S: Final = 1.0  # used if Slack does not name a time

_GONE: Final = frozenset({"message_not_found"})

# Final errors, which a second attempt does not change: https://docs.slack.dev/reference/methods/chat.postMessage#errors
_INVITE = "invite the bot with /invite @faqbot"
_REINSTALL = "install the app again at api.slack.com/apps, and renew SLACK_BOT_TOKEN"
_REFUSED: Final = {
    "account_inactive": _REINSTALL,
    "cannot_dm_bot": "bots have no direct messages with each other",
    "cannot_reply_to_message": "this message takes no replies",
    "cant_delete_message": "it is not the bot's own message",
    "cant_update_message": "it is not the bot's own message",
    "channel_not_found": _INVITE,
    "edit_window_closed": "the workspace lets nobody edit messages that late",
    "ekm_access_denied": "the workspace's administrators have suspended the posting of messages",
    "invalid_auth": "SLACK_BOT_TOKEN is not a token of this workspace",
    "invalid_blocks": "this is a defect: report it with the answer that was to be shown",
    "invalid_thread_ts": "the thread is gone",
    "is_archived": "the channel is archived",
    "missing_scope": "compare the app's scopes with `faqbot slack manifest`, and install it again",
    "msg_blocks_too_long": "this is a defect: report it with the answer that was to be shown",
    "msg_too_long": "this is a defect: report it with the answer that was to be shown",
    "no_permission": "the app may not do this here",
    "not_authed": "SLACK_BOT_TOKEN is not set",
    "not_in_channel": _INVITE,
    "restricted_action": "the workspace's administrators restrict who may post here",
    "restricted_action_non_threadable_channel": "the channel takes no threads",
    "restricted_action_read_only_channel": "the channel is read only",
    "restricted_action_thread_locked": "the thread is locked",
    "restricted_action_thread_only_channel": "the channel takes messages in threads only",
    "team_access_not_granted": "the app is not installed in this workspace",
    "thread_not_found": "the thread is gone",
    "token_expired": _REINSTALL,
    "token_revoked": _REINSTALL,
    "user_not_in_channel": "the person is not a member of the channel",
}
# Temporary errors. Every other unknown code counts as a refusal, since Slack adds new codes; so
# does `fatal_error`, with which Slack may have given up for good.
_PASSING: Final = frozenset(
    {
        "external_channel_migrating",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
_BAD_TOKEN: Final = ("account_inactive", "invalid_auth", "not_authed", "token_")


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Translate the errors of Web API calls within the context; `what` names the call in them.

    Raises:
        RateLimitedError: the method was called too often.
        MessageGoneError: the message was deleted.
        PlatformRefusedError: Slack refuses the call for good; the error says what to do.
        PlatformUnclearError: Slack refuses the call with a code that says nothing about why.
        PlatformError: Slack cannot be reached, or has an internal error.
    """
    try:
        yield
    except SlackApiError as error:
        raise _translated(what, error) from error
    except (SlackClientError, aiohttp.ClientError, OSError, json.JSONDecodeError) as error:
        raise PlatformError(f"{what}: Slack does not answer ({error!r})") from error


def code_of(error: BaseException | None) -> str:
    """Return Slack's code of an error, such as `not_in_channel`; "" if there is none."""
    if isinstance(error, PlatformError):
        error = error.__cause__
    if not isinstance(error, SlackApiError):
        return ""
    data: Any = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def bad_token(error: PlatformError, name: str) -> ConfigError | None:
    """Return a line about an unusable token, with its setting's name; None for other errors."""
    code = code_of(error)
    if not code.startswith(_BAD_TOKEN):
        return None
    return ConfigError(f"{name} is not accepted by Slack ({code}): {_REINSTALL}")


def _translated(what: str, error: SlackApiError) -> PlatformError:
    response: Any = error.response
    if getattr(response, "status_code", 0) == _TOO_MANY or code_of(error) == "ratelimited":
        headers = {name.lower(): value for name, value in response.headers.items()}
        wait_s = float(headers.get("retry-after", _RETRY_AFTER_S))
        return RateLimitedError(f"{what}: Slack has had enough for now", retry_after_s=wait_s)
    code = code_of(error)
    if code in _GONE:
        return MessageGoneError(f"{what}: the message was deleted")
    if code in _REFUSED:
        return PlatformRefusedError(f"{what}: Slack refuses ({code}): {_REFUSED[code]}")
    if code and code not in _PASSING:
        return PlatformUnclearError(f"{what}: Slack refuses ({code})")
    return PlatformError(f"{what}: {code or 'Slack answered with nothing of use'}")
