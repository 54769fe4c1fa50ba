"""Payloads that discord.py cannot read: they end no connection, and hide no other message."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import discord
from discord.state import ConnectionState

logger = logging.getLogger(__name__)

Json = Mapping[str, Any]

# What is known of a message without its components and whatever else comes with it.
# https://discord.com/developers/docs/resources/message#message-object
_NEEDED: Final = (
    *("id", "type", "channel_id", "guild_id", "webhook_id", "author", "member", "content"),
    *("timestamp", "mentions", "mention_roles", "mention_everyone", "message_reference"),
)
_NULLABLE: Final = ("edited_timestamp", "referenced_message")
_ABSENT: Final[dict[str, Any]] = {
    "content": "",
    "edited_timestamp": None,
    "mentions": [],
    "mention_roles": [],
    "mention_everyone": False,
    "attachments": [],
    "embeds": [],
    "pinned": False,
    "tts": False,
}
# Fields that discord.py requires, and that say nothing to the bot.
_UNUSED: Final[dict[str, Any]] = {"attachment_size_limit": 10_485_760, "version": 1}


def tolerate_unreadable(state: ConnectionState[Any]) -> None:
    """Let a connection read what is needed of a message or interaction that it cannot read whole.

    An event that cannot be read in this way either is named in the log, and left out.
    """
    for name, parse in list(state.parsers.items()):
        state.parsers[name] = _guarded(name, parse)
    create = state.create_message

    def created(*, channel: Any, data: Any) -> discord.Message:  # noqa: ANN401 - JSON
        try:
            return create(channel=channel, data=data)
        except Exception:  # noqa: BLE001 - discord.py names none
            return create(channel=channel, data=plain(data))

    state.create_message = created  # type: ignore[method-assign]


def plain(message: Json) -> Any:  # noqa: ANN401 - JSON
    """Return a message's payload with what is needed to answer it, and nothing else."""
    known = {name: message[name] for name in _NEEDED if message.get(name) is not None}
    known |= {name: message[name] for name in _NULLABLE if name in message}
    return _ABSENT | known | _poll_of(message)


def _poll_of(message: Json) -> dict[str, Any]:
    """Return the question of a poll, which discord.py cannot read if the poll never ends."""
    poll = message.get("poll")
    question = poll.get("question") if isinstance(poll, dict) else None
    text = question.get("text") if isinstance(question, dict) else None
    if not isinstance(text, str):
        return {}
    asked: dict[str, Any] = {
        "question": {"text": text},
        "answers": [],
        "expiry": message.get("timestamp"),
    }
    return {"poll": asked | {"allow_multiselect": False, "layout_type": 1}}


def _without_nulls(interaction: Json) -> Any:  # noqa: ANN401 - JSON
    return _UNUSED | {name: part for name, part in interaction.items() if part is not None}


_SIMPLER: Final[Mapping[str, Callable[[Json], Any]]] = {
    "MESSAGE_CREATE": plain,
    "MESSAGE_UPDATE": plain,
    "INTERACTION_CREATE": _without_nulls,
}


def _guarded(name: str, parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def guarded(data: Any) -> Any:  # noqa: ANN401 - JSON
        try:
            return parse(data)
        except Exception:  # the outermost edge of an event
            known = data if isinstance(data, dict) else {}
            if simpler := _SIMPLER.get(name):
                with suppress(Exception):  # the first one is logged
                    return parse(simpler(known))
            logger.exception("an event %s cannot be read (id %s)", name, known.get("id"))
            return None

    return guarded
