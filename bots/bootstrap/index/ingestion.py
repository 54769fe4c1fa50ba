"""An ingest of this installation: from a source to an index that serves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from bots.bootstrap.index.build import Progress, build_index
from bots.bootstrap.index.source_entries import check_usable, closed_categories, prepare_source
from bots.bootstrap.lessons import overlaps_with
from bots.bootstrap.search import begun_stores
from config.profiles import PROFILES
from config.resources import QUESTION_PACKS
from config.settings import Settings
from core.errors import SourceError
from core.lessons.overlaps import Overlap
from core.retrieval.overlay.lesson_sync import all_lessons
from core.retrieval.retriever import Retriever
from core.text.korean import Analyzer
from core.types import Entry, Lesson
from ingest.facts import write_facts
from ingest.own_questions import Trial, trial
from ingest.prepare import PreparedFaq
from ingest.question_packs import load_pack, title_key
from ingest.sources.files.stamps import check_unchanged, stamps_of
from ingest.sources.url import confirm
from ingest.sync import Changes, single_ingest


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a finished ingest."""

    read: int
    prepared: PreparedFaq
    changes: Changes
    packs: tuple[str, ...]
    pack_questions: int
    asked_entries: int
    seconds: float
    trial: Trial | None = None  # of what was switched to, if it was
    overlaps: tuple[Overlap, ...] = ()  # lessons that it answers, too, or contradicts

    @property
    def embedded(self) -> int:
        """Return the number of entries that were analysed and embedded."""
        return self.changes.embedded


def run_ingest(
    settings: Settings,
    path: Path,
    *,
    questions: Path | None,
    use_packs: bool,
    progress: Progress,
) -> Report:
    """Load, prepare and sync a source, and build the search cache, so that no question waits.

    Raises:
        SourceError: the source or the pack is unusable, or the source changes meanwhile; nothing
            was changed.
        ModelError: a remote embedder fails; nothing was changed.
        FaqIndexError: another ingest is running, or the index cannot be written.
    """
    started = perf_counter()
    stamps = stamps_of(path)
    prepared, ahead = prepare_source(settings, path, questions=questions, use_packs=use_packs)
    pack = ahead.questions
    check_usable(path, prepared)
    with single_ingest(settings.data_dir):
        trials: list[Trial] = []
        overlaps: list[Overlap] = []

        def switched(retriever: Retriever, analyzer: Analyzer) -> None:
            trials.append(trial(prepared.entries, retriever))
            overlaps.extend(overlaps_with(retriever, analyzer, _taught(settings)))

        changes = build_index(
            settings,
            prepared.entries,
            source=str(path.resolve()),
            progress=progress,
            switched=switched,
            confirm=partial(check_unchanged, path, stamps),
        )
    _note(settings, path, prepared)
    keys = [title_key(entry.title) for entry in prepared.entries]
    return Report(
        read=prepared.read,
        prepared=prepared,
        changes=changes,
        packs=ahead.files,
        pack_questions=sum(len(pack.get(key, ())) for key in keys),
        asked_entries=sum(bool(pack.get(key)) for key in keys),
        seconds=perf_counter() - started,
        trial=next(iter(trials), None),
        overlaps=tuple(overlaps),
    )


def _taught(settings: Settings) -> list[Lesson]:
    """Return all lessons. Blocks; the stores are read by an event loop in a thread of its own."""

    async def read() -> list[Lesson]:
        async with begun_stores(settings) as stores:
            return await all_lessons(stores.lessons) if stores else []

    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(read())).result()


def _note(settings: Settings, path: Path, prepared: PreparedFaq) -> None:
    """Note the profile made from the FAQ, and that this state of its source was ingested."""
    try:
        known = _known_profile(prepared.entries)
        write_facts(
            prepared.entries, settings.faq_profile, known=known, closed=closed_categories(settings)
        )
        confirm(path)
    except OSError as error:
        raise SourceError(
            f"the FAQ is served, but {settings.data_dir} cannot be written ({error.strerror}): free"
            " some space and ingest again, so that its examples and links are known"
        ) from error


def _known_profile(entries: Sequence[Entry]) -> str:
    """Return the shipped profile that is made for this FAQ, or ""."""
    keys = [title_key(entry.title) for entry in entries]
    for path in sorted(QUESTION_PACKS.glob("*.jsonl")):
        pack = load_pack(path)
        ships = (PROFILES / f"{path.stem}.toml").is_file()
        if ships and sum(key in pack for key in keys) * 2 > len(keys):
            return path.stem
    return ""
