"""What people type, as text: https://docs.slack.dev/messaging/formatting-message-text."""

from __future__ import annotations

import html
import re
from typing import Final

# <@U1>, <@U1|민수>, <#C1|help>, <!here>, <!subteam^S1|@team>, <https://…|label>
_BRACKETED: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


def plain_text(text: str) -> str:
    """The text without Slack's marks: names for mentions that have them, addresses for links."""
    return " ".join(html.unescape(_BRACKETED.sub(_shown, text)).split())


def _shown(match: re.Match[str]) -> str:
    kind, target, label = match[1], match[2], match[3] or ""
    if kind:
        return label
    return target if not label or label in target else f"{label} {target}"
