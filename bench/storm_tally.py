"""The count of a storm: what platforms show of each question, and what the store has of it."""

from __future__ import annotations

import math
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bots.discord.render.payload import question_in
from devtools.discord import DiscordServer
from devtools.slack import Slack

_PUNCTUAL_S: Final = 10.0

Shown = tuple[str, int, bool]  # the question, the number of the message in its answer, has it ended


@dataclass(slots=True)
class AskedQuestion:
    """A question, what became of it by its asker, and when its answer had ended."""

    id: str
    message: Any
    text: str
    at: float
    deleted: bool = False
    changed: bool = False  # it is, or will be, edited or deleted
    answered_at: float | None = None


@dataclass(slots=True)
class Orphan:
    """A question that a process had in work when it was killed, and when it went on and ended."""

    killed_at: float
    fence: int
    claimed_at: float | None = None
    ended_at: float | None = None


@dataclass(slots=True)
class Result:
    """The result of a storm."""

    asked: int
    once: int = 0
    twice: int = 0
    never: int = 0
    given_up: int = 0  # of those answered, with words that there is no answer
    lost: int = 0
    left: int = 0
    unfinished: int = 0
    disorder: int = 0
    late: int = 0  # of these, stored after the later question
    outdated: int = 0
    limited: dict[str, int] = field(default_factory=dict)
    claimed_s: list[float] = field(default_factory=list)  # since its process was killed
    ended_s: list[float] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def seconds_at(self, platform: str, share: float) -> float:
        """Return within how many seconds that share of a platform's answers had ended."""
        return _at(sorted(self.seconds[platform]), share)

    @property
    def lines(self) -> Iterator[tuple[str, str, str]]:
        """Each figure with what is wanted."""
        yield "asked", f"{self.asked}", ""
        yield "answered once", f"{self.once}", "all that were not deleted"
        yield "answered twice", f"{self.twice}", "0"
        yield "never answered", f"{self.never}", "0"
        yield "given up, which their askers are told", f"{self.given_up}", "0"
        yield "never stored", f"{self.lost}", "0"
        yield "out of order in their thread", f"{self.disorder}", "0"
        yield "of these, stored after the later question", f"{self.late}", ""
        yield "edited, and the answer is to an older text", f"{self.outdated}", "0"
        yield "deleted, and an answer is left", f"{self.left}", "0"
        yield "messages that never end", f"{self.unfinished}", "0"
        for platform, calls in self.limited.items():
            yield f"429s, {platform}", f"{calls}", ""
        for platform in self.seconds:
            for share in (0.5, 0.95):
                name = f"p{share * 100:g} to the end of an answer, {platform}"
                yield name, f"{self.seconds_at(platform, share):.1f} s", ""
        yield "questions that killed processes had in work", f"{len(self.claimed_s)}", ""
        wanted = f"{_PUNCTUAL_S:g} s"
        for share, name in ((0.5, "p50"), (0.95, "p95"), (1.0, "longest")):
            taken, ended = (
                f"{_at(sorted(s), share):.1f} s" for s in (self.claimed_s, self.ended_s)
            )
            yield f"{name} until another process claims one of them", taken, wanted
            yield f"{name} until its answer has ended", ended, ""


