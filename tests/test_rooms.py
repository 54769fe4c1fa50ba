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


# Those of a platform or of a store have one line for all of them, which gives their name alone.
ALIKE = ("bots/slack", "bots/discord", "bots/web", "core/stores/sqlite", "core/stores/mongo")


@pytest.mark.parametrize("top", ["bots", "core", "ingest"])
def test_the_architecture_has_a_line_for_every_room(top):
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = {
        name
        for line in page.splitlines()
        if line.startswith("| ")
        for name in re.findall(r"`([\w/.]+)`", line.split("|")[1])
    }
    missing = {
        str(one)
        for one in rooms(top)
        if str(one) not in named and not (str(one.parent) in ALIKE and one.name in named)
    }
    assert not missing
