"""Discord's adapter does what every platform's must."""

from dataclasses import dataclass

import pytest
from contracts.alone import *  # noqa: F403 - the suite of those who are alone with the bot
from contracts.api_skill import *  # noqa: F403 - the dialogue with an API
from contracts.consent import *  # noqa: F403 - the suite of those who are named for a meeting
from contracts.manners import *  # noqa: F403 - the suite of the places where people talk
from contracts.platform import *  # noqa: F403 - the suite
from contracts.skills import *  # noqa: F403 - the suite of skills
from fakes.discord_bot import answers_in, running_bot

from bots.discord.ids import asker_of, place_of
from core.text.markdown.measure import utf16
from devtools.discord import Channel, DiscordServer, Message


def menu_of(part):
    """The values of a menu by their labels; empty for a button."""
    return {one["label"]: one["value"] for one in part.get("options", ())}


@dataclass
class Asked:
    message: Message
    thread: Channel | None = None


class DiscordDriver:
    """People on the local Discord: each question is a mention in its first channel."""

    longest = 2000
    length = staticmethod(utf16)

    def __init__(self, fake: DiscordServer, folder, profile):
        self.fake, self.folder, self.profile = fake, folder, profile
        self.other = fake.add_user("나래")
        fake.guild.members[self.other.id] = []
        self.bot = fake.bot.mention

    def running(self, **settings):
        return running_bot(self.fake, self.folder, self.profile, **settings)

    async def ask(self, text):
        channel = self.fake.guild.channels[0]
        return Asked(await self.fake.say(channel, text, mention_bot=True))

    async def go_on(self, asked, text):
        thread = await self.fake.until(lambda: self._thread(asked))
        return Asked(await self.fake.say(thread, text), thread)

    async def say(self, text):
        return Asked(await self.fake.say(self.fake.guild.channels[0], text))

    async def join(self, asked, text):
        thread = await self.fake.until(lambda: self._thread(asked))
        await self.fake.say(thread, text, user=self.other)

    async def call_below(self, asked, text):
        thread = self._thread(asked)
        if thread:
            return Asked(await self.fake.say(thread, text, mention_bot=True), thread)
        where = asked.message.channel
        said = await self.fake.say(where, text, reply_to=asked.message, mention_bot=True)
        return Asked(said)

    async def take_back(self, asked, text):
        await self.fake.edit(asked.message, text)

    async def say_of_other(self, asked, before, after):
        thread = await self.fake.until(lambda: self._thread(asked))
        await self.fake.say(thread, f"{before}{self.other.mention}{after}")

    async def say_as_bot(self, asked, text):
        thread = self._thread(asked)
        await self.fake.say(thread, text, user=self.fake.bot, mention_bot=True)

    async def say_directly(self, text):
        return await self.fake.direct(text)

    async def edit_directly(self, said, text):
        await self.fake.edit(said, text)

    def told_directly(self):
        return [one.content for one in answers_in(self.fake, self.fake.dm(self.fake.user))]

    async def redeliver(self, asked):
        self.fake.tell_message("MESSAGE_CREATE", asked.message)

    async def edit(self, asked, text):
        call = f"{self.fake.bot.mention} " if asked.thread is None else ""
        await self.fake.edit(asked.message, call + text)

    async def delete(self, asked):
        await self.fake.delete(asked.message)

    async def press(self, asked, label, **by):
        for message in reversed(self._messages(asked)):
            for part in message.buttons:
                if label == part.get("label"):
                    await self.fake.press(message, label, **by)
                    return
                if label in (chosen := menu_of(part)):
                    await self.fake.select(message, part["custom_id"], [chosen[label]], **by)
                    return
        raise LookupError(label)

    async def press_by_other(self, asked, label):
        await self.press(asked, label, user=self.other)

    async def ask_as_other(self, text):
        channel = self.fake.guild.channels[0]
        return Asked(await self.fake.say(channel, text, user=self.other, mention_bot=True))

    def told_in_private(self, _asked):
        return self.told_directly()

    async def ask_naming_other(self, before, after):
        text = f"{before}{self.other.mention}{after}"
        return Asked(await self.fake.say(self.fake.guild.channels[0], text, mention_bot=True))

    @property
    def other_person(self):
        return asker_of(self.other.id)

    def _alone(self):
        return answers_in(self.fake, self.fake.dm(self.other))

    def told_alone(self):
        return [message.content for message in self._alone()]

    def buttons_alone(self):
        return [button.get("label") for message in self._alone() for button in message.buttons]

    async def say_alone(self, text):
        await self.fake.direct(text, user=self.other)

    async def press_alone(self, label):
        labels = [[button.get("label") for button in one.buttons] for one in self._alone()]
        (message,) = [one for one, its in zip(self._alone(), labels, strict=True) if label in its]
        await self.fake.press(message, label, user=self.other)

    def shown(self, asked):
        return [message.content for message in self._messages(asked)]

    def buttons(self, asked):
        return [
            label
            for message in self._messages(asked)
            for button in message.buttons
            if not button.get("disabled")
            for label in ([button["label"]] if "label" in button else menu_of(button))
        ]

    def files(self, asked):
        messages = answers_in(self.fake, self._thread(asked))
        files = [file for one in messages for file in one.extra.get("attachments", ())]
        return [(file["filename"], file["content"]) for file in files]

    def pings(self):
        return self.fake.pings

    def reactions_to(self, text):
        said = [m for one in self.fake.channels.values() for m in self.fake.messages_of(one)]
        found = [message for message in said if message.content == text]
        return sum(self.fake.bot.id in ids for m in found for ids in m.reactions.values())

    def round_trip(self, session):
        return place_of(session).session

    async def until(self, true):
        return await self.fake.until(true)

    def _thread(self, asked):
        return asked.thread or self.fake.channels.get(asked.message.id)

    def _messages(self, asked):
        own = self.fake.bot
        return [m for m in answers_in(self.fake, self._thread(asked)) if m.author is own]


@pytest.fixture
async def driver(fake, tmp_path, profile):
    """People on the local Discord."""
    return DiscordDriver(fake, tmp_path, profile)
