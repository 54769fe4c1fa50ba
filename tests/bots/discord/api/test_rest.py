"""The calls of several processes by one token."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

from fakes.leaping_loop import leap

from bots.discord.api.rest import Rest


class Line:
    """A connection that notes when each call is sent."""

    def __init__(self):
        self.times = []

    @asynccontextmanager
    async def request(self, *_, **__):
        self.times.append(asyncio.get_running_loop().time())
        yield SimpleNamespace(status=204, content_type="", headers={}, read=self.read)

    async def read(self):
        return b""


async def calls_of(processes):
    line = Line()
    rests = [
        Rest(line, api="http://discord.example", token="", processes=lambda: processes)
        for _ in range(processes)
    ]
    asked = [rest.call("GET", f"/channels/{n}") for n, rest in enumerate(rests * 60)]
    await asyncio.gather(*asked)
    return line.times


def test_processes_together_make_no_more_calls_than_discord_allows_in_a_second():
    """Fifty in all, whichever process makes them."""
    for processes in (1, 3, 10):
        times = leap(calls_of(processes))
        assert len(times) == 60 * processes
        assert max(sum(at <= other < at + 1 for other in times) for at in times) <= 50
