"""The sentences to a person who teaches: the outcome, the findings, and the question meant."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.lessons.book import Outcome, Taught
from core.profile import Profile
from core.text.markdown.measure import shortened
from core.text.safety.personal_data import mask
from core.text.safety.sanitize import Cleaner
from core.types import Lesson


class LessonAct(StrEnum):
    """The acts of owners on a lesson by buttons."""

    APPROVE = "approve"
    EDIT = "edit"
    UNDO = "undo"
    LEARN = "learn"  # its author accepts the offer to learn it
    LEAVE = "leave"


_ANSWER_CHARS: Final = 400
_SHOWN_CHARS: Final = 80  # the longest question in a sentence of the bot
# The outcomes that are posted openly; only the person who caused any other one is told of it.
SHOWN_OPENLY: Final = (
    Outcome.LEARNED,
    Outcome.CORRECTED,
    Outcome.UNLEARNED,
    Outcome.HELD,
    Outcome.APPROVED,
    Outcome.CONFIRMED,
)
OFFERED: Final = (LessonAct.LEARN, LessonAct.LEAVE)
_ALWAYS: Final = (LessonAct.EDIT, LessonAct.UNDO)
_ABOUT: Final = tuple(one for one in SHOWN_OPENLY if one is not Outcome.UNLEARNED)


def said_of(taught: Taught, profile: Profile, *, how_to_confirm: str = "") -> str:
    """Return the bot's sentence on an outcome, with the question of the lesson.

    `how_to_confirm` tells how to approve a held lesson where a reply cannot do that.
    """
    texts = {
        Outcome.LEARNED: profile.teach.learned,
        Outcome.CORRECTED: profile.teach.corrected,
        Outcome.KNOWN: profile.teach.known,
        Outcome.UNLEARNED: profile.teach.unlearned,
        Outcome.NOTHING_ASKED: profile.teach.nothing_asked,
        Outcome.WHICH: profile.teach.which,
        Outcome.NOT_ALLOWED: profile.teach.not_allowed,
        Outcome.HELD: profile.teach.held,
        Outcome.REFUSED: profile.teach.refused,
        Outcome.APPROVED: profile.teach.learned,
        Outcome.SECOND_WANTED: profile.teach.second_wanted,
        Outcome.CONFIRMED: profile.teach.confirmed,
        Outcome.NOTHING_HELD: profile.teach.nothing_held,
        Outcome.EMPTY: profile.teach.empty,
        Outcome.TOO_LONG: profile.teach.too_long,
    }
    lines = [texts[taught.outcome]]
    if taught.outcome is Outcome.REFUSED and taught.lesson:
        lines = findings_of(taught.lesson, profile) or lines
    if taught.outcome is Outcome.HELD and taught.lesson:
        lines += [f"• {finding}" for finding in findings_of(taught.lesson, profile)]
        lines.append(how_to_confirm or profile.teach.how_to_confirm)
    if taught.outcome in _ABOUT and taught.lesson:
        lines.append(profile.teach.about.format(question=_shown(taught.lesson.question, profile)))
        lines.append(profile.teach.answer.format(answer=_answer_of(taught.lesson, profile)))
    shown = [_shown(question, profile) for question in taught.waiting]
    lines += [f"{number}. {question}" for number, question in enumerate(shown, start=1)]
    return "\n".join(lines)


def offer_of(lesson: Lesson, profile: Profile) -> str:
    """Return the request to the author of a correction: question, answer and findings."""
    lines = [
        profile.teach.offer,
        profile.teach.about.format(question=_shown(lesson.question, profile)),
        profile.teach.answer.format(answer=_answer_of(lesson, profile)),
        *(f"• {finding}" for finding in findings_of(lesson, profile)),
    ]
    return "\n".join(lines)


def acts_on(taught: Taught) -> tuple[LessonAct, ...]:
    """Return the acts that are offered to an owner below the sentence on an outcome."""
    if taught.outcome not in _ABOUT:
        return ()
    held = taught.outcome is Outcome.HELD
    return (LessonAct.APPROVE, *_ALWAYS) if held else _ALWAYS


def review_labels(profile: Profile) -> dict[LessonAct, str]:
    """Return the acts and labels of the buttons below the review of a lesson, in order."""
    return {
        LessonAct.APPROVE: profile.teach.still_right,
        LessonAct.EDIT: profile.teach.will_edit,
        LessonAct.UNDO: profile.teach.remove,
    }


def label_of(act: LessonAct, profile: Profile) -> str:
    """Return the label of an act's button."""
    labels = {
        LessonAct.APPROVE: profile.teach.approve,
        LessonAct.EDIT: profile.teach.edit,
        LessonAct.UNDO: profile.teach.undo,
        LessonAct.LEARN: profile.teach.offer_learn,
        LessonAct.LEAVE: profile.teach.offer_leave,
    }
    return labels[act]


def findings_of(lesson: Lesson, profile: Profile) -> list[str]:
    """Return the findings of the gate, one sanitised line for each."""
    cleaner = Cleaner(profile.link_hosts, instead=profile.link_left_out)
    return [cleaner.clean(finding) for finding in lesson.findings]


def _answer_of(lesson: Lesson, profile: Profile) -> str:
    """Return an answer in one sanitised line, cut to the length that a sentence has room for."""
    cleaner = Cleaner(profile.link_hosts, instead=profile.link_left_out)
    return cleaner.clean(shortened(lesson.answer, _ANSWER_CHARS))


def _shown(question: str, profile: Profile) -> str:
    """Return a question as one short, sanitised line."""
    line = " ".join(question.split())
    short = line if len(line) <= _SHOWN_CHARS else f"{line[: _SHOWN_CHARS - 1]}…"
    return Cleaner(profile.link_hosts, instead=profile.link_left_out).clean(mask(short))
