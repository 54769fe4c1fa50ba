"""Pages and buttons as Discord's JSON, and what its JSON says of them.

https://discord.com/developers/docs/components/reference
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from bots.discord.pages import Button, Page

_ROW: Final = 1
_BUTTON: Final = 2
_IN_A_ROW: Final = 5


def components(page: Page) -> list[dict[str, Any]]:
    """A page's buttons, in rows."""
    rows = [
        page.buttons[start : start + _IN_A_ROW] for start in range(0, len(page.buttons), _IN_A_ROW)
    ]
    return [{"type": _ROW, "components": [_button(button) for button in row]} for row in rows]


def custom_ids(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The custom ids of a message's buttons."""
    for row in rows:
        for part in row.get("components") or []:
            if part.get("custom_id"):
                yield part["custom_id"]


def names_question(rows: Sequence[dict[str, Any]], question_id: str) -> bool | None:
    """Whether a message's buttons are of this question's answer; None if it has none of ours."""
    for custom_id in custom_ids(rows):
        kind, _, rest = custom_id.partition(":")
        return rest == question_id or rest.startswith(f"{question_id}:")
    return None


def _button(button: Button) -> dict[str, Any]:
    return {
        "type": _BUTTON,
        "style": button.style,
        "label": button.label,
        "custom_id": button.custom_id,
        "disabled": button.disabled,
    }


def question_named(rows: Sequence[discord.Component]) -> str | None:
    """The question whose answer a message's buttons stand under, if it has any of ours."""
    return None
