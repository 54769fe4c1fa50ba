"""The processes of an installation: how many there are, and which one leads a job."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from core.errors import StorageError
from core.ports import Cluster

logger = logging.getLogger(__name__)

LEASE_S: Final = 15.0
_BEAT_S: Final = 5.0
_MEMBER: Final = "process:"
_JOB: Final = "job:"


class Members:
    """The membership of this process among those of the installation.

    While the store is away, the number from before counts.
    """

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self.name = name
        self._count = 1
        self._fewer_since: float | None = None

    @property
    def count(self) -> int:
        """The number of running processes, this one included.

        It falls only when fewer were seen for as long as a lease: after an outage of the store, the
        others have not yet renewed theirs, and nobody may take their share of a budget meanwhile.
        """
        return self._count

    async def run(self) -> None:
        """Keep this process counted until cancelled."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(_BEAT_S)
        finally:
            await self._leave()

    async def look(self) -> None:
        """Renew this process's lease, and count all processes."""
        try:
            await self._cluster.hold(f"{_MEMBER}{self.name}", self.name, lease_s=LEASE_S)
            held = await self._cluster.held()
        except StorageError as error:
            logger.warning("how many processes there are is not known: %s", error)
        else:
            self._note(max(sum(name.startswith(_MEMBER) for name in held), 1))

    def _note(self, number: int) -> None:
        now = asyncio.get_running_loop().time()
        if number >= self._count:
            self._fewer_since = None
        elif self._fewer_since is None:
            self._fewer_since = now
        if self._fewer_since is None or now - self._fewer_since >= LEASE_S:
            self._count, self._fewer_since = number, None

    async def leads(self, job: str, *, lease_s: float = LEASE_S) -> bool:
        """Return whether this process is the one that runs a job; it stays so while it asks.

        Raises:
            StorageError: the store is away.
        """
        return await self._cluster.hold(f"{_JOB}{job}", self.name, lease_s=lease_s) == self.name

    @asynccontextmanager
    async def leading(self, job: str) -> AsyncIterator[None]:
        """Keep the lead of a job that takes long; if this process dies, another one leads soon."""
        keeping = asyncio.create_task(self._keep(job))
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def _keep(self, job: str) -> None:
        while True:
            await asyncio.sleep(_BEAT_S)
            with suppress(StorageError):
                await self.leads(job)

    async def _leave(self) -> None:
        try:
            async with asyncio.timeout(_BEAT_S):
                for name, holder in (await self._cluster.held()).items():
                    if holder == self.name:
                        await self._cluster.let_go(name, holder)
        except (StorageError, TimeoutError) as error:
            logger.warning("other processes have to wait for our leases to lapse: %s", error)


async def leaders(cluster: Cluster) -> dict[str, str]:
    """Return which process leads which job.

    Raises:
        StorageError: the store is away.
    """
    held = await cluster.held()
    return {name[len(_JOB) :]: holder for name, holder in held.items() if name.startswith(_JOB)}
