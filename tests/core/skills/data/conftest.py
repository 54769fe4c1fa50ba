"""The example shop as on one day, and what answers from it."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from core.skills.data.load import EXAMPLE_BOOK, load_answerer
from core.skills.data.shop import build_shop

TODAY = date(2026, 11, 29)


@pytest.fixture(scope="session")
def today():
    return TODAY


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """The SQLite file of the example."""
    path = tmp_path_factory.mktemp("shop") / "shop.sqlite3"
    build_shop(path, last_day=TODAY)
    return path


@pytest.fixture(scope="session")
def answerer(shop, analyzer, encoder):
    """Answers from the example, without a model."""
    url = f"sqlite:///{shop}"
    return load_answerer(url, EXAMPLE_BOOK, terms=analyzer.terms, embed=encoder.embed)


@pytest.fixture(scope="session")
def questions():
    """Reads one of the two sets of questions with their right SQL."""

    def read(name):
        path = Path(__file__).with_name(f"questions.{name}.toml")
        return tomllib.loads(path.read_text(encoding="utf-8"))["q"]

    return read
