"""HTML and Markdown in answers: told apart from plain text, and brought to one Markdown.

HTML becomes Markdown; images become links, because chat platforms show no pictures inside of text;
links that lead nowhere outside of their page become their label.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from types import ModuleType
from typing import Final

from ingest.sources.markdown_parts import image, image_name, link, tidied

_BLOCK_NAMES: Final = (
    "p|div|ul|ol|li|table|thead|tbody|tr|td|th|h[1-6]|pre|blockquote|section|article|figure|hr"
    "|details|summary|dl|dt|dd|aside|center|iframe|script|style|video|html|body|main|figcaption"
    "|caption|colgroup|tfoot"
)
_INLINE_NAMES: Final = "br|b|strong|i|em|u|s|del|a|img|span|font|code|sup|sub|small|mark|ins|wbr"
_ATTRIBUTES: Final = r"(?:\s+[a-zA-Z_:@-][^<>]*|\s*)/?>"
_TAG: Final = re.compile(rf"</?(?:{_BLOCK_NAMES}|{_INLINE_NAMES}){_ATTRIBUTES}", re.IGNORECASE)
_BLOCK_TAG: Final = re.compile(rf"</?(?:{_BLOCK_NAMES}){_ATTRIBUTES}", re.IGNORECASE)
_ENTITY: Final = re.compile(
    r"&(?:nbsp|amp|lt|gt|quot|apos|middot|hellip|ndash|mdash|[lr][sd]quo|bull|copy|reg|trade|times"
    r"|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});"
)
_TWICE: Final = re.compile(
    rf"&lt;/?(?:{_BLOCK_NAMES}|{_INLINE_NAMES})\b[^<>&]*/?&gt;", re.IGNORECASE
)
CODE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
"""Matches code in Markdown, which is left as it is."""

# The text between brackets. What repeats keeps what it took, or work would grow as squares.
_LABEL: Final = r"(?:[^\[\]\n]|\[[^\[\]\n]*+\])"
_MARKDOWN: Final = re.compile(
    rf"!\[{_LABEL}*+\]\(\S|\[{_LABEL}++\]\(<?(?:https?://|mailto:|tel:|\.{{0,2}}/|#)"
    r"|^#{1,6} \S|(?<![*\\])\*\*(?=\S)[^*\n]*[^\s*]\*\*(?!\*)|^```"
    r"|(?<![`\\\w])`(?![`\s])[^`\n]*+`(?![`\w])"
    r"|^[ \t]*+\|?[^\n|]++\|[^\n]*+\n[ \t]*+\|?[ \t]*+:?-{3,}:?[ \t]*+(?:\||$)",
    re.MULTILINE,
)
# Marks of Markdown that are left where HTML was more than lines of text.
_MARKS: Final = re.compile(r"[*`\\~]|\]\(|^[ \t]*+(?:#|>|\||- |\d+\. )", re.MULTILINE)
_IMAGE: Final = re.compile(
    rf"!\[({_LABEL}*+)\]\(\s*+<?([^()\s>]++(?:\([^()\s]*+\))?)>?(?:\s++\"[^\"]*+\")?\s*+\)"
)
_LINK: Final = re.compile(
    rf"(?<!!)\[({_LABEL}++)\]\(\s*+<?([^()\n>\"]*+(?:\([^()\s]*+\))?)>?\s*+(?:\"[^\"]*+\"\s*+)?\)"
)
# Line breaks as programs write them, and Windows' paths, in which `\n` begins a name.
_WRITTEN_BREAK: Final = re.compile(r"(?P<path>(?:\b[A-Za-z]:|\\\\)\\?\w\S*)|(?:\\r)?\\n")
_BEGINS_LINE: Final = re.compile(r"\\n(?:[A-Z가-힣\d\-*•>#|\\]|\Z)")
_PICTURE: Final = re.compile(
    r"!\[[^\[\]\n]*\]\(\s*<?([^()\s>]+)|<img\b[^<>]*?\ssrc=[\"']?([^\"'\s<>]+)", re.IGNORECASE
)
_BREAK: Final = re.compile(r"<br\s*/?>|<figcaption[^<>]*>", re.IGNORECASE)
_LINKED_IMAGE: Final = re.compile(
    rf"\[\s*+!\[({_LABEL}*+)\]\(\s*+([^()\s>]++)[^()\n]*+\)\s*+\](?=\()"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's text; `converted` says what was done to it, or is empty."""

    text: str
    markdown: bool
    converted: str = ""


