"""The bot's message about a lesson, with the buttons of owners."""

from __future__ import annotations

from typing import Final

from bots.discord.render.components import Button, Page
from core.lessons.book import Taught
from core.lessons.wording import acts_on, label_of, said_of
from core.profile import Profile
from core.text.markdown.measure import shortened

# https://docs.discord.com/developers/components/reference#button: ids of 100 characters
_ID_CHARS: Final = 100
_PAGE_CHARS: Final = 2_000


def lesson_page(taught: Taught, profile: Profile) -> Page:
    """Return what came of a lesson; its buttons carry its id, if that is short enough."""
    name = taught.lesson.id if taught.lesson else ""
    buttons = [
        Button(f"lesson:{act.value}:{name}", label_of(act, profile)) for act in acts_on(taught)
    ]
    shown = tuple(button for button in buttons if len(button.custom_id) <= _ID_CHARS)
    return Page(shortened(said_of(taught, profile), _PAGE_CHARS), shown)
