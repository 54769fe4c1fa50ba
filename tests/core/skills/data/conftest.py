"""The questions that are asked of the example shop."""

import tomllib
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def questions():
    """Reads one of the two sets of questions with their right SQL."""

    def read(name):
        path = Path(__file__).with_name(f"questions.{name}.toml")
        return tomllib.loads(path.read_text(encoding="utf-8"))["q"]

    return read
