"""The content of a Discord message: its text, and the people whom it addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Final

import discord

from bots.discord.ids import asker_of
from core.text.utterances.mentions import (
    CALL,
    is_spoken_to,
    with_typed_call,
    without_calls,
)
from core.types import Mention

_MENTION: Final = re.compile(r"<(@!?|@&|#)(\d+)>")
_QUOTED: Final = re.compile(r"^>>> [\s\S]*|^> .*$", re.MULTILINE)
_CODE: Final = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_EMOJI: Final = re.compile(r"<a?(:\w+:)\d+>")
_COMMAND: Final = re.compile(r"</([^<>:\n]+):\d+>")  # a slash command that is shown by its name
_GUIDE: Final = re.compile(r"<id:[\w-]+>")  # a page of the server, such as its guide
_STAMP: Final = re.compile(r"<t:(\d{1,10})(?::\w)?>")
# The marks of headings, small print and hidden text.
_MARKS: Final = re.compile(r"^(?:#{1,3}|-#) |\|\|", re.MULTILINE)
# The picker of GIFs writes an address, which is no readable text.
_GIF: Final = re.compile(
    r"https?://(?:\w+\.)*(?:tenor\.com|giphy\.com|gph\.is|klipy\.com)/\S+", re.IGNORECASE
)
# What a bot writes above its answer to the press of a button: whose question it answers, and which.
_HEAD: Final = re.compile(r"\A[^\n]*<@!?\d+>[^\n]*\n> [^\n]*\n+")
_SAID: Final = (discord.MessageType.default, discord.MessageType.reply)


def calls(message: discord.Message, me: discord.ClientUser) -> bool:
    """Return whether a message mentions the bot or its role, or replies to the bot."""
    return mentions(message, me) or replies_to(message, me)


def mentions(message: discord.Message, me: discord.ClientUser) -> bool:
    """Return whether a message mentions the bot or its role by a mention that a person has written.

    A mention in a quoted line or in code addresses nobody, nor does the ping of a reply.
    """
    written = _written(message, me)
    said = _QUOTED.sub("", _CODE.sub("", written))
    named = {int(number) for _, number in _MENTION.findall(written)}
    called = {int(number) for _, number in _MENTION.findall(said)}
    if me.id in called:
        return True
    if me.id not in named and not replies_to(message, me) and me in message.mentions:
        return True  # without the content intent, its text is not known
    role = own_role_id(message)
    return calls_by_role(message) and role in called | ({role} - named)


def replies_to(message: discord.Message, me: discord.ClientUser) -> bool:
    """Return whether a message replies to one of the bot's."""
    answered = replied_to(message)
    return answered is not None and answered.author.id == me.id


def calls_by_role(message: discord.Message) -> bool:
    """Return whether a message mentions the role that Discord has created for the bot."""
    role = message.guild.self_role if message.guild else None
    return role is not None and role in message.role_mentions


def own_role_id(message: discord.Message) -> int | None:
    """Return the id of the role that Discord has created for the bot in a message's guild."""
    role = message.guild.self_role if message.guild else None
    return role.id if role else None


def replied_to(message: discord.Message) -> discord.Message | None:
    """Return the message that this one replies to; None if Discord has not sent it."""
    resolved = message.reference.resolved if message.reference else None
    return resolved if isinstance(resolved, discord.Message) else None


def text_of(message: discord.Message, me: discord.ClientUser) -> str:
    """Return the text of a message, without mentions of the bot, and with names for ids."""
    guild = message.guild
    own_role = guild.self_role if guild else None

    def named(match: re.Match[str]) -> str:
        kind, number = match[1], int(match[2])
        if number == me.id or (own_role and number == own_role.id):
            return CALL
        if kind == "#":
            channel = guild.get_channel_or_thread(number) if guild else None
            return f"#{channel.name}" if channel else ""
        named: list[discord.abc.Snowflake] = [*message.mentions, *message.role_mentions]
        found = discord.utils.get(named, id=number)
        return f"@{getattr(found, 'display_name', None) or getattr(found, 'name', '')}"

    by_app = message.author.bot or message.webhook_id
    own = _HEAD.sub("", _shown(message)) if by_app else _written(message, me)
    parts = [own, *map(_shown, message.message_snapshots)]
    shown = (_MENTION.sub(named, _GIF.sub("", part.replace(CALL, " "))) for part in parts)
    shown = (_COMMAND.sub(r"/\1", _STAMP.sub(_day, _GUIDE.sub("", part))) for part in shown)
    read = (_EMOJI.sub(r"\1", without_calls(part)).strip() for part in shown)
    text = "\n".join(part for part in read if part)
    return text or (message.poll.question if message.poll else "")


