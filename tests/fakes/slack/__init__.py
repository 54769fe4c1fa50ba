"""A local Slack for the real Bolt: `async with Slack().serve() as slack`.

What it refuses, limits and retries follows https://docs.slack.dev; every failure comes on cue.
"""

from fakes.slack.delivery import Delivery
from fakes.slack.limits import Limits
from fakes.slack.person import Person
from fakes.slack.render import labels, visible, visible_of
from fakes.slack.server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Slack
from fakes.slack.state import Channel, Message, Pane, Team, View

__all__ = [
    "APP_TOKEN",
    "BOT_TOKEN",
    "SIGNING_SECRET",
    "Channel",
    "Delivery",
    "Limits",
    "Message",
    "Pane",
    "Person",
    "Slack",
    "Team",
    "View",
    "labels",
    "visible",
    "visible_of",
]
