"""Slack's adapter does what every platform's must."""

import asyncio
import json
from dataclasses import dataclass

import pytest
from contracts.alone import *  # noqa: F403 - the suite of those who are alone with the bot
from contracts.api_skill import *  # noqa: F403 - the dialogue with an API
from contracts.consent import *  # noqa: F403 - the suite of those who are named for a meeting
from contracts.manners import *  # noqa: F403 - the suite of the places where people talk
from contracts.platform import *  # noqa: F403 - the suite
from contracts.skills import *  # noqa: F403 - the suite of skills
from fakes.assistants import ScriptedAssistant
from fakes.slack_bot import answering

from bots.slack.ids import place_of
from core.text.markdown.measure import utf16
from devtools.slack import Limits, Message, Slack, labels, visible
from devtools.slack.sdk import client_of

_LOOK_S = 0.05  # what only the bot knows is looked at so often


@dataclass
class Asked:
    root: Message
    message: Message


class SlackDriver:
    """People on the local Slack: each question is a mention in one channel."""

    longest = 12_000
    length = staticmethod(utf16)

    def __init__(self, slack, folder):
        self.slack, self.folder = slack, folder
        self.person = slack.add_person("민수")
        self.other = slack.add_person("지영")
        self.channel = slack.add_channel("문의", self.person, self.other)
        self.bot = self.person.mention_of_bot

    def running(self, *, make_assistant=ScriptedAssistant, **settings):
        return answering(
            self.slack,
            self.folder,
            settings=settings,
            assistant=lambda stores: make_assistant(history=stores.history),
        )

    async def ask(self, text):
        message = await self.person.mention(self.channel, text)
        return Asked(message, message)

    async def go_on(self, asked, text):
        return Asked(asked.root, await self.person.say(self.channel, text, thread=asked.root))

    async def say(self, text):
        message = await self.person.say(self.channel, text)
        return Asked(message, message)

    async def join(self, asked, text):
        await self.other.say(self.channel, text, thread=asked.root)

    async def call_below(self, asked, text):
        message = await self.person.mention(self.channel, text, thread=asked.root)
        return Asked(asked.root, message)

    async def take_back(self, asked, text):
        await self.person.edit(asked.message, text)

    async def say_of_other(self, asked, before, after):
        text = f"{before}<@{self.other.id}>{after}"
        await self.person.say(self.channel, text, thread=asked.root)

    async def say_as_bot(self, asked, text):
        await client_of(self.slack).chat_postMessage(
            channel=self.channel.id,
            thread_ts=asked.root.ts,
            text=f"{self.person.mention_of_bot} {text}",
        )

    async def say_directly(self, text):
        return await self.person.say(self.person.dm, text)

    async def edit_directly(self, said, text):
        await self.person.edit(said, text)

    def told_directly(self):
        own = self.slack.team.bot_id
        return [visible(m) for m in self.slack.messages(self.person.dm) if m.bot_id == own]

    async def redeliver(self, asked):
        for delivery in self.slack.events("app_mention"):
            if delivery.event["ts"] == asked.message.ts:
                self.slack.redeliver(delivery)

    async def edit(self, asked, text):
        await self.person.edit(asked.message, f"{self.person.mention_of_bot} {text}")

    async def delete(self, asked):
        await self.person.delete(asked.message)

    async def press(self, asked, label):
        await self._pressed(self.person, asked, label)

    async def press_by_other(self, asked, label):
        await self._pressed(self.other, asked, label)

    async def ask_as_other(self, text):
        message = await self.other.mention(self.channel, text)
        return Asked(message, message)

    def told_in_private(self, _asked):
        return self.told_directly()

    async def _pressed(self, person, asked, label):
        for message in reversed(self._messages(asked)):
            if label in labels(message):
                await person.press(message, label)
                return
        raise LookupError(label)

    async def ask_naming_other(self, before, after):
        message = await self.person.mention(self.channel, f"{before}<@{self.other.id}>{after}")
        return Asked(message, message)

    @property
    def other_person(self):
        return self.other.id

    def _alone(self):
        own = self.slack.team.bot_id
        return [m for m in self.slack.messages(self.other.dm) if m.bot_id == own]

    def told_alone(self):
        return [visible(message) for message in self._alone()]

    def buttons_alone(self):
        return [label for message in self._alone() for label in labels(message)]

    async def say_alone(self, text):
        await self.other.say(self.other.dm, text)

    async def press_alone(self, label):
        (message,) = [one for one in self._alone() if label in labels(one)]
        await self.other.press(message, label)

    def shown(self, asked):
        return [visible(message) for message in self._messages(asked)]

    def buttons(self, asked):
        return [label for message in self._messages(asked) for label in labels(message)]

    def files(self, asked):
        replies = self.slack.replies(asked.root)
        return [(file["name"], file["content"]) for one in replies for file in one.files]

    def pings(self):
        return [
            message
            for message in self.slack.messages(self.channel)
            if message.bot_id
            and any(call in json.dumps(message.as_json()["blocks"]) for call in ("<!", "<@"))
        ]

    def reactions_to(self, text):
        said = [m for m in self.channel.messages.values() if m.text == text]
        me = self.slack.team.bot_user_id
        return sum(user == me for message in said for _, user in message.reactions)

    def round_trip(self, session):
        return place_of(session).session

    async def until(self, true):
        async with asyncio.timeout(30):
            while not (found := true()):  # noqa: ASYNC110 - what the bot knows it tells nobody
                await asyncio.sleep(_LOOK_S)
        return found

    def _messages(self, asked):
        own = self.slack.team.bot_id
        replies = [m for m in self.slack.replies(asked.root) if m.bot_id == own]
        return [message for message in replies if message.metadata]


@pytest.fixture
async def driver(tmp_path):
    """People on the local Slack."""
    async with Slack(limits=Limits(on=False)).serve() as slack:
        yield SlackDriver(slack, tmp_path)
