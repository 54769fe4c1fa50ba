"""A local Slack for the real Bolt, strict and stateful, with failures on cue.

    async with Slack(ack_within_s=0.3).serve() as slack:
        minsu = slack.add_person("민수")
        channel = slack.add_channel("문의", minsu)
        async with connected(app, slack):  # devtools.slack.sdk; or point the bot at slack.api_url
            question = await minsu.mention(channel, "정산은 언제 되나요?")
            await slack.until(lambda: "3일" in "".join(map(visible, slack.replies(question))))

`Slack` (server) makes teams, channels and people, fails on cue and shows what happened; `Person`
(world) does what a user can; `Limits` (api) holds the rates. What it refuses, limits and
retries follows https://docs.slack.dev.
"""

from devtools.slack.api.limits import Limits
from devtools.slack.events.delivery import Delivery
from devtools.slack.server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Slack
from devtools.slack.world.model import Channel, Group, Message, Pane, SurfaceView, Team
from devtools.slack.world.people import Person
from devtools.slack.world.render import labels, visible, visible_of

__all__ = [
    "APP_TOKEN",
    "BOT_TOKEN",
    "SIGNING_SECRET",
    "Channel",
    "Delivery",
    "Group",
    "Limits",
    "Message",
    "Pane",
    "Person",
    "Slack",
    "SurfaceView",
    "Team",
    "labels",
    "visible",
    "visible_of",
]
