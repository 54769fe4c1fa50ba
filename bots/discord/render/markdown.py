"""The conversion of an answer's Markdown to Discord's dialect.

The dialect has no tables, three levels of headings, escapes by backslash, and mentions, emoji and
times in angle brackets (https://discord.com/developers/docs/reference#message-formatting).
"""

from __future__ import annotations

import re
from typing import Final

from core.text.markdown.render import ZERO_WIDTH, render
from core.text.safety.sanitize import Cleaner

_MARKS: Final = {"*": "**", "_": "*", "~": "~~"}
_DEEPEST_HEADING: Final = 3

_SIGNS = re.compile(r"[\\*_~`|]")
# Signs that are marks only at the beginning of a line.
_LINE_START = re.compile(
    r"^([^\S\n]*)(#{1,3}(?=\s)|-#(?=\s)|>|[-+](?=\s)|\d+(?=[.)]\s))", re.MULTILINE
)
_MASKED = re.compile(r"\](?=\()")
_CALL = re.compile(r"<(?=[@#!&/:A-Za-z0-9])")
_INVITE = re.compile(
    r"(discord(?:app)?\.(?:gg|com\\?/invite)|dsc\.gg|discord\.me)(?=\\?/)", re.IGNORECASE
)


class _Discord:
    def text(self, text: str) -> str:
        return escaped(text)

    def code(self, text: str) -> str:
        if "`" not in text:
            return f"`{text}`" if text.strip() else text
        bare = text.replace("``", f"`{ZERO_WIDTH}`")
        return f"`` {bare} ``"

    def block(self, text: str, info: str) -> str:
        return f"```{info}\n{text.replace('```', ZERO_WIDTH.join('```'))}\n```"

    def link(self, label: str, url: str) -> str:
        address = f"<{url}>"  # an address in angle brackets has no preview
        if not label or "://" in label:
            return address
        return f"[{label.replace('[', '(').replace(']', ')')}]({address})"

    def mark(self, style: str) -> str:
        return _MARKS[style]

    def heading(self, text: str, level: int) -> str:
        return f"{'#' * level} {text}" if level <= _DEEPEST_HEADING else f"**{text}**"

    def bullet(self, depth: int) -> str:
        del depth  # Discord draws nested lists by itself
        return "-"

    def apart(self, before: str, after: str) -> str:
        marks = "*_~`"
        return ZERO_WIDTH if before in marks and after in marks else ""


_DISCORD = _Discord()


def escaped(text: str) -> str:
    """Return text in which nothing is formatting, a mention, an emoji or a time."""
    signs = _SIGNS.sub(r"\\\g<0>", text)
    lines = _LINE_START.sub(_line_start, signs)
    return _CALL.sub(f"<{ZERO_WIDTH}", _MASKED.sub("]\\\\", lines))


def _line_start(match: re.Match[str]) -> str:
    space, sign = match.groups()
    return f"{space}{sign}\\" if sign.isdecimal() else f"{space}\\{sign}"


def markdown(text: str, cleaner: Cleaner) -> str:
    """Return Markdown for Discord, without mentions, and with links to allowed hosts only."""
    shown = cleaner.clean(render(text, _DISCORD, cleaner))
    return _INVITE.sub(rf"\1{ZERO_WIDTH}", shown)


def line(text: str, cleaner: Cleaner) -> str:
    """Return plain text of a person as one escaped line."""
    return _INVITE.sub(
        rf"\1{ZERO_WIDTH}", cleaner.clean(escaped(cleaner.clean(" ".join(text.split()))))
    )
