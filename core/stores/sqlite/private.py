"""Files and folders that only the user who runs the bot can read, as they hold questions."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_BESIDE: Final = ("", "-wal", "-shm", "-journal")  # https://www.sqlite.org/tempfiles.html


def make_private(path: Path) -> None:
    """Make a database's file and its folder where they are missing, closed to all others.

    What was made by an earlier version is closed, too; a folder in which the bot is run is not
    only its own, and stays as it is.

    Raises:
        OSError: the file cannot be made.
    """
    folder = path.parent
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    elif not Path.cwd().is_relative_to(folder.resolve()):
        _close(folder)
    _make(path)
    for ending in _BESIDE:
        _close(path.with_name(path.name + ending))


def _make(path: Path) -> None:
    """Make a file where there is none; one that is there is not opened.

    Closing it would release all locks of this process on it, those of SQLite's connections
    included: another process would take the log away below them, and what they write from then on
    would be lost. https://www.sqlite.org/howtocorrupt.html, "POSIX advisory locks canceled"
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _FILE_MODE))


def _close(path: Path) -> None:
    """Take from others what they may do; of what is somebody else's, it is theirs to say."""
    with suppress(OSError):
        mode = path.stat().st_mode
        if mode & _OTHERS:
            path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
