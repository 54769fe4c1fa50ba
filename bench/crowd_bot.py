"""The bot of `bench crowd`, in a process of its own: says what it took when its input ends."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from bench.bots import Open, running
from bench.lag import PacedAssistant

_TICK_S = 0.01


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _lags(lags_ms: list[float]) -> None:
    """Note how much later than asked for the loop comes back."""
    while True:
        before = perf_counter()
        await asyncio.sleep(_TICK_S)
        lags_ms.append((perf_counter() - before - _TICK_S) * 1000)


async def _main(platform: str, values: dict[str, str]) -> None:
    if platform == "slack":
        from bots.slack.platform import open_slack as opened
    else:
        from bots.discord.platform import open_discord as opened
    open_platform: Open = opened
    lags_ms: list[float] = []
    async with running(PacedAssistant(), open_platform, values):
        watching = asyncio.create_task(_lags(lags_ms))
        for _ in range(2):  # before the crowd, and after it
            await asyncio.to_thread(sys.stdin.readline)
            lag_ms = float(np.percentile(lags_ms, 99)) if lags_ms else 0.0
            told = {"cpu_s": process_time(), "rss_mb": _resident_mb(), "lag_ms": lag_ms}
            print(json.dumps(told), flush=True)
            lags_ms.clear()
        watching.cancel()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], json.loads(sys.argv[2])))
