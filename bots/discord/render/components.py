"""The rendering of a view as Discord messages, with content and buttons as plain values.

Content has at most 2,000 characters. Discord does not document whether an emoji counts as one or
two, so all lengths are in UTF-16 code units (two).
https://discord.com/developers/docs/resources/message#create-message
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final

from bots.discord.ids import DIRECT, Ephemeral, place_of, target_of
from bots.discord.render.markdown import line, markdown
from bots.shared.answer_view import (
    MOST_BUTTONS,
    Ending,
    RenderOptions,
    ending_of,
    pieces,
    status_of,
)
from core.lessons.wording import review_labels
from core.press_ids import is_press
from core.profile import ids_on
from core.text.markdown.measure import fitting, shortened, utf16
from core.types import Answered, Escalated, View

_CONTENT_CHARS: Final = 2000
_TEXT_CHARS: Final = 1900  # leaves room for the status
_LABEL_CHARS: Final = 80  # https://discord.com/developers/docs/components/reference#button
_ID_CHARS: Final = 100
_LINE_CHARS: Final = 200  # the longest source, offer or quoted question, before escapes
_LINE_CONTENT_CHARS: Final = 450
_USER = re.compile(r"(?:^|:)(\d{5,20})$")


_ROLE: Final = "role:"
CASE_ACTS: Final = ("take", "faq", "close")
_FOR_EVERYBODY: Final = ("open:", "up:", "down:")  # the buttons that a shared answer keeps


@dataclass(frozen=True, slots=True)
class Button:
    """A button; `style` is a name of `discord.ButtonStyle`, `emoji` may be ""."""

    custom_id: str
    label: str
    style: str = "secondary"
    emoji: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of up to 25 choices, whose values are their indexes."""

    custom_id: str
    placeholder: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """The ids of users and of roles that a message calls."""

    users: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()

    @property
    def mentions(self) -> tuple[str, ...]:
        """Return the mentions of owners for a message."""
        roles = (f"<@&{role}>" for role in self.roles)
        return (*(f"<@{user}>" for user in self.users), *roles)


def called_of(ids: Sequence[str]) -> Called:
    """Return the users and roles that ids name: `123` is a user, `role:123` a role."""
    roles = [int(one.removeprefix(_ROLE)) for one in ids if one.startswith(_ROLE)]
    users = [int(one) for one in ids if not one.startswith(_ROLE)]
    return Called(tuple(users), tuple(roles))


@dataclass(frozen=True, slots=True)
class Page:
    """One message, whose `content` is never empty. It notifies only the people whom it calls."""

    content: str
    buttons: tuple[Button | Menu, ...] = ()
    called: Called | None = None


def pages(view: View, look: RenderOptions) -> list[Page]:
    """Return the messages of a view; all but the last stay the same while the answer grows."""
    look = look.spoken_to(view)
    head = _question(view, look) if look.quoted else ""
    found = pieces(view, _TEXT_CHARS - utf16(head))
    shown = [markdown(piece, look.cleaner) for piece in found]
    texts = [part for text in shown for part in fitting(text, _TEXT_CHARS)] or [""]
    texts[0] = (head + texts[0]).rstrip()
    lines, buttons = _below(view, look)
    contents = _with_lines(texts, lines)
    contents = [content.strip("\n ") or "…" for content in contents]
    return [*map(Page, contents[:-1]), Page(contents[-1], tuple(buttons))]


def _with_lines(texts: list[str], lines: list[str]) -> list[str]:
    """Return the texts with lines below the last one; lines that do not fit are more messages."""
    *full, last = texts
    for number, below in enumerate(lines):
        joint = (
            "\n\n" if number == 0 and last and not last.endswith("```") else "\n" if last else ""
        )
        if utf16(last) + utf16(joint) + utf16(below) > _CONTENT_CHARS:
            full.append(last)
            last = below
        else:
            last += joint + below
    return [*full, last]


def _question(view: View, look: RenderOptions) -> str:
    asker = _USER.search(view.question.asker)
    shown = f"<@{asker[1]}>" if asker else _line(view.question.asker, look)
    name = f"{look.profile.quoted.format(name=shown)}\n" if look.named else ""
    return f"{name}> {_line(view.question.text, look)}\n\n"


def _line(text: str, look: RenderOptions) -> str:
    shown = line(shortened(" ".join(text.split()), _LINE_CHARS), look.cleaner)
    return shortened(shown, _LINE_CONTENT_CHARS) or "…"


def _below(view: View, look: RenderOptions) -> tuple[list[str], list[Button | Menu]]:
    """Return the lines below the text, which are the status or the ending, and the buttons."""
    if not view.done:
        status = shortened(_line(status_of(view, look.profile), look), 80)
        stop = Button(f"stop:{view.question.id}", _label(look.profile.stop, look))
        return [f"-# ⏳ {status}"], _possible([stop] if look.stoppable else [])
    ending = ending_of(view, look)
    lines: list[str] = []
    if ending.note:
        lines.append(f"-# {_line(ending.note, look)}")
    if ending.sources:
        lines += _sources(ending, look)
    buttons = _possible(_followups(view, ending, look))
    if buttons:
        lines += [f"-# {_line(ending.lead, look)}"] if ending.lead else []
        lines += [f"-# • {_line(offer, look)}" for offer in ending.offers]
    if ending.opens:
        label = _label(look.profile.source_details, look)
        buttons += _possible([Button(f"open:{view.question.id}", label, emoji="📖")])
    if ending.rated and look.feedback:
        buttons += _possible(_feedback(view, look))
    return lines, buttons


