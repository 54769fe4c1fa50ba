"""Fixtures of the whole suite."""

import os
from pathlib import Path

import pytest

pytest.register_assert_rewrite("contracts", "fakes")  # before any of them is imported

_ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared():
    """The folder with the real FAQ, which is not the project's to ship: FAQBOT_SHARED names it."""
    folder = _ROOT / os.environ.get("FAQBOT_SHARED", "../shared")
    real = folder / "data" / "final_result.pkl"
    if not real.is_file():
        pytest.skip(f"the real FAQ is not here: {real.resolve()} (set FAQBOT_SHARED)")
    return folder.resolve()
