"""The lag of what people see behind what the model has said: `python -m bench lag`.

An answer of 500 characters comes at 45 a second; it is shown by the real adapter on the local Slack
or Discord, which count as strictly as they can. For each answer: the characters that were said and
not yet visible, averaged over the time in which the answer grew, and how long after its last
character the last edit was visible. Beside it stand a loop that edits at fixed times, what no
schedule under the same limits can do better, and what is the best that a client can know.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from bench.lag_discord import Discords
from bench.lag_slack import Slacks
from bench.platforms import LocalPlatform, TooManyCallsError
from bench.tables import note, table
from core.types import Answered, AnswerEvent, Delta, Passage, Question, SessionId, Status

CHARS, CHARS_PER_S, FIRST_S, STEP = 500, 45.0, 0.5, 3
ANSWER = "".join(chr(ord("가") + number) for number in range(CHARS))  # each character is itself
GROWS_S = CHARS / CHARS_PER_S


@dataclass
class PacedAssistant:
    """An assistant that says ANSWER at its pace, and remembers when it said what."""

    begun: dict[str, float] = field(default_factory=dict)

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent]:
        """See `core.assistant.assistant.Assistant.answer`."""
        yield Status("답변을 정리하고 있어요…")
        await asyncio.sleep(FIRST_S)
        self.begun[question.id] = started = monotonic()
        for end in range(STEP, CHARS + STEP, STEP):
            await asyncio.sleep(started + end / CHARS_PER_S - monotonic())
            yield Delta(ANSWER[end - STEP : end])
        yield Answered(ANSWER, (Passage("f1", "도움말", "", 1.0),), ())

    def hurry(self, session: SessionId) -> None:
        """Do nothing: what it says comes at its pace."""


@dataclass(frozen=True)
class Seen:
    """An answer as people saw it: its mean lag in characters, how late its last edit was."""

    lag_chars: float
    late_s: float


def measure(begun: float, states: Sequence[tuple[float, str]]) -> Seen:
    """Return the time of the first character, and the texts of the messages with their times."""
    visible = [(at - begun, _visible_chars(text)) for at, text in states]
    lag, steps = 0.0, 2_000
    for number in range(steps):
        at = GROWS_S * number / steps
        said = min(int(at * CHARS_PER_S / STEP) * STEP, CHARS)
        lag += said - max((chars for seen_at, chars in visible if seen_at <= at), default=0)
    whole = min(at for at, chars in visible if chars == CHARS)
    return Seen(lag / steps, whole - GROWS_S)


def _visible_chars(text: str) -> int:
    """Return how much of the answer a message shows: all characters differ and are in order."""
    start = text.find(ANSWER[:STEP])
    if start < 0:
        return 0
    pairs = zip(ANSWER, f"{text[start:]}\n", strict=False)  # a line's end is no part of it
    return next((place for place, (one, other) in enumerate(pairs) if one != other), CHARS)


async def fixed_loop(
    platform: LocalPlatform, place: object, interval_s: float, said: PacedAssistant, name: str
) -> list[tuple[float, str]]:
    """The usual way: post, then edit at fixed times; a refusal is slept out as it asks for."""
    latest = "…"

    async def read() -> None:
        nonlocal latest
        question = Question(name, platform.session, "질문입니다")
        text = ""
        async for event in said.answer(question):
            if isinstance(event, Delta):
                text += event.text
                latest = text

    reading = asyncio.create_task(read())
    shown = "…"
    message = await _posted(platform, place, shown)
    while not (reading.done() and shown == latest):
        await asyncio.sleep(interval_s)
        if shown == latest:
            continue
        text = latest
        try:
            await platform.edit(message, text)
        except TooManyCallsError as error:
            await asyncio.sleep(error.retry_after_s)
        else:
            shown = text
    await reading
    return platform.states(message)


async def _posted(platform: LocalPlatform, place: object, text: str) -> object:
    while True:
        try:
            return await platform.post(place, text)
        except TooManyCallsError as error:
            await asyncio.sleep(error.retry_after_s)


async def ours(
    platform: LocalPlatform, places: Sequence[object], said: PacedAssistant
) -> list[Seen]:
    """Measure answers that are all asked at once, through the adapter."""
    async with platform.bot(said):
        asked = [await platform.ask(place) for place in places]
        shown = [await platform.answered(question) for question in asked]
    return [
        measure(said.begun[question], states) for question, states in zip(asked, shown, strict=True)
    ]


async def theirs(
    platform: LocalPlatform, places: Sequence[object], said: PacedAssistant, interval_s: float
) -> list[Seen]:
    """Measure answers that are all written at once, each by a fixed loop of its own."""
    loops = [
        fixed_loop(platform, place, interval_s, said, str(number))
        for number, place in enumerate(places)
    ]
    shown = await asyncio.gather(*loops)
    return [measure(said.begun[str(number)], states) for number, states in enumerate(shown)]


def optimum_chars(edits: float, first_posts_s: Sequence[float]) -> float:
    """The least mean lag of answers that share so many edits.

    `first_posts_s` is when each can be there at all, in seconds since it was asked. Until then all
    that was said is hidden. From then on the lag grows from nothing to what is said between two
    edits, half of it on average: the sum of the squared gaps counts, and is least when all gaps of
    all answers are equal, so that each has edits in proportion to the time that it has left.
    """
    hidden_s = [max(post_s - FIRST_S, 0.0) for post_s in first_posts_s]
    left_s = sum(GROWS_S - late_s for late_s in hidden_s)
    squares = sum(late_s**2 for late_s in hidden_s) + left_s**2 / max(edits, 1.0)
    return _mean_lag_chars(squares, len(hidden_s))


def _mean_lag_chars(squares_s2: float, count: int) -> float:
    return CHARS_PER_S * squares_s2 / (2 * GROWS_S * count)


async def _row(
    name: str,
    run: Callable[[LocalPlatform, Sequence[object], PacedAssistant], Awaitable[list[Seen]]],
    kind: type[Slacks | Discords],
    count: int,
    *,
    together: bool,
) -> list[str]:
    async with kind().open() as platform:
        places = await platform.places(count, together=together)
        seen = await run(platform, places, PacedAssistant())
        edits = platform.most_edits(GROWS_S, count, together=together)
        optimum = optimum_chars(edits, platform.first_posts_s(count, together=together))
        squares = platform.squares_known_s2(GROWS_S, count, together=together)
        known = _mean_lag_chars(squares, count) if squares else optimum
        lag = sum(one.lag_chars for one in seen) / len(seen)
        return [
            name,
            f"{lag:.1f}",
            f"{lag / optimum:.2f}",
            f"{lag / known:.2f}",
            f"{max(one.late_s for one in seen):.2f} s",
            f"{platform.refused} of {platform.calls}",
        ]


def main() -> None:
    """Print a table for each platform and crowd."""
    crowds = (
        (Slacks, "Slack", ((1, True), (4, True), (10, True), (10, False))),
        (Discords, "Discord", ((1, True), (4, True), (4, False))),
    )
    for kind, name, sizes in crowds:
        for count, together in sizes:
            asyncio.run(_table(kind, name, count, together=together))
    note(
        "wanted: no refusals; 1.15 times the optimum; behind no fixed interval; the last edit"
        " within 0.1 s, 1 s for four in one Discord channel"
    )


async def _table(kind: type[Slacks | Discords], name: str, count: int, *, together: bool) -> None:
    rows = [await _row("faqbot", ours, kind, count, together=together)]
    for interval_s in kind.fixed_s:

        async def run(
            platform: LocalPlatform,
            places: Sequence[object],
            said: PacedAssistant,
            pace: float = interval_s,
        ) -> list[Seen]:
            return await theirs(platform, places, said, pace)

        title = f"fixed {interval_s:g} s"
        rows.append(await _row(title, run, kind, count, together=together))
    where = "one channel" if together else "a channel each"
    table(
        f"{name}: {count} at a time, {where}",
        (
            "",
            "mean lag, characters",
            "times the optimum",
            "times the best that can be known",
            "last edit late",
            "refused (429)",
        ),
        rows,
    )
