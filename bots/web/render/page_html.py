"""The conversion of an answer's Markdown to HTML, block by block. Pure.

Written text never becomes a tag: HTML in Markdown is shown as text, links lead only to allowed
hosts, images become links, and only the attributes below are written. As text grows, only its last
blocks change, so that the page replaces only these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape
from itertools import pairwise
from typing import Final

from markdown_it.token import Token

from core.text.markdown.parser import parser
from core.text.markdown.render import URL, URL_END
from core.text.safety.claims import CITATION
from core.text.safety.sanitize import Cleaner

_LANGUAGE = re.compile(r"[A-Za-z][\w+#-]{0,19}", re.ASCII)
_ALIGNED = re.compile(r"text-align:(left|center|right)")
# A line after an empty one that does not continue a list, a quote or a table.
_PARAGRAPH = re.compile(r"\n[ \t]*\n(?=[^\s>\-*+\d|`~=_:])")
_FENCE = re.compile(r"```|~~~")
_MOST_SOURCES: Final = 99
_DEEPEST_HEADING: Final = 6
_HEADINGS_BELOW: Final = 2  # the page's own

_TAGS: Final = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "table": "table",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "th": "th",
    "td": "td",
    "strong": "strong",
    "em": "em",
    "s": "s",
}


def blocks(markdown: str, cleaner: Cleaner, *, sources: int | None = None) -> tuple[str, ...]:
    """Markdown as HTML, one string for each outermost block.

    `[n]` becomes a button that stands for the n-th source; with `sources` only as many.
    """
    most = _MOST_SOURCES if sources is None else sources
    return tuple(html for part in parts(markdown) for html in _blocks(part, cleaner, most))


def parts(markdown: str) -> list[str]:
    """Markdown, cut where a paragraph begins that stands in nothing: each means the same alone.

    So that of growing text only the last part is read anew.
    """
    fence = _FENCE.search(markdown)
    sure = fence.start() if fence else len(markdown)
    cuts = [match.end() for match in _PARAGRAPH.finditer(markdown, 0, sure)]
    return [markdown[start:end] for start, end in pairwise([0, *cuts, len(markdown)])]


@lru_cache(maxsize=512)
def _blocks(markdown: str, cleaner: Cleaner, sources: int) -> tuple[str, ...]:
    writer = _Writer(cleaner, sources)
    return tuple(writer.html(node) for node in _nodes(parser().parse(markdown)))


class _Writer:
    def __init__(self, cleaner: Cleaner, sources: int) -> None:
        self._cleaner = cleaner
        self._sources = sources

    def html(self, tokens: Sequence[Token]) -> str:
        return "".join(map(self._token, tokens))

    def _token(self, token: Token) -> str:
        opens = token.nesting > 0
        match token.type:
            case "inline":
                html = "".join(self._inline(token.children or []))
            case "fence":
                html = self._code(token)
            case "hr":
                html = "<hr>"
            case "paragraph_open" | "paragraph_close" if token.hidden:
                html = ""
            case "heading_open" | "heading_close":
                level = min(int(token.tag[1]) + _HEADINGS_BELOW, _DEEPEST_HEADING)
                html = f"<h{level}>" if opens else f"</h{level}>"
            case "ordered_list_open":
                start = int(token.attrs.get("start", 1))
                html = "<ol>" if start == 1 else f'<ol start="{start}">'
            case "th_open" | "td_open":
                aligned = _ALIGNED.fullmatch(str(token.attrs.get("style", "")))
                html = f'<{token.tag} class="{aligned[1]}">' if aligned else f"<{token.tag}>"
            case _:
                html = _paired(token)
        return html

    def _code(self, token: Token) -> str:
        """Render a line behind a fence that names no language as a line of the code."""
        info, code = token.info.strip(), token.content.removesuffix("\n")
        if info and not _LANGUAGE.fullmatch(info):
            code = f"{info}\n{code}".rstrip("\n")
        return f"<pre><code>{escape(self._cleaner.clean(code))}</code></pre>"

    def _inline(self, tokens: Iterable[Token]) -> Iterator[str]:
        linked = False
        for token in tokens:
            match token.type:
                case "text":
                    yield self._plain(token.content) if linked else self._text(token.content)
                case "code_inline":
                    yield f"<code>{self._plain(token.content)}</code>"
                case "softbreak" | "hardbreak":
                    yield "<br>"
                case "link_open":
                    linked = self._cleaner.allows(str(token.attrs["href"]))
                    if linked:
                        yield _opened(str(token.attrs["href"]))
                case "link_close":
                    if linked:
                        yield "</a>"
                    linked = False
                case "image":
                    label = self._plain(token.content)
                    address = str(token.attrs["src"])
                    shown = self._cleaner.allows(address) and not linked
                    yield f"{_opened(address)}{label or escape(address)}</a>" if shown else label
                case _:
                    yield _paired(token)

    def _text(self, text: str) -> str:
        """Text with its addresses as links, where these are allowed, and its citations."""
        out, place = "", 0
        for match in URL.finditer(text):
            address = URL_END.sub("", match[0])
            if self._cleaner.allows(address):
                out += self._cited(text[place : match.start()])
                out += f"{_opened(address)}{escape(address)}</a>"
                place = match.start() + len(address)
        return out + self._cited(text[place:])

    def _cited(self, text: str) -> str:
        return CITATION.sub(self._citation, self._plain(text))

    def _citation(self, match: re.Match[str]) -> str:
        number = int(match[1])
        if not 1 <= number <= self._sources:
            return match[0]
        return f'<button type="button" class="cite" data-n="{number}">{number}</button>'

    def _plain(self, text: str) -> str:
        return escape(self._cleaner.clean(text))


def _opened(address: str) -> str:
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer nofollow">'


def _paired(token: Token) -> str:
    """A tag by its name in the list above; anything else as the text that it was."""
    tag = _TAGS.get(token.type.removesuffix("_open").removesuffix("_close"))
    if tag is None:
        return escape(token.content)
    return f"<{tag}>" if token.nesting > 0 else f"</{tag}>"


def _nodes(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The outermost nodes of a flat list of tokens."""
    level = start = 0
    for place, token in enumerate(tokens):
        level += token.nesting
        if level == 0:
            yield tokens[start : place + 1]
            start = place + 1
