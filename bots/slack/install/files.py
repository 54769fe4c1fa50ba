"""The workspaces that have installed the bot, a file each, readable by its owner alone."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

from core.errors import StorageError


class InstallationFiles:
    """Keeps installations in a folder, which the processes of a data folder share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def all(self) -> list[dict[str, str]]:
        """Return the stored installation of each workspace.

        Raises:
            StorageError: the folder or a file in it cannot be read.
        """
        try:
            return await asyncio.to_thread(self._read)
        except (OSError, ValueError) as error:
            raise StorageError(f"cannot read {self._folder}: {error}") from error

    async def put(self, team: str, values: dict[str, str]) -> None:
        """Store a workspace's installation over the earlier one.

        Raises:
            StorageError: it cannot be written.
        """
        try:
            await asyncio.to_thread(self._write, team, json.dumps(values))
        except OSError as error:
            raise StorageError(f"cannot write into {self._folder}: {error}") from error

    async def remove(self, team: str) -> None:
        """Delete a workspace's installation.

        Raises:
            StorageError: it cannot be deleted.
        """
        path = self._folder / f"{team}.json"
        try:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        except OSError as error:
            raise StorageError(f"cannot delete {path}: {error}") from error

    def _read(self) -> list[dict[str, str]]:
        files = sorted(self._folder.glob("*.json"))
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]

    def _write(self, team: str, text: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{team}.json"
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
