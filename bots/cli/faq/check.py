"""`faqbot check`: what could be better in the FAQ that is served, entry by entry."""

from __future__ import annotations

import json
import sys
from itertools import groupby

from bots.bootstrap.index.checkup import check_served
from bots.bootstrap.search import build_retriever
from bots.cli.terminal import clean
from config.check_words import load_check_words
from config.profiles import profile_of
from config.settings import Settings
from core.errors import NoFaqError
from core.reporting.check_words import problem_json
from core.reporting.checkup import CheckReport

_TERMINAL_LINES = 20  # the lines of each kind that a terminal shows


def check(settings: Settings, *, as_json: bool) -> int:
    """Print every finding, the worst kinds first, in the language of the profile.

    Raises:
        FaqIndexError: no FAQ was ingested, or the index cannot be read.
    """
    checked = checked_faq(settings)
    words = load_check_words(profile_of(settings).language)
    if as_json:
        for problem in checked.problems:
            print(json.dumps(problem_json(problem, words), ensure_ascii=False))
        return 0
    print(
        (words.summary if checked.problems else words.sound).format(
            entries=f"{checked.entries:,}",
            problems=f"{len(checked.problems):,}",
            concerned=f"{checked.concerned:,}",
        )
    )
    for kind, group in groupby(checked.problems, key=lambda problem: problem.kind):
        found = list(group)
        print(f"\n{words.kinds[kind]}: {len(found):,}")
        shown = found[:_TERMINAL_LINES] if sys.stdout.isatty() else found
        for problem in shown:
            text, advice = clean(words.text(problem)), words.advice(problem)
            print(f"  {clean(problem.title)}\n    {text}\n    -> {advice}")
        if len(found) > len(shown):
            print(f"  {words.more.format(count=f'{len(found) - len(shown):,}')}")
    return 0


def checked_faq(settings: Settings) -> CheckReport:
    """Check the entries that are served.

    Raises:
        FaqIndexError: see `check`.
    """
    retriever, language = build_retriever(settings)
    if not retriever.all_entries():
        raise NoFaqError
    return check_served(retriever, language)
