"""`python -m devtools.discord`: a local Discord with a page, to try the bot without an account."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from devtools.discord.api.limits import RouteLimits
from devtools.discord.page import DiscordPage
from devtools.discord.world.model import WorldSettings


async def _forever(port: int, limits: RouteLimits) -> None:
    server = DiscordPage(WorldSettings(), limits)
    await server.create_channel("질문", topic="무엇이든 물어보세요")
    await server.create_channel("잡담")
    await server.create_forum("문의-게시판", tags=("배송", "정산", "해결"))
    expert, role = (
        await server.create_user("담당자"),
        await server.create_role("상담", mentionable=True),
    )
    await server.give_role(await server.create_user("상담원"), role)
    async with server.serve(port):
        page = server.url.removesuffix("/api/v10")
        print(
            f"a local Discord listens; its page: {page}\n"
            f"in another terminal:\n"
            f"  export DISCORD_BOT_TOKEN={server.settings.token} DISCORD_API_URL={server.url} "
            f"DISCORD_GATEWAY_URL={server.gateway_url}\n"
            f"  export DISCORD_OWNERS={expert.id},role:{role.id}",
            flush=True,
        )
        await asyncio.Event().wait()


def main() -> None:
    """Run the server until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8125)
    parser.add_argument("--no-limits", action="store_true", help="no rate limits")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_forever(given.port, RouteLimits(enabled=not given.no_limits)))


if __name__ == "__main__":
    main()
