"""The rooms: tests lie in the rooms of the code, and the page on the architecture names each."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = ("bots", "core", "ingest", "config", "devtools", "bench")
# Folders of the tests that belong to no single room.
SHARED = {"browser", "contracts", "fakes", "fixtures"}


def rooms(*tops):
    """Return the folders of packages, relative to the root, with those above them."""
    return {
        folder.relative_to(ROOT)
        for top in tops
        for module in (ROOT / top).rglob("*.py")
        for folder in (module.parent, *module.parent.parents)
        if folder.is_relative_to(ROOT / top)
    }


def test_every_folder_of_tests_is_a_room_of_the_code():
    tests = ROOT / "tests"
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")} - {Path()}
    assert {one for one in folders if one.parts[0] not in SHARED} <= rooms(*CODE)


@pytest.mark.parametrize("top", ["bots", "core", "ingest"])
def test_the_architecture_names_every_room(top):
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page[page.index("| Room |") : page.index("## The way of a question")]
    words = set(re.findall(r"[\w-]+", table))
    rooms_of_code = {one for one in rooms(top) if len(one.parts) > 1}
    assert not {str(one) for one in rooms_of_code if one.name not in words}
