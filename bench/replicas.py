"""Processes of `faqbot run` that share a data folder: started, killed and ended."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from config.resources import ROOT

_ENDS_WITHIN_S: Final = 30.0


class Replicas:
    """The running processes, the oldest first; what they log is in `replicas.log`."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._folder = folder
        self._settings = settings
        self._running: list[asyncio.subprocess.Process] = []

    async def begin(self) -> None:
        """Start one more."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FAQBOT_")}
        local = {"FAQBOT_DATA_DIR": str(self._folder), "PYTHONPATH": str(ROOT)}
        with (self._folder / "replicas.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bots", "run",
                cwd=self._folder, env=kept | local | self._settings, stdout=log, stderr=log,
            )  # fmt: skip
        self._running.append(process)

    async def kill(self) -> str:
        """Kill the oldest without a warning, and return the seat that it leaves."""
        taken = self._seats()
        process = self._running.pop(0)
        process.kill()
        await process.wait()
        (left,) = taken - self._seats()
        return left

    def _seats(self) -> set[str]:
        """Return the seats that processes have: those whose files are locked."""
        taken = set()
        for path in (self._folder / "seats").glob("*.lock"):
            with path.open() as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    taken.add(path.stem)
        return taken

    async def end(self) -> None:
        """Ask all to leave; who does not is killed."""
        for process in self._running:
            if process.returncode is None:
                process.terminate()
        for process in self._running:
            try:
                async with asyncio.timeout(_ENDS_WITHIN_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
