"""The rendering of a view as Slack messages: blocks within Slack's limits for any answer.

Slack counts the characters of a text as they are sent: `&amp;` is five. Its documentation does not
tell whether an emoji counts as one or two, so all lengths are in UTF-16 code units (two).
https://docs.slack.dev/reference/block-kit/blocks/section-block
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from bots.shared import answer_view
from bots.shared.answer_view import MOST_BUTTONS, Ending, ending_of, pieces, status_of
from bots.slack.api.people import mention_of
from bots.slack.render.elements import USED, Block, actions, button, context, label, menu, section
from bots.slack.render.mrkdwn import clipped, escaped, mrkdwn, plain, unmarked
from bots.slack.render.plan import plan
from core.lessons.wording import review_labels
from core.profile import Profile, ids_on
from core.text.markdown.measure import fitting
from core.text.safety.sanitize import Cleaner
from core.types import Escalated, Passage, View

_SECTION_CHARS: Final = 3000
_SECTIONS: Final = 3  # in a page; four would use all of its 12,000 characters
_FALLBACK_CHARS: Final = 3900  # chat.update refuses a text of more than 4,000 characters
_LINE_CHARS: Final = 250  # the longest source, offer or quoted question
_FEEDBACK: Final = "feedback"
SOURCE_DETAILS: Final = "source_details"
FOLLOWUP_MENU: Final = "followup:menu"
CASE_ACTS: Final = ("take", "faq", "close")
_USER = re.compile(r"(?:^|:)([UW][A-Z0-9]{2,})$")


@dataclass(frozen=True, slots=True)
class Page:
    """One message; `text` is shown in notifications, escaped and never empty."""

    text: str
    blocks: tuple[Block, ...]
    calls: bool = False  # the message calls the owners, and has no other content


@dataclass(frozen=True, slots=True)
class BlockOptions(answer_view.RenderOptions):
    """The options of Slack's blocks.

    `newer_blocks=False` gives plain buttons and a line to clients without `context_actions` and
    `plan`. With `steps`, a slow answer shows what is done and what is to come. `owners` are
    the ids of the people to call if the bot has no answer.
    """

    newer_blocks: bool = True
    steps: bool = False
    owners: tuple[str, ...] = ()


def render(view: View, look: BlockOptions) -> list[Page]:
    """Return the messages of a view; all but the last stay the same while the answer grows.

    If a person has to answer, a separate message that calls the owners follows, because Slack
    notifies people of mentions in new messages and not of those in edits.
    """
    call = _call(view, look)
    look = look.spoken_to(view)
    if call and not view.text:
        return call
    found = pieces(view, _SECTION_CHARS)
    groups = [found[at : at + _SECTIONS] for at in range(0, len(found), _SECTIONS)] or [[]]
    pages: list[Page] = []
    for number, group in enumerate(groups):
        shown = [mrkdwn(piece, look.cleaner) for piece in group]
        texts = [part for text in shown for part in fitting(text, _SECTION_CHARS, cut=clipped)]
        blocks = [section(text, f"text:{place}") for place, text in enumerate(texts)]
        if number == 0 and look.quoted:
            blocks = [*_question(view, look), *blocks]
        if number == len(groups) - 1:
            blocks += _below(view, look)
        if not blocks:
            blocks = [context("empty", ["…"])]
        pages.append(Page(_fallback(group, view, look), tuple(blocks)))
    return [*pages, *call]


def case_choices(case_id: str, entries: Sequence[Passage], profile: Profile) -> list[Block]:
    """Return blocks that ask an owner which of these entries answers a case."""
    look = BlockOptions(profile, Cleaner(profile.link_hosts, instead=profile.link_left_out))
    buttons = [
        button(f"case:pick:{place}", entry.title, f"{case_id}:{entry.faq_id}", look)
        for place, entry in enumerate(entries)
    ]
    return [section(profile.case.which_entry, "which"), actions("entries", buttons)]


def followup_value(question_id: str, index: int) -> str:
    """Return the value of the button of the `index`-th follow-up."""
    return f"{index}:{question_id}"


def read_followup(value: str) -> tuple[str, int] | None:
    """Return the question id and the index of a button's value; None if it is not ours."""
    index, colon, question_id = value.partition(":")
    if not (colon and question_id and index.isascii() and index.isdecimal() and len(index) < 4):
        return None
    return question_id, int(index)


def feedback_value(question_id: str, *, helpful: bool) -> str:
    """Return the value of a button that rates an answer."""
    return f"{'up' if helpful else 'down'}:{question_id}"


def read_feedback(value: str) -> tuple[str, bool] | None:
    """Return the question id and the opinion of a button's value; None if it is not ours."""
    opinion, colon, question_id = value.partition(":")
    if not (colon and question_id and opinion in ("up", "down")):
        return None
    return question_id, opinion == "up"


def _fallback(group: Sequence[str], view: View, look: BlockOptions) -> str:
    """Return the text of a page for clients and notifications without blocks."""
    text = plain("\n\n".join(group)[:_FALLBACK_CHARS], look.cleaner, _FALLBACK_CHARS)
    if not text.strip():
        text = escaped(look.cleaner.clean(status_of(view, look.profile) or view.note))
    return clipped(text, _FALLBACK_CHARS).strip() or "…"


