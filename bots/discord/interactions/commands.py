"""`/faq`, the commands of skills, and answering a message by its context menu."""

from __future__ import annotations

import logging
import re
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bots.discord.context import Context
from bots.discord.events.content import is_others, text_of
from bots.discord.events.lessons import LessonHandler
from bots.discord.events.parse import Reader
from bots.discord.events.threads import is_closed
from bots.discord.ids import Ephemeral, Place, asker_of, guild_name, question_id, written
from bots.discord.interactions.acknowledge import Pressing, defer, excused, say
from bots.shared.background_tasks import BackgroundTasks
from bots.shared.intake import reason_for
from core.skills.commands import command_text
from core.types import Mention, Question

logger = logging.getLogger(__name__)

NAME = "faq"
_PERSON = re.compile(r"<@!?(\d+)>")
# A person who installs the app has the commands everywhere, with answers to them alone.
# https://docs.discord.com/developers/resources/application#installation-context
_INSTALLS = app_commands.AppInstallationType(guild=True, user=True)
_CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)


class Commands(app_commands.CommandTree[Any]):
    """The commands of one client."""

    def __init__(
        self, client: discord.Client, context: Context, reader: Reader, tasks: BackgroundTasks
    ) -> None:
        super().__init__(client)
        self._tasks = tasks
        self._context = context
        self._reader = reader
        profile = context.profile

        async def teach_this(interaction: Pressing, message: discord.Message) -> None:
            self._begin(interaction, self._teach(interaction, message))

        async def answer_this(interaction: Pressing, message: discord.Message) -> None:
            self._begin(interaction, self._answer(interaction, message))

        menu = app_commands.ContextMenu(
            name=profile.answer_this,
            callback=answer_this,
            allowed_installs=_INSTALLS,
            allowed_contexts=_CONTEXTS,
        )
        self.add_command(self._command(NAME, profile.command.about))
        for name in profile.skills:
            about = profile.skill_about.get(name, profile.command.about)
            self.add_command(self._command(name, about))
        self.add_command(menu)
        self.add_command(
            app_commands.ContextMenu(
                name=profile.teach.this,
                callback=teach_this,
                allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
                allowed_contexts=app_commands.AppCommandContext(guild=True),
            )
        )

    def _command(self, name: str, about: str) -> app_commands.Command[Any, ..., None]:
        """Return the command of the FAQ, or of a skill."""
        profile = self._context.profile

        @app_commands.describe(question=profile.command.hint)
        @app_commands.rename(question=profile.command.option)
        async def ask(interaction: Pressing, question: str) -> None:
            self._begin(interaction, self._ask(interaction, name, question))

        return app_commands.Command(
            name=name,
            description=about,
            callback=ask,
            allowed_installs=_INSTALLS,
            allowed_contexts=_CONTEXTS,
        )

    async def on_error(self, interaction: Pressing, error: app_commands.AppCommandError, /) -> None:
        """Answer a command that does not exist any more, or that failed before it began."""
        logger.error("a command broke off: %s", error)
        await say(interaction, self._context.profile.not_stored)

    def _begin(self, interaction: Pressing, work: Coroutine[object, object, None]) -> None:
        self._tasks.begin(excused(interaction, work, self._context.profile.not_stored))

    async def _ask(self, interaction: Pressing, name: str, text: str) -> None:
        """Answer a question privately."""
        await defer(interaction, aside=True)  # the answer replaces this response
        question = _asked_aside(interaction, text)
        if name != NAME:
            shown, mentions = await _named(interaction, question.text)
            question = replace(question, text=command_text(name, shown), mentions=mentions)
        await self._hand_in(interaction, question)

    async def _answer(self, interaction: Pressing, message: discord.Message) -> None:
        """Answer a message in the place where a message with a mention would be answered."""
        await defer(interaction, aside=True)
        me = interaction.client.user
        assert me  # noqa: S101 - it has logged in
        text = text_of(message, me)
        if not text or not is_others(message, me):
            await say(interaction, self._context.profile.nothing_to_answer)
        elif not _is_member(interaction) or is_closed(interaction.channel):  # it cannot write
            await self._hand_in(interaction, _asked_aside(interaction, text))
        else:
            await self._answer_openly(interaction, message, me)

    async def _teach(self, interaction: Pressing, message: discord.Message) -> None:
        """Learn a message as the answer to the question above it."""
        await defer(interaction, aside=True)
        me = interaction.client.user
        assert me  # noqa: S101 - it has logged in
        lessons = LessonHandler(self._context, self._reader, me)
        if told := await lessons.adopt(message, interaction.user):
            await say(interaction, told)
        else:
            await interaction.delete_original_response()  # the channel shows what was learnt

    async def _answer_openly(
        self, interaction: Pressing, message: discord.Message, me: discord.ClientUser
    ) -> None:
        question = await self._reader.chosen(message, me)
        asked = replace(question, asker=asker_of(interaction.user.id))
        if await self._hand_in(interaction, asked):
            await interaction.delete_original_response()  # the answer is there to see

    async def _hand_in(self, interaction: Pressing, question: Question) -> bool:
        receipt = await self._context.service.receive(question)
        if reason := reason_for(self._context.profile, receipt):
            await say(interaction, reason)
        return not reason


