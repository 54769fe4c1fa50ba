"""The entries of a source, with the questions that were written ahead for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config.profiles import profile_of
from config.resources import QUESTION_PACKS
from config.settings import Settings
from core.errors import SourceError
from core.types import Entry
from ingest.prepare import PreparedFaq, prepare
from ingest.question_packs import PERSON, load_pack, read_own, title_key, with_own
from ingest.sources.load import Loaded, load
from ingest.sources.tables.columns import column_map
from ingest.sources.url import fetch, is_url

Pack = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Questions written ahead for a source, the files they are from, and the entries with all."""

    questions: Pack
    files: tuple[str, ...] = ()
    edited: frozenset[str] = frozenset()


def prepare_source(
    settings: Settings, path: Path, *, questions: Path | None = None, use_packs: bool = True
) -> tuple[PreparedFaq, Ahead]:
    """Read a source up to the entries that an ingest would index; nothing is changed.

    Raises:
        SourceError: the source or a pack is unusable.
    """
    loaded = load(path, column_map(settings.source_columns))
    ahead = _questions(settings, loaded, questions) if use_packs else Ahead({})
    closed = closed_categories(settings)
    return prepare(loaded, ahead.questions, edited=ahead.edited, closed=closed), ahead


def check_usable(path: Path, prepared: PreparedFaq) -> None:
    """Check that there is an entry in what was read from a source.

    Raises:
        SourceError: there is none; says why the first row is none.
    """
    if prepared.entries:
        return
    if not prepared.skipped:
        raise SourceError(f"{path.name}: holds no FAQ entry, and nothing was changed")
    first = prepared.skipped[0]
    raise SourceError(
        f"{path.name}: none of its {len(prepared.skipped):,} rows can be used, and nothing was "
        f"changed; the first is {first.position}: {first.reason}"
    )


def fetched(settings: Settings, source: str) -> tuple[Path, bool]:
    """Return the path of a source and whether it changed; one behind a URL is fetched first.

    Raises:
        SourceError: it cannot be fetched.
    """
    if not is_url(source):
        in_home = source.startswith("~/")  # as `.env` may have it, which no shell has read
        return Path(source).expanduser() if in_home else Path(source), True
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


def closed_categories(settings: Settings) -> tuple[str, ...]:
    """Return the categories that are for groups alone, as the profile says now."""
    return profile_of(settings).closed_categories


def _questions(settings: Settings, loaded: Loaded, chosen: Path | None) -> Ahead:
    packs = _packs(loaded, chosen)
    pack = _merged(packs.values())
    own = {} if chosen else read_own(settings.own_questions)
    if own.keys().isdisjoint(title_key(row.title) for row in loaded.rows):
        return Ahead(pack, tuple(packs))
    edited = frozenset(key for key, row in own.items() if row.by == PERSON)
    return Ahead(with_own(pack, own), (*packs, settings.own_questions.name), edited)


def _packs(loaded: Loaded, chosen: Path | None) -> dict[str, Pack]:
    """Return question packs by file name: the chosen one, or all that have these titles."""
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
