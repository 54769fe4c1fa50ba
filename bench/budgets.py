"""One process or three on the same platforms: `python -m bench.budgets [--rounds 2]`.

A platform counts per workspace or per bot, however many processes there are. So three have to share
what one would have. The same people ask the same questions of each number of processes, half of
them on the local Slack and half on the local Discord, which refuse what goes beyond their limits.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bench.storm import Weather, run
from bench.storm_tally import Result
from bench.tables import header, note, table

_PROCESSES: Final = (1, 3)
_CALM: Final = Weather(
    kills=0, outage_s=0.0, redelivered=0.0, failing=0.0, edited=0.0, deleted=0.0, looks_every_s=0.05
)


def main() -> None:
    """Print a line for each number of processes and each round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=120)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    header()
    calm = replace(_CALM, questions=given.questions, people=given.questions, seconds=given.seconds)
    rows = [
        row
        for _ in range(given.rounds)
        for processes in _PROCESSES
        for row in _rows(processes, run(replace(calm, processes=processes)))
    ]
    columns = ("processes", "platform", "answered once", "429s", "p50", "p95", "longest")
    table(f"{given.questions} questions in {given.seconds:g} s", columns, rows)
    note("times to the end of an answer; wanted of three: fewer than 5 429s, and a p95 as of one")


def _rows(processes: int, result: Result) -> Iterator[tuple[str, ...]]:
    once = f"{result.once} of {result.asked}"
    for platform in sorted(result.seconds):
        times = [f"{result.seconds_at(platform, share):.1f} s" for share in (0.5, 0.95, 1.0)]
        yield f"{processes}", platform, once, f"{result.limited[platform]}", *times


if __name__ == "__main__":
    main()
