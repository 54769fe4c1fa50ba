"""The common parts of interactions: timely acknowledgements, and replies to one person alone.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Final, TypeVar

import discord

from bots.discord.context import Context
from bots.discord.render.components import Page
from bots.discord.render.payload import message
from core.errors import FaqbotError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Pressing = discord.Interaction[discord.Client]

# Discord waits for three seconds, which include the transfer in both directions.
_WITHIN_S: Final = 1.2


async def soon(work: Coroutine[object, object, T]) -> asyncio.Task[T]:
    """Run the work in a task, and return the task at its end or when the time is nearly up."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=_WITHIN_S)
    except asyncio.CancelledError:
        task.cancel()
        raise
    return task


async def defer(interaction: Pressing, *, aside: bool = False) -> None:
    """Acknowledge an interaction, with `aside` for a private answer. Never raises."""
    try:
        await interaction.response.defer(ephemeral=aside, thinking=aside)
    except (discord.HTTPException, discord.InteractionResponded) as error:
        logger.warning("an interaction could not be acknowledged: %s", error)


async def promptly(interaction: Pressing, work: Coroutine[object, object, T]) -> T:
    """Run the work, and acknowledge the interaction in time."""
    task = await soon(work)
    await defer(interaction)
    return await task


async def say(interaction: Pressing, text: str) -> None:
    """Show a text to this person alone, before or after the acknowledgement. Never raises."""
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except (discord.HTTPException, discord.InteractionResponded) as error:
        logger.warning("an interaction could not be answered: %s", error)


async def rewrite(context: Context, interaction: Pressing, page: Page) -> None:
    """Replace the message whose button was pressed by another page.

    Raises:
        PlatformError: it is not replaced.
    """
    # An edit by the interaction does not count with the edits of the channel's answers.
    path = f"/webhooks/{interaction.application_id}/{interaction.token}/messages/@original"
    await context.writer.rest.call("PATCH", path, message(page))


async def show(interaction: Pressing, layout: discord.ui.LayoutView) -> None:
    """Show a message that is laid out by components to this person alone. Never raises."""
    try:
        await interaction.followup.send(view=layout, ephemeral=True)
    except discord.HTTPException as error:
        logger.warning("an interaction could not be answered: %s", error)


async def excused(interaction: Pressing, work: Coroutine[object, object, None], text: str) -> None:
    """Run the work; after an error, which is logged, show `text` to the person."""
    try:
        await work
    except FaqbotError as error:
        logger.error("an interaction broke off: %s", error)
        await say(interaction, text)
    except Exception:  # the outermost edge of a task: the person must be told of a bug
        logger.exception("an interaction broke off")
        await say(interaction, text)
