"""What lies on the disk is for the user alone who runs the bot."""

import os
import stat

import pytest
from contracts.history import turn

from core.errors import StorageError
from core.stores.sqlite.backup import backup_file, restore_file
from core.stores.sqlite.private import make_private
from core.stores.sqlite.spending import SqliteSpendingStore
from core.stores.sqlite.turns.history import SqliteHistory

OTHERS = stat.S_IRWXG | stat.S_IRWXO

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")


@pytest.fixture(autouse=True)
def _usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder):
    """Paths below a folder, and the folder itself, with which others may do anything."""
    return [path for path in (folder, *folder.rglob("*")) if path.stat().st_mode & OTHERS]


async def test_a_history_is_closed_to_others_with_all_beside_it(tmp_path):
    path = tmp_path / "new" / "data" / "history.sqlite3"
    async with SqliteHistory.open(path) as history:
        await history.append(turn("1"))
        assert {found.name for found in path.parent.iterdir()} > {path.name}  # the log, too
        assert open_to_others(path.parent) == []


async def test_what_an_earlier_version_left_open_is_closed(tmp_path):
    folder = tmp_path / "data"
    async with SqliteHistory.open(folder / "history.sqlite3") as history:
        await history.append(turn("1"))
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755)
        async with SqliteHistory.open(folder / "history.sqlite3"):
            assert open_to_others(folder) == []


def test_the_folder_in_which_one_works_stays_as_it_is(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    make_private(tmp_path / "history.sqlite3")
    assert open_to_others(tmp_path) == [tmp_path]


def test_the_ledger_of_costs_is_closed_to_others(tmp_path):
    with SqliteSpendingStore.open(tmp_path / "data" / "spent.sqlite3") as store:
        store.charge("U1", 0.1)
        assert open_to_others(tmp_path / "data") == []


async def test_a_backup_and_what_is_restored_are_closed_to_others(tmp_path):
    path, copy = tmp_path / "data" / "history.sqlite3", tmp_path / "history.bak"
    async with SqliteHistory.open(path) as history:
        await history.append(turn("1"))
    backup_file(path, copy)
    other = tmp_path / "other" / "history.sqlite3"
    restore_file(copy, other)
    assert not copy.stat().st_mode & OTHERS
    assert open_to_others(other.parent) == []


async def test_a_backup_overwrites_nothing_unless_it_is_told_to(tmp_path):
    path, copy = tmp_path / "data" / "history.sqlite3", tmp_path / "letter.txt"
    async with SqliteHistory.open(path) as history:
        await history.append(turn("1"))
    copy.write_text("dear reader")
    with pytest.raises(StorageError, match=r"exists already.*--force"):
        backup_file(path, copy)
    assert copy.read_text() == "dear reader"
    backup_file(path, copy, force=True)
    assert copy.read_bytes().startswith(b"SQLite format 3")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["data", "letter.txt"]
