"""What is installed without an extra: everything but the rooms that an extra is for."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

from config.resources import ROOT

# The rooms that need an extra, by the module that is missing. They are imported on use.
ROOMS = {
    "boto3": ("core.embeddings.bedrock", "core.llm.bedrock."),
    "botocore": ("core.llm.bedrock.",),
    "torch": ("core.llm.local.", "core.skills.recommender.training"),
    "sqlalchemy": ("core.skills.data.",),
    "sqlglot": ("core.skills.data.", "bots.cli.answers.data"),
    "icalendar": ("core.skills.meetings.",),
    "caldav": ("core.skills.meetings.diaries.calendars",),
    "mcp": ("bots.mcp.", "core.skills.api.mcp_tools"),
}


class _Locked:
    """An importer that has what requirements.lock has, as an installation without extras."""

    def __init__(self):
        lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
        locked = {line.partition("==")[0] for line in lines if re.match(r"[a-z]", line)}
        self._absent = {
            module
            for module, names in packages_distributions().items()
            if not {re.sub(r"[-_.]+", "-", name).lower() for name in names} & {*locked, "faqbot"}
        }

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self._absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main():
    """Print which modules cannot be imported, with the name of what is missing."""
    sys.meta_path.insert(0, _Locked())
    missing = {}
    for package in ("config", "core", "ingest", "bots"):
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if module.name.endswith("__main__"):
                continue
            try:
                importlib.import_module(module.name)
            except ImportError as error:
                missing[module.name] = (error.name or "").partition(".")[0]
    json.dump(missing, sys.stdout)


def test_without_extras_everything_else_can_be_imported():
    """Above all `faqbot run`: the environment of the tests has every extra, a user's has none."""
    ran = subprocess.run(
        [sys.executable, __file__], cwd=ROOT, capture_output=True, text=True, check=True
    )
    missing = json.loads(ran.stdout)
    outside = {
        module: needed
        for module, needed in missing.items()
        if not module.startswith(ROOMS.get(needed, ()))
    }
    assert outside == {}
    assert set(missing.values()) <= set(ROOMS)


if __name__ == "__main__":
    main()
