"""Files that are pages: Markdown, HTML, Word and plain text."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

import mammoth
from bs4 import BeautifulSoup, Tag

from core.errors import SourceError
from ingest.sources.files.archives import begins_as_markup, open_archive
from ingest.sources.files.encodings import decode
from ingest.sources.files.folders import NOTION_ID
from ingest.sources.html_markdown import html_to_markdown, parsed
from ingest.sources.markdown_parts import joined
from ingest.sources.markup import pictures_in
from ingest.sources.pages.confluence import is_list_of_pages, page_of_space
from ingest.sources.pages.dialects import included_in, plain_markdown
from ingest.sources.pages.front_matter import (
    WithheldPageError,
    taken_properties,
    without_front_matter,
    without_properties,
)
from ingest.sources.pages.html_questions import mark_questions
from ingest.sources.pages.sections import SourcePage, add_page, sections_in
from ingest.sources.records.structures import read_content
from ingest.sources.rows import Collector, NotAFaqError
from ingest.sources.tables.columns import ColumnMap

_MARKDOWN: Final = (".md", ".markdown", ".mdx")
_BESIDE: Final = (
    *("nav", "header", "footer", "aside", "[role=navigation]", "[aria-hidden=true]"),
    *("[role=dialog]", "[id*=cookie]", "[id*=onetrust]"),
)
# What help centres call the parts around an article, and what they say of it below its title.
_AROUND: Final = re.compile(
    r"(?:^|[-_])(?:breadcrumbs?|cookies?|consent|onetrust\S*|related(?:[-_](?:articles?|posts?|links?))?"
    r"|feedback|helpful|article[-_]votes?|pagination)$",
    re.IGNORECASE,
)
_STAMP: Final = re.compile(
    r"^(?:(?:last )?(?:updated|modified|edited)\b[^\n.?!:]{0,60}"
    r"|[^\n.?!]{0,20}\d+\s*(?:분|시간|일|주|개월|달|년) 전(?:에)?\s*(?:업데이트|수정)\S{0,3}"
    r"|(?:was|did|is) (?:this|the)\b[^\n.?!]{0,40}\b(?:helpful|help(?: you)?|useful)\?"
    r"|[^\n.?!]{0,20}도움이 (?:되|됐)[^\n.?!]{0,10}\?)$",
    re.IGNORECASE | re.MULTILINE,
)
# A message as KakaoTalk, WhatsApp and others export it: somebody, and the time of day.
_SPOKEN: Final = re.compile(
    r"^(?:\[[^\[\]\n]{1,40}\] \[[^\[\]\n]{0,10}\d?\d:\d\d\]"
    r"|\[?\d[^\[\]\n]{5,20}\d:\d\d[^\[\]\n]{0,8}\]?"
    r"[ ,-]{1,3}[^:\n]{1,40}:) ",
    re.MULTILINE,
)
_TITLE_CLASS: Final = "title-of-the-document"
# A longer text of a document would take too much memory in mammoth.
_MAX_XML_BYTES: Final = 50_000_000
_BEGINNING_BYTES: Final = 100


def read_markdown(
    data: bytes, name: str, collector: Collector, columns: ColumnMap, *, alone: bool
) -> None:
    """Read a page in Markdown or plain text, with or without front matter.

    Raises:
        SourceError: It is not text.
    """
    try:
        text, fields = without_front_matter(_text(data, name).replace("\r\n", "\n"))
        text, properties = without_properties(text)
    except WithheldPageError as error:
        collector.skip(name, f"not for readers: {error}")
        return
    fields = {**properties, **fields}
    if name.endswith(_MARKDOWN):
        if included := included_in(text):
            told = (
                f"text or pictures of other files: {', '.join(included)[:200]}; write them into it"
            )
            collector.remark("left out", name, told)
        text = plain_markdown(text)
    title = str(fields.pop("title", ""))
    if title and not re.search(r"^# ", text, re.MULTILINE):
        text = f"# {title}\n\n{text}"
    title = title or title_of_file(name)
    if not (sections_in(text) or name.endswith(_MARKDOWN)):
        if len(_SPOKEN.findall(text)) > 1:
            raise NotAFaqError(
                f"{name}: messages of a chat, not a FAQ; write the questions and answers into a"
                " sheet"
            )
        raise NotAFaqError(
            f"{name}: no table with a question and an answer, no headings, no Q. lines; write"
            " `Q.` before each question and `A.` before its answer"
        )
    if answer := fields.pop("answer", None):
        text = f"{text}\n\n{answer}"
    plain = not name.endswith(_MARKDOWN)
    if not plain:
        collector.remark_pictures(pictures_in(text), name)
    add_page(SourcePage(text, name, title, fields, alone=alone, plain=plain), collector, columns)


def read_html(
    data: bytes, name: str, collector: Collector, columns: ColumnMap, *, alone: bool
) -> None:
    """Read a page in HTML: its marked up questions (schema.org), else its headings.

    Raises:
        SourceError: It is not text, or the list of an export's pages.
    """
    soup = parsed(_text(data, name))
    url = _address(soup)
    name = url or name
    if questions := list(_marked_up(soup)):
        read_content(questions, name, collector, columns)
        return
    if is_list_of_pages(soup):
        raise NotAFaqError(f"{name}: the list of the pages of a space, which are read themselves")
    try:
        properties = taken_properties(soup)
    except WithheldPageError as error:
        collector.skip(name, f"not for readers: {error}")
        return
    if comments := _take_comments(soup):
        collector.remark("left out", name, f"comments of the document: {comments:,}")
    fields = properties | ({"url": url, "updated": _modified(soup)} if url else {})
    exported = page_of_space(soup)
    title = _first_text(exported or soup, "h1", "title")
    body = _body(soup, exported)
    collector.remark_pictures([str(tag.get("src")) for tag in body.find_all("img")], name, url)
    mark_questions(body)
    text = html_to_markdown(body, base=url, line_in_cell="<br>")
    text = _STAMP.sub("", text) if url else text
    add_page(SourcePage(text, name, title, fields, base=url, alone=alone), collector, columns)


def read_docx(
    data: bytes, name: str, collector: Collector, columns: ColumnMap, *, alone: bool
) -> None:
    """Read a Word document by its headings, its tables, or its `Q.` and `A.` lines.

    Raises:
        SourceError: It is no DOCX, or is beyond the bounds.
    """
    archive = open_archive(data, name, kind="DOCX")
    pictures: list[str] = []

    def dropped(_: object) -> dict[str, str]:
        pictures.append("")
        return {"src": ""}

    try:
        _check_text(archive, name)
        made = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=f"p[style-name='Title'] => p.{_TITLE_CLASS}",
            convert_image=mammoth.images.img_element(dropped),
        ).value
    except (
        zipfile.BadZipFile,
        LookupError,
        ValueError,
        AttributeError,
        TypeError,
        SyntaxError,
        ExpatError,
        RuntimeError,
        zlib.error,
        OSError,
    ) as error:
        raise SourceError(f"{name}: not a readable DOCX file; save it again from Word") from error
    collector.remark_pictures(pictures, name)
    soup = parsed(made)
    titles = [tag.extract().get_text(" ", strip=True) for tag in soup.select(f".{_TITLE_CLASS}")]
    title = next(filter(None, titles), title_of_file(name))
    text = html_to_markdown(soup, line_in_cell="<br>")
    add_page(SourcePage(text, name, title, alone=alone), collector, columns)


def _check_text(archive: zipfile.ZipFile, name: str) -> None:
    """Check how long the XML of a document is, whatever its parts are called."""
    size = 0
    for info in archive.infolist():
        with archive.open(info) as part:
            size += info.file_size if begins_as_markup(part.read(_BEGINNING_BYTES)) else 0
    if size > _MAX_XML_BYTES:
        raise SourceError(f"{name}: more than {_MAX_XML_BYTES:,} bytes of text; split the document")


def title_of_file(name: str) -> str:
    """The title that a file's name is: `How to pay 0123….md` of Notion is `How to pay`."""
    stem = PurePath(name).stem
    return NOTION_ID.sub("", stem).replace("_", " ").strip()


