"""The form that asks why an answer was no help."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord import ui

from bots.discord.context import Context
from bots.discord.ids import asker_of
from bots.discord.interactions.acknowledge import Pressing, defer, say
from bots.discord.interactions.places import belongs_here
from bots.discord.render.payload import pressed_of
from core.profile import Profile
from core.types import Feedback

_REASON: Final = "reason"
_EXPECTED: Final = "expected"
_PERSON: Final = "person"
_MOST_CHARS: Final = 1000
# https://docs.discord.com/developers/components/reference#radio-group
_MOST_REASONS, _OPTION_CHARS = 10, 100
_LABEL_CHARS: Final = 45  # https://discord.com/developers/docs/components/reference#label
_FORGOTTEN_AFTER_S: Final = 900.0


class FeedbackForm(ui.Modal):
    """The form with its optional questions. `submitted` handles it, also after a restart."""

    def __init__(self, profile: Profile, question_id: str, *, offers_person: bool) -> None:
        """Make the form; if it `offers_person`, it has a checkbox to ask the owners, too."""
        super().__init__(
            title=profile.feedback.title[:_LABEL_CHARS],
            custom_id=f"why:{question_id}",
            timeout=_FORGOTTEN_AFTER_S,
        )
        reasons: ui.RadioGroup[Any] = ui.RadioGroup(custom_id=_REASON, required=False)
        for reason in profile.feedback.reasons[:_MOST_REASONS]:
            reasons.add_option(label=reason[:_OPTION_CHARS], value=reason[:_OPTION_CHARS])
        expected: ui.TextInput[Any] = ui.TextInput(
            custom_id=_EXPECTED,
            style=discord.TextStyle.paragraph,
            required=False,
            max_length=_MOST_CHARS,
        )
        asked = ((profile.feedback.why, reasons), (profile.feedback.expected, expected))
        for text, field in asked:
            self.add_item(ui.Label(text=text[:_LABEL_CHARS], component=field))
        if offers_person:
            person: ui.Checkbox[Any] = ui.Checkbox(custom_id=_PERSON)
            self.add_item(ui.Label(text=profile.feedback.person[:_LABEL_CHARS], component=person))


async def submitted(context: Context, interaction: Pressing) -> None:
    """Store why an answer was no help."""
    data: Any = interaction.data or {}
    form = pressed_of(str(data.get("custom_id")))
    if (
        form is None
        or form.kind != "why"
        or not await belongs_here(context, interaction, form.question_id)
    ):
        await say(interaction, context.profile.stale_button)
        return
    values = values_of(data.get("components") or [])
    opinion = Feedback(
        form.question_id,
        asker_of(interaction.user.id),
        helpful=False,
        reason=values.get(_REASON, ""),
        expected=values.get(_EXPECTED, ""),
    )
    await defer(interaction, aside=True)
    asks_person = bool(values.get(_PERSON))
    known = await context.service.feedback.rate(opinion, asks_person=asks_person)
    profile = context.profile
    await say(interaction, profile.feedback.thanks if known else profile.stale_button)


def values_of(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return the fields of a sent form, which are in labels, or in rows of older clients.

    A checkbox that is not ticked is "".
    """
    found: list[tuple[str, str]] = []
    for row in rows:
        parts = row.get("components") or [row.get("component") or {}]
        found += [(part["custom_id"], str(part.get("value") or "")) for part in parts if part]
    return dict(found)
