"""The blocks and elements of Slack's messages, within Slack's limits for texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bots.shared.answer_view import RenderOptions
from core.text.markdown.measure import shortened

Block = dict[str, Any]

# https://docs.slack.dev/reference/block-kit/block-elements/button-element
LABEL_CHARS: Final = 75
USED: Final = "✓ "  # before a follow-up that was asked already


def button(action_id: str, text: str, value: str, look: RenderOptions) -> Block:
    """Return a button with a text of one line."""
    return {"type": "button", "action_id": action_id, "text": label(text, look), "value": value}


def menu(
    action_id: str, placeholder: str, choices: Sequence[tuple[str, str]], look: RenderOptions
) -> Block:
    """Return a menu of up to 100 choices, which are pairs of a text and a value.

    https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
    """
    options = [{"text": label(text, look), "value": value} for text, value in choices]
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": label(placeholder, look),
        "options": options,
    }


def label(text: str, look: RenderOptions) -> Block:
    """Return a text as one line of a button or a menu, never empty."""
    line = " ".join(look.cleaner.clean(text).split())
    return {"type": "plain_text", "text": shortened(line, LABEL_CHARS) or "…", "emoji": False}


def plain_text(text: str) -> Block:
    """Return a text object without markup."""
    return {"type": "plain_text", "text": text}


def section(text: str, block_id: str) -> Block:
    """Return a section with mrkdwn."""
    return {"type": "section", "block_id": block_id, "text": _mrkdwn_object(text), "expand": True}


def context(block_id: str, texts: Sequence[str]) -> Block:
    """Return small print in mrkdwn."""
    return {
        "type": "context",
        "block_id": block_id,
        "elements": [_mrkdwn_object(text) for text in texts],
    }


def actions(block_id: str, elements: Sequence[Block]) -> Block:
    """Return a row of buttons and menus."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def _mrkdwn_object(text: str) -> Block:
    # With "verbatim", Slack makes no link of an address that is not marked as one.
    # https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    return {"type": "mrkdwn", "text": text, "verbatim": True}
