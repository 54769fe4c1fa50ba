"""Processes, platforms, people, and all that breaks: is every question answered once?

`python -m bench storm`: replicas of `faqbot run` on the local Slack and the local Discord, with
events that come twice, model calls that fail, kills, an outage of the store, edits and deletions.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.tables import table
from bots.discord.render.payload import question_in
from config.resources import ROOT, SAMPLE_FAQ
from devtools.discord import DiscordServer
from devtools.openai.faults import Fault
from devtools.openai.server import OpenAIServer
from devtools.slack import APP_TOKEN, BOT_TOKEN, Slack

_LOOK_S: Final = 0.5


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
    redelivered: float = 0.05
    failing: float = 0.02
    edited: float = 0.02
    deleted: float = 0.02
    models: bool = True


@dataclass(slots=True)
class Asked:
    """A question, and what was seen of its answer."""

    message: Any
    at: float
    deleted: bool = False
    answered_at: float | None = None


@dataclass(slots=True)
class Result:
    """The result of a storm."""

    asked: list[Asked]
    once: int = 0
    twice: int = 0
    never: int = 0
    left: int = 0
    limited: int = 0
    recovery_s: float = 0.0
    seconds: list[float] = field(default_factory=list)

    @property
    def lines(self) -> Iterator[tuple[str, str, str]]:
        """Each figure with what is wanted."""
        ordered = sorted(self.seconds)
        yield "asked", f"{len(self.asked)}", ""
        yield "answered once", f"{self.once}", "all that were not deleted"
        yield "answered twice", f"{self.twice}", "0"
        yield "never answered", f"{self.never}", "0"
        yield "deleted, and an answer is left", f"{self.left}", "0"
        yield "429s", f"{self.limited}", ""
        for share in (0.5, 0.95):
            at = ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
            yield f"p{share * 100:g} to the end, s", f"{at:.1f}", ""
        yield "longest from a kill to its questions' ends, s", f"{self.recovery_s:.1f}", ""


class Storm:
    """The platforms, the processes, and who does what to them."""

    def __init__(self, weather: Weather, folder: Path) -> None:
        self.weather = weather
        self.dice = random.Random(1)  # noqa: S311 - the same storm each time
        self.folder = folder
        self.slack, self.discord, self.openai = Slack(), DiscordServer(), OpenAIServer()
        self.slacked: list[Asked] = []
        self.discorded: list[Asked] = []
        self._processes: list[asyncio.subprocess.Process] = []

    async def rage(self) -> Result:
        """Let it happen, wait until all is still, and count."""
        weather = self.weather
        async with AsyncExitStack() as stack:
            for platform in (self.slack, self.discord, self.openai):
                await stack.enter_async_context(platform.serve())
            stack.push_async_callback(self._end)
            for _ in range(weather.processes):
                await self._begin()
            async with asyncio.timeout(180):
                while self.slack.sockets < weather.processes or not self.discord.online:  # noqa: ASYNC110
                    await asyncio.sleep(_LOOK_S)
            kills: list[float] = []
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._ask_all())
                tasks.create_task(self._kill(kills))
                tasks.create_task(asyncio.to_thread(self._take_store_away))
            await self._settled()
            return self._count(kills)

    async def _begin(self) -> None:
        local = {
            "FAQBOT_DATA_DIR": str(self.folder),
            "FAQBOT_WEB": "off",
            "FAQBOT_OPS_PORT": "0",
            "FAQBOT_INBOX_TOTAL": "5000",
            "FAQBOT_USER_PER_MINUTE": "0",
            "FAQBOT_USER_PER_DAY": "0",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": self.slack.api_url,
            "DISCORD_BOT_TOKEN": self.discord.settings.token,
            "DISCORD_API_URL": self.discord.url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "PYTHONPATH": str(ROOT),
        }
        if self.weather.models:
            local |= {"OPENAI_API_KEY": "sk-local", "OPENAI_BASE_URL": self.openai.url}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FAQBOT_")}
        with (self.folder / "replicas.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bots", "run",
                cwd=self.folder, env=kept | local, stdout=log, stderr=log,
            )  # fmt: skip
        self._processes.append(process)

    async def _end(self) -> None:
        for process in self._processes:
            if process.returncode is None:
                process.terminate()
        for process in self._processes:
            await process.wait()

    async def _ask_all(self) -> None:
        weather, dice = self.weather, self.dice
        titles = [json.loads(line)["title"] for line in SAMPLE_FAQ.read_text("utf-8").splitlines()]
        people = [self.slack.add_person(f"사람{n}") for n in range(weather.people // 2 or 1)]
        rooms = [
            self.slack.add_channel(f"문의{n}", *people) for n in range(max(len(people) // 5, 1))
        ]
        places = [await self.discord.create_channel(f"질문{n}") for n in range(len(rooms))]
        for number in range(weather.questions):
            text, at = dice.choice(titles), time.monotonic()
            if dice.random() < weather.failing:
                self.openai.faults.append(Fault("status", status=500))
            if number % 2:
                person = dice.choice(people)
                message = await person.mention(dice.choice(rooms), text)
                asked = Asked(message, at)
                self.slacked.append(asked)
                if dice.random() < weather.redelivered:
                    self.slack.redeliver(self.slack.deliveries[-1])
                if (edits := dice.random()) < weather.edited:
                    await person.edit(message, f"{person.mention_of_bot} {dice.choice(titles)}")
                elif edits < weather.edited + weather.deleted:
                    await person.delete(message)
                    asked.deleted = True
            else:
                message = await self.discord.say(dice.choice(places), text, mention_bot=True)
                asked = Asked(message, at)
                self.discorded.append(asked)
                if dice.random() < weather.deleted:
                    await self.discord.delete(message)
                    asked.deleted = True
            await asyncio.sleep(weather.seconds / weather.questions)

    async def _kill(self, kills: list[float]) -> None:
        for number in range(self.weather.kills):
            await asyncio.sleep(self.weather.seconds / (self.weather.kills + 1))
            self._processes[number].kill()
            kills.append(time.monotonic())
            await self._begin()

    def _take_store_away(self) -> None:
        """Hold the file's write lock: nobody else can store anything meanwhile."""
        time.sleep(self.weather.seconds / 2)
        with closing(sqlite3.connect(self.folder / "history.sqlite3", timeout=30)) as db:
            db.execute("BEGIN EXCLUSIVE")
            time.sleep(self.weather.outage_s)
            db.rollback()

    async def _settled(self) -> None:
        """Wait until every question has its answer, or nothing more comes."""
        ends = time.monotonic() + self.weather.settles_within_s
        while time.monotonic() < ends:
            self._look()
            if all(asked.answered_at or asked.deleted for asked in self.slacked + self.discorded):
                return
            await asyncio.sleep(_LOOK_S)

    def _look(self) -> None:
        now = time.monotonic()
        for asked, answers in self._answers():
            if answers and asked.answered_at is None:
                asked.answered_at = now

    def _answers(self) -> Iterator[tuple[Asked, int]]:
        """Each question with the number of its answers that have ended."""
        for asked in self.slacked:
            replies = self.slack.replies(asked.message)
            yield asked, sum(_has_buttons(reply.blocks) for reply in replies)
        for asked in self.discorded:
            thread = asked.message.thread
            replies = self.discord.messages_of(thread, bot_only=True) if thread else []
            yield asked, sum(question_in(reply.components or []) is not None for reply in replies)

    def _count(self, kills: list[float]) -> Result:
        result = Result(self.slacked + self.discorded)
        for asked, answers in self._answers():
            result.left += bool(asked.deleted and answers)
            if asked.deleted:
                continue
            result.once += answers == 1
            result.twice += answers > 1
            result.never += answers == 0
            if asked.answered_at:
                result.seconds.append(asked.answered_at - asked.at)
        for kill in kills:
            open_then = [a for a in result.asked if a.at < kill and (a.answered_at or 0) > kill]
            waits = [asked.answered_at - kill for asked in open_then if asked.answered_at]
            result.recovery_s = max([result.recovery_s, *waits])
        result.limited = self.slack.limited() + len(self.discord.rate_limited)
        return result


def _has_buttons(blocks: Any) -> bool:  # noqa: ANN401 - JSON
    return "actions" in str(blocks) or "feedback" in str(blocks)


@contextmanager
def _installation() -> Iterator[Path]:
    """A data folder with the sample FAQ."""
    folder = Path(tempfile.mkdtemp(prefix="storm-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(weather: Weather) -> Result:
    """Have a storm on an installation of its own, and return what came of it."""
    with _installation() as folder:
        return asyncio.run(Storm(weather, folder).rage())


def main() -> None:
    """Print what came of a storm, beside what is wanted."""
    weather = Weather()
    title = f"storm: {weather}, on SQLite (the outage: another program holds its write lock)"
    table(title, ("", "seen", "wanted"), list(run(weather).lines))
