"""A FAQ behind a URL: within bounds, politely, and again only if it has changed."""

import contextlib
import gzip
import itertools
import json
import socket
import threading
import tracemalloc
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.errors import SourceError
from ingest.sources.load import load
from ingest.sources.url import confirm, export_of, fetch, shown
from ingest.sources.web import help_center
from ingest.sources.web.client import WebClient, is_public, is_public_address


class Site(BaseHTTPRequestHandler):
    """A help centre: `pages` by path, each with its headers and body; 304 for a known ETag."""

    pages: dict[str, tuple[int, dict[str, str], bytes]]
    asked: list[str]

    def do_GET(self):
        self.asked.append(self.path)
        status, headers, body = self.pages.get(self.path, (404, {}, b""))
        if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
            status, body = 304, b""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def site(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(help_center, "_PAUSE_S", 0.0)
    handler = type("Here", (Site,), {"pages": {}, "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield handler, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def page(title, text, etag='"1"'):
    body = f"<html><body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
    return 200, {"Content-Type": "text/html; charset=utf-8", "ETag": etag}, body.encode()


def centre(handler, base):
    listed = "".join(
        f"<url><loc>{base}{path}</loc></url>" for path in ("/hc/a", "/hc/b", "/blog/x")
    )
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    index = f"<sitemapindex {space}><sitemap><loc>{base}/map.xml.gz</loc></sitemap></sitemapindex>"
    handler.pages.update({
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /hc/b/\nDisallow: /hc/secret\n"),
        "/sitemap.xml": (200, {}, index.encode()),
        "/map.xml.gz": (200, {}, gzip.compress(f"<urlset {space}>{listed}</urlset>".encode())),
        "/hc/": page("Help center", "<a href='/hc/secret'>x</a>"),
        "/hc/a": page("How do I pay?", "By card."),
        "/hc/b": page("How do I leave?", "Write to us."),
        "/blog/x": page("News", "No."),
    })  # fmt: skip


def test_a_help_centre_is_read_by_its_sitemap(site, tmp_path):
    handler, base = site
    centre(handler, base)
    kept, changed = fetch(f"{base}/hc/", tmp_path)
    rows = load(kept).rows
    assert changed
    assert {(row.title, row.answer, row.url) for row in rows} == {
        ("How do I pay?", "By card.", f"{base}/hc/a"),
        ("How do I leave?", "Write to us.", f"{base}/hc/b"),
    }
    assert not {"/blog/x", "/hc/secret"} & {*handler.asked}


def test_what_stands_around_an_article_is_no_part_of_it(site, tmp_path):
    """Its address is the one that it names as its own, or to which the server led."""
    handler, base = site
    centre(handler, base)
    body = f"""<html><head><link rel="canonical" href="{base}/hc/pay"></head><body>
<div id="onetrust-banner-sdk" role="dialog"><p>We use cookies.</p></div><div class="article">
<ol class="breadcrumbs"><li>Help</li></ol><h1>How do I pay?</h1>
<p>Updated 3 days ago · 2 min read</p><p>By card, or in cash at the till of each of our shops.</p>
<div class="related-articles"><h2>Related articles</h2><a href="/hc/b">Leave</a></div>
<div class="article-votes"><h3>Was this helpful?</h3></div>
<div>Did this article help you? <button>Yes</button></div></div></body></html>"""
    handler.pages["/hc/a"] = (200, {"Content-Type": "text/html"}, body.encode())
    handler.pages["/hc/b"] = (301, {"Location": "/hc/left"}, b"")
    handler.pages["/hc/left"] = page("How do I leave?", "Write to us.")
    kept, _ = fetch(f"{base}/hc/", tmp_path)
    assert {(row.title, row.answer, row.url) for row in load(kept).rows} == {
        (
            "How do I pay?",
            "By card, or in cash at the till of each of our shops.",
            f"{base}/hc/pay",
        ),
        ("How do I leave?", "Write to us.", f"{base}/hc/left"),
    }


def test_pages_that_have_not_changed_are_not_sent_again(site, tmp_path):
    handler, base = site
    centre(handler, base)
    kept, _ = fetch(f"{base}/hc/", tmp_path)
    confirm(kept)
    assert fetch(f"{base}/hc/", tmp_path) == (kept, False)
    handler.pages["/hc/a"] = page("How do I pay?", "By bank.", '"2"')
    del handler.pages["/hc/b"]
    assert fetch(f"{base}/hc/", tmp_path) == (kept, True)
    loaded = load(kept)
    assert [row.answer for row in loaded.rows] == ["By bank."]
    told = [(one.position, one.text) for one in loaded.remarks if one.kind == "left out"]
    assert told == [(f"{base}/hc/b", "the page answers 404")]
    assert fetch(f"{base}/hc/", tmp_path)[1] is True  # it was not ingested yet


def test_a_page_that_the_sitemap_says_has_not_changed_is_not_asked_for(site, tmp_path):
    """Its date is the entry's, and a page with another date is read again."""
    handler, base = site
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

    def listed(**dates):
        places = "".join(
            f"<url><loc>{base}/hc/{name}</loc><lastmod>{date}</lastmod></url>"
            for name, date in dates.items()
        )
        handler.pages["/sitemap.xml"] = (200, {}, f"<urlset {space}>{places}</urlset>".encode())

    centre(handler, base)
    listed(a="2026-03-01T08:00:00+00:00", b="2026-04-01")
    kept, _ = fetch(f"{base}/hc/", tmp_path)
    assert {row.title: row.updated for row in load(kept).rows} == {
        "How do I pay?": "2026-03-01",
        "How do I leave?": "2026-04-01",
    }
    confirm(kept)
    handler.asked.clear()
    listed(a="2026-03-01T08:00:00+00:00", b="2026-05-01")
    handler.pages["/hc/b"] = page("How do I leave?", "In the app.", '"2"')
    assert fetch(f"{base}/hc/", tmp_path) == (kept, True)
    assert "/hc/a" not in handler.asked
    assert "In the app." in {row.answer for row in load(kept).rows}
    confirm(kept)
    pages = json.loads((kept / ".pages.json").read_text("utf-8"))
    pages[f"{base}/hc/a"]["read"] = "2020-01-01"
    (kept / ".pages.json").write_text(json.dumps(pages), "utf-8")
    handler.asked.clear()
    fetch(f"{base}/hc/", tmp_path)
    assert "/hc/a" in handler.asked, "what was read long ago is asked for again"


def test_without_a_sitemap_links_are_followed(site, tmp_path):
    handler, base = site
    handler.pages["/hc/"] = page("FAQ", "<a href='a'>a</a> <a href='/other'>o</a>")
    handler.pages["/hc/a"] = page("How do I pay?", "By card.")
    handler.pages["/other"] = page("Other", "No.")
    kept, _ = fetch(f"{base}/hc/", tmp_path)
    assert [row.title for row in load(kept).rows] == ["How do I pay?"]


@pytest.mark.parametrize(
    "sitemap",
    [
        b'<?xml version="1.0" encoding="klingon"?><urlset/>',
        b'<?xml version="1.0" encoding="hex"?><urlset/>',
        b'<!DOCTYPE r [<!ENTITY a "&b;"><!ENTITY b "b">]><urlset>&a;</urlset>',
        gzip.compress(bytes(9_999), mtime=0)[:-20],
        b"\x1f\x8b\x08\x00" + bytes(6) + b"\xff" * 99,
    ],
)
def test_a_sitemap_that_cannot_be_read_is_as_none(site, tmp_path, sitemap):
    handler, base = site
    handler.pages["/sitemap.xml"] = (200, {}, sitemap)
    handler.pages["/hc/"] = page("How do I pay?", "By card.")
    assert [row.title for row in load(fetch(f"{base}/hc/", tmp_path)[0]).rows] == ["How do I pay?"]


def test_links_that_are_no_addresses_are_passed_over(site, tmp_path):
    """Such as the placeholders of a manual, in links, a sitemap and robots.txt."""
    handler, base = site
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    places = ("http://[your-shop]/", f"{base}/hc/a", "//[")
    listed = "".join(f"<url><loc>{one}</loc><lastmod>2026</lastmod></url>" for one in places)
    handler.pages["/robots.txt"] = (200, {}, f"Sitemap: http://[\nSitemap: {base}/map".encode())
    handler.pages["/map"] = (200, {}, f"<urlset {space}>{listed}</urlset>".encode())
    handler.pages["/hc/"] = page("FAQ", "<a href='http://[your-shop]/'>x</a>")
    handler.pages["/hc/a"] = page("How do I pay?", "By <a href='http://[::/'>card</a>.")
    (row,) = load(fetch(f"{base}/hc/", tmp_path)[0]).rows
    assert (row.title, row.answer) == ("How do I pay?", "By card.")


def test_a_page_of_which_a_server_says_unasked_that_it_is_unchanged_is_passed_over(site, tmp_path):
    """Nothing of it is known; it may be gone at the next reading."""
    handler, base = site
    handler.pages["/hc/"] = page("How do I pay?", "<a href='a'>By card</a>.")
    handler.pages["/hc/a"] = (304, {}, b"")
    for pages in (2, 1):
        kept, _ = fetch(f"{base}/hc/", tmp_path)
        assert len(load(kept).rows) == 1, pages
        handler.pages["/hc/"] = page("How do I pay?", "By card.", etag='"2"')
        handler.pages.pop("/hc/a", None)


def test_of_a_sitemap_that_lists_pages_without_end_the_first_are_read(site, tmp_path, monkeypatch):
    monkeypatch.setattr(help_center, "_MAX_LISTED", 3)
    handler, base = site
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    listed = "".join(f"<url><loc>{base}/hc/{number}</loc></url>" for number in range(9))
    handler.pages["/sitemap.xml"] = (200, {}, f"<urlset {space}>{listed}</urlset>".encode())
    handler.pages["/hc/"] = page("How do I pay?", "By card.")
    fetch(f"{base}/hc/", tmp_path)
    assert [path for path in handler.asked if path[4:].isdigit()] == ["/hc/0", "/hc/1", "/hc/2"]


def test_what_robots_may_not_read_is_not_read(site, tmp_path):
    handler, base = site
    handler.pages["/hc/"] = page("FAQ", "x")
    handler.pages["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /\n")
    with pytest.raises(SourceError, match=r"robots\.txt"):
        fetch(f"{base}/hc/", tmp_path)


def test_the_bound_holds_after_decompression(site, tmp_path):
    """One layer is inflated as far as the bound and no further; layers upon layers are refused."""
    handler, base = site
    bomb = gzip.compress(bytes(50_000_000))
    handler.pages["/a"] = (200, {"Content-Encoding": "gzip"}, bomb)
    handler.pages["/b"] = (200, {"Content-Encoding": "gzip, gzip"}, gzip.compress(bomb))
    handler.pages["/c"] = (200, {"Content-Encoding": "deflate"}, zlib.compress(b"fine"))
    with WebClient() as client:
        tracemalloc.start()
        try:
            with pytest.raises(SourceError, match="more than 1,000,000 bytes"):
                client.get(f"{base}/a", most_bytes=1_000_000, deadline_s=10)
            assert tracemalloc.get_traced_memory()[1] < 10_000_000
        finally:
            tracemalloc.stop()
        with pytest.raises(SourceError, match="without compression"):
            client.get(f"{base}/b", most_bytes=1_000_000, deadline_s=10)
        assert client.get(f"{base}/c", most_bytes=10, deadline_s=10).body == b"fine"


def test_a_redirect_leads_to_no_other_place_of_this_machine(site, tmp_path):
    handler, base = site
    handler.pages["/same"] = (302, {"Location": "/faq.csv"}, b"")
    handler.pages["/faq.csv"] = (200, {}, b"question,answer\nA?,a\n")
    handler.pages["/away"] = (302, {"Location": "http://127.0.0.1:9/faq.csv"}, b"")
    handler.pages["/file"] = (302, {"Location": "file:///etc/passwd"}, b"")
    assert load(fetch(f"{base}/faq.csv", tmp_path)[0]).rows[0].title == "A?"
    with WebClient() as client:
        assert client.get(f"{base}/same", most_bytes=99, deadline_s=10).body.startswith(b"quest")
    for path in ("/away", "/file"):
        with pytest.raises(SourceError, match="redirects to"):
            fetch(f"{base}{path}", tmp_path)


@pytest.mark.parametrize("first", ["public", "given"])
def test_a_name_that_leads_to_this_machine_later_is_not_followed(site, monkeypatch, first):
    """DNS rebinding: the address that was looked up is not the one that is connected to."""
    handler, base = site
    handler.pages["/go"] = (302, {"Location": base.replace("127.0.0.1", "help.example")}, b"")
    port = int(base.rpartition(":")[2])
    looked_up = socket.getaddrinfo
    answers = iter(["93.184.215.14", "127.0.0.1"])

    def resolve(host, *rest, **more):
        there = next(answers) if host in ("help.example", b"help.example") else host
        return looked_up(there, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with WebClient() as client:
        url = f"{base}/go"
        if first == "given":  # the operator's own URL, and it was public a moment ago
            next(answers)
            client._public.add("help.example")
            url = f"http://help.example:{port}/go"
        with pytest.raises(SourceError, match="not public"):
            client.get(url, most_bytes=99, deadline_s=10)
    assert handler.asked == (["/go"] if first == "public" else [])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "0.1.2.3", "224.0.0.1", "::1",
        "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_an_address_of_a_network_of_ones_own_is_not_public(address):
    """However it is written, and whatever wraps it."""
    assert not is_public_address(address)
    for public in ("93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e"):
        assert is_public_address(public)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "017700000001", "localhost"])
def test_a_name_of_this_machine_is_not_public(host):
    assert not is_public(host)


@pytest.mark.parametrize("drop", [b"X-Filler: 1\r\n", b"Content-Length: 9000\r\n\r\n" + b"a" * 9])
def test_a_server_that_sends_drop_by_drop_does_not_outlast_the_deadline(drop):
    """Each byte comes in time: of a head that never ends, and of a body that hardly grows."""
    ended = threading.Event()

    def drip(listener):
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for byte in itertools.chain(drop, itertools.repeat(drop[-1])):
                if ended.wait(0.02):
                    return
                connection.sendall(bytes([byte]))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=drip, args=[listener])
        server.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/faq.csv"
        try:
            with WebClient() as client, pytest.raises(SourceError, match="too slowly"):
                client.get(address, most_bytes=9_000, deadline_s=0.4)
        finally:
            ended.set()
            server.join()


def test_a_url_is_shown_without_what_may_be_secret():
    assert shown("https://me:pw@a.example/faq.csv?token=x") == "https://a.example/faq.csv"
    assert shown("faq.csv") == "faq.csv"
    assert "pw" not in shown("postgresql://me:pw@a.example/db")  # set by mistake


SHEETS = "https://docs.google.com/spreadsheets/d"


@pytest.mark.parametrize(
    ("shared", "export"),
    [
        (f"{SHEETS}/1aB-c_9/edit?usp=sharing#gid=0", f"{SHEETS}/1aB-c_9/export?format=xlsx"),
        (f"{SHEETS}/e/2PACX-1vR/pubhtml", f"{SHEETS}/e/2PACX-1vR/pub?output=xlsx"),
        (
            "https://docs.google.com/document/d/1aB/edit",
            "https://docs.google.com/document/d/1aB/export?format=docx",
        ),
        ("https://docs.google.com/document/d/e/2PACX/pub", None),
        ("https://help.example/spreadsheets/d/1aB/edit", None),
    ],
)
def test_a_shared_link_of_google_is_fetched_as_its_export(shared, export):
    assert export_of(shared) == (export or shared)


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (403, "it asks for a login"),
        (404, "nothing is at this URL"),
        (503, "it is out of order: try again later"),
    ],
)
def test_a_server_that_refuses_is_told_in_words_with_what_to_do(site, tmp_path, status, advice):
    handler, base = site
    handler.pages["/faq.csv"] = (status, {}, b"")
    with pytest.raises(SourceError, match=rf"^127\.0\.0\.1 answers {status} for the FAQ; {advice}"):
        fetch(f"{base}/faq.csv", tmp_path)


def test_a_server_that_breaks_off_is_told_in_words(tmp_path):
    def half(listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(9_000)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nquestion")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=half, args=[listener])
        server.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/faq.csv"
        with pytest.raises(SourceError, match=r"^127\.0\.0\.1 stops in the middle of the FAQ"):
            fetch(address, tmp_path)
        server.join()


@pytest.mark.parametrize("url", ["http://[::1/faq.csv", "http://:/faq.csv"])
def test_a_url_that_is_none_is_told_in_words(tmp_path, url):
    assert "faq" not in shown("http://[::1/faq.csv?token=faq")
    with pytest.raises(SourceError, match=r"^the URL cannot be read; check it$"):
        fetch(url, tmp_path)
