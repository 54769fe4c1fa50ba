"""The time that the gate takes for a lesson before it is served: `python -m bench gate`.

A lesson is a labelled question with the answer of an entry drawn at random with a fixed seed, so
that it is near to entries by its question and to others by its answer.
"""

from __future__ import annotations

import asyncio
import random
from time import perf_counter
from typing import Final

import numpy as np

from bench.opened import Opened
from bench.sources import Sources
from bench.tables import table
from bots.bootstrap.lessons import SearchedRehearsal, reader_of
from config.profiles import load_profile
from core.lessons.gate import Gate
from core.types import Lesson, SessionId

_SEED: Final = 19
_LESSONS: Final = 30
_WITHIN_S: Final = 3.0


def main(sources: Sources) -> None:
    """Measure the gate on lessons, each of which it sees for the first time."""
    opened = Opened.at(sources.data_dir)
    seconds, parts = asyncio.run(_examined(opened, _lessons(opened, sources)))
    rows = [
        [name, *(f"{value:.2f}" for value in np.percentile(found, [50, 95, 100]))]
        for name, found in (("a lesson", seconds), *parts.items())
    ]
    entries = len(opened.retriever.all_entries())
    table(
        f"The gate: {_LESSONS} lessons on {entries:,} entries; wanted: within {_WITHIN_S:.0f} s",
        ["", "median, s", "95 %, s", "longest, s"],
        rows,
    )


def _lessons(opened: Opened, sources: Sources) -> list[Lesson]:
    drawn = random.Random(_SEED)  # noqa: S311 - nothing secret
    asked = drawn.sample([text for text, _ in sources.asked], _LESSONS)
    answers = drawn.sample([entry.text for entry in opened.retriever.all_entries()], _LESSONS)
    return [
        Lesson(str(number), SessionId("bench"), question, answer)
        for number, (question, answer) in enumerate(zip(asked, answers, strict=True))
    ]


async def _examined(
    opened: Opened, lessons: list[Lesson]
) -> tuple[list[float], dict[str, list[float]]]:
    """Return the seconds that each lesson took, and those of the parts of the gate."""
    reader = reader_of(opened.analyzer, opened.encoder.embed)
    rehearsal = SearchedRehearsal(opened.retriever, opened.analyzer, ())
    gate = Gate(rehearsal, reader, load_profile("ko"))
    near, taken = [], []
    seconds = []
    for lesson in lessons:
        opened.forget()
        started = perf_counter()
        await gate.examine(lesson)
        seconds.append(perf_counter() - started)
        opened.forget()
        started = perf_counter()
        await rehearsal.near(lesson)
        near.append(perf_counter() - started)
        opened.forget()
        started = perf_counter()
        await rehearsal.taken(lesson)
        taken.append(perf_counter() - started)
    return seconds, {"… beside the entry": near, "… questions asked again": taken}
