"""The conversion of Markdown for Slack: to mrkdwn for blocks, to safe Markdown for streams.

mrkdwn can escape only `&<>`, and marks only whole words
(https://docs.slack.dev/messaging/formatting-message-text). So marks beside a letter get a
zero-width space between, and signs that would be taken for marks are replaced by lookalikes.
"""

from __future__ import annotations

import html
import re
from typing import Final

from core.text.markdown.measure import utf16
from core.text.markdown.render import ZERO_WIDTH, render
from core.text.safety.sanitize import Cleaner

_MARKS: Final = {"*": "*", "_": "_", "~": "~"}
_LIKES: Final = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}
_BULLETS: Final = ("•", "◦", "▪︎")

# A mark with a letter on both sides, or a space on both, marks nothing.
_ACTIVE = re.compile(r"[*_~](?!(?<=[^\W_][*_~])[^\W_])(?!(?<=\s[*_~])\s)|`")


class _Mrkdwn:
    def text(self, text: str) -> str:
        return unmarked(text)

    def code(self, text: str) -> str:
        bare = escaped(text.replace("`", _LIKES["`"]).replace("\n", " "))
        return f"`{bare}`" if bare.strip() else bare

    def block(self, text: str, info: str) -> str:
        del info  # Slack would show the language as the first line of code
        return f"```\n{escaped(text.replace('```', ZERO_WIDTH.join('```')))}\n```"

    def link(self, label: str, url: str) -> str:
        address = escaped(url.replace("|", "%7C"))
        return f"<{address}|{label.replace('|', '¦')}>" if label else f"<{address}>"

    def mark(self, style: str) -> str:
        return _MARKS[style]

    def heading(self, text: str, level: int) -> str:
        del level  # mrkdwn has no levels of headings
        return f"*{text}*"

    def bullet(self, depth: int) -> str:
        return _BULLETS[min(depth, len(_BULLETS) - 1)]

    def apart(self, before: str, after: str) -> str:
        return "" if before.isspace() or after.isspace() else ZERO_WIDTH


def unmarked(text: str) -> str:
    """Return text as mrkdwn in which no character is a mark."""
    return escaped(_ACTIVE.sub(lambda match: _LIKES[match[0]], text))


def escaped(text: str) -> str:
    """Return text with Slack's three control characters escaped once."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_MRKDWN = _Mrkdwn()


def mrkdwn(markdown: str, cleaner: Cleaner) -> str:
    """Return Markdown as mrkdwn without mentions, and with links to allowed hosts only."""
    return cleaner.clean(render(markdown, _MRKDWN, cleaner))


class _Plain(_Mrkdwn):
    """Renders text without marks, for notifications."""

    def text(self, text: str) -> str:
        return escaped(text)

    def code(self, text: str) -> str:
        return escaped(text)

    def block(self, text: str, info: str) -> str:
        del info
        return escaped(text)

    def link(self, label: str, url: str) -> str:
        return label or escaped(url)

    def mark(self, style: str) -> str:
        del style
        return ""

    def heading(self, text: str, level: int) -> str:
        del level
        return text

    def apart(self, before: str, after: str) -> str:
        del before, after
        return ""


_PLAIN = _Plain()


def plain(markdown: str, cleaner: Cleaner, limit: int) -> str:
    """Return Markdown as plain escaped text of at most `limit` UTF-16 code units."""
    return clipped(cleaner.clean(render(markdown, _PLAIN, cleaner)), limit)


_UNIT = re.compile(r"&(?:amp|lt|gt);|.", re.DOTALL)


def clipped(text: str, limit: int) -> str:
    """Return escaped text cut to `limit` UTF-16 code units, with … if it was cut."""
    if utf16(text) <= limit:
        return text
    size = fits = 0
    for unit in _UNIT.finditer(text):
        size += len(unit[0]) + (unit[0] > "\uffff")
        if size >= limit:
            break
        fits = unit.end()
    return text[:fits].rstrip() + "…"


# Streams and `markdown` blocks have the same syntax of mentions as mrkdwn.
_ENTITY = re.compile(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
_CALL = re.compile(r"<(?=\\?[!@#])")


def stream_markdown(markdown: str, cleaner: Cleaner) -> str:
    """Return Markdown for Slack's streams and `markdown` blocks, without mentions.

    The result for `settled(text, close=False)` is a prefix of the result for a longer text, so that
    the difference can be appended. This needs text that was cleaned while it was streamed
    (`core.text.safety.sanitize.CleanStream`).
    """
    decoded = _ENTITY.sub(_decoded, markdown)
    return _CALL.sub(lambda match: match[0] + ZERO_WIDTH, cleaner.clean(decoded))


def _decoded(match: re.Match[str]) -> str:
    """Return the character of an entity that could be a part of a mention.

    A zero-width space beside it prevents a mention, whatever text follows.
    """
    character = html.unescape(match[0])
    if character in ("<", ">"):
        return f"\\{character}{ZERO_WIDTH}"
    if character in ("!", "#"):
        return f"{ZERO_WIDTH}\\{character}"
    if character.isascii() and (character.isalnum() or character in "@:/."):
        return f"{ZERO_WIDTH}{character}{ZERO_WIDTH}"
    return match[0]