def with_line_breaks(text: str) -> str:
    r"""Return a text of one line whose line breaks a program wrote as `\n`, with line breaks."""
    if "\\n" not in text or "\n" in text.strip():
        return text
    if not _BEGINS_LINE.search(CODE.sub("", text)):
        return text
    return _WRITTEN_BREAK.sub(lambda match: match["path"] or "\n", text)


def pictures_in(text: str) -> list[str]:
    """Return the addresses of the pictures in a text, in Markdown or HTML."""
    return [one or other for one, other in _PICTURE.findall(text)]


def answer_of(text: str, *, base: str = "") -> Answer:
    """Tell HTML, Markdown and plain text apart, and bring the first two to clean Markdown.

    `base` is the address of the answer's page, for links relative to it.
    """
    if "&lt;" in text and _TWICE.search(text):
        text = html.unescape(text)
    bare = CODE.sub("", text)
    is_page = bool(_BLOCK_TAG.search(bare)) and text.lstrip().startswith("<")
    if _MARKDOWN.search(text) and not is_page:
        return Answer(clean_markdown(text, base=base), markdown=True)
    if _TAG.search(bare) and not _speaks_of_tags(bare):
        if not _BLOCK_TAG.search(bare):  # lines of text with a tag here and there
            text = text.replace("\r\n", "\n").replace("\n", "<br>\n")
        made = _html().html_to_markdown(text, base=base)
        if _MARKS.search(made):
            return Answer(made, markdown=True, converted="the answer's HTML became Markdown")
        return Answer(
            "\n".join(line.strip() for line in made.split("\n")),
            markdown=False,
            converted="the answer's HTML became text",
        )
    if _ENTITY.search(text):
        return Answer(
            html.unescape(text), markdown=False, converted="HTML entities became characters"
        )
    return Answer(text, markdown=False)


def _speaks_of_tags(text: str) -> bool:
    """Return whether a long text has lines of its own, and its few tags are examples."""
    tags = len(_TAG.findall(text))
    return text.count("\n") > 2 * tags and len(text) > 60 * tags


def plain_title(text: str) -> str:
    """Return a title without tags and entities; any other title stays as it is."""
    if "<" in text and _TAG.search(text):
        text = _html().text_in(text)
    return html.unescape(text) if _ENTITY.search(text) else text


def clean_markdown(text: str, *, base: str) -> str:
    """Return Markdown whose images are links, and whose tags are Markdown or gone."""
    pieces, done = [], 0
    for match in CODE.finditer(text):
        pieces += [_clean_prose(text[done : match.start()], base), match[0]]
        done = match.end()
    return tidied("".join([*pieces, _clean_prose(text[done:], base)]))


def _html() -> ModuleType:
    # Most answers have no HTML, and what reads it takes a tenth of a second to import.
    from ingest.sources import html_markdown  # noqa: PLC0415

    return html_markdown


def _clean_prose(text: str, base: str) -> str:
    if _TAG.search(text):
        lines = text.split("\n")  # of which a row of a table stays one
        text = "\n".join(_BREAK.sub(" " if line[:1] == "|" else "\n", line) for line in lines)
        text = re.sub(
            r"<(?P<tag>a|img)\b[^<>]*>(?:(?P<label>[^<>]*)</a>)?",
            lambda match: _html().html_to_markdown(match[0], base=base),
            text,
            flags=re.IGNORECASE,
        )
        text = _TAG.sub("", text)
    if _ENTITY.search(text):
        text = html.unescape(text)
    text = _LINKED_IMAGE.sub(lambda match: f"[{image_name(match[1], match[2])}]", text)
    text = _IMAGE.sub(lambda match: image(match[1], match[2], base), text)
    return _LINK.sub(lambda match: link(match[1], match[2], base), text)
