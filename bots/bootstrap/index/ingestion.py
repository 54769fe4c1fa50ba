"""An ingest of this installation: from a source to an index that serves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from time import perf_counter

from bots.bootstrap.search import (
    Language,
    begun_stores,
    chosen_embedder,
    load_language,
    retriever_of,
)
from bots.bootstrap.stores import open_index
from config.profiles import PROFILES, profile_of
from config.resources import ENCODER, QUESTION_PACKS, load_everyday, load_loanwords
from config.settings import Settings
from core.embeddings import e5
from core.embeddings.centred import centred
from core.embeddings.fastembed import fingerprint as fingerprint_of_local
from core.embeddings.kiwi import fingerprint
from core.errors import SourceError
from core.lessons.overlaps import Overlap, overlaps_of
from core.ports import Embedder
from core.retrieval.overlay.lesson_sync import all_lessons
from core.retrieval.overlay.rehearsal import answering
from core.retrieval.retriever import Retriever
from core.retrieval.vectors import read_model
from core.text.korean import terms_version
from core.types import Entry, Lesson
from ingest.facts import write_facts
from ingest.own_questions import Trial, trial
from ingest.prepare import PreparedFaq, prepare
from ingest.question_packs import PERSON, load_pack, read_own, title_key, with_own
from ingest.sources.load import Loaded, load
from ingest.sources.tables.columns import column_map
from ingest.sources.url import confirm, fetch, is_url
from ingest.sync import Changes, single_ingest, sync

Pack = dict[str, tuple[str, ...]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Questions written ahead for a source, the files they are from, and the entries with all."""

    questions: Pack
    files: tuple[str, ...] = ()
    edited: frozenset[str] = frozenset()


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
        """The number of entries that were analysed and embedded."""
        return self.changes.embedded


def prepare_source(
    settings: Settings, path: Path, *, questions: Path | None = None, use_packs: bool = True
) -> tuple[PreparedFaq, Ahead]:
    """Read a source up to the entries that an ingest would index; nothing is changed.

    Raises:
        SourceError: the source or a pack is unusable.
    """
    loaded = load(path, column_map(settings.source_columns))
    ahead = _questions(settings, loaded, questions) if use_packs else Ahead({})
    closed = _closed(settings)
    return prepare(loaded, ahead.questions, edited=ahead.edited, closed=closed), ahead


def _closed(settings: Settings) -> tuple[str, ...]:
    """The categories that are for groups alone, as the profile says now."""
    return profile_of(settings).closed_categories


def fetched(settings: Settings, source: str) -> tuple[Path, bool]:
    """Return the path of a source and whether it changed; one behind a URL is fetched first.

    Raises:
        SourceError: it cannot be fetched.
    """
    if not is_url(source):
        return Path(source), True
    try:
        return fetch(source, settings.data_dir / "source")
    except OSError as error:
        raise SourceError(
            f"the FAQ cannot be kept in {settings.data_dir} ({error.strerror}), and nothing was"
            " changed; free some space, or set FAQBOT_DATA_DIR to another disk"
        ) from error


def read_entries(settings: Settings, path: Path) -> tuple[Entry, ...]:
    """Return the entries that an ingest would index, with all questions that there are.

    Raises:
        SourceError: the source or a pack is unusable.
    """
    return prepare_source(settings, path)[0].entries


