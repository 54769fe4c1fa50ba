"""Calls for the messages of an answer: their metadata, edits, streams and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.errors import code_of, translated
from bots.slack.render.blocks import Page
from core.errors import PlatformError
from core.types import File, Question

Json = dict[str, Any]

# The invisible metadata of a message: https://docs.slack.dev/messaging/message-metadata
METADATA: Final = "faqbot_answer"
# A preview of a source's page would be longer than the answer. An edit unfurls nothing new.
NOT_UNFURLED: Final[Json] = {"unfurl_links": False, "unfurl_media": False}
STREAM_ENDED: Final = ("message_not_in_streaming_state", "stopped_by_user")
_ASKING: Final = ("next", "followups")  # blocks, see `bots.slack.render.blocks`


async def upload(client: AsyncWebClient, file: File, *, channel: str, thread: str = "") -> None:
    """Show a file in a channel or thread.

    See https://docs.slack.dev/messaging/working-with-files.

    Raises:
        PlatformError: it is not shown; `PlatformRefusedError` without the scope `files:write`.
    """
    with translated("files.completeUploadExternal"):
        await client.files_upload_v2(
            channel=channel,
            thread_ts=thread or None,
            filename=file.name,
            title=file.name,
            content=file.content,
        )


async def send_directly(client: AsyncWebClient, user: str, pages: Sequence[Page]) -> None:
    """Send pages to a person's direct messages, without buttons that ask questions.

    Raises:
        PlatformError: not all of them were sent.
    """
    for page in pages:
        with translated("chat.postMessage"):
            await client.chat_postMessage(channel=user, **without_questions(page), **NOT_UNFURLED)


def without_questions(page: Page) -> Json:
    """Return a page as a message, without buttons whose answers could not be shown either."""
    blocks = [block for block in page.blocks if block["block_id"] not in _ASKING]
    return {"text": page.text, "blocks": blocks or None}


async def update(client: AsyncWebClient, reference: str, page: Page, metadata: Json) -> None:
    """Show a page in a message, with text and blocks, since text alone removes the blocks.

    The metadata is sent as well, by which the message is found again.
    """
    try:
        await _update(client, reference, page, metadata)
    except PlatformError as error:
        if code_of(error) != "streaming_state_conflict":
            raise
        # A process that has died has left the stream open.
        await stop_stream(client, reference)
        await _update(client, reference, page, metadata)


async def stop_stream(client: AsyncWebClient, reference: str, **more: Any) -> None:  # noqa: ANN401
    """End a stream, so that its message can be updated; do nothing if it has ended."""
    channel, ts = split(reference)
    try:
        with translated("chat.stopStream"):
            await client.chat_stopStream(channel=channel, ts=ts, **more)
    except PlatformError as error:
        if more or code_of(error) not in STREAM_ENDED:
            raise


def calls_in(message: Json) -> bool:
    """Return whether a message of an answer calls the owners, by its metadata."""
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return bool(payload.get("calls"))


def metadata_of(question: Question, place: int, *, calls: bool = False) -> Json:
    """Return the metadata of a message; `calls` says whether it calls the owners."""
    payload: Json = {"question": question.id, "place": place}
    if calls:
        payload["calls"] = True
    return {"event_type": METADATA, "event_payload": payload}


def reference_of(channel: str, ts: str) -> str:
    """Return the reference of a message, which is opaque to the core."""
    return f"{channel}:{ts}"


def split(reference: str) -> tuple[str, str]:
    """Return the channel and the `ts` of a reference."""
    channel, _, ts = reference.partition(":")
    return channel, ts


async def _update(client: AsyncWebClient, reference: str, page: Page, metadata: Json) -> None:
    channel, ts = split(reference)
    with translated("chat.update"):
        await client.chat_update(
            channel=channel,
            ts=ts,
            text=page.text,
            blocks=list(page.blocks),
            metadata=metadata,
        )