def _written(message: discord.Message, me: discord.ClientUser) -> str:
    """Return what a person has written, with a mention in place of the bot's typed name."""
    own = message.guild.me.display_name if message.guild else me.display_name
    return with_typed_call(message.content, (own, me.display_name, me.name), me.mention)


def without_marks(text: str) -> str:
    """Return a text without the marks that make headings of its lines, or hide parts of it."""
    return _MARKS.sub("", text).strip()


def _day(stamp: re.Match[str]) -> str:
    return f"{datetime.fromtimestamp(int(stamp[1]), UTC):%Y-%m-%d}"


def _shown(said: discord.Message | discord.MessageSnapshot) -> str:
    """Return the text of a message, or that of its embeds or its components (Components v2).

    Apps write forms and notices in these. Beside a text, an embed is most often the preview of a
    link.
    """
    if said.content:
        return said.content
    texts = [(one.title, one.description, *_fields(one)) for one in said.embeds]
    laid_out = _texts_in(said.components)
    return "\n".join(filter(None, chain(*texts, laid_out)))


def _texts_in(components: Iterable[object]) -> Iterator[str]:
    for component in components:
        if isinstance(component, discord.TextDisplay):
            yield component.content
        yield from _texts_in(getattr(component, "children", ()))


def _fields(embed: discord.Embed) -> Iterator[str | None]:
    for field in embed.fields:
        yield from (field.name, field.value)


def mentions_in(message: discord.Message, me: discord.ClientUser) -> tuple[Mention, ...]:
    """Return the people and bots mentioned in a message, with the names that its text shows."""
    named = [user for user in message.mentions if user.id != me.id]
    return tuple(
        Mention(asker_of(user.id), user.display_name, f"@{user.display_name}") for user in named
    )


def has_media(message: discord.Message) -> bool:
    """Return whether a message has content that the bot cannot read, such as a picture or voice.

    What is forwarded and has no text is such content, too.
    """
    media = (message.attachments, message.stickers, message.poll, message.message_snapshots)
    return any(media) or bool(_GIF.search(message.content))


def is_said(message: discord.Message) -> bool:
    """Return whether a person has written a message here, and neither a bot nor Discord."""
    direct = isinstance(message.channel, discord.DMChannel)
    if message.guild is None and not direct:
        return False  # the guild is unavailable; this is no direct message
    return not message.author.bot and not message.webhook_id and message.type in _SAID


def is_of_another_bot(message: discord.Message, me: discord.ClientUser) -> bool:
    """Return whether another bot has written a message in a server."""
    by_bot = message.author.bot and not message.webhook_id
    return by_bot and message.guild is not None and is_others(message, me)


def names(message: discord.Message, me: discord.ClientUser) -> bool:
    """Return whether a message has a mention of the bot, also one that notifies nobody.

    A bot's own mentions mostly do not: they are left out of `Message.mentions`.
    """
    return me.id in message.raw_mentions


def is_others(message: discord.Message, me: discord.ClientUser) -> bool:
    """Return whether a person or another app has written a message, anywhere."""
    return message.author.id != me.id and message.type in _SAID


def is_for_all(message: discord.Message) -> bool:
    """Return whether a message addresses no particular person but the bot.

    A reply to a deleted message was meant for a person who is not known any more. A poll asks the
    people there.
    """
    if message.poll and not message.content:
        return False
    reference = message.reference
    if reference and reference.type is discord.MessageReferenceType.reply:
        answered = replied_to(message)
        if answered is None or answered.author != message.author:
            return False
    return not message.mention_everyone and not speaks_to_others(message)


def speaks_to_others(message: discord.Message, *but: int | None) -> bool:
    """Return whether a message addresses a person or a role by a mention outside of quotes.

    Those with an id of `but` are left out.
    """
    for said in _QUOTED.sub("", _CODE.sub("", message.content)).splitlines():
        for found in _MENTION.finditer(said):
            before, after = said[: found.start()], said[found.end() :]
            others = _MENTION.sub("", before), _MENTION.sub("", after)
            if found[1] == "#" or int(found[2]) in but:
                continue
            if is_spoken_to(*others):
                return True
    return False