class StormTally:
    """Looks at the platforms and the store again and again, and counts at the end."""

    def __init__(self, slack: Slack, discord: DiscordServer, folder: Path) -> None:
        self.questions: dict[str, AskedQuestion] = {}
        self._slack, self._discord, self._folder = slack, discord, folder
        self._orphans: list[tuple[str, Orphan]] = []
        self._outage: tuple[float, float] | None = None

    def note(self, asked: AskedQuestion) -> None:
        """Note a question that was asked."""
        self.questions[asked.id] = asked

    def note_kill(self, at: float, seat: str) -> None:
        """Note what the process with this seat was answering when it was killed, with fences.

        What the others answer may wait for a minute until a platform takes it, and is no part of
        the recovery.
        """
        rows = self._rows(
            "SELECT question_id, fence FROM inbox WHERE state = 'answering' AND holder = ?", seat
        )
        self._orphans += [(question_id, Orphan(at, fence)) for question_id, fence in rows]

    def note_outage(self, began: float, ended: float) -> None:
        """Note when the store was away: nobody can claim a question meanwhile."""
        self._outage = began, ended

    def look(self) -> None:
        """Note which answers have ended, and which questions another process has taken over."""
        now = time.monotonic()
        for question_id, number in _ended(self._shown()).items():
            asked = self.questions.get(question_id)
            if asked and number and asked.answered_at is None:
                asked.answered_at = now
        waiting = [(name, orphan) for name, orphan in self._orphans if orphan.ended_at is None]
        if not waiting:
            return
        rows = self._rows("SELECT question_id, fence, settled_at_ms FROM inbox WHERE fence > 0")
        present = {question_id: (fence, settled) for question_id, fence, settled in rows}
        for question_id, orphan in waiting:
            fence, settled = present.get(question_id, (orphan.fence, None))
            if orphan.claimed_at is None and (fence > orphan.fence or settled):
                orphan.claimed_at = now
            if settled:
                orphan.ended_at = now

    @property
    def progress(self) -> str:
        """How many were asked so far, and how many of them have their answer or were deleted."""
        every = self.questions.values()
        done = sum(bool(asked.answered_at or asked.deleted) for asked in every)
        return f"{len(every):,} asked, {done:,} of them done"

    @property
    def is_still(self) -> bool:
        """Return whether every question has its answer, and nothing waits in store or spool."""
        every = self.questions.values()
        if not all(asked.answered_at or asked.deleted for asked in every):
            return False
        of_inbox = "SELECT 1 FROM inbox WHERE settled_at_ms IS NULL OR lease_until_ms IS NOT NULL"
        spool = "SELECT 1 FROM spool"
        return not self._rows(f"{of_inbox} LIMIT 1") and not self._rows(spool, file="spool.sqlite3")

    def result(self) -> Result:
        """Count what is there now."""
        self.look()
        shown = list(self._shown())
        ended, texts = _ended(shown), dict(self._rows("SELECT question_id, text FROM turns"))
        rows = self._rows("SELECT question_id, session, seq, state FROM inbox")
        stored = {question_id: (session, seq) for question_id, session, seq, _ in rows}
        given_up = sum(state == "failed" for *_, state in rows)
        result = Result(len(self.questions), given_up=given_up)
        for asked in self.questions.values():
            number = ended[asked.id]
            if asked.deleted:
                result.left += bool(number) or asked.id in texts
                continue
            result.once += number == 1
            result.twice += number > 1
            result.never += number == 0
            result.lost += asked.id not in stored
            result.outdated += number > 0 and texts.get(asked.id) != asked.text
            if asked.answered_at and not asked.changed:
                platform = asked.id.partition(":")[0].capitalize()
                result.seconds.setdefault(platform, []).append(asked.answered_at - asked.at)
        for name, orphan in self._orphans:
            if not self.questions[name].changed:
                result.claimed_s.append(self._since(orphan.killed_at, orphan.claimed_at))
                result.ended_s.append(self._since(orphan.killed_at, orphan.ended_at))
        result.unfinished = sum(not has_ended for _, _, has_ended in shown)
        moved = list(_disorder(self._threads(), self.questions, stored))
        result.disorder, result.late = len(moved), sum(moved)
        slack, discord = self._slack.limited(), len(self._discord.rate_limited)
        result.limited = {"Slack": slack, "Discord": discord}
        return result

    def _since(self, killed_at: float, at: float | None) -> float:
        """Return how long it took, the store's outage left out."""
        if at is None:
            return math.inf
        away_from, away_until = self._outage or (at, at)
        away_s = min(at, away_until) - max(killed_at, away_from)
        return at - killed_at - max(away_s, 0.0)

    def _rows(
        self, statement: str, *values: str, file: str = "history.sqlite3"
    ) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._folder / file, timeout=30)) as db:
            return db.execute(statement, values).fetchall()

    def _shown(self) -> Iterator[Shown]:
        for thread in self._threads():
            yield from thread

    def _threads(self) -> Iterator[list[Shown]]:
        """Return the bot's messages of answers, oldest first, a list for each thread or channel."""
        for channel in self._slack.world.channels.values():
            found = [slack_answer(one) for one in channel.messages.values() if one.bot_id]
            yield [one for one in found if one]
        for place in list(self._discord.channels.values()):
            answers = self._discord.messages_of(place, bot_only=True)
            yield [one for message in answers if (one := discord_answer(message))]


def slack_answer(message: Any) -> Shown | None:  # noqa: ANN401 - of the local Slack
    """Return what a message shows of an answer; None if it is something else."""
    about = (message.metadata or {}).get("event_payload")
    if message.deleted or not about:
        return None
    is_written = any(block.get("block_id") == "stop" for block in message.blocks)
    return about["question"], about["place"], not is_written


def discord_answer(message: Any) -> Shown | None:  # noqa: ANN401 - of the local Discord
    """Return what a message shows of an answer: its last page has the buttons."""
    ids = [one.get("custom_id", "") for row in message.components for one in row["components"]]
    for custom_id in ids:
        if custom_id.startswith("stop:"):
            return custom_id.removeprefix("stop:"), 0, False
    question = question_in(message.components)
    return (question, 0, True) if question else None


def _ended(shown: Iterator[Shown] | list[Shown]) -> Counter[str]:
    """Return how many whole answers there are to each question."""
    pages: dict[str, Counter[int]] = {}
    written = set()
    for question, place, has_ended in shown:
        pages.setdefault(question, Counter())[place] += 1
        if not has_ended:
            written.add(question)
    numbers = {name: max(places.values()) for name, places in pages.items() if name not in written}
    return Counter(numbers)


def _disorder(
    threads: Iterator[list[Shown]],
    questions: dict[str, AskedQuestion],
    stored: dict[str, tuple[str, int]],
) -> Iterator[bool]:
    """Yield whether it was stored later, for each answer above one to an earlier question.

    `stored` has the session of each question, and its number in the order of arrival. Who receives
    a question later than the one after it cannot answer them in order.
    """
    for thread in threads:
        latest: dict[str, str] = {}
        for name, _, _ in thread:
            asked = questions.get(name)
            if asked is None or asked.changed or name not in stored:
                continue
            session, number = stored[name]
            before = latest.get(session, name)
            if asked.at < questions[before].at:
                yield number > stored[before][1]
            else:
                latest[session] = name


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
