"""The buttons under answers: they work after a restart and on another process.

A button's data is in its custom id (see `bots.discord.render.payload`). Its question is looked up
when it is pressed. The press of a forged or an old button gets a friendly explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Final

from discord import ui

from bots.discord.context import Context
from bots.discord.events.stop_sign import may_stop
from bots.discord.ids import Ephemeral, Target, Within, asker_of, guild_name, written
from bots.discord.interactions.acknowledge import Pressing, defer, promptly, say, show, soon
from bots.discord.interactions.feedback import FeedbackForm
from bots.discord.interactions.persistent_button import PersistentButton
from bots.discord.interactions.places import belongs_here
from bots.discord.interactions.share import share
from bots.discord.render.payload import CUSTOM_ID, Pressed, components, pressed_of
from bots.discord.render.source_layout import source_layouts
from bots.shared.intake import reason_for
from core.messaging.handler import references_of
from core.types import Feedback, Question, Receipt, SessionId, Turn

_Act = Callable[[Context, Pressing, Pressed], Coroutine[object, object, None]]


class AnswerButton(PersistentButton, template=CUSTOM_ID):
    """Any button or menu under an answer."""

    async def act(self, context: Context, interaction: Pressing) -> None:
        """Carry out the action of the button."""
        chosen = self.item.values if isinstance(self.item, ui.Select) else ()
        button = pressed_of(self.custom_id, chosen)
        act = _ACTS.get(button.kind) if button else None
        if button and act and await belongs_here(context, interaction, button.question_id):
            await act(context, interaction, button)
        else:
            await say(interaction, context.profile.stale_button)


async def _ask(context: Context, interaction: Pressing, button: Pressed) -> None:
    aside = _is_aside(interaction)
    asking = _asked(context, interaction, button)
    if aside:  # its answer needs the acknowledgement
        await defer(interaction, aside=True)
        turn, receipt = await asking
    else:
        turn, receipt = await promptly(interaction, asking)
    if reason := reason_for(context.profile, receipt):
        await say(interaction, reason)
    elif receipt is Receipt.STORED and turn and not aside:
        await _mark(context, interaction, turn)
    elif receipt is Receipt.KNOWN:
        await say(interaction, await _asked_before(context, interaction, button))


async def _asked_before(context: Context, interaction: Pressing, button: Pressed) -> str:
    """Return the line that the button was pressed before, with a link to the answer if known."""
    asked = await context.service.answer_to_press(button.question_id, button.index)
    shown = (references_of(asked) if asked else ())[:1]
    guild = guild_name(interaction.guild_id)
    links = [f"https://discord.com/channels/{guild}/{one}" for one in shown if "/" in one]
    return " ".join([context.profile.already_asked, *links])


async def _asked(
    context: Context, interaction: Pressing, button: Pressed
) -> tuple[Turn | None, Receipt | None]:
    """Return the turn that the button belongs to, and the receipt of the press."""
    turn = await context.service.turn(button.question_id)
    if turn is None:
        return None, None
    session, target = _where(interaction, turn)
    question = Question(
        id=button.question_id,
        session=session,
        text="",
        asker=asker_of(interaction.user.id),
        asked_at=datetime.now(UTC),
        reply_to=written(target),
    )
    service = context.service
    return turn, await service.press(button.question_id, button.index, question, turn=turn)


def _where(interaction: Pressing, turn: Turn) -> tuple[SessionId, Target]:
    """Return the conversation of the button, and the target of its answer."""
    message = interaction.message
    assert message  # noqa: S101 - a button stands under one
    if message.flags.ephemeral:
        return turn.question.session, Ephemeral(interaction.application_id, interaction.token)
    return turn.question.session, Within(message.channel.id, message.id)


async def _mark(context: Context, interaction: Pressing, turn: Turn) -> None:
    """Mark the follow-ups that were asked, in the message that has their buttons."""
    used = await context.service.pressed(turn.question.id, turn=turn)
    if view := await context.service.view(turn.question.id):
        page = context.renderer.answer(view, used=used)[-1]
        await _change_buttons(context, interaction, components(page.buttons))


async def _change_buttons(
    context: Context, interaction: Pressing, rows: list[dict[str, Any]]
) -> None:
    # An edit by the interaction does not count with the edits of the channel's answers.
    path = f"/webhooks/{interaction.application_id}/{interaction.token}/messages/@original"
    await context.writer.rest.call("PATCH", path, {"components": rows})


async def _praise(context: Context, interaction: Pressing, button: Pressed) -> None:
    opinion = Feedback(button.question_id, asker_of(interaction.user.id), helpful=True)
    if await promptly(interaction, _taken_back(context, opinion)):
        await say(interaction, context.profile.feedback.withdrawn)
        return
    known = await promptly(interaction, context.service.feedback.rate(opinion))
    profile = context.profile
    await say(interaction, profile.feedback.thanks if known else profile.stale_button)


async def _taken_back(context: Context, opinion: Feedback) -> bool:
    """Take an opinion back that was given before; False if it is a new one."""
    opinions = context.service.feedback
    if not await opinions.is_repeated(opinion):
        return False
    return await opinions.withdraw(opinion.question_id, opinion.user)


async def _criticise(context: Context, interaction: Pressing, button: Pressed) -> None:
    """Store the opinion at once, then ask for the reason, which many people do not give."""
    opinion = Feedback(button.question_id, asker_of(interaction.user.id), helpful=False)
    if await _taken_back(context, opinion):
        await say(interaction, context.profile.feedback.withdrawn)
        return
    storing = await soon(context.service.feedback.rate(opinion))
    if storing.done() and not storing.exception() and not storing.result():
        await say(interaction, context.profile.stale_button)
        return
    message = interaction.message
    private = interaction.guild is None or (message and message.flags.ephemeral)
    offers_person = bool(context.owners) and not private
    form = FeedbackForm(context.profile, button.question_id, offers_person=offers_person)
    await interaction.response.send_modal(form)
    await storing


async def _stop(context: Context, interaction: Pressing, button: Pressed) -> None:
    asked, profile = button.question_id, context.profile
    if not await may_stop(context, asked, interaction.user, interaction.permissions):
        await say(interaction, profile.not_yours_to_stop)
    elif not await promptly(interaction, context.service.stop(asked)):
        await say(interaction, profile.nothing_to_stop)


async def _share(context: Context, interaction: Pressing, button: Pressed) -> None:
    view = await promptly(interaction, context.service.view(button.question_id))
    openly = await context.service.view_for_everybody(button.question_id) if view else None
    if view is None:
        await say(interaction, context.profile.stale_button)
    elif openly is None:
        await say(interaction, context.profile.not_for_all)
    elif await share(context, interaction, openly):
        page = context.renderer.answer(view, was_shared=True)[-1]
        await _change_buttons(context, interaction, components(page.buttons))


async def _open_sources(context: Context, interaction: Pressing, button: Pressed) -> None:
    """Show the entries that an answer is based on to the person who presses."""
    turn = await promptly(interaction, context.service.turn(button.question_id))
    cleaner = context.renderer.look.cleaner
    layouts = source_layouts(turn.passages, context.profile, cleaner) if turn else []
    if not layouts:
        await say(interaction, context.profile.stale_button)
    for layout in layouts:
        await show(interaction, layout)


def _is_aside(interaction: Pressing) -> bool:
    return interaction.message is not None and interaction.message.flags.ephemeral


_ACTS: Final[dict[str, _Act]] = {
    "f": _ask,
    "menu": _ask,
    "up": _praise,
    "down": _criticise,
    "stop": _stop,
    "share": _share,
    "open": _open_sources,
}