def _call(view: View, look: BlockOptions) -> list[Page]:
    """Return the message that calls the owners, in the profile's language; none if nobody is."""
    ending = view.ending
    if not (isinstance(ending, Escalated) and ending.calls):
        return []
    owners = ids_on("slack", ending.contacts) if ending.contacts else look.owners
    if not owners:
        return []
    mentions = " ".join(map(mention_of, owners))
    # The mentions are added last, because cleaning and escaping remove them from a text.
    words = ending.call or look.spoken_to(view).profile.teach.call
    called = escaped(look.cleaner.clean(words)).format(owners=mentions)
    blocks = [section(called, "call")]
    if ending.case_id:
        labels = (look.profile.case.take, look.profile.case.in_faq, look.profile.case.not_ours)
        buttons = [
            button(f"case:{act}", text, ending.case_id, look)
            for act, text in zip(CASE_ACTS, labels, strict=True)
        ]
        blocks.append(actions("case", buttons))
    if ending.lesson_id:
        labels_of = review_labels(look.profile)
        buttons = [
            button(f"lesson:{act.value}", text, ending.lesson_id, look)
            for act, text in labels_of.items()
        ]
        blocks.append(actions("lesson", buttons))
    return [Page(called, tuple(blocks), calls=True)]


def _question(view: View, look: BlockOptions) -> list[Block]:
    asker = _USER.search(view.question.asker)
    shown = f"<@{asker[1]}>" if asker else _line(view.question.asker, look)
    lines = [look.profile.quoted.format(name=shown)] if look.named else []
    lines.append(f"> {_line(view.question.text, look)}")
    return [section("\n".join(lines), "question")]


def _below(view: View, look: BlockOptions) -> list[Block]:
    """Return the blocks below the text: the status, or the ending."""
    if not view.done:
        if view.slow and not view.text and look.steps and look.newer_blocks:
            blocks = [plan(view, look.profile, look.cleaner)]
        else:
            blocks = [context("status", [f"⏳ {_line(status_of(view, look.profile), look)}"])]
        if look.stoppable:
            blocks.append(actions("stop", [_stop(view, look)]))
        return blocks
    ending = ending_of(view, look)
    blocks = []
    if ending.note:
        note = clipped(mrkdwn(ending.note, look.cleaner), _SECTION_CHARS)
        blocks.append(context("note", [note or "…"]))
    if ending.sources:
        blocks.append(context("sources", ["\n".join(_sources(ending, look))]))
    if buttons := _followups(view, ending, look):
        lines = [_line(ending.lead, look)] if ending.lead else []
        lines += [f"• {_line(offer, look)}" for offer in ending.offers]
        blocks += [context("next", ["\n".join(lines)])] if lines else []
        blocks.append(actions("followups", buttons))
    if ending.opens:
        details = button(SOURCE_DETAILS, look.profile.source_details, view.question.id, look)
        blocks.append(actions("details", [details]))
    if ending.rated and look.feedback:
        blocks.append(_feedback(view, look))
    return blocks


def _line(text: str, look: BlockOptions) -> str:
    """Return any text as one line of mrkdwn without marks, never empty."""
    line = " ".join(look.cleaner.clean(text).split())
    return clipped(unmarked(line), _LINE_CHARS) or "…"


def _sources(ending: Ending, look: BlockOptions) -> list[str]:
    sources = zip(ending.sources, ending.links, strict=True)
    lines = [
        f"[{number}] {_line(source, look)}" + (f" <{link}|↗>" if link else "")
        for number, (source, link) in enumerate(sources, start=1)
    ]
    return [look.profile.sources, *lines]


def _followups(view: View, ending: Ending, look: BlockOptions) -> list[Block]:
    choices = [
        (
            f"{USED if index in look.used else ''}{question}",
            followup_value(view.question.id, index),
        )
        for index, question in enumerate(ending.questions)
    ]
    if len(choices) > MOST_BUTTONS:
        return [menu(FOLLOWUP_MENU, look.profile.choose, choices, look)]
    return [
        button(f"followup:{index}", text, value, look)
        for index, (text, value) in enumerate(choices)
    ]


def _stop(view: View, look: BlockOptions) -> Block:
    return button("stop", look.profile.stop, view.question.id, look)


def _feedback(view: View, look: BlockOptions) -> Block:
    # https://docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element
    up, down = (feedback_value(view.question.id, helpful=helpful) for helpful in (True, False))
    if not look.newer_blocks:
        buttons = [
            button("feedback:up", f"👍 {look.profile.helpful}", up, look),
            button("feedback:down", f"👎 {look.profile.not_helpful}", down, look),
        ]
        return actions(_FEEDBACK, buttons)
    element = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {"text": label(look.profile.helpful, look), "value": up},
        "negative_button": {"text": label(look.profile.not_helpful, look), "value": down},
    }
    block_id = feedback_block_id(view.text, look.used)
    return {"type": "context_actions", "block_id": block_id, "elements": [element]}


def feedback_block_id(text: str, used: frozenset[int]) -> str:
    """Return an id that differs with every edit, which Slack requires of this block.

    https://docs.slack.dev/reference/block-kit/blocks/context-actions-block
    """
    said = f"{text} {sorted(used)}".encode(errors="surrogatepass")
    return f"{_FEEDBACK}:{blake2b(said, digest_size=6).hexdigest()}"
