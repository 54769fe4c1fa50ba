"""The bot's message about a lesson, the buttons of owners, and the form that corrects it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bots.slack.render.elements import plain_text
from bots.slack.render.mrkdwn import escaped
from core.lessons.book import Taught
from core.lessons.wording import OFFERED, LessonAct, acts_on, label_of, offer_of, said_of
from core.profile import Profile
from core.types import Lesson

Json = dict[str, Any]

FORM: Final = "lesson_form"
QUESTION, ANSWER = "question", "answer"
# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
_LONGEST_INPUT: Final = 3_000
_TITLE_CHARS: Final = 24
_SECTION_CHARS: Final = 3_000


def lesson_message(taught: Taught, profile: Profile) -> Json:
    """Return `text` and `blocks` of the outcome of a lesson; its buttons hold the lesson's id."""
    lesson_id = taught.lesson.id if taught.lesson else ""
    return _message(said_of(taught, profile), acts_on(taught), lesson_id, profile)


def offer_message(lesson: Lesson, profile: Profile) -> Json:
    """Return `text` and `blocks` that ask the author of a correction whether to learn it."""
    return _message(offer_of(lesson, profile), OFFERED, lesson.id, profile)


def _message(said: str, acts: Sequence[LessonAct], lesson_id: str, profile: Profile) -> Json:
    text = escaped(said)
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text[:_SECTION_CHARS]}}
    buttons = [
        {
            "type": "button",
            "action_id": f"lesson:{act.value}",
            "text": plain_text(label_of(act, profile)),
            "value": lesson_id,
        }
        for act in acts
    ]
    actions = [{"type": "actions", "block_id": "lesson", "elements": buttons}] if buttons else []
    return {"text": text, "blocks": [section, *actions]}


def lesson_form(lesson: Lesson, profile: Profile, metadata: str) -> Json:
    """Return the form in which an owner corrects a lesson; Slack sends `metadata` back."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": metadata,
        "title": plain_text(profile.teach.edit_title[:_TITLE_CHARS]),
        "submit": plain_text(profile.send),
        "close": plain_text(profile.cancel),
        "blocks": [
            _input(QUESTION, profile.teach.question_label, lesson.question, multiline=False),
            _input(ANSWER, profile.teach.answer_label, lesson.answer, multiline=True),
        ],
    }


def _input(name: str, label: str, value: str, *, multiline: bool) -> Json:
    element = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": multiline,
        "max_length": _LONGEST_INPUT,
        "initial_value": value[:_LONGEST_INPUT],
    }
    return {"type": "input", "block_id": name, "label": plain_text(label), "element": element}
