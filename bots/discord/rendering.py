"""How answers look in each place where they are shown."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final

from bots.discord.ids import DIRECT, Aside, place_of, target_of
from bots.discord.pages import Button, Called, Page, pages
from bots.endings import Look
from core.desk import is_press
from core.types import Answered, Escalated, View

_OPINIONS: Final = ("up:", "down:")


@dataclass(frozen=True, slots=True)
class Renderer:
    """Views as pages; equal views have equal pages. `owners` are called to what has no answer."""

    look: Look
    owners: Called = field(default_factory=Called)

    def written(self, view: View) -> list[Page]:
        """Where it was asked, with the call to the owners below what has no answer.

        The call is a page of its own, since what is added by an edit notifies nobody.
        """
        shown = self.answer(view)
        if isinstance(view.ending, Escalated) and self.owners.mentions and _is_public(view):
            # Not cleaned: that would take the mentions away, and nothing else in it is anybody's.
            text = self.look.profile.teach_call.format(owners=" ".join(self.owners.mentions))
            shown.append(Page(text, called=self.owners))
        return shown

    def answer(
        self, view: View, *, used: AbstractSet[int] = frozenset(), was_shared: bool = False
    ) -> list[Page]:
        """Where it was asked; `used` are the follow-ups that were pressed.

        A question that a button has asked stands above its answer. What one person alone sees may
        be shared, once.
        """
        quoted = is_press(view.question.id)
        shown = pages(view, replace(self.look, quoted=quoted, used=frozenset(used)))
        if isinstance(view.ending, Answered | Escalated) and _is_aside(view):
            label = self.look.profile.share
            share = Button(f"share:{view.question.id}", label, disabled=was_shared)
            shown[-1] = replace(shown[-1], buttons=(*shown[-1].buttons, share))
        return shown

    def shared(self, view: View, by: str) -> list[Page]:
        """For everybody in a channel: with its question, and nothing that goes on from there."""
        note = self.look.profile.shared_by.format(name=by)
        shown = pages(replace(view, note=note), replace(self.look, quoted=True))
        opinions = [b for b in shown[-1].buttons if b.custom_id.startswith(_OPINIONS)]
        shown[-1] = replace(shown[-1], buttons=tuple(opinions))
        return shown


def _is_public(view: View) -> bool:
    return not _is_aside(view) and place_of(view.question.session).guild != DIRECT


def _is_aside(view: View) -> bool:
    return isinstance(target_of(view.question.reply_to or ""), Aside)
