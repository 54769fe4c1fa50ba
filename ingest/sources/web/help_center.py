"""A help centre by its address: the pages below it, politely fetched and kept in a folder.

The pages are those of the sitemap (https://www.sitemaps.org/protocol.html), or those that the first
page leads to. robots.txt is kept to (RFC 9309), and a page that has not changed is not sent again.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape
from itertools import islice
from pathlib import Path
from time import monotonic, sleep
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree.ElementTree import Element

from bs4 import UnicodeDammit

from core.errors import SourceError
from ingest.sources.files.stamps import REMARKS
from ingest.sources.files.xml_tree import parse_xml
from ingest.sources.html_markdown import parsed
from ingest.sources.markdown_parts import joined
from ingest.sources.web.client import USER_AGENT, WebClient, WebResponse

MAX_PAGES: Final = 2_000
MAX_PAGE_BYTES: Final = 5_000_000
_MAX_TOTAL_BYTES: Final = 150_000_000
_MAX_ROBOTS_BYTES: Final = 512_000  # as many as RFC 9309 asks for
_MAX_SITEMAPS: Final = 50
_MAX_LISTED: Final = 10 * MAX_PAGES  # some of the pages of a sitemap are gone
_MAX_SITEMAP_BYTES: Final = 50_000_000
_PAGE_S: Final = 60.0
_ALL_S: Final = 1_800.0
_PAUSE_S: Final = 0.3
_SILENT: Final = 599  # the status of a page that did not answer
_LONGEST_PAUSE_S: Final = 10.0
_TRUSTED_DAYS: Final = 7
_SITEMAP: Final = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_ASKED: Final = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


@dataclass(slots=True)
class _Crawl:
    client: WebClient
    start: str
    folder: Path
    pause_s: float
    robots: RobotFileParser = field(default_factory=RobotFileParser)
    known: dict[str, dict[str, str]] = field(default_factory=dict)
    modified: dict[str, str] = field(default_factory=dict)  # what the sitemap says of each page
    until: float = field(default_factory=lambda: monotonic() + _ALL_S)
    size: int = 0
    passed_over: dict[str, str] = field(default_factory=dict)

    def get(
        self, url: str, headers: dict[str, str] | None = None, *, most: int = MAX_PAGE_BYTES
    ) -> WebResponse:
        if not self.has_time:
            raise SourceError(
                f"the help centre takes longer than {_ALL_S / 60:.0f} minutes to read"
            )
        sleep(self.pause_s)
        return self.client.get(url, headers, most_bytes=most, deadline_s=_PAGE_S)

    @property
    def has_time(self) -> bool:
        return monotonic() < self.until

    def covers(self, url: str) -> bool:
        """Return whether a page is one of this help centre, and may be read by robots."""
        page, start = urlsplit(url), urlsplit(self.start)
        below = page.path.startswith(
            start.path.rsplit("/", 1)[0] if "." in start.path.rsplit("/", 1)[-1] else start.path
        )
        return page.netloc == start.netloc and below and self.robots.can_fetch(USER_AGENT, url)


def fetch_pages(
    client: WebClient, first: WebResponse, folder: Path, *, pause_s: float = _PAUSE_S
) -> bool:
    """Bring `folder` in line with the help centre at `first.url`; True if a page changed.

    The folder has a file for each page, `.pages.json` with what is known of them, and `REMARKS`
    with the pages that were passed over.

    Raises:
        SourceError: robots.txt forbids it, or most of its pages cannot be read.
    """
    crawl = _Crawl(client, first.url, folder, pause_s)
    sitemaps = _read_robots(crawl)
    if not crawl.robots.can_fetch(USER_AGENT, first.url):
        raise SourceError(
            f"{urlsplit(first.url).hostname} does not allow programs to read this page"
            " (robots.txt); export the FAQ as a file"
        )
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / ".pages.json"
    crawl.known = json.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else {}
    urls = list(islice(_from_sitemaps(crawl, sitemaps), _MAX_LISTED))
    found, changed, failed = _pages(crawl, first, urls)
    if failed > len(found):
        raise SourceError(
            f"{failed:,} pages of {urlsplit(first.url).hostname} cannot be read; try again"
        )
    for gone in crawl.known.keys() - found.keys():
        (folder / crawl.known[gone]["file"]).unlink(missing_ok=True)
        changed = True
    for name, content in ((REMARKS, crawl.passed_over), (listed.name, found)):
        fresh = folder / f"{name}.new"
        fresh.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.replace(folder / name)
    return changed


def _read_robots(crawl: _Crawl) -> list[str]:
    root = urljoin(crawl.start, "/")
    try:
        answer = crawl.get(urljoin(root, "/robots.txt"))
    except SourceError:
        answer = WebResponse(404, {}, b"", root)
    rules = answer.body[:_MAX_ROBOTS_BYTES] if answer.status == 200 else b""
    lines = rules.decode("utf-8", "replace").splitlines()
    crawl.robots.parse(lines)
    delay = crawl.robots.crawl_delay(USER_AGENT)
    crawl.pause_s = min(max(crawl.pause_s, float(delay or 0)), _LONGEST_PAUSE_S)
    places = (*(crawl.robots.site_maps() or ()), "/sitemap.xml")
    return [place for place in (_address(root, place) for place in places) if place]


def _from_sitemaps(crawl: _Crawl, sitemaps: list[str]) -> Iterator[str]:
    queue, seen = deque(dict.fromkeys(sitemaps)), set[str]()
    while queue and len(seen) < _MAX_SITEMAPS:
        url = queue.popleft()
        if url in seen or urlsplit(url).netloc != urlsplit(crawl.start).netloc:
            continue
        seen.add(url)
        try:
            answer = crawl.get(url, most=_MAX_SITEMAP_BYTES)
            root = parse_xml(_unzipped(answer.body))
        except (SourceError, ValueError):
            continue
        found = (_address(url, place.text or "") for place in root.iter(f"{_SITEMAP}loc"))
        places = [place for place in found if place]
        crawl.modified |= dict(_modified(root))
        if root.tag.endswith("sitemapindex"):
            queue.extend(places)
        else:
            yield from (place for place in places if crawl.covers(place))


def _modified(sitemap: Element) -> Iterator[tuple[str, str]]:
    """Yield the pages of a sitemap with the times of their last changes, where it has them."""
    for place in sitemap.iter(f"{_SITEMAP}url"):
        url, when = (place.findtext(f"{_SITEMAP}{name}", "").strip() for name in ("loc", "lastmod"))
        if when and (page := _address("", url)):
            yield page, when


def _unzipped(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as file:
            content = file.read(_MAX_SITEMAP_BYTES + 1)
    except (zlib.error, OSError, EOFError) as error:
        raise ValueError("the sitemap is damaged") from error
    if len(content) > _MAX_SITEMAP_BYTES:
        raise ValueError("the sitemap is too large")
    return content


def _pages(
    crawl: _Crawl, first: WebResponse, urls: list[str]
) -> tuple[dict[str, dict[str, str]], bool, int]:
    """Fetch each page; with a sitemap those in it, else those that links lead to."""
    queue = deque(dict.fromkeys(urldefrag(url)[0] for url in (first.url, *urls)))
    seen = set(queue)
    found: dict[str, dict[str, str]] = {}
    changed, failed = False, 0
    while queue and len(found) < MAX_PAGES and crawl.size < _MAX_TOTAL_BYTES and crawl.has_time:
        url = queue.popleft()
        known = crawl.known.get(url, {})
        answer = WebResponse(304, {}, b"", url) if _is_fresh(crawl, url) else _ask(crawl, url)
        if known and (answer.status == 304 or answer.status >= 500):
            found[url] = known
            body = (crawl.folder / known["file"]).read_bytes()
        elif answer.status == 200 and answer.is_html:
            found[url], different = _keep(crawl, url, answer, known)
            changed, body = changed or different, answer.body
        else:
            failed += answer.status not in (404, 410) and not 200 <= answer.status < 300
            silent = answer.status == _SILENT
            said = "does not answer in time" if silent else f"answers {answer.status}"
            said = "is no page but a file" if answer.status == 200 else said
            crawl.passed_over[url] = f"the page {said}"
            continue
        crawl.size += len(body)
        if not urls:
            for link in _links(body, url):
                if link not in seen and crawl.covers(link):
                    seen.add(link)
                    queue.append(link)
    if queue:
        crawl.passed_over[queue[0]] = f"this and {len(queue) - 1:,} more: beyond the bounds"
    return found, changed, failed


def _is_fresh(crawl: _Crawl, url: str) -> bool:
    """Return whether the sitemap says that a page is as it was, and it was read not long ago.

    Some sitemaps say so of pages that have changed, so each page is asked for once in a while.
    """
    known = crawl.known.get(url, {})
    said = crawl.modified.get(url)
    return bool(said) and known.get("lastmod") == said and known.get("read", "") >= _days_ago()


def _days_ago() -> str:
    return (datetime.now(UTC) - timedelta(days=_TRUSTED_DAYS)).date().isoformat()


def _ask(crawl: _Crawl, url: str) -> WebResponse:
    known = crawl.known.get(url, {})
    try:
        return crawl.get(url, {_ASKED[name]: known[name] for name in _ASKED if name in known})
    except SourceError:
        return WebResponse(_SILENT, {}, b"", url)


def _keep(
    crawl: _Crawl, url: str, answer: WebResponse, known: dict[str, str]
) -> tuple[dict[str, str], bool]:
    name = sha256(url.encode()).hexdigest()[:16] + ".html"
    when = crawl.modified.get(url, "")
    said = f'<meta name="last-modified" content="{escape(when)}">' if when else ""
    marked = f'<link rel="canonical" href="{escape(answer.url)}">{said}\n'.encode() + answer.body
    digest = sha256(answer.body).hexdigest()
    if known.get("digest") != digest:
        fresh = crawl.folder / f"{name}.part"
        fresh.write_bytes(marked)
        fresh.replace(crawl.folder / name)
    validators = {name: answer.headers[name] for name in _ASKED if name in answer.headers}
    dates = {"lastmod": when, "read": datetime.now(UTC).date().isoformat()} if when else {}
    return {"file": name, "digest": digest, **dates, **validators}, known.get("digest") != digest


def _links(body: bytes, url: str) -> Iterator[str]:
    page = UnicodeDammit(body, is_html=True).unicode_markup or ""
    for tag in parsed(page).find_all("a", href=True):
        link = _address(url, str(tag["href"]))
        if link.startswith(("http://", "https://")):
            yield link


def _address(base: str, link: str) -> str:
    """Return the address that a link on a page leads to, without a fragment; "" if it is none."""
    return urldefrag(joined(base, link))[0]
