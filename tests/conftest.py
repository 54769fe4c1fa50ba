"""Fixtures of the whole suite."""

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def keyless(monkeypatch):
    """No test calls a paid model by accident, whatever the developer's environment holds."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.fixture(scope="session")
def shared():
    """The folder with the real FAQ, which is not the project's to ship: FAQBOT_SHARED names it."""
    folder = _ROOT / os.environ.get("FAQBOT_SHARED", "../shared")
    real = folder / "data" / "final_result.pkl"
    if not real.is_file():
        pytest.skip(f"the real FAQ is not here: {real.resolve()} (set FAQBOT_SHARED)")
    return folder.resolve()
