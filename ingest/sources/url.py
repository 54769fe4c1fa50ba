"""A FAQ source behind a URL: a file, or a help centre; fetched only if it changed."""

from __future__ import annotations

import json
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from core.errors import SourceError
from ingest.sources.load import KINDS, MAX_FILE_BYTES
from ingest.sources.web.client import WebClient

_DEADLINE_S: Final = 300.0
_ASKED: Final = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_TYPES: Final = {
    "text/csv": ".csv",
    "application/json": ".json",
    "text/markdown": ".md",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


def is_url(source: str) -> bool:
    """Return whether a source is to be fetched."""
    return source.lower().startswith(("http://", "https://"))


def shown(source: str) -> str:
    """Return a source for people: of a URL neither password nor query, which may hold a token."""
    if not is_url(source):
        return source
    address = urlsplit(source)
    return f"{address.scheme}://{address.hostname or ''}{address.path}"


def fetch(url: str, folder: Path) -> tuple[Path, bool]:
    """Return the file or folder fetched from `url` into `folder`, and whether it changed.

    A page in HTML is the door to a help centre: the pages below it become a folder. What is kept is
    whole at every time, and `changed` is True again until `confirm` was called: what could not be
    ingested is tried again.

    Raises:
        SourceError: no answer, no success, or more than 200 MB; what was kept is as it was.
    """
    address = urlsplit(url)
    stem = sha256(url.encode()).hexdigest()[:16]
    notes = folder / f"{stem}.json"
    known = json.loads(notes.read_text(encoding="utf-8")) if notes.is_file() else {}
    kept = folder / known.get("kept", "")
    validators = known.get("validators", {}) if known and kept.is_file() else {}
    headers = {_ASKED[field]: value for field, value in validators.items()}
    folder.mkdir(parents=True, exist_ok=True)
    with WebClient() as client:
        answer = client.get(url, headers, most_bytes=MAX_FILE_BYTES, deadline_s=_DEADLINE_S)
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return kept, False
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise SourceError(
                f"{address.hostname} answers {answer.status} for the FAQ; check the URL"
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


def _note(folder: Path, kept: Path, validators: dict[str, str]) -> None:
    noted = {"kept": kept.name, "validators": validators}
    (folder / f"{kept.stem}.new").write_text(json.dumps(noted), encoding="utf-8")
