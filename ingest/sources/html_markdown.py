"""HTML as Markdown, with images as links and accordions as headings."""

from __future__ import annotations

from typing import Any, Final

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from ingest.sources.markup import image, link, tidied

_GONE: Final = (
    *("script", "style", "iframe", "noscript", "template", "svg", "object", "embed", "form"),
    *("head", "input", "button", "select", "textarea"),
)


def text_in(source: str) -> str:
    """Return the words of HTML on one line."""
    return BeautifulSoup(source, "html.parser").get_text(" ", strip=True)


def html_to_markdown(source: str | Tag, *, base: str = "") -> str:
    """Return HTML as Markdown; `base` is the page's address, for links relative to it."""
    soup = BeautifulSoup(source, "html.parser") if isinstance(source, str) else source
    for tag in soup(_GONE):
        tag.decompose()
    made = _Converter(base).convert_soup(soup)
    return tidied(made)


class _Converter(MarkdownConverter):
    """The converter of markdownify, with images as links and accordions as headings."""

    def __init__(self, base: str) -> None:
        super().__init__(
            heading_style="ATX", bullets="-", table_infer_header=True, escape_underscores=False
        )
        self._base = base

    def convert_img(self, el: Tag, text: str, parent_tags: Any) -> str:
        del text, parent_tags
        address = str(el.get("src") or el.get("data-src") or "")
        return image(str(el.get("alt") or ""), address, self._base) if address else ""

    def convert_a(self, el: Tag, text: str, parent_tags: Any) -> str:
        del parent_tags
        label = " ".join(text.split())
        if not label or el.find("img"):  # a linked image is a link already
            return label
        address = str(el.get("href") or "")
        return address if label == address else link(label, address, self._base)

    def convert_summary(self, el: Tag, text: str, parent_tags: Any) -> str:
        del el, parent_tags
        return f"\n\n**{' '.join(text.split())}**\n\n"
