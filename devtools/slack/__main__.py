"""`python -m devtools.slack`: a Slack to try the bot in, in a browser, without an account."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from devtools.slack.api.limits import Limits
from devtools.slack.page import SlackPage
from devtools.slack.server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Slack


async def _run(port: int, *, limits: bool) -> None:
    slack = Slack(limits=Limits(on=limits))
    people = [slack.add_person(name) for name in ("민수", "지영", "운영자")]
    *_, owner = people
    owners = slack.add_group("담당자", owner)
    slack.add_channel("문의", *people)
    slack.add_channel("운영", *people, private=True)
    slack.add_channel("잡담", *people, bot=False)
    for person in people:
        slack.world.dm_of(slack.team, person.id)
    async with slack.serve(port, routes=SlackPage(slack).routes()):
        print(f"A local Slack: {slack.world.base_url}/ (open it in a browser)\n")
        print(f"SLACK_BOT_TOKEN={BOT_TOKEN}\nSLACK_APP_TOKEN={APP_TOKEN}")
        print(f"SLACK_SIGNING_SECRET={SIGNING_SECRET}\nSLACK_API_URL={slack.api_url}")
        print(f"FAQBOT_SLACK_OWNERS={owners.id}")
        print(f"# {owners.id} is the group @{owners.name}, of {owner.name} ({owner.id})")
        channels = [c for c in slack.world.channels.values() if c.kind != "im"]
        for channel in channels:
            print(f"# #{channel.name} is {channel.id}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m devtools.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=8_124)
    parser.add_argument("--no-limits", action="store_true", help="let every call pass")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(options.port, limits=not options.no_limits))


main()
