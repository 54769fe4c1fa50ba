"""FAQ files that owners upload: the one under trial, and the last that was ingested."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from config.settings import Settings
from core.errors import SourceError
from ingest.sources.files.folders import KINDS

_MOST_NAME_CHARS: Final = 100


def begin_upload(settings: Settings, name: str) -> Path:
    """Return where a file of that name is kept while it is looked at; the one before is dropped.

    Raises:
        SourceError: no file of that kind is read, or it cannot be kept.
    """
    plain = "".join(sign for sign in Path(name.replace("\\", "/")).name if sign.isprintable())
    if Path(plain).suffix.lower() not in KINDS:
        raise SourceError(
            f"{plain or 'this file'}: of these kinds a FAQ is read: {', '.join(KINDS)}"
        )
    folder = _waiting(settings)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise SourceError(f"{plain}: it cannot be stored ({error.strerror})") from error
    return folder / plain[-_MOST_NAME_CHARS:].lstrip(".")


def waiting_upload(settings: Settings) -> Path:
    """Return the file that was uploaded and is not ingested yet.

    Raises:
        SourceError: there is none.
    """
    folder = _waiting(settings)
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    if not found:
        raise SourceError("there is no uploaded file: upload it again")
    return found[0]


def accept_upload(settings: Settings) -> Path:
    """Keep the file that waits as the source of the FAQ, and return where it is now.

    Raises:
        SourceError: none waits, or it cannot be kept.
    """
    waiting = waiting_upload(settings)
    kept = settings.data_dir / "uploads" / waiting.name
    try:
        waiting.replace(kept)
    except OSError as error:
        raise SourceError(f"{kept.name}: it cannot be stored ({error.strerror})") from error
    return kept


def _waiting(settings: Settings) -> Path:
    return settings.data_dir / "uploads" / "waiting"
