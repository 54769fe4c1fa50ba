"""A FAQ source behind a URL: a file, or a help centre; fetched only if it changed."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from core.errors import SourceError
from ingest.sources.files.folders import KINDS
from ingest.sources.load import MAX_FILE_BYTES
from ingest.sources.web.client import WebClient

_DEADLINE_S: Final = 300.0
_ASKED: Final = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
# The links that Google's sheets and documents are shared by; each can be exported.
_SHARED: Final = re.compile(
    r"(https://docs\.google\.com/(?P<kind>spreadsheets|document)/d/(?P<public>e/)?[\w-]+)(?:/.*)?"
)
_TYPES: Final = {
    "text/csv": ".csv",
    "application/json": ".json",
    "text/markdown": ".md",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}


def is_url(source: str) -> bool:
    """Return whether a source is to be fetched."""
    return source.lower().startswith(("http://", "https://"))


def shown(source: str) -> str:
    """Return a source for people: of a URL neither password nor query, which may hold a token."""
    if "://" not in source:
        return source
    try:
        address = urlsplit(source)
    except ValueError:  # such as a bracket in the host
        return "the URL"
    return f"{address.scheme}://{address.hostname or ''}{address.path}"


def export_of(url: str) -> str:
    """Return the address of the file that a shared link of Google leads to; others are their own.

    Workbooks come as XLSX and documents as DOCX; a document that is published is a page.
    """
    match = _SHARED.fullmatch(url)
    if not match or (match["public"] and match["kind"] == "document"):
        return url
    if match["public"]:
        return f"{match[1]}/pub?output=xlsx"
    return f"{match[1]}/export?format={'xlsx' if match['kind'] == 'spreadsheets' else 'docx'}"


def fetch(url: str, folder: Path) -> tuple[Path, bool]:
    """Return the file or folder fetched from `url` into `folder`, and whether it changed.

    A page in HTML is the door to a help centre: the pages below it become a folder. What is kept is
    whole at every time, and `changed` is True again until `confirm` was called: what could not be
    ingested is tried again.

    Raises:
        SourceError: no answer, no success, or more than 200 MB; what was kept is as it was.
    """
    try:
        address = urlsplit(url)
    except ValueError as error:
        raise SourceError("the URL cannot be read; check it") from error
    stem = sha256(url.encode()).hexdigest()[:16]
    notes = folder / f"{stem}.json"
    known = json.loads(notes.read_text(encoding="utf-8")) if notes.is_file() else {}
    kept = folder / known.get("kept", "")
    validators = known.get("validators", {}) if known and kept.is_file() else {}
    headers = {_ASKED[field]: value for field, value in validators.items()}
    folder.mkdir(parents=True, exist_ok=True)
    with WebClient() as client:
        export = export_of(url)
        answer = client.get(export, headers, most_bytes=MAX_FILE_BYTES, deadline_s=_DEADLINE_S)
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return kept, False
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            advice = _advice_on(answer.status)
            raise SourceError(f"{address.hostname} answers {answer.status} for the FAQ; {advice}")
        if answer.is_html and export != url:
            raise SourceError(
                f"{address.hostname} asks for a login; share the document with everybody who has"
                " the link, or download it and give the file"
            )
        if answer.is_html:
            from ingest.sources.web.help_center import fetch_pages  # noqa: PLC0415 - imports bs4

            pages = folder / stem
            changed = fetch_pages(client, answer, pages)
            changed = changed or not known or (folder / f"{stem}.new").is_file()
            if changed:
                _note(folder, pages, {})
            return pages, changed
    ending = PurePosixPath(address.path).suffix.lower()
    if ending not in KINDS:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        ending = _TYPES.get(kind, ending)
    kept = folder / f"{stem}{ending}"
    fresh = folder / f"{stem}.part"
    fresh.write_bytes(answer.body)
    notes.unlink(missing_ok=True)
    fresh.replace(kept)
    _note(folder, kept, {name: answer.headers[name] for name in _ASKED if name in answer.headers})
    return kept, True


def confirm(kept: Path) -> None:
    """Note that the fetched source was ingested, so that it is read again only if changed.

    Of any other file or folder there is nothing to remember.
    """
    new = kept.with_name(f"{kept.stem}.new")
    if new.is_file():
        new.replace(kept.with_name(f"{kept.stem}.json"))


def _advice_on(status: int) -> str:
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return "it asks for a login: download the FAQ and give the file"
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return "nothing is at this URL: check it"
        case HTTPStatus.TOO_MANY_REQUESTS:
            return "it is asked too often: try again later"
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return "it is out of order: try again later"
        case _:
            return "check the URL"


def _note(folder: Path, kept: Path, validators: dict[str, str]) -> None:
    noted = {"kept": kept.name, "validators": validators}
    (folder / f"{kept.stem}.new").write_text(json.dumps(noted), encoding="utf-8")
