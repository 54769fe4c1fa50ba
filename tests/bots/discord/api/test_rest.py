"""The calls of several processes by one token."""

import asyncio

from bots.discord.api.rest import open_rest


async def test_processes_together_make_no_more_calls_than_discord_allows_in_a_second(fake):
    """Fifty in all, whichever process makes them; each call is of another bucket."""
    made = {"api": fake.url, "token": fake.settings.token, "processes": lambda: 3}
    channels = [await fake.create_channel(f"room-{number}") for number in range(75)]
    async with open_rest(**made) as one, open_rest(**made) as two, open_rest(**made) as three:
        processes = (one, two, three)
        asked = [
            processes[number % 3].call("GET", f"/channels/{channel.id}/messages")
            for number, channel in enumerate(channels)
        ]
        await asyncio.gather(*asked)
    times = [call.at for call in fake.calls]
    assert len(times) == 75
    assert max(sum(at <= other < at + 1 for other in times) for at in times) <= 50
    assert not fake.rate_limited
