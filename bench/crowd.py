"""Two hundred answers at once in one process: `python -m bench crowd`.

The bot is a process of its own; the local Slack or Discord, without limits, and the people are this
one. What is measured is the bot: how late its event loop comes back, its CPU and its memory.
"""

from __future__ import annotations

import asyncio
import json
import sys
from time import perf_counter
from typing import Any

from bench.lag import CHARS, CHARS_PER_S
from bench.lag_discord import Discords
from bench.lag_slack import Slacks
from bench.tables import note, table
from config.resources import ROOT

_AT_ONCE = 200


async def _told(bot: asyncio.subprocess.Process) -> dict[str, float]:
    assert bot.stdin is not None  # noqa: S101 - both are pipes
    assert bot.stdout is not None  # noqa: S101
    bot.stdin.write(b"\n")
    await bot.stdin.drain()
    told: dict[str, float] = json.loads(await bot.stdout.readline())
    return told


async def _crowd(kind: type[Slacks | Discords], name: str) -> list[str]:
    async with kind().open() as platform:
        platform.without_limits()
        places = await platform.places(_AT_ONCE, together=False)
        command = ["-m", "bench.crowd_bot", name, json.dumps(platform.values())]
        pipe: Any = asyncio.subprocess.PIPE
        bot = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=ROOT, stdin=pipe, stdout=pipe
        )
        await platform.connected()
        before = await _told(bot)
        started = perf_counter()
        asked = [await platform.ask(place) for place in places]
        for question in asked:
            await platform.answered(question)
        took_s = perf_counter() - started
        after = await _told(bot)
        await bot.wait()
    cpu_ms = (after["cpu_s"] - before["cpu_s"]) / _AT_ONCE * 1000
    return [
        name,
        f"{took_s:.1f} s",
        f"{after['lag_ms']:.0f} ms",
        f"{cpu_ms:.0f} ms",
        f"{before['rss_mb']:.0f} to {after['rss_mb']:.0f} MB",
        str(platform.calls),
    ]


def main() -> None:
    """Print the table."""
    rows = [asyncio.run(_crowd(Slacks, "slack")), asyncio.run(_crowd(Discords, "discord"))]
    table(
        f"{_AT_ONCE} answers at once, in threads of their own",
        ("", "all of it", "loop lag p99", "CPU an answer", "resident", "posts and edits"),
        rows,
    )
    note(f"an answer alone grows for {CHARS / CHARS_PER_S:.1f} s")


if __name__ == "__main__":
    main()