def run_ingest(
    settings: Settings,
    path: Path,
    *,
    questions: Path | None,
    use_packs: bool,
    progress: Progress,
) -> Report:
    """Load, prepare and sync; the search cache is made as well, so that no question waits for it.

    Raises:
        SourceError: the source or the pack is unusable; nothing was changed.
        ModelError: a remote embedder fails; nothing was changed.
        FaqIndexError: another ingest is running, or the index cannot be written.
    """
    started = perf_counter()
    prepared, ahead = prepare_source(settings, path, questions=questions, use_packs=use_packs)
    pack = ahead.questions
    if not prepared.entries:
        raise _unusable(path, prepared)
    with single_ingest(settings.data_dir):
        trials: list[Trial] = []
        overlaps: list[Overlap] = []

        def switched(retriever: Retriever) -> None:
            trials.append(trial(prepared.entries, retriever))
            overlaps.extend(overlaps_of(_taught(settings), partial(answering, retriever)))

        changes = _sync(
            settings,
            prepared.entries,
            source=str(path.resolve()),
            progress=progress,
            switched=switched,
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


def fingerprint_of(path: Path) -> str:
    """The fingerprint of an encoder file, read without Kiwi, which takes a second to load.

    Raises:
        ConfigError: the file is missing or damaged.
    """
    version = terms_version(load_loanwords())
    return read_model(path, lambda arrays: fingerprint(arrays, version))


def embedder_fingerprint(settings: Settings) -> str:
    """The fingerprint of the embedder that the settings name.

    Raises:
        ConfigError: the built-in encoder's file is missing or damaged.
    """
    match settings.embedder:
        case "openai" | "bedrock":
            from bots.bootstrap.models.embedders import remote_fingerprint

            return remote_fingerprint(settings)
        case "e5":
            return centred(e5.fingerprint(), load_everyday())
        case "local":
            return centred(fingerprint_of_local(settings.local_model), load_everyday())
        case "builtin":
            return fingerprint_of(ENCODER)


def reindex(settings: Settings, entries: Sequence[Entry], *, language: Language) -> Changes:
    """Serve these entries in the place of those that are served; the caller has the ingest's lock.

    Raises:
        ModelError: a remote embedder fails; nothing was changed.
        FaqIndexError: the index cannot be written.
    """
    serving = open_index(settings).serving()
    source = serving.source if serving else ""
    return _sync(
        settings, entries, source=source, progress=lambda _done, _total: None, loaded=language
    )


def build_beside(
    settings: Settings, entries: Sequence[Entry], *, source: str, language: Language
) -> Changes:
    """Build an index of these entries, and serve what was served; the caller has the lock.

    Raises:
        ModelError, FaqIndexError: as `reindex`.
    """
    return _sync(
        settings,
        entries,
        source=source,
        progress=lambda _done, _total: None,
        loaded=language,
        serve=False,
    )


def _sync(  # noqa: PLR0913 - all by name; as `sync`
    settings: Settings,
    entries: Sequence[Entry],
    *,
    source: str,
    progress: Progress,
    loaded: Language | None = None,
    serve: bool = True,
    switched: Callable[[Retriever], None] = lambda _retriever: None,
) -> Changes:
    index = open_index(settings)

    @cache
    def language() -> Language:
        return loaded or load_language(settings.profile, faq=settings.faq_profile)

    fetch: Callable[[Sequence[str], Sequence[str]], None] | None = None
    anew = False
    if settings.remote_embedder:
        from bots.bootstrap.models.embedders import has_another_length, prepare_with

        fetch, anew = prepare_with(settings, progress), has_another_length(settings)

    @cache
    def embedder() -> Embedder:
        return chosen_embedder(settings) or language().encoder

    before = index.serving()
    changes = sync(
        entries,
        index=index,
        analyzer=lambda: language().analyzer,
        embedder=embedder,
        fingerprint=embedder_fingerprint(settings),
        source=source,
        progress=progress,
        prepare=fetch,
        anew=anew,
        serve=serve,
    )
    if not serve:
        return changes
    if before is None or changes.generation != before.name:
        switched(retriever_of(settings, index, language(), embedder()))
    return changes


def _questions(settings: Settings, loaded: Loaded, chosen: Path | None) -> Ahead:
    packs = _packs(loaded, chosen)
    pack = _merged(packs.values())
    own = {} if chosen else read_own(settings.own_questions)
    if own.keys().isdisjoint(title_key(row.title) for row in loaded.rows):
        return Ahead(pack, tuple(packs))
    edited = frozenset(key for key, row in own.items() if row.by == PERSON)
    return Ahead(with_own(pack, own), (*packs, settings.own_questions.name), edited)


def _packs(loaded: Loaded, chosen: Path | None) -> dict[str, Pack]:
    """Question packs by the name of their file: the chosen one, or all that know these titles."""
    if chosen:
        return {chosen.name: load_pack(chosen)}
    keys = {title_key(row.title) for row in loaded.rows}
    packs = {path.name: load_pack(path) for path in sorted(QUESTION_PACKS.glob("*.jsonl"))}
    return {name: pack for name, pack in packs.items() if not keys.isdisjoint(pack)}


def _note(settings: Settings, path: Path, prepared: PreparedFaq) -> None:
    """Note the profile made from the FAQ, and that this state of its source was ingested."""
    try:
        known = _known_profile(prepared.entries)
        write_facts(prepared.entries, settings.faq_profile, known=known, closed=_closed(settings))
        confirm(path)
    except OSError as error:
        raise SourceError(
            f"the FAQ is served, but {settings.data_dir} cannot be written ({error.strerror}): free"
            " some space and ingest again, so that its examples and links are known"
        ) from error


def _known_profile(entries: Sequence[Entry]) -> str:
    """The profile that ships with faqbot and is made for this FAQ, or ""."""
    keys = [title_key(entry.title) for entry in entries]
    for path in sorted(QUESTION_PACKS.glob("*.jsonl")):
        pack = load_pack(path)
        ships = (PROFILES / f"{path.stem}.toml").is_file()
        if ships and sum(key in pack for key in keys) * 2 > len(keys):
            return path.stem
    return ""


def _merged(packs: Iterable[Pack]) -> Pack:
    merged: Pack = {}
    for pack in packs:
        for key, questions in pack.items():
            merged[key] = (*merged.get(key, ()), *questions)
    return merged


def _unusable(path: Path, prepared: PreparedFaq) -> SourceError:
    if not prepared.skipped:
        return SourceError(f"{path.name}: holds no FAQ entry, and nothing was changed")
    first = prepared.skipped[0]
    return SourceError(
        f"{path.name}: none of its {len(prepared.skipped):,} rows can be used, and nothing was "
        f"changed; the first is {first.position}: {first.reason}"
    )
