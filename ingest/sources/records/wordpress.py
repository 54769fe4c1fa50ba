"""The export of WordPress (WXR): its posts of the kind that a plugin for FAQs makes, or all.

The format: https://github.com/WordPress/WordPress/blob/master/wp-admin/includes/export.php
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Any, Final

from core.errors import SourceError
from ingest.sources.files.encodings import BROKEN, decode
from ingest.sources.files.xml_tree import parse_xml
from ingest.sources.records.structures import read_content
from ingest.sources.rows import Collector, NotAFaqError
from ingest.sources.tables.columns import ColumnMap

_HEAD_BYTES: Final = 4_000
_NAMESPACE: Final = re.compile(rb"http://wordpress\.org/export/[\d.]+/")
_CONTENT: Final = "{http://purl.org/rss/1.0/modules/content/}encoded"
# What plugins for FAQs and knowledge bases call their kind of post.
_FAQ_KIND: Final = re.compile(
    r"faq|q(?:n|and|_)?a(?:$|[_-])|question|help|docs?$|kb|knowledge|support"
)
_WRITTEN: Final = ("post", "page")
_TAGS: Final = "post_tag"
_NO_CATEGORY: Final = frozenset(("uncategorized", "미분류"))
_BLOCK: Final = re.compile(r"<!--.*?-->", re.DOTALL)
# Shortcodes of plugins: `[contact-form-7 id="1"]`, `[vc_row]`, `[caption …]`, and every other that
# has attributes or an end: https://codex.wordpress.org/Shortcode_API
_SHORTCODE: Final = re.compile(
    r"\[(?P<end>/?)(?P<name>[a-z][\w-]*)(?P<attributes>(?:[\s=][^\[\]\n]*+)?)/?\]", re.IGNORECASE
)
_OF_PLUGIN: Final = re.compile(r"[a-z0-9]+[_-]|(?:caption|gallery|embed|audio|video|playlist|toc)$")
_ATTRIBUTE: Final = re.compile(
    r"(?<![\w-])([\w-]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'\]]++))"
)
_TITLES: Final = ("title", "heading", "question", "label")
_LINKS: Final = ("link", "url", "href")


def is_wordpress(data: bytes) -> bool:
    """Return whether an XML file says that WordPress wrote it."""
    return bool(_NAMESPACE.search(data[:_HEAD_BYTES]))


def read_wordpress(data: bytes, name: str, collector: Collector, columns: ColumnMap) -> None:
    """Read the published posts; those of a kind that is called a FAQ alone, if there are any.

    Raises:
        SourceError: It is damaged, or holds no post.
    """
    found = _NAMESPACE.search(data[:_HEAD_BYTES])
    space = f"{{{found[0].decode()}}}" if found else ""
    try:
        root = parse_xml(BROKEN.sub("\ufffd", decode(data).text))
    except ValueError as error:
        raise SourceError(f"{name}: not a readable export of WordPress; export it again") from error
    posts = [(one.findtext(f"{space}post_type", ""), one) for one in root.iter("item")]
    kinds = {kind for kind, _ in posts}
    wanted = {kind for kind in kinds if _FAQ_KIND.search(kind)} or kinds.intersection(_WRITTEN)
    for kind, count in sorted(Counter(kind for kind, _ in posts if kind not in wanted).items()):
        collector.remark("left out", name, f"{count:,} of the kind {kind!r}")
    records = list(_records(posts, wanted, space, name, collector))
    if not records:
        raise NotAFaqError(f"{name}: holds no published post; export the FAQ's posts")
    read_content(records, name, collector, columns)


def _records(
    posts: list[tuple[str, Any]], wanted: set[str], space: str, name: str, collector: Collector
) -> Iterator[dict[str, str]]:
    for number, (kind, post) in enumerate(posts, 1):
        if kind not in wanted:
            continue
        state = post.findtext(f"{space}status", "")
        if state != "publish" or post.findtext(f"{space}post_password"):
            told = f"'status' says {state!r}" if state != "publish" else "it has a password"
            collector.remark("left out", f"{name}:{number}", f"not for readers: {told}")
            continue
        yield {
            "title": post.findtext("title", ""),
            "answer": without_shortcodes(_BLOCK.sub("", post.findtext(_CONTENT, ""))).strip(),
            "category": _category(post),
            "url": post.findtext("link", ""),
            "updated": post.findtext(f"{space}post_modified")
            or post.findtext(f"{space}post_date", ""),
        }


def _category(post: Any) -> str:
    for one in post.iter("category"):
        text = (one.text or "").strip()
        if one.get("domain") != _TAGS and text.lower() not in _NO_CATEGORY:
            return text
    return ""


def without_shortcodes(text: str) -> str:
    """Return HTML without shortcodes: titles of what they enclose are headings, links are links.

    What stands in brackets and is no shortcode, as in `press [Save]`, stays.
    """
    closed = {match["name"].lower() for match in _SHORTCODE.finditer(text) if match["end"]}
    addresses: dict[str, list[str]] = {}

    def shown(match: re.Match[str]) -> str:
        name = match["name"].lower()
        given = {
            key.lower(): one or two or bare
            for key, one, two, bare in _ATTRIBUTE.findall(match["attributes"])
        }
        if not (given or name in closed or _OF_PLUGIN.match(name)):
            return match[0]
        if match["end"]:
            opened = addresses.get(name) or [""]
            return "</a>" if opened.pop() else ""
        title = next((given[key] for key in _TITLES if given.get(key)), "")
        link = next((given[key] for key in _LINKS if given.get(key, "").startswith("http")), "")
        anchor = f'<a href="{escape(link)}">' if link else ""
        if name in closed and not match[0].endswith("/]"):
            addresses.setdefault(name, []).append(link)
            return (f"<h3>{title}</h3>" if title else "") + anchor
        return f"{anchor}{title or link}</a>" if link else ""

    return _SHORTCODE.sub(shown, text)
