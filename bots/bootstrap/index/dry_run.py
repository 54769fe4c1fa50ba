"""A dry run of an ingest: what would be read from where, and what would be left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bots.bootstrap.index.source_entries import prepare_source
from config.settings import Settings
from core.reporting.trial import DryRun, Note, TableColumns
from core.text.sections import tidy
from ingest.prepare import PreparedFaq

_FIRST: Final = 3


def dry_run(settings: Settings, path: Path) -> DryRun:
    """Return what an ingest of a source would take; nothing is changed. Blocks.

    Raises:
        SourceError: the source is unusable.
    """
    prepared, _ = prepare_source(settings, path)
    columns = [TableColumns(one.position, one.read, one.ignored) for one in prepared.columns]
    return DryRun(
        prepared.read,
        len(prepared.entries),
        tuple(columns),
        tuple(notes_of(prepared)),
        tuple(prepared.entries[:_FIRST]),
    )


def notes_of(prepared: PreparedFaq) -> Iterator[Note]:
    """Yield everything that was done to rows or left out, by kind, a line for each place."""
    for kind in dict.fromkeys(remark.kind for remark in prepared.remarks):
        found = [(one.position, one.text) for one in prepared.remarks if one.kind == kind]
        yield Note(kind, tuple(grouped(found)))
    yield Note("skipped", tuple(f"{row.position}: {row.reason}" for row in prepared.skipped))
    for name, added in (("duplicates", False), ("other answers", True)):
        merged = [row for row in prepared.merged if row.added == added]
        lines = [f"{row.position} into {row.into}: {tidy(row.title)}" for row in merged]
        yield Note(name, tuple(lines))


def grouped(told: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield one line for a message about many places: the first, and how many more."""
    places: dict[str, list[str]] = {}
    for position, text in told:
        places.setdefault(text, []).append(position)
    for text, found in places.items():
        more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
        yield f"{found[0]}{more}: {text}"