def _text(data: bytes, name: str) -> str:
    try:
        text = decode(data).text
    except ValueError as error:
        raise SourceError(f"{name}: {error}; save it as UTF-8") from error
    return (
        text.encode("utf-8", "replace").decode()
        if any("\udc80" <= c <= "\udcff" for c in text)
        else text
    )


def _marked_up(soup: BeautifulSoup) -> Iterator[Any]:
    """The questions of a page that says `FAQPage` of itself: https://schema.org/FAQPage."""
    for script in soup.find_all("script", type="application/ld+json"):
        try:
            content = json.loads(script.get_text())
        except (ValueError, RecursionError):
            continue
        for item in content if isinstance(content, list) else [content]:
            graph = item.get("@graph", [item]) if isinstance(item, dict) else []
            for node in graph if isinstance(graph, list) else []:
                if isinstance(node, dict) and "FAQPage" in str(node.get("@type")):
                    main = node.get("mainEntity", [])
                    yield from main if isinstance(main, list) else [main]


def _address(soup: BeautifulSoup) -> str:
    """Return the address that a page names as its own, among those of its host; "" for none.

    That of a page from a help centre is set before what the page says of itself.
    """
    named = [str(tag.get("href") or "") for tag in soup.find_all("link", rel="canonical")]
    if len(named) < 2:
        return joined("", named[0]) if named else ""
    own = joined(named[0], named[1])
    return own if urlsplit(own).netloc == urlsplit(named[0]).netloc else named[0]


def _body(soup: BeautifulSoup, exported: Tag | None) -> Tag:
    """Return the part of a page that is neither navigation nor anything else around it."""
    for selector in _BESIDE:
        for tag in soup.select(selector):
            if not tag.find(["h1", "article", "main"]):
                tag.decompose()
    whole = len(soup.get_text())
    for tag in soup.find_all(class_=_AROUND):
        holds_all = tag.decomposed or tag.find(["h1", "article", "main"])
        if not holds_all and 2 * len(tag.get_text()) < whole:
            tag.decompose()
    return exported or soup.find("main") or soup.find("article") or soup.body or soup


def _take_comments(soup: BeautifulSoup) -> int:
    """Take out the comments of a Google document, which are for its authors; return how many."""
    comments = soup.select("a[id^=cmnt]:not([id^=cmnt_ref])")
    for mark in soup.select("a[id^=cmnt_ref]"):
        mark.decompose()
    for comment in comments:
        box = comment.find_parent("div")
        holds_more = box is None or box.find(["h1", "h2", "h3", "h4"])
        around = comment.find_parent("p") if holds_more else box
        (around or comment).decompose()
    return len(comments)


def _modified(soup: BeautifulSoup) -> str:
    for name in ("article:modified_time", "og:updated_time", "last-modified"):
        tag = soup.find("meta", attrs={"property": name}) or soup.find("meta", attrs={"name": name})
        if isinstance(tag, Tag) and tag.get("content"):
            return str(tag["content"])
    tag = soup.find("time", attrs={"datetime": True})
    return str(tag["datetime"]) if isinstance(tag, Tag) else ""


def _first_text(soup: Tag, *names: str) -> str:
    for name in names:
        tag = soup.find(name)
        if tag and (text := tag.get_text(" ", strip=True)):
            return re.split(r"\s+[|–—·]\s+", text)[0] if name == "title" else text
    return ""
