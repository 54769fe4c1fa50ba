"""Messages by a `response_url`, to one person or to all, also where the bot is no member.

A `response_url` takes five messages within half an hour: https://docs.slack.dev/interactivity/handling-user-interaction.
`replace_original` replaces the message whose button was pressed. A command has no such message, so
that each use shows a further one (https://github.com/slackapi/bolt-js/issues/2287).
"""

from __future__ import annotations

import json
import logging
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook import WebhookResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bots.slack.api.workspaces import sdk_logger
from core.errors import PlatformError, PlatformRefusedError, RateLimitedError

logger = logging.getLogger(__name__)

Json = dict[str, Any]

_SPENT: Final = ("used_url", "expired_url")
_OK, _NOT_FOUND, _TOO_MANY, _SERVER = 200, 404, 429, 500


async def send(client: AsyncWebClient, url: str, message: Json) -> bool:
    """Send a message once; return False if the address is used up or has expired.

    The session and the proxy are those of `client`. `message` has Slack's fields: `text`, `blocks`,
    `response_type`, `replace_original`, `thread_ts`.

    Raises:
        RateLimitedError: the message may be sent later.
        PlatformRefusedError: Slack does not accept this message.
        PlatformError: Slack cannot be reached, or has an internal error.
    """
    webhook = AsyncWebhookClient(
        url,
        timeout=client.timeout,
        ssl=client.ssl,
        session=client.session,
        logger=sdk_logger(),  # the SDK's debug lines would show the address, which is a secret
        retry_handlers=[],
    )
    webhook.proxy = client.proxy  # the SDK would read it from the environment, without NO_PROXY
    try:
        answer = await webhook.send_dict(message)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise PlatformError(f"Slack's response_url did not answer: {error!r}") from error
    return _taken(answer)


async def whisper(client: AsyncWebClient, url: str, text: str, *, thread: str = "") -> None:
    """Show a message to the person alone; a failure is only logged.

    `thread` is the `ts` of the thread in which the person is, who would not see it elsewhere.
    """
    message: Json = {"text": text, "response_type": "ephemeral", "replace_original": False}
    if thread:
        message["thread_ts"] = thread
    try:
        if not await send(client, url, message):
            logger.info("not said, the response_url has expired: %s", text)
    except PlatformError as error:
        logger.warning("not said: %s", error)


def thread_of(body: Json) -> str:
    """Return the thread in which a button was pressed; "" outside of threads."""
    return str((body.get("container") or {}).get("thread_ts") or "")


def _taken(answer: WebhookResponse) -> bool:
    error = _error(answer.body)
    if answer.status_code == _OK and not error:
        return True
    if answer.status_code == _NOT_FOUND or error in _SPENT:
        return False
    if answer.status_code == _TOO_MANY:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        wait_s = float(headers.get("retry-after", 1))
        raise RateLimitedError("Slack limits this response_url", retry_after_s=wait_s)
    said = f"Slack's response_url answered {answer.status_code} {error}"
    if answer.status_code >= _SERVER:
        raise PlatformError(said)
    raise PlatformRefusedError(said)


def _error(body: str) -> str:
    """Return the error of a response, "" for `ok`: some are JSON, some only the word."""
    if body.strip() in ("", "ok"):
        return ""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return body.strip()
    if isinstance(answer, dict):
        return "" if answer.get("ok") else str(answer.get("error", body))
    return str(answer)
