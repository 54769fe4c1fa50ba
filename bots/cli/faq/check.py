"""`faqbot check`: what could be better in the FAQ that is served, entry by entry."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby

from bots.bootstrap.search import build_retriever
from bots.bootstrap.stores import open_index
from bots.cli.terminal import clean
from config.settings import Settings
from core.errors import FaqIndexError
from core.retrieval.retriever import Retriever
from core.retrieval.signals import Query
from core.types import Entry
from ingest.quality import EntryProblem, problems_of

_TERMINAL_LINES = 20  # the lines of each kind that a terminal shows
_AT_ONCE = 64


def check(settings: Settings, *, as_json: bool) -> int:
    """Print every finding, the worst kinds first.

    Raises:
        FaqIndexError: no FAQ was ingested, or the index cannot be read.
    """
    entries, problems = find_problems(settings)
    if as_json:
        for problem in problems:
            print(json.dumps(asdict(problem), ensure_ascii=False))
        return 0
    concerned = len({problem.title for problem in problems})
    print(f"{len(entries):,} entries, {len(problems):,} findings about {concerned:,} of them")
    for kind, group in groupby(problems, key=lambda problem: problem.kind):
        found = list(group)
        print(f"\n{kind.capitalize()}: {len(found):,}")
        shown = found[:_TERMINAL_LINES] if sys.stdout.isatty() else found
        for problem in shown:
            print(f"  {clean(problem.title)}\n    {clean(problem.text)}\n    -> {problem.advice}")
        if len(found) > len(shown):
            print(f"  … and {len(found) - len(shown):,} more (`faqbot check | less` shows all)")
    return 0


def find_problems(settings: Settings) -> tuple[list[Entry], list[EntryProblem]]:
    """Return the entries that are served, and what could be better in them.

    Raises:
        FaqIndexError: see `check`.
    """
    index = open_index(settings)
    serving = index.serving()
    if not serving:
        raise FaqIndexError("there is no FAQ yet: run `faqbot ingest FILE`")
    entries = [entry for entry, _ in index.stored(serving.name)]
    retriever, _ = build_retriever(settings)
    today = datetime.now(UTC).date()
    return entries, problems_of(entries, lambda asked: first_titles(retriever, asked), today)


def first_titles(retriever: Retriever, asked: Sequence[str]) -> list[str]:
    """Return the title that is found first for each question, "" where nothing is."""
    titles: list[str] = []
    for start in range(0, len(asked), _AT_ONCE):
        queries = [Query(text, ()) for text in asked[start : start + _AT_ONCE]]
        found = retriever.search_all(queries, limit=1)
        titles += [hits[0].title if hits else "" for hits in found]
    return titles
