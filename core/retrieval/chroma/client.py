"""The client of Chroma, for a folder or a server, and the translation of its errors."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import chromadb
from chromadb.api import ClientAPI
from chromadb.config import Settings
from chromadb.errors import ChromaError, NotFoundError
from httpx import HTTPError, Timeout, get

from core.errors import FaqIndexError, IndexAwayError

_TIMEOUT: Final = Timeout(10.0, connect=3.0)  # seconds; the client itself would wait for ever
_FULL: Final = (
    "the disk of the index is full, and what was served before still is: free some space, or set "
    "FAQBOT_DATA_DIR to another disk, and run the same again"
)
_HEARTBEAT: Final = "/api/v2/heartbeat"
_SEGMENT: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def open_folder(folder: Path) -> ClientAPI:
    """Open, or create, the embedded store in `folder`.

    Raises:
        FaqIndexError: the folder cannot be written, or holds a damaged store.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        settings = Settings(anonymized_telemetry=False)
        # Chroma keeps one store a path in a process, and a relative path may mean another later.
        return chromadb.PersistentClient(str(folder.resolve()), settings=settings)
    except (OSError, ChromaError, ValueError, RuntimeError) as error:
        if _is_full(error):
            raise FaqIndexError(_FULL) from error
        raise FaqIndexError(
            f"cannot open the index in {folder}: {error}. Check the folder's permissions, "
            "or set FAQBOT_DATA_DIR to another one"
        ) from error


def connect_client(url: str, token: str | None) -> ClientAPI:
    """Connect to the Chroma server at `url`. A client cannot be closed: open one in a process.

    `token` is sent as `Authorization: Bearer …`, for the proxy that guards the server.

    Raises:
        IndexAwayError: no server answers there.
        FaqIndexError: the server refuses us.
    """
    check_server(url, token)
    parts, headers = urlsplit(url), _headers(token)
    try:
        client = chromadb.HttpClient(
            host=parts.hostname or "localhost",
            port=parts.port or (443 if parts.scheme == "https" else 80),
            ssl=parts.scheme == "https",
            headers=headers,
            settings=Settings(anonymized_telemetry=False),
        )
        # Chroma has no setting for the timeout, and without one a call may wait for ever.
        client._server._session.timeout = _TIMEOUT  # type: ignore[attr-defined] # noqa: SLF001
    except (ChromaError, ValueError, HTTPError) as error:
        raise _refused(url) from error  # the client's message may contain the headers
    return client


def check_server(url: str, token: str | None) -> None:
    """Check that a Chroma server answers at `url`. Blocks.

    Raises:
        IndexAwayError: no server answers.
        FaqIndexError: the server refuses us, or is not a Chroma server.
    """
    try:
        answer = get(f"{url.rstrip('/')}{_HEARTBEAT}", headers=_headers(token), timeout=_TIMEOUT)
    except HTTPError as error:
        address = urlsplit(url).netloc
        raise IndexAwayError(
            f"no Chroma server answers at {address}; check that it runs, and CHROMA_URL"
        ) from error
    if answer.is_server_error:
        raise IndexAwayError(f"the Chroma server of CHROMA_URL fails ({answer.status_code})")
    if not answer.is_success:  # checked here, because a refused client leaves its connection open
        raise _refused(url)


@contextmanager
def translated(generation: str = "that served") -> Iterator[None]:
    """Translate the errors of the calls to Chroma within the context.

    Raises:
        FaqIndexError: the generation was replaced, or Chroma fails.
        IndexAwayError: the server does not answer.
    """
    try:
        yield
    except NotFoundError as error:
        raise FaqIndexError(f"the index {generation} was replaced; try again") from error
    except HTTPError as error:
        raise IndexAwayError(
            f"the Chroma server of CHROMA_URL does not answer ({type(error).__name__}); "
            "check that it runs"
        ) from error
    except Exception as error:
        if type(error) is Exception:  # the client raises this for an answer of a proxy
            raise IndexAwayError("the Chroma server of CHROMA_URL fails; see its log") from error
        if not isinstance(error, ChromaError):
            raise
        if _is_full(error):
            raise FaqIndexError(_FULL) from error
        # Where a quota is used up, or a write of Chroma's own tasks fails, it says no more.
        raise FaqIndexError(
            f"the index failed: {error}. If the disk or a quota is full, free some space and run "
            "the same again; `faqbot doctor` looks into all else"
        ) from error


def _is_full(error: Exception) -> bool:
    return "disk is full" in str(error) or "No space left" in str(error)


def sweep(folder: Path) -> None:
    """Remove the vector files of deleted collections, which Chroma (1.5.9) leaves on the disk.

    The folders in use are read from Chroma's own table, which names each before it is written.
    """
    database = (folder / "chroma.sqlite3").resolve().as_uri()
    try:
        with closing(sqlite3.connect(f"{database}?mode=ro", uri=True)) as db:
            known = {row[0] for row in db.execute("SELECT id FROM segments")}
    except sqlite3.Error:
        return
    for files in folder.iterdir():
        if _SEGMENT.fullmatch(files.name) and files.name not in known:
            shutil.rmtree(files, ignore_errors=True)


def _refused(url: str) -> FaqIndexError:
    parts = urlsplit(url)
    return FaqIndexError(
        f"what answers at {parts.hostname}:{parts.port} is no Chroma server, or it refuses "
        "CHROMA_TOKEN; check CHROMA_TOKEN and CHROMA_URL"
    )


def _headers(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
