"""`faqbot ingest`: run an ingest, and print its progress and its result."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from bots.bootstrap.index.build import Progress
from bots.bootstrap.index.dry_run import grouped, notes_of
from bots.bootstrap.index.ingestion import Report, run_ingest
from bots.bootstrap.index.source_entries import fetched, prepare_source
from bots.bootstrap.stores import open_index
from bots.cli.terminal import Screen, clean
from config.resources import SAMPLE_FAQ
from config.settings import Settings
from core.profile import Profile
from core.text.sections import markdown, sections, tidy
from core.types import Entry
from ingest.prepare import PreparedFaq
from ingest.sources.rows import Columns
from ingest.sources.url import is_url, shown

_TERMINAL_LINES = 50  # more lines of a list would scroll the summary off the screen
_NEAR_DUPLICATES = 10
_PREVIEWED = 3
_PREVIEW_CHARS = 1_500
_HEADINGS = {
    "duplicates": "Merged exact duplicates",
    "other answers": "Another answer to the same title "
    "(added below the first; is one of them wrong?)",
}


def ingest(settings: Settings, source: str, *, questions: Path | None, use_packs: bool) -> int:
    """Run an ingest and print its summary."""
    path, _ = fetched(settings, source)
    try:
        with progress_bar() as bar, kept_interrupts() as interrupted:

            def progress(done: int, total: int) -> None:
                interrupted()
                bar(done, total)

            report = run_ingest(
                settings, path, questions=questions, use_packs=use_packs, progress=progress
            )
    except KeyboardInterrupt:
        told = (
            "stopped; the index is whole, and what was served serves. Run the same again to go on"
        )
        print(f"faqbot: {told}", file=sys.stderr)
        raise
    for line in _summary(_name(source), report):
        print(line)
    return 0


@contextmanager
def kept_interrupts() -> Iterator[Callable[[], None]]:
    """Remember a Ctrl-C; the function that is yielded raises it again.

    A Ctrl-C that arrives while a library in C calls Python may be dropped there, and the ingest
    would go on to its end. Python tells signals to the main thread alone; elsewhere the function
    does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    pressed = False

    def press(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        raise KeyboardInterrupt

    def interrupted() -> None:
        if pressed:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, press)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def preview(settings: Settings, source: str) -> int:
    """Show what an ingest would take, and the first entries as they will be answered."""
    path, _ = fetched(settings, source)
    prepared, _ = prepare_source(settings, path)
    print(
        f"{_name(source)}: {prepared.read:,} read, {len(prepared.entries):,} entries; "
        "nothing was changed"
    )
    for line in _reading(prepared):
        print(line)
    for entry in prepared.entries[:_PREVIEWED]:
        print(f"\n--- {clean(tidy(entry.title))}")
        details = (entry.category, entry.url, entry.updated)
        print(clean(" · ".join(detail for detail in details if detail)) or "(no category)")
        print(clean(_answer(entry)))
        for question in entry.questions[:_PREVIEWED]:
            print(f"    also asked as: {clean(question)}")
    return 0 if prepared.entries else 1


def _answer(entry: Entry) -> str:
    """Return an entry as it is answered, or its beginning if it is long."""
    text = entry.text if entry.markdown else markdown(sections(entry.text))
    return text if len(text) <= _PREVIEW_CHARS else f"{text[:_PREVIEW_CHARS]} …"


def _name(source: str) -> str:
    return shown(source) if is_url(source) else Path(source).name or source


def _reading(prepared: PreparedFaq) -> Iterator[str]:
    """Yield lines about the columns that were read, and everything that was done or left out."""
    tables = [(table.position, _columns(table)) for table in prepared.columns]
    yield from _listed("Columns", list(grouped(tables)), _TERMINAL_LINES)
    for note in notes_of(prepared):
        heading = _HEADINGS.get(note.kind, note.kind.capitalize())
        yield from _listed(heading, note.lines, _TERMINAL_LINES)


def _columns(table: Columns) -> str:
    read = ", ".join(f"{name} from {column!r}" for name, column in table.read)
    return read + (f"; ignored: {', '.join(map(repr, table.ignored))}" if table.ignored else "")


def first_ingest(settings: Settings, screen: Screen, profile: Profile) -> None:
    """Ingest the sample FAQ where there is none yet, and say how to bring another."""
    there = settings.chroma_url is not None or settings.index_dir.is_dir()
    if there and open_index(settings).serving():
        return
    # In a pipe, stdout holds answers and nothing else.
    if screen.styled:
        screen.line(profile.sample_faq, style="yellow")
    else:
        print(profile.sample_faq, file=sys.stderr)
    with progress_bar() as progress:
        run_ingest(settings, SAMPLE_FAQ, questions=None, use_packs=True, progress=progress)


@contextmanager
def progress_bar(doing: str = "indexing") -> Iterator[Progress]:
    """Yield what shows progress as a bar on a terminal, from the first finished entries on."""
    if not sys.stdout.isatty():
        yield lambda _done, _total: None
        return
    from rich.progress import (
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


def _summary(name: str, report: Report) -> Iterator[str]:
    changes, prepared = report.changes, report.prepared
    yield (
        f"{name}: {report.read:,} read, {changes.added:,} added, {changes.changed:,} changed, "
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
    yield from _reading(prepared)
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
    if (tried := report.trial) and tried.asked:
        yield (
            f"Its own questions, shortened, mistyped or without spaces: {tried.asked}. "
            f"Answered from their entry: {tried.answered}, from another: {tried.otherwise}, "
            f"not answered: {tried.told} (FAQBOT_ANSWER_CONFIDENCE moves this)"
        )
    for heading, contradicts in (
        ("Lessons that the FAQ contradicts now (one of the two is wrong)", True),
        ("Lessons that the FAQ answers now, too (`faqbot lessons undo` where it is enough)", False),
    ):
        found = [one for one in report.overlaps if one.contradicts is contradicts]
        lines = [
            f"{one.lesson.id}  {tidy(one.lesson.question)} | {tidy(one.title)}" for one in found
        ]
        yield from _listed(heading, lines, _NEAR_DUPLICATES)
    if not report.embedded:
        yield "Nothing was embedded: the index already holds these entries."


def _listed(
    heading: str, lines: Sequence[str], most: int, *, count: int | None = None
) -> Iterator[str]:
    """Yield a heading with its count, and the lines; on a terminal only the first of many."""
    count = len(lines) if count is None else count
    if not count:
        return
    shown = lines[:most] if sys.stdout.isatty() else lines
    yield f"{heading}: {count:,}"
    yield from (f"  {clean(line)}" for line in shown)
    if count > len(shown):
        yield f"  … and {count - len(shown):,} more"
