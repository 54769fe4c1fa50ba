"""`faqbot ingest`: from a source to an index that serves, and what to say about it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter

from bots.runtime import Language, chosen_embedder, load_language
from bots.stores import open_index
from bots.terminal import Screen, clean
from config.paths import ENCODER, QUESTION_PACKS, SAMPLE_FAQ
from config.profiles import load_loanwords
from config.settings import Settings
from core.answering import tidy
from core.arrays import read_arrays
from core.backends.fastembed_embedder import fingerprint as fingerprint_of_local
from core.backends.kiwi_encoder import fingerprint
from core.errors import ConfigError, SourceError
from core.korean import terms_version
from core.ports import Embedder
from core.profile import Profile
from core.retrieval import Retriever
from core.types import Entry
from ingest.load import Loaded, load
from ingest.own_pack import PERSON, read_own, with_own
from ingest.prepare import Prepared, prepare
from ingest.questions import load_pack, title_key
from ingest.sync import Changes, single_ingest, sync

Pack = dict[str, tuple[str, ...]]
Progress = Callable[[int, int], None]

_TERMINAL_LINES = 50  # of any list: more scrolls the summary off the screen
_NEAR_DUPLICATES = 10


@dataclass(frozen=True, slots=True)
class Ahead:
    """Questions written ahead for a source, the files they are from, and whose are all of them."""

    questions: Pack
    files: tuple[str, ...] = ()
    edited: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Report:
    """All that a finished ingest has to tell."""

    read: int
    prepared: Prepared
    changes: Changes
    packs: tuple[str, ...]
    pack_questions: int
    asked_entries: int
    seconds: float

    @property
    def embedded(self) -> int:
        """How many entries were analysed and embedded."""
        return self.changes.embedded


def ingest(settings: Settings, path: Path, *, questions: Path | None, use_packs: bool) -> int:
    """Run an ingest and print its summary."""
    with progress_bar() as progress:
        report = run_ingest(
            settings, path, questions=questions, use_packs=use_packs, progress=progress
        )
    for line in _summary(path, report):
        print(line)  # noqa: T201 - the interface
    return 0


def read_entries(settings: Settings, path: Path) -> tuple[Entry, ...]:
    """What an ingest would index, with all questions that there are.

    Raises:
        SourceError: the source or a pack is unusable.
    """
    loaded = load(path)
    pack = _questions(settings, loaded, None)
    return prepare(loaded, pack.questions, edited=pack.edited).entries


def first_ingest(settings: Settings, screen: Screen, profile: Profile) -> None:
    """Ingest the sample FAQ where there is none yet, and say how to bring one's own."""
    there = settings.chroma_url is not None or settings.index_dir.is_dir()
    if there and open_index(settings).serving():
        return
    # In a pipe, stdout holds answers and nothing else.
    if screen.styled:
        screen.line(profile.sample_faq, style="yellow")
    else:
        print(profile.sample_faq, file=sys.stderr)  # noqa: T201 - the interface
    with progress_bar() as progress:
        run_ingest(settings, SAMPLE_FAQ, questions=None, use_packs=True, progress=progress)


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
    loaded = load(path)
    ahead = _questions(settings, loaded, questions) if use_packs else Ahead({})
    pack = ahead.questions
    prepared = prepare(loaded, pack, edited=ahead.edited)
    if not prepared.entries:
        raise _unusable(path, prepared)
    with single_ingest(settings.data_dir):
        changes = _sync(settings, prepared, source=str(path.resolve()), progress=progress)
    keys = [title_key(entry.title) for entry in prepared.entries]
    return Report(
        read=len(loaded.rows) + len(loaded.skipped),
        prepared=prepared,
        changes=changes,
        packs=ahead.files,
        pack_questions=sum(len(pack.get(key, ())) for key in keys),
        asked_entries=sum(bool(pack.get(key)) for key in keys),
        seconds=perf_counter() - started,
    )


def fingerprint_of(path: Path) -> str:
    """The fingerprint of an encoder file, read without Kiwi, which takes a second to load.

    Raises:
        ConfigError: the file is missing or damaged.
    """
    try:
        return fingerprint(read_arrays(path), terms_version(load_loanwords()))
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(
            f"cannot load the encoder {path}: {error}. Restore the file from the repository"
        ) from error


