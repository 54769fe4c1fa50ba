"""Links, images and empty lines in Markdown, in the form in which answers keep them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

_GOOGLE: Final = re.compile(r"https?://www\.google\.com/url\?(?:[^#\s]*&)?q=http", re.IGNORECASE)
_FILE_NAME: Final = re.compile(
    r"(?:[^/\\]*\.(?:png|jpe?g|gif|webp|svg|bmp|heic))?|untitled|image", re.IGNORECASE
)
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")


def image(label: str, address: str, base: str) -> str:
    """Return an image as a link, under its text or the name of its file.

    One that has no text and leads to no place on the web is nothing that could be read.
    """
    shown = link(image_name(label, address), address, base)
    return shown if shown.startswith("[") or not _FILE_NAME.fullmatch(label.strip()) else ""


def joined(base: str, address: str) -> str:
    """Return the address that a link of a document at `base` leads to.

    It is "" if that is no address, as in `https://[your name]/`.
    """
    address = address.strip()
    try:
        urlsplit(address)
        return urljoin(base, address)
    except ValueError:
        return ""


def leads_to_the_web(address: str, base: str) -> bool:
    """Return whether an address, relative to `base`, is one that people can open."""
    return joined(base, address).partition(":")[0].lower() in ("http", "https")


def image_name(label: str, address: str) -> str:
    """Return an image's text, or else the name of its file."""
    path = urlsplit(joined("", address)).path
    return label.strip() or PurePosixPath(unquote(path)).name or "image"


def link(label: str, address: str, base: str) -> str:
    """Return a link in Markdown, or its label alone where it leads to no place on the web."""
    address = _led_to(joined(base, address))
    scheme = address.partition(":")[0].lower()
    if scheme in ("http", "https"):
        return f"[{label}]({address.replace(' ', '%20')})"
    if scheme in ("mailto", "tel"):
        reached = unquote(address.partition(":")[2].partition("?")[0])
        digits = re.sub(r"\D", "", reached) if scheme == "tel" else ""
        said = reached in label or (digits and digits in re.sub(r"\D", "", label))
        return label if said else f"{label} ({reached})"
    return label


def _led_to(address: str) -> str:
    """Return where a link leads that Google Docs has sent by way of its own server."""
    if not _GOOGLE.match(address):
        return address
    return next(iter(parse_qs(urlsplit(address).query).get("q", ())), address)


def tidied(text: str) -> str:
    """Return text without spaces at line ends and without more than one empty line in a row."""
    lines = text.replace("\r\n", "\n").replace("\u00a0", " ").split("\n")
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()
