"""`faqbot ingest --augment`: a model writes how people would ask for each entry.

The FAQ is ingested as it is first, so that it serves meanwhile, and what the model wrote is checked
against that index.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bots.bootstrap.index.source_entries import read_entries
from bots.bootstrap.models.embedders import open_embedder
from bots.bootstrap.models.language_models import open_questions
from bots.bootstrap.processes.event_loop import run
from bots.bootstrap.search import build_retriever
from bots.cli.consent import agreed
from bots.cli.faq.ingest import ingest, progress_bar
from config.profiles import profile_of
from config.resources import load_prompt
from config.settings import Settings
from core.errors import ConfigError, ModelError
from core.llm.budget import TAB, Tab
from core.llm.question_writer import expected_tokens
from core.ports import Embedder
from core.types import Entry
from ingest.augment import (
    CheckedQuestions,
    check,
    excerpt,
    lacking,
    requests,
    taken_by,
    write_all,
)
from ingest.question_packs import PackEntry, content_of, read_own, read_rows, title_key, write_own

_SEARCHED = 50
_CENT = 0.01


@dataclass(frozen=True, slots=True)
class Estimate:
    """The requests that a model will get, and about what they cost."""

    entries: int
    prompt_tokens: int
    completion_tokens: int
    dollars: float | None  # None where the model has no price


def augment(settings: Settings, path: Path, *, yes: bool) -> int:
    """Ingest, print the cost, write the missing questions, check them, and ingest again."""
    if not settings.has_models:
        raise ConfigError("--augment needs a model to write questions: set OPENAI_API_KEY")
    entries = read_entries(settings, path)
    missing = lacking(entries, read_own(settings.own_questions))
    if not missing:
        _say("Every entry has its questions: there is nothing to write.")
        return ingest(settings, str(path), questions=None, use_packs=True)
    expected = estimate(settings, missing)
    # Where all was written before, by a run that was killed, nothing is left to pay.
    if expected.entries and not _confirmed(settings, expected, yes=yes):
        _say("Nothing was written, and nothing was ingested.")
        return 1
    ingest(settings, str(path), questions=None, use_packs=True)
    with progress_bar("writing questions") as progress:
        tab = Tab(lambda _: None)
        checked = run(_written(settings, entries, missing, tab, progress))
    _say(
        f"Questions by {settings.chat_model} for {len(checked.rows):,} of {len(missing):,} "
        f"entries: {checked.kept:,} kept; left out: {checked.repeated:,} repeated or too long, "
        f"{checked.elsewhere:,} that another entry answers better. "
        f"Cost: US$ {tab.total.cost_usd:.4f}"
    )
    return ingest(settings, str(path), questions=None, use_packs=True)


def estimate(settings: Settings, missing: Sequence[Entry]) -> Estimate:
    """Estimate the cost of writing for these entries; what was paid for before costs nothing."""
    known = {row.content for row in read_rows(settings.question_notes)}
    asked = [entry for entry in missing if content_of(entry) not in known]
    prompt = load_prompt("questions", profile_of(settings))
    sizes = [expected_tokens(prompt, [*map(excerpt, batch)]) for batch in requests(asked)]
    told, said = sum(size[0] for size in sizes), sum(size[1] for size in sizes)
    price = settings.price_table().of(settings.chat.name)
    priced = price.prompt or price.completion
    dollars = price.of(prompt=told, completion=said).cost_usd if priced else None
    return Estimate(len(asked), told, said, dollars)


def _confirmed(settings: Settings, expected: Estimate, *, yes: bool) -> bool:
    cost = "nothing that FAQBOT_PRICES knows of"
    if expected.dollars is not None:
        small = expected.dollars < _CENT
        cost = "less than US$ 0.01" if small else f"about US$ {expected.dollars:.2f}"
    told = (
        f"{settings.chat_model} will write questions for {expected.entries:,} entries: some "
        f"{expected.prompt_tokens:,} tokens to read and {expected.completion_tokens:,} to write, "
        f"which costs {cost}"
    )
    return agreed(told, yes=yes)


async def _written(
    settings: Settings,
    entries: Sequence[Entry],
    missing: Sequence[Entry],
    tab: Tab,
    progress: Callable[[int, int], None],
) -> CheckedQuestions:
    """Write questions, check them, and put those that pass into the pack."""
    TAB.set(tab)
    own = read_own(settings.own_questions)
    async with open_questions(settings) as writer:
        try:
            notes = await write_all(
                missing,
                write=writer.write,
                by=settings.chat.name,
                notes=settings.question_notes,
                progress=progress,
            )
        except ModelError as error:
            raise ModelError(
                f"{error}. The questions written so far are kept: run it again to continue"
            ) from error
    written = [(e, notes[content_of(e)]) for e in missing if content_of(e) in notes]
    replaced = [own[key] for e in missing if (key := title_key(e.title)) in own]
    taken = taken_by(entries, replaced)
    if settings.remote_embedder:
        async with open_embedder(settings) as embedder:
            texts = [text for _, row in written for text in row.questions]
            await embedder.prepare(texts, (), lambda *_: None)
            checked = await asyncio.to_thread(_checked, settings, written, taken, embedder)
    else:
        checked = await asyncio.to_thread(_checked, settings, written, taken, None)
    write_own(settings.own_questions, (own | {row.key: row for row in checked.rows}).values())
    return checked


def _checked(
    settings: Settings,
    written: Sequence[tuple[Entry, PackEntry]],
    taken: set[str],
    embedder: Embedder | None,
) -> CheckedQuestions:
    retriever, _ = build_retriever(settings, embedder)
    return check(written, taken=taken, search=lambda text: retriever.search(text, limit=_SEARCHED))


def _say(line: str) -> None:
    print(line)
