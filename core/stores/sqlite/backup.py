"""Backups of the SQLite file while it is in use, by SQLite's own online backup.

https://www.sqlite.org/backup.html
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from core.errors import StorageError
from core.stores.sqlite.database import prepare, translated
from core.stores.sqlite.private import make_private
from core.stores.sqlite.schema import STEPS

_BUSY_TIMEOUT_S = 10.0
_UNWRITABLE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}  # the low byte of the error


def backup_file(source: Path, target: Path, *, force: bool = False) -> None:
    """Write a copy of `source` as it is at one moment; `target` appears when it is whole.

    Raises:
        StorageError: there is no `source`, it is damaged, or `target` is there, and not to be
            overwritten by `force`, or cannot be written.
    """
    _check_there(source)
    if target.exists() and target.samefile(source):
        raise StorageError(f"{target} is the history itself; name another file")
    if target.exists() and not force:
        raise StorageError(
            f"{target} exists already; name another file, or overwrite it with --force"
        )
    part = target.with_name(f".{target.name}.part")
    with translated(source):
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        part.touch(mode=0o600, exist_ok=False)
        try:
            with closing(_connect(source)) as live, closing(_connect(part)) as copy:
                live.backup(copy)
                # A backup is one file, whatever the history's own way of writing.
                copy.execute("PRAGMA journal_mode = DELETE")
            _check_sound(part)
        except sqlite3.OperationalError as error:
            part.unlink(missing_ok=True)
            if error.sqlite_errorcode & 0xFF not in _UNWRITABLE:
                raise
            raise StorageError(
                f"{target} cannot be written; free some space there, or name another file"
            ) from error
        if force:
            part.replace(target)
        else:
            _place(part, target)


def restore_file(source: Path, target: Path) -> None:
    """Replace the content of `target` with that of a backup, in one step for all readers.

    Raises:
        StorageError: `source` is no whole backup, or is of a newer faqbot; `target` is as it was.
    """
    _check_there(source)
    with translated(source):
        _check_sound(source)
    part = target.with_name(f".{target.name}.restore")
    with translated(target):
        make_private(target)
        part.unlink(missing_ok=True)
        make_private(part)
        # Migrated in a separate file: no process that has this one open ever sees an older schema.
        with closing(_connect(source)) as backup, closing(_connect(part)) as copy:
            backup.backup(copy)
            prepare(copy, part)
            copy.execute("PRAGMA journal_mode = DELETE")
            with closing(_connect(target)) as live:
                # All pages in one step, under one lock.
                copy.backup(live)
        part.unlink()


def _place(part: Path, target: Path) -> None:
    """Give a file its name, unless another has got it meanwhile.

    Raises:
        StorageError: that is so.
    """
    try:
        target.hardlink_to(part)
    except FileExistsError as error:
        raise StorageError(f"{target} was written by somebody else meanwhile") from error
    except OSError:  # a file system without links
        part.replace(target)
    else:
        part.unlink()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise StorageError(f"{path}: no such file; check the path")


def _check_sound(path: Path) -> None:
    with closing(_connect(path)) as db:
        if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise StorageError(f"{path} is damaged; take another backup")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if not 0 < version <= len(STEPS):
            raise StorageError(f"{path} is not a backup that this faqbot can read; upgrade faqbot")
