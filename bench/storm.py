"""Processes, platforms, people, and all that breaks: is every question answered once?

`python -m bench storm`: replicas of `faqbot run` on the local Slack and the local Discord, with
events that come twice, model calls that fail, kills, an outage of the store, edits and deletions.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.replicas import Replicas
from bench.storm_tally import AskedQuestion, Result, StormTally
from bench.tables import note, table
from config.resources import SAMPLE_FAQ
from devtools.discord import DiscordServer
from devtools.openai.faults import Fault
from devtools.openai.server import OpenAIServer
from devtools.slack import APP_TOKEN, BOT_TOKEN, Slack

logger = logging.getLogger(__name__)

_LOOK_S: Final = 0.5
_TELLS_EVERY_S: Final = 30.0
_STARTS_WITHIN_S: Final = 240.0
_IN_A_ROOM: Final = 5  # people
_THINKS_S: Final = 3.0  # the longest until somebody edits or deletes what they have asked


@dataclass(frozen=True, slots=True)
class Weather:
    """The amounts of everything in a storm."""

    questions: int = 2_000
    people: int = 500
    seconds: float = 60.0
    processes: int = 3
    kills: int = 3
    outage_s: float = 10.0
    settles_within_s: float = 900.0
    looks_every_s: float = 0.5
    redelivered: float = 0.05
    failing: float = 0.02
    edited: float = 0.02
    deleted: float = 0.02
    further: float = 0.2  # questions in a thread that an earlier one has begun
    models: bool = True


class Storm:
    """The platforms, the processes, and who does what to them."""

    def __init__(self, weather: Weather, folder: Path) -> None:
        self.weather = weather
        self.dice = random.Random(1)  # noqa: S311 - the same storm each time
        self.folder = folder
        self.slack, self.discord, self.openai = Slack(), DiscordServer(), OpenAIServer()
        self.tally = StormTally(self.slack, self.discord, folder)
        self.texts = [
            json.loads(line)["title"] for line in SAMPLE_FAQ.read_text("utf-8").splitlines()
        ]
        self._begun: list[tuple[AskedQuestion, Any, Any]] = []  # with who asked, and where

    async def rage(self) -> Result:
        """Let it happen, wait until all is still, and count."""
        weather = self.weather
        async with AsyncExitStack() as stack:
            for platform in (self.slack, self.discord, self.openai):
                await stack.enter_async_context(platform.serve())
            replicas = Replicas(self.folder, self._settings())
            stack.push_async_callback(replicas.end)
            for _ in range(weather.processes):
                await replicas.begin()
            await self._all_connected()
            watch = asyncio.create_task(self._watch())
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._ask_all(tasks))
                tasks.create_task(self._kill(replicas))
                tasks.create_task(asyncio.to_thread(self._take_store_away))
            await asyncio.wait({watch}, timeout=weather.settles_within_s)
            watch.cancel()
            return self.tally.result()

    def _settings(self) -> dict[str, str]:
        local = {
            "FAQBOT_WEB": "off",
            "FAQBOT_OPS_PORT": "0",
            # Without limits nothing may be refused, so that whatever is not stored is lost.
            "FAQBOT_INBOX_TOTAL": "5000",
            "FAQBOT_INBOX_PER_SESSION": "1000",
            "FAQBOT_USER_PER_MINUTE": "0",
            "FAQBOT_USER_PER_DAY": "0",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": self.slack.api_url,
            "DISCORD_BOT_TOKEN": self.discord.settings.token,
            "DISCORD_API_URL": self.discord.url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
        }
        if self.weather.models:
            local |= {"OPENAI_API_KEY": "sk-local", "OPENAI_BASE_URL": self.openai.url}
        return local

    async def _all_connected(self) -> None:
        async with asyncio.timeout(_STARTS_WITHIN_S):
            while self._connected() < self.weather.processes:  # noqa: ASYNC110 - of others
                await asyncio.sleep(_LOOK_S)

    def _connected(self) -> int:
        online = sum(session.out is not None for session in self.discord.sessions.values())
        return min(self.slack.sockets, online)

    async def _ask_all(self, tasks: asyncio.TaskGroup) -> None:
        weather, dice = self.weather, self.dice
        half = max(weather.people // 2, 1)
        rooms = max(half // _IN_A_ROOM, 1)
        slackers = [self.slack.add_person(f"사람{number}") for number in range(half)]
        channels = [self.slack.add_channel(f"문의{number}", *slackers) for number in range(rooms)]
        users = [await self.discord.create_user(f"사람{number}") for number in range(half)]
        places = [await self.discord.create_channel(f"질문{number}") for number in range(rooms)]
        began = time.monotonic()
        for number in range(weather.questions):
            due = began + number * weather.seconds / weather.questions
            await asyncio.sleep(max(due - time.monotonic(), 0))
            if dice.random() < weather.failing:
                self.openai.faults.append(Fault("status", status=500))
            if number % 2:
                await self._ask_on_slack(dice.choice(slackers), dice.choice(channels), tasks)
            else:
                await self._ask_on_discord(dice.choice(users), dice.choice(places), tasks)

    async def _ask_on_slack(self, person: Any, channel: Any, tasks: asyncio.TaskGroup) -> None:  # noqa: ANN401
        root = None
        if earlier := self._earlier("slack:"):
            asked_before, person, channel = earlier
            root = asked_before.message.thread_ts or asked_before.message.ts
        text = self.dice.choice(self.texts)
        message = await person.mention(channel, text, thread=root)
        place = f"slack:{channel.team.id}:{channel.id}"
        asked = AskedQuestion(f"{place}:{message.ts}", message, text, time.monotonic())
        if self.dice.random() < self.weather.redelivered:
            self.slack.redeliver(self.slack.deliveries[-1])

        async def edit(new: str) -> Callable[[], object]:
            await person.edit(message, f"{person.mention_of_bot} {new}")
            told = self.slack.deliveries[-1]
            return lambda: self.slack.redeliver(told)

        self._note(asked, (person, channel), edit, lambda: person.delete(message), tasks)

    async def _ask_on_discord(self, user: Any, place: Any, tasks: asyncio.TaskGroup) -> None:  # noqa: ANN401
        if earlier := self._earlier("discord:"):
            asked_before, user, _ = earlier
            place = asked_before.message.thread
        text = self.dice.choice(self.texts)
        message = await self.discord.say(place, text, user=user, mention_bot=True)
        name = f"discord:{place.guild.id}:{place.id}:{message.id}"
        asked = AskedQuestion(name, message, text, time.monotonic())
        if self.dice.random() < self.weather.redelivered:
            self.discord.redeliver()

        async def edit(new: str) -> Callable[[], object]:
            await self.discord.edit(message, f"{self.discord.bot.mention} {new}")
            told = self.discord.events[-1]
            return lambda: self.discord.redeliver(told)

        self._note(asked, (user, place), edit, lambda: self.discord.delete(message), tasks)

    def _earlier(self, platform: str) -> tuple[AskedQuestion, Any, Any] | None:
        """Return a question of a thread in which the next one is asked, now and then."""
        if self.dice.random() >= self.weather.further:
            return None
        latest = [one for one in self._begun[-200:] if one[0].id.startswith(platform)]
        if platform == "discord:":  # it is the bot that opens the thread
            latest = [one for one in latest if one[0].message.thread]
        return self.dice.choice(latest) if latest else None

    def _note(
        self,
        asked: AskedQuestion,
        by: tuple[Any, Any],
        edit: Callable[[str], Awaitable[Callable[[], object]]],
        delete: Callable[[], Awaitable[None]],
        tasks: asyncio.TaskGroup,
    ) -> None:
        """Note a question, and have some edited twice or deleted a moment later."""
        self.tally.note(asked)
        fate = self.dice.random()
        if fate < self.weather.edited:
            asked.changed = True
            tasks.create_task(self._edit_twice(asked, edit))
        elif fate < self.weather.edited + self.weather.deleted:
            asked.changed = True
            tasks.create_task(self._delete(asked, delete))
        else:
            self._begun.append((asked, *by))

    async def _edit_twice(
        self, asked: AskedQuestion, edit: Callable[[str], Awaitable[Callable[[], object]]]
    ) -> None:
        """Edit a question twice; the first edit is then delivered once more."""
        older, newer = self.dice.sample([one for one in self.texts if one != asked.text], 2)
        await asyncio.sleep(self.dice.uniform(0, _THINKS_S))
        again = await edit(older)
        await asyncio.sleep(self.dice.uniform(0, _THINKS_S))
        asked.text = newer
        await edit(newer)
        again()

    async def _delete(self, asked: AskedQuestion, delete: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(self.dice.uniform(0, _THINKS_S))
        asked.deleted = True
        await delete()

    async def _kill(self, replicas: Replicas) -> None:
        """Kill one process after the other, each once the one before it has been replaced."""
        for _ in range(self.weather.kills):
            await asyncio.sleep(self.weather.seconds / (self.weather.kills + 1))
            await self._all_connected()
            at = time.monotonic()
            self.tally.note_kill(at, await replicas.kill())
            await replicas.begin()

    def _take_store_away(self) -> None:
        """Hold the file's write lock: nobody else can store anything meanwhile."""
        time.sleep(self.weather.seconds / 2)
        with closing(sqlite3.connect(self.folder / "history.sqlite3", timeout=30)) as db:
            db.execute("BEGIN EXCLUSIVE")
            began = time.monotonic()
            time.sleep(self.weather.outage_s)
            db.rollback()
            self.tally.note_outage(began, time.monotonic())

    async def _watch(self) -> None:
        """Look until all have been asked, and every question has its answer."""
        told_at = time.monotonic()
        while len(self.tally.questions) < self.weather.questions or not self.tally.is_still:
            self.tally.look()
            if time.monotonic() - told_at > _TELLS_EVERY_S:
                told_at = time.monotonic()
                logger.info(self.tally.progress)
            await asyncio.sleep(self.weather.looks_every_s)


def run(weather: Weather) -> Result:
    """Have a storm on an installation of its own, and return what came of it."""
    with tempfile.TemporaryDirectory(prefix="storm-", ignore_cleanup_errors=True) as folder:
        return asyncio.run(Storm(weather, Path(folder)).rage())


def main() -> None:
    """Print what came of a storm, beside what is wanted.

    It takes seven minutes on two cores with nothing else to do, as Slack takes a thousand answers
    no sooner, and at most twenty; meanwhile a line is logged every half a minute.
    """
    logging.basicConfig(format="%(asctime)s %(message)s")
    logger.setLevel(logging.INFO)
    weather = Weather()
    lines = list(run(weather).lines)
    title = (
        f"storm: {weather.questions:,} questions of {weather.people} people in "
        f"{weather.seconds:g} s, {weather.processes} processes"
    )
    table(title, ("", "seen", "wanted"), lines)
    note(
        f"{weather.redelivered:.0%} redelivered, {weather.failing:.0%} of model calls failing, "
        f"{weather.kills} kills, {weather.edited:.0%} edited twice, {weather.deleted:.0%} deleted; "
        f"the store, SQLite, locked by another program for {weather.outage_s:g} s"
    )
