"""The conversion of pages and buttons to Discord's JSON, and back.

https://discord.com/developers/docs/components/reference
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import discord

from bots.discord.render.components import Button, Called, Menu, Page

SUPPRESS_EMBEDS: Final = 1 << 2
EPHEMERAL: Final = 1 << 6
LOADING: Final = 1 << 7
NOBODY: Final[dict[str, Any]] = {"parse": [], "replied_user": False}
_ROW: Final = 1
_BUTTON: Final = 2
_MENU: Final = 3
_IN_A_ROW: Final = 5

# The custom ids that `pages` writes: a kind, the answered question, and the follow-up's index,
# which a menu has as the value of each choice.
CUSTOM_ID: Final = re.compile(
    r"(?P<kind>f|menu|up|down|stop|share|why|open):(?P<question>discord:[^:]+:\d+:\d+(?:>[0-9a-f]+)?)(?::(?P<index>\d+))?"
)


@dataclass(frozen=True, slots=True)
class Pressed:
    """The meaning of a button's custom id."""

    kind: str
    question_id: str
    index: int


def pressed_of(custom_id: str, chosen: Sequence[str] = ()) -> Pressed | None:
    """Return the meaning of a custom id and of what is chosen in a menu; None if it is not ours."""
    match = CUSTOM_ID.fullmatch(custom_id)
    if match is None or (match["kind"] == "f") != (match["index"] is not None):
        return None
    index = next(iter(chosen), "") if match["kind"] == "menu" else match["index"] or "0"
    if not (index.isascii() and index.isdecimal()):
        return None
    return Pressed(match["kind"], match["question"], int(index))


def new_message(page: Page) -> dict[str, Any]:
    """Return a page as a new message, without previews, that notifies the people it calls."""
    return message(page) | {"flags": SUPPRESS_EMBEDS}


def message(page: Page) -> dict[str, Any]:
    """Return a page as the new content of a message."""
    return {
        "content": page.content,
        "components": components(page.buttons),
        "allowed_mentions": _allowed(page.called),
    }


def components(buttons: Sequence[Button | Menu]) -> list[dict[str, Any]]:
    """Return buttons in rows, with follow-ups and opinions in different rows; a menu fills one."""
    rows: list[list[dict[str, Any]]] = []
    for _, alike in groupby(buttons, key=lambda one: getattr(one, "style", _MENU)):
        row = [_menu(one) if isinstance(one, Menu) else _button(one) for one in alike]
        rows += [row[start : start + _IN_A_ROW] for start in range(0, len(row), _IN_A_ROW)]
    return [{"type": _ROW, "components": row} for row in rows]


def question_in(rows: Sequence[dict[str, Any]]) -> str | None:
    """Return the question of the answer whose buttons these are; None without such buttons."""
    return _first(
        str(part.get("custom_id") or "") for row in rows for part in row.get("components") or []
    )


def question_under(rows: Sequence[object]) -> str | None:
    """Return the question under a message that discord.py has read, as `question_in` does."""
    return _first(
        child.custom_id or ""
        for row in rows
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if isinstance(child, discord.Button | discord.SelectMenu)
    )


def _allowed(called: Called | None) -> dict[str, Any]:
    """See https://discord.com/developers/docs/resources/message#allowed-mentions-object."""
    if called is None:
        return NOBODY
    users, roles = map(str, called.users), map(str, called.roles)
    return NOBODY | {"users": list(users), "roles": list(roles)}


def _first(custom_ids: Iterator[str]) -> str | None:
    found = (pressed.question_id for one in custom_ids if (pressed := pressed_of(one, ("0",))))
    return next(found, None)


def _button(button: Button) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": _BUTTON,
        "style": discord.ButtonStyle[button.style].value,
        "label": button.label,
        "custom_id": button.custom_id,
        "disabled": button.disabled,
    }
    return shown | ({"emoji": {"name": button.emoji}} if button.emoji else {})


def _menu(menu: Menu) -> dict[str, Any]:
    # https://discord.com/developers/docs/components/reference#string-select
    options = [{"label": label, "value": str(place)} for place, label in enumerate(menu.labels)]
    return {
        "type": _MENU,
        "custom_id": menu.custom_id,
        "placeholder": menu.placeholder,
        "options": options,
    }
