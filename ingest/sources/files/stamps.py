"""The state of a source's files, by which an ingest sees that another program is writing them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from core.errors import SourceError

REMARKS: Final = ".faqbot-remarks.json"
"""The file of a fetched source that names what was passed over, and why."""

Stamps = Mapping[Path, tuple[int, int]]
"""The size in bytes and the time of the last change in nanoseconds of each file."""


def stamps_of(path: Path) -> Stamps:
    """Return the state of a file, or of all files of a folder; what is not there has none."""
    files = path.rglob("*") if path.is_dir() else (path,)
    stamps = {}
    for file in files:
        try:
            state = file.stat()
        except OSError:
            continue
        stamps[file] = (state.st_size, state.st_mtime_ns)
    return stamps


def check_unchanged(path: Path, before: Stamps) -> None:
    """Check that a source is as it was when it was read.

    Raises:
        SourceError: It has changed meanwhile.
    """
    if stamps_of(path) != before:
        raise SourceError(
            f"{path.name}: another program has changed it while it was read, and nothing was"
            " changed here; run the same again when it is done"
        )
