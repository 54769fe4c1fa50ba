"""Benchmarks, each by name or all of them: `python -m bench retrieval`. They print tables.

They measure the real FAQ where it is present (FAQBOT_SHARED, by default ../shared), and what ships
with the project where it is not. Nothing is asserted: the wanted figure stands beside the seen one.
"""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bench import (
    claims,
    crowd,
    decisions,
    gate,
    growth,
    ingest,
    lag,
    long_messages,
    quality,
    retrieval,
    skills,
    start,
    storm,
)
from bench.sources import open_sources
from bench.tables import header, note


class Which(StrEnum):
    """A benchmark, or all of them."""

    ALL = "all"
    INGEST = "ingest"
    RETRIEVAL = "retrieval"
    GROWTH = "growth"
    START = "start"
    QUALITY = "quality"
    DECISIONS = "decisions"
    LAG = "lag"
    CROWD = "crowd"
    OPENAI = "openai"
    STORM = "storm"
    CLAIMS = "claims"
    MESSAGES = "messages"
    GATE = "gate"
    SKILLS = "skills"


def main(
    which: Annotated[Which, typer.Argument(help="What to measure.")] = Which.ALL,
    *,
    largest: Annotated[
        int, typer.Option(min=1, help="Of growth: the most entries; 270000 takes long.")
    ] = growth.LARGEST,
    picture: Annotated[
        Path | None, typer.Option(help="Of decisions: draw the confidence there, as PNG.")
    ] = None,
) -> None:
    """Measure, and print a table each."""
    header()
    alone = {
        Which.LAG: lag.main,
        Which.CROWD: crowd.main,
        Which.STORM: storm.main,
        Which.CLAIMS: claims.main,
    }
    for chosen, run_alone in alone.items():
        if which in (Which.ALL, chosen):
            run_alone()
    if which in alone:
        return
    with open_sources() as sources:
        if not sources.real:
            note(f"\nNOT RUN on the real FAQ: {sources.absent}. The sample FAQ takes its place.")
        for chosen, run in (
            (Which.INGEST, ingest.main),
            (Which.START, start.main),
            (Which.RETRIEVAL, retrieval.main),
            (Which.QUALITY, quality.main),
            (Which.DECISIONS, partial(decisions.main, picture=picture)),
            (Which.MESSAGES, long_messages.main),
            (Which.GATE, gate.main),
            (Which.SKILLS, skills.main),
        ):
            if which in (Which.ALL, chosen):
                run(sources)
        if which in (Which.ALL, Which.GROWTH):
            growth.main(sources, largest)
    if which in (Which.ALL, Which.OPENAI):
        # In a process of its own: it sets variables, and what ran before would count as memory.
        subprocess.run([sys.executable, "-m", "bench.openai"], check=True)


if __name__ == "__main__":
    typer.run(main)
