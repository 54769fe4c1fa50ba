"""The bot's message about a lesson, with the buttons of owners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bots.discord.render.components import Button, Page
from core.lessons.book import Taught
from core.lessons.wording import OFFERED, LessonAct, acts_on, label_of, offer_of, said_of
from core.profile import Profile
from core.text.markdown.measure import shortened
from core.types import Lesson

# https://docs.discord.com/developers/components/reference#button: ids of 100 characters
_ID_CHARS: Final = 100
_PAGE_CHARS: Final = 2_000


def lesson_page(taught: Taught, profile: Profile) -> Page:
    """Return the page on a lesson's outcome; it has buttons if the lesson's id is short enough."""
    name = taught.lesson.id if taught.lesson else ""
    return _page(said_of(taught, profile), acts_on(taught), name, profile)


def offer_page(lesson: Lesson, profile: Profile) -> Page:
    """Return the page that asks the author of a correction whether to learn it."""
    return _page(offer_of(lesson, profile), OFFERED, lesson.id, profile)


def _page(said: str, acts: Sequence[LessonAct], lesson_id: str, profile: Profile) -> Page:
    buttons = [Button(f"lesson:{act.value}:{lesson_id}", label_of(act, profile)) for act in acts]
    shown = tuple(button for button in buttons if len(button.custom_id) <= _ID_CHARS)
    return Page(shortened(said, _PAGE_CHARS), shown)