def _asked_aside(interaction: Pressing, text: str) -> Question:
    """Return a question with a private answer.

    In a channel, and where the bot is no member, it has a conversation of its own.
    """
    channel, directly = interaction.channel_id or 0, _is_direct(interaction)
    thread = "" if directly else f"u{interaction.user.id}"
    return Question(
        id=question_id(interaction.guild_id, channel, interaction.id),
        session=Place(guild_name(interaction.guild_id), str(channel), thread).session,
        text=text.strip(),
        asker=asker_of(interaction.user.id),
        asked_at=interaction.created_at,
        reply_to=written(Ephemeral(interaction.application_id, interaction.token)),
    )


async def _named(interaction: Pressing, text: str) -> tuple[str, tuple[Mention, ...]]:
    """Return a text with names for the ids of people, and those people; options have ids alone."""
    found: dict[str, Mention] = {}
    for match in _PERSON.finditer(text):
        number, guild = int(match[1]), interaction.guild
        user: discord.abc.User | None = guild.get_member(number) if guild else None
        with suppress(discord.HTTPException):
            user = user or await interaction.client.fetch_user(number)
        name = user.display_name if user else match[1]
        found[match[0]] = Mention(asker_of(number), name, f"@{name}")
    for tag, mention in found.items():
        text = text.replace(tag, mention.text)
    return text, tuple(found.values())


def _is_direct(interaction: Pressing) -> bool:
    """Return whether an interaction is in a direct message with the bot alone."""
    if interaction.context.dm_channel:
        return True
    said = interaction.context.guild or interaction.context.private_channel
    return not said and isinstance(interaction.channel, discord.DMChannel)


def _is_member(interaction: Pressing) -> bool:
    """Return whether the bot is a member: a person may have installed only its commands."""
    if interaction.guild_id is None:
        return _is_direct(interaction)
    return interaction.client.get_guild(interaction.guild_id) is not None


async def sync_if_changed(tree: app_commands.CommandTree[Any]) -> bool:
    """Upload the commands if Discord has others; return whether they were uploaded.

    An upload at each start would use up Discord's daily limit, and the commands would disappear
    from clients for a moment.
    """
    # The raw JSON: discord.py 2.7 reads only the first place where a command may be used.
    application = tree.client.application_id or 0
    known = await tree.client.http.get_global_commands(application)
    ours = [command.to_dict(tree) for command in tree.get_commands()]
    if sorted(map(_gist, known)) == sorted(map(_gist, ours)):
        return False
    await tree.sync()
    logger.info("commands: Discord knows them now")
    return True


def _gist(command: Any) -> tuple[Any, ...]:  # noqa: ANN401 - two dictionaries of discord.py's
    """Return the parts of a command by which a changed one is recognised."""
    options = tuple(
        (
            option["name"],
            option["type"],
            option["description"],
            bool(option.get("required")),
            option.get("max_length"),
        )
        for option in command.get("options") or []
    )
    places = (command.get("integration_types") or [], command.get("contexts") or [])
    where = tuple(tuple(sorted(one)) for one in places)
    return command["type"], command["name"], command.get("description") or "", options, where
