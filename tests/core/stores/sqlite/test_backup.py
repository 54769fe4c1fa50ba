"""Backup and restore of the SQLite file while it is in use."""

from __future__ import annotations

import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from contracts.history import ids, turn

from core.errors import StorageError
from core.stores.sqlite.backup import backup_file, restore_file
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite3"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "history.bak"


async def test_a_running_bot_is_backed_up_and_restored(path, copy):
    """What was appended after the backup is gone, handles stay open, and writing goes on."""
    async with SqliteFile.open(path) as file:
        history = SqliteHistory(file)
        await history.append(turn("1"))
        backup_file(path, copy)
        await history.append(turn("2"))
        restore_file(copy, path)
        assert await ids(history) == ["1"]
        assert await history.append(turn("3")) is True
        assert await ids(history) == ["1", "3"]
    assert sorted(found.name for found in path.parent.iterdir()) == [path.name]
    assert [found.name for found in copy.parent.iterdir()] == [copy.name]
    assert copy.stat().st_mode & 0o777 == 0o600


async def test_a_backup_is_restored_where_nothing_is(path, copy):
    async with SqliteFile.open(path) as file:
        await SqliteHistory(file).append(turn("1"))
    backup_file(path, copy)
    elsewhere = path.with_name("new") / "history.sqlite3"
    restore_file(copy, elsewhere)
    async with SqliteFile.open(elsewhere) as file:
        assert await SqliteArchive(file).find("1") == turn("1")


async def test_a_newer_a_damaged_and_a_foreign_backup_are_refused(path, copy):
    """And the history is as it was."""
    async with SqliteFile.open(path) as file:
        for number in range(100):
            await SqliteHistory(file).append(turn(str(number)))
        backup_file(path, copy)
        whole = copy.read_bytes()
        with closing(sqlite3.connect(copy)) as db:
            db.execute("PRAGMA user_version = 99")
        with pytest.raises(StorageError, match="not a backup that this faqbot can read"):
            restore_file(copy, path)
        copy.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
        with pytest.raises(StorageError, match="damaged"):
            restore_file(copy, path)
        copy.write_bytes(b"x" * 5000)
        with pytest.raises(StorageError, match="is not a database"):
            restore_file(copy, path)
        with pytest.raises(StorageError, match="no such file"):
            restore_file(copy.with_name("none"), path)
        assert len(await ids(SqliteHistory(file))) == 100


def test_there_must_be_something_to_back_up(path, copy):
    with pytest.raises(StorageError, match="no such file"):
        backup_file(path, copy)
    assert not copy.exists()


async def test_a_backup_never_takes_the_place_of_the_history_that_processes_have_open(path):
    """They would go on in a file that nobody finds again."""
    async with SqliteFile.open(path) as file:
        await SqliteHistory(file).append(turn("1"))
        link = path.with_name("link")
        link.symlink_to(path)
        for target in (path, link):
            with pytest.raises(StorageError, match="is the history itself"):
                backup_file(path, target, force=True)
        await SqliteHistory(file).append(turn("2"))
    async with SqliteFile.open(path) as file:
        assert await ids(SqliteHistory(file)) == ["1", "2"]


async def test_a_backup_that_has_no_room_names_its_own_place_and_leaves_nothing_there(path, copy):
    """No file may grow beyond 64 kB meanwhile, and a history is larger."""
    async with SqliteFile.open(path) as file:
        await SqliteHistory(file).append(turn("1"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    try:
        with pytest.raises(StorageError, match=f"{copy} cannot be written; free some space there"):
            backup_file(path, copy)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(copy.parent.iterdir()) == []
    backup_file(path, copy)
    assert copy.stat().st_size > 65_536
