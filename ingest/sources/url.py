"""A FAQ source behind a URL: fetched only if it changed, by its ETag or date."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

import httpx

from core.errors import SourceError
from ingest.sources.load import MAX_FILE_BYTES

_TIMEOUT_S: Final = 30.0
_ASKED: Final = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


def is_url(source: str) -> bool:
    """Whether a source is to be fetched."""
    return source.lower().startswith(("http://", "https://"))


def fetch(url: str, folder: Path) -> tuple[Path, bool]:
    """The file that `url` was kept as in `folder`, and whether it changed since the last time.

    The kept file is whole at every time, and `changed` is True again until `confirm` was called:
    what could not be ingested is tried again.

    Raises:
        SourceError: no answer, no success, or more than 200 MB; the kept file is as it was.
    """
    address = urlsplit(url)
    name = sha256(url.encode()).hexdigest()[:16] + PurePosixPath(address.path).suffix.lower()
    kept, known = folder / name, folder / f"{name}.json"
    validators = json.loads(known.read_text()) if known.is_file() and kept.is_file() else {}
    headers = {_ASKED[field]: value for field, value in validators.items()}
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{name}.part"
    try:
        with (
            httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return kept, False
            answer.raise_for_status()
            _save(answer, fresh)
            fields = {name: answer.headers[name] for name in _ASKED if name in answer.headers}
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        raise SourceError(
            f"{address.hostname} answers {status} for the FAQ; check the URL"
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        problem = f"{address.hostname} does not give the FAQ ({type(error).__name__})"
        raise SourceError(f"{problem}; check the URL and the network") from error
    known.unlink(missing_ok=True)
    fresh.replace(kept)
    (folder / f"{name}.new").write_text(json.dumps(fields))
    return kept, True


def confirm(kept: Path) -> None:
    """Remember that the file was ingested: it is fetched again when it has changed."""
    kept.with_name(f"{kept.name}.new").replace(kept.with_name(f"{kept.name}.json"))


def _save(answer: httpx.Response, path: Path) -> None:
    size = 0
    with path.open("wb") as file:
        for part in answer.iter_bytes():
            size += len(part)
            if size > MAX_FILE_BYTES:
                raise SourceError(f"the FAQ has more than {MAX_FILE_BYTES:,} bytes; split it")
            file.write(part)
