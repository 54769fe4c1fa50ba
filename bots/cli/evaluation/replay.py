"""`faqbot replay`: the effect of a new FAQ on past questions, before it is used."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bots.bootstrap.assistant import open_forgetful
from bots.bootstrap.index.ingestion import run_ingest
from bots.bootstrap.stores import open_stores
from bots.cli.jsonl import read_rows
from bots.cli.terminal import clean
from config.settings import Settings
from core.errors import ConfigError, SourceError
from core.reporting.replay import (
    Change,
    Comparison,
    ReplayCase,
    ReplayOutcome,
    compared,
    counted,
    outcome_of,
    replay_json,
    worse_share,
)
from core.reporting.trial import last_asked
from core.retrieval.overlay.lesson_sync import all_lessons

_SHOWN = 20


def replay(  # noqa: PLR0913 - the command's options
    settings: Settings,
    against: Path,
    *,
    base: Path | None,
    questions: Path | None,
    last: int,
    bound: float,
    as_json: bool,
) -> int:
    """Print what changes; 1 if a larger share than `bound` gets worse.

    Raises:
        SourceError: a FAQ or the questions cannot be read.
        ConfigError: nothing was asked yet, and no questions are given.
    """
    asked = _given(questions) if questions else asyncio.run(_asked(settings, last))
    if not asked:
        raise ConfigError("nothing was asked yet; give questions with --questions FILE")
    before = _outcomes(settings, base, asked)
    after = _outcomes(settings, against, asked, taught=base is None)
    found = [compared(*one) for one in zip(asked, before, after, strict=True)]
    share = worse_share(found)
    if as_json:
        print(json.dumps(replay_json(found, bound), ensure_ascii=False))
    else:
        _print(found, share, bound)
    return 1 if share > bound else 0


def _given(file: Path) -> list[ReplayCase]:
    found = []
    for row in read_rows(str(file), with_id=False):
        relevant = row.fields.get("relevant", [])
        if not isinstance(relevant, list) or not all(isinstance(one, str) for one in relevant):
            raise SourceError(f'{row.place}: "relevant" must be a list of titles')
        found.append(ReplayCase(row.question, row.history, tuple(relevant)))
    return found


async def _asked(settings: Settings, last: int) -> list[ReplayCase]:
    async with open_stores(settings) as stores:
        return await last_asked(stores.reports, stores.archive, last)


def _outcomes(
    settings: Settings, faq: Path | None, asked: Sequence[ReplayCase], *, taught: bool = False
) -> list[ReplayOutcome]:
    """Ask all of them of a FAQ, which is ingested beside all others; or of the one that serves.

    With `taught`, the FAQ has what people added to the one that serves, as after an ingest.
    """
    if faq is None:
        return asyncio.run(_ask_all(settings, asked))
    with tempfile.TemporaryDirectory(prefix="faqbot-replay-") as folder:
        beside = settings.model_copy(
            update={"data_dir": Path(folder), "chroma_url": None, "mongodb_uri": None}
        )
        if taught:
            asyncio.run(_bring_taught(settings, beside))
        run_ingest(beside, faq, questions=None, use_packs=True, progress=lambda *_: None)
        return asyncio.run(_ask_all(beside, asked))


async def _bring_taught(settings: Settings, beside: Settings) -> None:
    """Copy the lessons, the reviews and the questions that owners have added."""
    if settings.own_questions.exists():
        beside.own_questions.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(settings.own_questions, beside.own_questions)
    async with open_stores(settings) as served, open_stores(beside) as trial:
        for lesson in await all_lessons(served.lessons):
            await trial.lessons.teach(lesson)
        for review in await served.reports.reviews():
            await trial.reports.review(review)


async def _ask_all(settings: Settings, asked: Sequence[ReplayCase]) -> list[ReplayOutcome]:
    async with open_forgetful(settings, with_models=False) as assistant:
        return [await outcome_of(assistant, one) for one in asked]


def _print(found: Sequence[Comparison], share: float, bound: float) -> None:
    for change in (Change.WORSE, Change.BETTER, Change.OTHER):
        some = [one for one in found if one.change is change]
        for one in some[:_SHOWN]:
            print(f"{change.value:<7} {clean(one.asked.text)}")
            print(f"        before: {_line(one.before)}")
            print(f"        after:  {_line(one.after)}")
        if len(some) > _SHOWN:
            print(f"        … and {len(some) - _SHOWN:,} more that are {change.value}")
    counts = ", ".join(f"{number:,} {name}" for name, number in counted(found).items())
    print(f"{len(found):,} questions: {counts}")
    verdict = "too many" if share > bound else "within the bound"
    print(f"{share:.2%} get worse, {verdict} of {bound:.2%}")


def _line(outcome: ReplayOutcome) -> str:
    first = outcome.sources[0] if outcome.sources else " ".join(outcome.text.split())[:80]
    return f"{outcome.state}: {clean(first)}"
