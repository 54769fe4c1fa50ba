"""The web's adapter does what every platform's must."""

from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from contracts.alone import *  # noqa: F403 - the suite of those who are alone with the bot
from contracts.api_skill import *  # noqa: F403 - the dialogue with an API
from contracts.platform import *  # noqa: F403 - the suite
from contracts.skills import *  # noqa: F403 - the suite of skills
from fakes.web_bot import free_port, running_bot
from fakes.web_person import Message, Person

from bots.web.ids import place_of


@dataclass
class Asked:
    message: Message
    session: str


class WebDriver:
    """One person at the page, who sees every conversation of theirs."""

    longest = 100_000  # an answer is one page, however long
    length = staticmethod(len)

    def __init__(self, folder, profile):
        self.folder, self.profile = folder, profile
        self.port = free_port()
        self.person = Person(f"http://127.0.0.1:{self.port}")
        self.other = Person(self.person.address)

    @asynccontextmanager
    async def running(self, **settings):
        async with running_bot(self.folder, self.profile, web_port=self.port, **settings) as bot:
            yield bot

    async def ask(self, text):
        message = await self.person.ask(text)
        return Asked(message, message.session)

    async def go_on(self, asked, text):
        return Asked(await self.person.ask(text, asked.session), asked.session)

    async def say_as_bot(self, asked, text):
        """Nobody can: an answer never comes back as a question here."""

    async def say_directly(self, text):
        return await self.ask(text)

    async def edit_directly(self, said, text):
        await self.edit(said, text)

    def told_directly(self):
        return [one.shown for one in self.person.messages if one.shown]

    async def redeliver(self, asked):
        name = asked.message.id.rpartition(":")[2]
        body = {"text": asked.message.text, "session": asked.session, "id": name}
        status, told = await self.person.call("POST", "/questions", body)
        assert (status in (200, 202), told["id"]) == (True, asked.message.id)

    async def edit(self, asked, text):
        await self.person.edit(asked.message, text)

    async def delete(self, asked):
        await self.person.delete(asked.message)

    async def press(self, asked, label):
        for message in reversed(self._messages(asked)):
            if message.ending is None and label == self.profile.stop:
                await self.person.call("POST", f"/questions/{message.id}/stop")
                return
            for followup in message.ending["followups"] if message.ending else ():
                if followup["text"] == label:
                    await self.person.press(message, followup["index"])
                    return
        raise LookupError(label)

    async def press_by_other(self, asked, label):
        for message in self._messages(asked):
            for one in message.ending["followups"] if message.ending else ():
                if one["text"] == label:
                    path = f"/questions/{message.id}/followups/{one['index']}"
                    status, _ = await self.other.call("POST", path)
                    assert status >= 400

    async def ask_as_other(self, text):
        message = await self.other.ask(text)
        await self.other.until(lambda: message.ending)
        return Asked(message, message.session)

    def told_in_private(self, asked):
        return self.shown(asked)  # nobody else reads at the page

    def shown(self, asked):
        return [
            "\n".join(filter(None, [m.shown, m.ending and m.ending["note"]]))
            for m in self._messages(asked)
            if m.shown or m.ending
        ]

    def buttons(self, asked):
        labels = []
        for message in self._messages(asked):
            if message.ending is None:
                labels.append(self.profile.stop)
            else:
                followups = message.ending["followups"]
                labels += [f"{'✓ ' * one['pressed']}{one['text']}" for one in followups]
        return labels

    def files(self, asked):
        endings = [message.ending for message in self._messages(asked) if message.ending]
        files = [file for ending in endings for file in ending["files"]]
        return [(file["name"], file.get("text") or file["base64"]) for file in files]

    def pings(self):
        return [m for m in self.person.messages if "@everyone" in str(m.told)]

    def round_trip(self, session):
        return place_of(session).session

    async def until(self, true):
        return await self.person.until(true)

    def _messages(self, asked):
        messages = (*self.person.messages, *self.other.messages)
        return [one for one in messages if one.session == asked.session]


@pytest.fixture
async def driver(tmp_path, profile):
    """A person at the page."""
    driver = WebDriver(tmp_path, profile)
    yield driver
    await driver.person.close()
    await driver.other.close()
