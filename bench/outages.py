"""Stores that are away for minutes while people ask: `python -m bench.outages [--seconds 300]`.

Each outage has an installation of its own: a process of `faqbot run`, the local Slack, Discord and
OpenAI, and a store in a process or a thread beside it. MongoDB is the server of the tests, which
drops every connection (away), answers nothing (frozen) or has no primary (electing); Chroma is its
own server, killed (away) or stopped (frozen). All outages are had at the same time. Of 22 questions
four are answered before, six are being written when it begins, eight are asked meanwhile and four
afterwards. The wanted result is one whole answer to each, and nobody who is told that it failed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import aiohttp
from fakes.chroma_server import chroma_process, free_port
from fakes.mongo_server import MongoServer

from bench.replicas import Replicas
from bench.storm_tally import discord_answer, slack_answer
from bench.tables import header, note, table
from config.resources import SAMPLE_FAQ
from devtools.discord import DiscordServer
from devtools.openai.server import OpenAIServer, Pace
from devtools.slack import APP_TOKEN, BOT_TOKEN, Slack, visible

_BEFORE, _WRITTEN, _MEANWHILE, _AFTER = 2, 3, 4, 2  # on each of the two platforms
_STARTS_WITHIN_S: Final = 240.0
_ENDS_WITHIN_S: Final = 240.0
_LOOK_S: Final = 0.1
_TEXTS: Final = [json.loads(line)["title"] for line in SAMPLE_FAQ.read_text("utf-8").splitlines()]

Trouble = Callable[[], Any]  # a context manager: the outage


@dataclass(slots=True)
class Asked:
    """A question in a channel of its own: when it was asked, first heard of, and answered."""

    phase: str
    platform: str
    answers: Callable[[], list[tuple[str, bool]]]  # the text of each, and whether it has ended
    told: Callable[[], list[str]]  # whatever else was said to its asker
    at: float
    first_at: float | None = None
    ended_at: float | None = None

    def look(self) -> None:
        """Note what is there by now."""
        answers, now = self.answers(), time.monotonic()
        if self.first_at is None and (self.told() or any(text for text, _ in answers)):
            self.first_at = now
        if self.ended_at is None and answers and all(ended for _, ended in answers):
            self.ended_at = now

    @property
    def outcome(self) -> str:
        """Return what became of it in a word."""
        answers = self.answers()
        if len(answers) > 1:
            return "doubled"
        if not answers or not answers[0][1]:
            return "without an end"
        return "answered" if "출처" in answers[0][0] else "failed"


@asynccontextmanager
async def mongodb(kind: str, _: Path) -> AsyncIterator[tuple[dict[str, str], Trouble]]:
    """Serve a MongoDB whose trouble is of that kind."""
    with MongoServer().running() as server:
        yield {"MONGODB_URI": f"{server.uri}/faqbot"}, lambda: server.trouble(kind)


@asynccontextmanager
async def chroma(kind: str, folder: Path) -> AsyncIterator[tuple[dict[str, str], Trouble]]:
    """Serve a Chroma that is killed and started again, or stopped and continued."""
    port, path = free_port(), folder / "chroma"
    with ExitStack() as stack:
        process = stack.enter_context(chroma_process(path, port))

        @contextmanager
        def trouble() -> Iterator[None]:
            if kind == "frozen":
                process.send_signal(signal.SIGSTOP)
                yield
                process.send_signal(signal.SIGCONT)
            else:
                stack.close()
                yield
                stack.enter_context(chroma_process(path, port))

        yield {"CHROMA_URL": f"http://127.0.0.1:{port}"}, trouble


OUTAGES: Final = {
    "MongoDB away": partial(mongodb, "away"),
    "MongoDB frozen": partial(mongodb, "frozen"),
    "MongoDB electing": partial(mongodb, "electing"),
    "Chroma away": partial(chroma, "away"),
    "Chroma frozen": partial(chroma, "frozen"),
}


class Outage:
    """One installation, what is asked of it, and what came of that."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name, self._folder = name, folder
        self._slack, self._discord = Slack(), DiscordServer()
        # An answer takes ten seconds, so that those under way are there when the store goes.
        self._openai = OpenAIServer(pace=Pace(0.3, tokens_per_s=20, answer_tokens=200))
        self._ops = f"http://127.0.0.1:{free_port()}"
        self.asked: list[Asked] = []
        self.ready: list[str] = []
        self.back_at = 0.0

    async def happen(self, seconds: float) -> None:
        """Ask before, meanwhile and afterwards, until all is answered or patience ends."""
        async with AsyncExitStack() as stack:
            for server in (self._slack, self._discord, self._openai):
                await stack.enter_async_context(server.serve())
            store = OUTAGES[self._name](self._folder)
            settings, trouble = await stack.enter_async_context(store)
            replicas = Replicas(self._folder, self._settings() | settings)
            stack.push_async_callback(replicas.end)
            await replicas.begin()
            await _until(self._is_connected, _STARTS_WITHIN_S)
            watch = asyncio.create_task(self._watch())
            stack.callback(watch.cancel)
            await self._ask("before", _BEFORE)
            await _until(lambda: all(one.ended_at for one in self.asked), _ENDS_WITHIN_S)
            await self._ask("being written", _WRITTEN)
            await _until(lambda: all(one.first_at for one in self.asked), _ENDS_WITHIN_S)
            await self._note_readiness()
            with trouble():
                began = time.monotonic()
                for number in range(_MEANWHILE):
                    due = began + 1 + (seconds - 5) * number / (_MEANWHILE - 1)
                    await asyncio.sleep(due - time.monotonic())
                    await self._ask("meanwhile", 1)
                await asyncio.sleep(began + seconds - time.monotonic() - 1)
                await self._note_readiness()
                await asyncio.sleep(began + seconds - time.monotonic())
            self.back_at = time.monotonic()
            await self._ask("afterwards", _AFTER)
            await _until(lambda: all(one.ended_at for one in self.asked), _ENDS_WITHIN_S)
            await asyncio.sleep(5)  # for what might be said twice
            await self._note_readiness()
            for one in self.asked:
                one.look()

    def _settings(self) -> dict[str, str]:
        return {
            "FAQBOT_WEB": "off",
            "FAQBOT_OPS_PORT": self._ops.rpartition(":")[2],
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": self._slack.api_url,
            "DISCORD_BOT_TOKEN": self._discord.settings.token,
            "DISCORD_API_URL": self._discord.url,
            "DISCORD_GATEWAY_URL": self._discord.gateway_url,
            "OPENAI_API_KEY": "sk-local",
            "OPENAI_BASE_URL": self._openai.url,
        }

    def _is_connected(self) -> bool:
        online = any(session.out is not None for session in self._discord.sessions.values())
        return bool(self._slack.sockets) and online

    async def _note_readiness(self) -> None:
        async with aiohttp.ClientSession() as session, session.get(f"{self._ops}/readyz") as reply:
            away = (await reply.json())["away"]
            self.ready.append(f"{reply.status} {' '.join(away)}".strip())

    async def _watch(self) -> None:
        while True:
            for one in self.asked:
                one.look()
            await asyncio.sleep(_LOOK_S)

    async def _ask(self, phase: str, number: int) -> None:
        """Have so many people ask on each platform, each in a channel of their own."""
        for _ in range(number):
            name, text = f"{len(self.asked)}", _TEXTS[len(self.asked) % len(_TEXTS)]
            person = self._slack.add_person(f"사람{name}")
            said = await person.mention(self._slack.add_channel(f"문의{name}", person), text)
            self._note(phase, "Slack", partial(self._on_slack, said), person.ephemerals)
            place = await self._discord.create_channel(f"질문{name}")
            user = await self._discord.create_user(f"사람{name}")
            asked = await self._discord.say(place, text, user=user, mention_bot=True)
            on_discord = partial(self._on_discord, place, asked)
            self._note(phase, "Discord", on_discord, lambda place=place: self._said_in(place))

    def _note(
        self, phase: str, platform: str, answers: Callable[[], Any], told: Callable[[], Any]
    ) -> None:
        self.asked.append(Asked(phase, platform, answers, told, time.monotonic()))

    def _on_slack(self, question: Any) -> list[tuple[str, bool]]:  # noqa: ANN401 - of the local Slack
        found = [(visible(one), slack_answer(one)) for one in self._slack.replies(question)]
        return [(text, shown[2]) for text, shown in found if shown]

    def _on_discord(self, place: Any, question: Any) -> list[tuple[str, bool]]:  # noqa: ANN401
        rooms = [place, *([question.thread] if question.thread else [])]
        said = [one for room in rooms for one in self._discord.messages_of(room, bot_only=True)]
        found = [(one.content, discord_answer(one)) for one in said]
        return [(text, shown[2]) for text, shown in found if shown]

    def _said_in(self, place: Any) -> list[Any]:  # noqa: ANN401 - of the local Discord
        return [one for one in self._discord.messages_of(place, bot_only=True) if one.content]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield a line for each phase."""
        for phase in dict.fromkeys(one.phase for one in self.asked):
            ours = [one for one in self.asked if one.phase == phase]
            outcomes = Counter(one.outcome for one in ours)
            first = max((one.first_at or float("inf")) - one.at for one in ours)
            ended = [one.ended_at or float("inf") for one in ours]
            after = max(ended) - (self.back_at if phase == "meanwhile" else ours[0].at)
            yield (
                self._name,
                phase,
                f"{outcomes['answered']} of {len(ours)}",
                ", ".join(
                    f"{number} {what}" for what, number in outcomes.items() if what != "answered"
                ),
                f"{first:.1f} s",
                f"{after:.1f} s",
            )


async def _until(condition: Callable[[], object], within_s: float) -> None:
    """Wait until it is so, or for that long: what is missing is counted at the end."""
    ends_at = time.monotonic() + within_s
    while not condition() and time.monotonic() < ends_at:  # noqa: ASYNC110 - of other processes
        await asyncio.sleep(_LOOK_S)


async def _all(names: list[str], seconds: float) -> list[Outage]:
    with ExitStack() as stack:
        folders = [
            Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
            for _ in names
        ]
        outages = [Outage(*one) for one in zip(names, folders, strict=True)]
        await asyncio.gather(*(outage.happen(seconds) for outage in outages))
    return outages


def main() -> None:
    """Have the outages, and print what came of the questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--only", choices=OUTAGES, action="append", help="one of the outages")
    given = parser.parse_args()
    header()
    outages = asyncio.run(_all(given.only or list(OUTAGES), given.seconds))
    table(
        f"outages of {given.seconds:g} s",
        ("", "asked", "answered", "otherwise", "first heard of", "answered after"),
        [row for outage in outages for row in outage.rows()],
    )
    note("the longest times: until there is any message, and until the answer has ended")
    note("for those asked meanwhile, the latter is counted from when the store was back")
    for name, outage in zip(given.only or OUTAGES, outages, strict=True):
        note(f"/readyz, {name}: before, meanwhile, afterwards: {', '.join(outage.ready)}")


if __name__ == "__main__":
    main()
