"""The event loop for what serves many."""

import asyncio
import sys

import pytest

from bots.bootstrap.processes.event_loop import run


def test_it_runs_and_leaves_python_as_it_was():
    """A fast loop, a short turn for threads; both gone afterwards."""
    before = sys.getswitchinterval()

    async def main():
        return type(asyncio.get_running_loop()).__module__, sys.getswitchinterval()

    module, turn_s = run(main())
    assert module.startswith("uvloop")
    assert turn_s == pytest.approx(0.001)
    assert sys.getswitchinterval() == before


def test_without_uvloop_it_is_pythons_own(monkeypatch):
    """It has no wheel for every system."""
    monkeypatch.setitem(sys.modules, "uvloop", None)

    async def main():
        return type(asyncio.get_running_loop()).__module__

    assert run(main()).startswith("asyncio")
