"""`faqbot run`: what breaks on one platform stays there."""

import asyncio

from bots.connected import Connected
from bots.running import keep_running


async def test_a_platform_that_breaks_off_begins_again_and_leaves_the_others_alone(caplog):
    begun = asyncio.Queue()
    again = asyncio.Event()

    async def broken():
        begun.put_nowait("broken")
        if begun.qsize() > 2:
            again.set()
        raise RuntimeError("a payload that nobody has thought of")

    async def steady():
        begun.put_nowait("steady")
        await asyncio.Event().wait()

    async def serve():
        async with asyncio.TaskGroup() as tasks:
            for name, runs in (("Slack: on", broken), ("Discord: on", steady)):
                tasks.create_task(keep_running(Connected(name, runs), pause_s=0))

    serving = asyncio.create_task(serve())
    async with asyncio.timeout(5):
        await again.wait()
    assert not serving.done()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert serving.cancelled()
    names = [begun.get_nowait() for _ in range(begun.qsize())]
    assert names.count("steady") == 1
    assert "begins again: Slack: on" in caplog.text