def embedder_fingerprint(settings: Settings) -> str:
    """The fingerprint of the embedder that the settings name.

    Raises:
        ConfigError: the built-in encoder's file is missing or damaged.
    """
    match settings.embedder:
        case "openai":
            return settings.remote_fingerprint
        case "local":
            return fingerprint_of_local(settings.local_model)
        case "builtin":
            return fingerprint_of(ENCODER)


def _sync(settings: Settings, prepared: Prepared, *, source: str, progress: Progress) -> Changes:
    index = open_index(settings)

    @cache
    def language() -> Language:
        return load_language(settings.profile)

    fetch: Callable[[Sequence[str]], None] | None = None
    if settings.embedder == "openai":
        from bots.models import prepare_with  # noqa: PLC0415 - imports openai

        fetch = prepare_with(settings, progress)

    @cache
    def embedder() -> Embedder:
        return chosen_embedder(settings) or language().encoder

    before = index.serving()
    changes = sync(
        prepared.entries,
        index=index,
        analyzer=lambda: language().analyzer,
        embedder=embedder,
        fingerprint=embedder_fingerprint(settings),
        source=source,
        progress=progress,
        prepare=fetch,
    )
    if before is None or changes.generation != before.name:
        Retriever(
            index=index,
            embedder=embedder(),
            analyzer=language().analyzer,
            synonyms=language().synonyms,
            cache=settings.cache_dir,
        ).serving.refresh()
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


def _merged(packs: Iterable[Pack]) -> Pack:
    merged: Pack = {}
    for pack in packs:
        for key, questions in pack.items():
            merged[key] = (*merged.get(key, ()), *questions)
    return merged


def _unusable(path: Path, prepared: Prepared) -> SourceError:
    first = prepared.skipped[0]
    return SourceError(
        f"{path.name}: none of its {len(prepared.skipped):,} rows can be used, and nothing was "
        f"changed; the first is {first.position}: {first.reason}"
    )


@contextmanager
def progress_bar(doing: str = "indexing") -> Iterator[Progress]:
    """A bar on a terminal, which appears with the first entries that are done."""
    if not sys.stdout.isatty():
        yield lambda _done, _total: None
        return
    from rich.progress import (  # noqa: PLC0415 - a pipe need not wait for it
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, description=doing, completed=done, total=total)

        yield show


def _summary(path: Path, report: Report) -> Iterator[str]:
    changes, prepared = report.changes, report.prepared
    yield (
        f"{path.name}: {report.read:,} read, {changes.added:,} added, {changes.changed:,} changed, "
        f"{changes.unchanged:,} unchanged, {changes.removed:,} removed, "
        f"{len(prepared.merged):,} merged, {len(prepared.skipped):,} skipped "
        f"({report.seconds:.1f} s)"
    )
    if report.packs:
        names = ", ".join(report.packs)
        yield (
            f"Questions written ahead: {report.pack_questions:,} for {report.asked_entries:,} "
            f"entries, from {names}"
        )
        if not report.asked_entries:
            yield f"! no key of {names} is the SHA-256 of a title here: is it another FAQ's pack?"
    yield from _listed(
        "Skipped", [f"{row.position}: {row.reason}" for row in prepared.skipped], _TERMINAL_LINES
    )
    yield from _listed(
        "Merged exact duplicates",
        [f"{row.position} into {row.into}: {tidy(row.title)}" for row in prepared.merged],
        _TERMINAL_LINES,
    )
    yield from _listed(
        "Almost the same answer (kept; consider merging them)",
        [
            f"{pair.similarity:.2f}  {tidy(pair.first)} | {tidy(pair.second)}"
            for pair in prepared.near_duplicates[:_NEAR_DUPLICATES]
        ],
        _NEAR_DUPLICATES,
        count=len(prepared.near_duplicates),
    )
    if anew := report.embedded - changes.added - changes.changed:
        yield (
            f"{anew:,} unchanged entries were embedded anew: the index before was made by another "
            "embedder, or by an older faqbot."
        )
    if not report.embedded:
        yield "Nothing was embedded: the index already holds these entries."


def _listed(
    heading: str, lines: Sequence[str], most: int, *, count: int | None = None
) -> Iterator[str]:
    """A heading with its count, and the lines; on a terminal only the first of many."""
    count = len(lines) if count is None else count
    if not count:
        return
    shown = lines[:most] if sys.stdout.isatty() else lines
    yield f"{heading}: {count:,}"
    yield from (f"  {clean(line)}" for line in shown)
    if count > len(shown):
        yield f"  … and {count - len(shown):,} more"
