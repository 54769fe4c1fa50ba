"""Common parts of interactions: acknowledgements in time, and replies to one person alone.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Final, TypeVar

import discord

from core.errors import FaqbotError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Pressing = discord.Interaction[discord.Client]

# Discord waits for three seconds, and the way there and back is part of them.
_WITHIN_S: Final = 1.2


async def soon(work: Coroutine[object, object, T]) -> asyncio.Task[T]:
    """Return the work as a task, which is done or has used the time that an interaction leaves."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=_WITHIN_S)
    except asyncio.CancelledError:
        task.cancel()
        raise
    return task


async def defer(interaction: Pressing, *, aside: bool = False) -> None:
    """Acknowledge an interaction; `aside`, its answer is for this person alone. Never raises."""
    try:
        await interaction.response.defer(ephemeral=aside, thinking=aside)
    except (discord.HTTPException, discord.InteractionResponded) as error:
        logger.warning("an interaction could not be acknowledged: %s", error)


async def promptly(interaction: Pressing, work: Coroutine[object, object, T]) -> T:
    """Do the work, and acknowledge the interaction in time."""
    task = await soon(work)
    await defer(interaction)
    return await task


async def say(interaction: Pressing, text: str) -> None:
    """Tell this person alone, whether it was acknowledged or not. Never raises."""
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except (discord.HTTPException, discord.InteractionResponded) as error:
        logger.warning("an interaction could not be answered: %s", error)


async def show(interaction: Pressing, layout: discord.ui.LayoutView) -> None:
    """Show a message that is laid out by components to this person alone. Never raises."""
    try:
        await interaction.followup.send(view=layout, ephemeral=True)
    except discord.HTTPException as error:
        logger.warning("an interaction could not be answered: %s", error)


async def excused(interaction: Pressing, work: Coroutine[object, object, None], text: str) -> None:
    """Do the work; an error is logged, and the person is told `text`."""
    try:
        await work
    except FaqbotError as error:
        logger.error("an interaction broke off: %s", error)
        await say(interaction, text)
    except Exception:  # the outermost edge: whoever pressed must not wait for nothing
        logger.exception("an interaction broke off")
        await say(interaction, text)