def _sources(ending: Ending, look: RenderOptions) -> list[str]:
    titles = [
        _line(source, look) + (f" [↗](<{link}>)" if link else "")
        for source, link in zip(ending.sources, ending.links, strict=True)
    ]
    first = f"-# {look.profile.sources} [1] {titles[0]}"
    return [first, *(f"-# [{number}] {title}" for number, title in enumerate(titles[1:], start=2))]


def _followups(view: View, ending: Ending, look: RenderOptions) -> list[Button | Menu]:
    labels = [
        _label(f"✓ {question}" if index in look.used else question, look)
        for index, question in enumerate(ending.questions)
    ]
    if len(labels) > MOST_BUTTONS:
        return [Menu(f"menu:{view.question.id}", _label(look.profile.choose, look), tuple(labels))]
    return [
        Button(f"f:{view.question.id}:{index}", label, "primary", disabled=index in look.used)
        for index, label in enumerate(labels)
    ]


def _feedback(view: View, look: RenderOptions) -> list[Button | Menu]:
    return [
        Button(f"up:{view.question.id}", _label(look.profile.helpful, look), emoji="👍"),
        Button(f"down:{view.question.id}", _label(look.profile.not_helpful, look), emoji="👎"),
    ]


def _possible(buttons: Sequence[Button | Menu]) -> list[Button | Menu]:
    """Return the buttons and menus without those whose id is too long for Discord."""
    return [button for button in buttons if utf16(button.custom_id) <= _ID_CHARS]


def _label(text: str, look: RenderOptions) -> str:
    return shortened(" ".join(look.cleaner.clean(text).split()), _LABEL_CHARS) or "…"


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders views as pages; equal views have equal pages.

    `owners` are called if the bot has no answer.
    """

    look: RenderOptions
    owners: Called = field(default_factory=Called)

    def written(self, view: View) -> list[Page]:
        """Render a view in its place, with a call of the owners if the bot has no answer.

        The call is a separate page, because a mention that an edit adds notifies nobody.
        """
        shown = self.answer(view)
        ending = view.ending
        if isinstance(ending, Escalated) and ending.calls and _is_public(view):
            called = (
                called_of(ids_on("discord", ending.contacts)) if ending.contacts else self.owners
            )
            if called.mentions:
                # Cleaning would remove the mentions, and this text is the profile's alone.
                words = ending.call or self.look.spoken_to(view).profile.teach.call
                text = words.format(owners=" ".join(called.mentions))
                buttons = self._case_buttons(ending.case_id) or self._review(ending.lesson_id)
                call = Page(text, buttons, called=called)
                shown = [*shown, call] if view.text else [call]
        return shown

    def _review(self, lesson_id: str) -> tuple[Button | Menu, ...]:
        labels = review_labels(self.look.profile) if lesson_id else {}
        buttons = [
            Button(f"lesson:{act.value}:{lesson_id}", _label(label, self.look))
            for act, label in labels.items()
        ]
        return tuple(_possible(buttons))

    def _case_buttons(self, case_id: str) -> tuple[Button | Menu, ...]:
        profile = self.look.profile
        labels = (profile.case.take, profile.case.in_faq, profile.case.not_ours)
        acts = zip(CASE_ACTS, labels, strict=True) if case_id else ()
        return tuple(
            Button(f"case:{act}:{case_id}", _label(label, self.look)) for act, label in acts
        )

    def answer(
        self, view: View, *, used: AbstractSet[int] = frozenset(), was_shared: bool = False
    ) -> list[Page]:
        """Render a view in its place; `used` are the indexes of pressed follow-ups.

        The question of a button is shown above its answer. A private answer may be shared once.
        """
        quoted = is_press(view.question.id)
        # In a direct message it is plain to whom the bot speaks.
        named = place_of(view.question.session).guild != DIRECT
        look = replace(self.look, quoted=quoted, named=named, used=frozenset(used))
        shown = pages(view, look)
        if isinstance(view.ending, Answered) and view.ending.shareable and _is_aside(view):
            label = self.look.spoken_to(view).profile.share
            share = Button(f"share:{view.question.id}", label, disabled=was_shared)
            shown[-1] = replace(shown[-1], buttons=(*shown[-1].buttons, share))
        return shown

    def shared(self, view: View, by: str) -> list[Page]:
        """Render a view for everybody in a channel.

        It shows its question, and has no follow-ups.
        """
        note = self.look.spoken_to(view).profile.shared_by.format(name=by)
        if isinstance(view.ending, Answered):
            view = replace(view, ending=replace(view.ending, followups=(), offers=()))
        shown = pages(replace(view, note=note), replace(self.look, quoted=True, named=False))
        buttons = [b for b in shown[-1].buttons if b.custom_id.startswith(_FOR_EVERYBODY)]
        shown[-1] = replace(shown[-1], buttons=tuple(buttons))
        return shown


def _is_public(view: View) -> bool:
    return not _is_aside(view) and place_of(view.question.session).guild != DIRECT


def _is_aside(view: View) -> bool:
    return isinstance(target_of(view.question.reply_to or ""), Ephemeral)
