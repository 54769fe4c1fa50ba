"""The trial of a change on the latest questions: old and new answers side by side."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from core.ports import Archive, Reports
from core.reporting.replay import Comparison, ReplayCase, compared, outcome_of
from core.skills.assistant import AnyAssistant
from core.types import Entry, Exchange, Generation, Lesson, Turn, TurnState

LAST: Final = 1_000
_REMEMBERED: Final = 3  # turns of a conversation that a question is asked with


class Origin(StrEnum):
    """The origin of an ingest: the source of the FAQ, or the file that was uploaded last."""

    SOURCE = "source"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The columns of one table: the name of each field's column, and those that are not read."""

    position: str
    read: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something that an ingest does to rows, by `kind`, with a line for each place."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """A source as an ingest would take it: how many rows, how many entries, and the `first`."""

    read: int
    entries: int
    columns: tuple[TableColumns, ...]
    notes: tuple[Note, ...]
    first: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Trials:
    """The changes that can be tried out, without models, and without changing what serves.

    `now` answers as the bot does; `with_lessons` as if these were taught; `with_source` as if what
    an origin holds by now were ingested; `with_confidence` as if an answer had to be as sure as
    this. `ingest` ingests it and returns a line that says what has
    changed. `upload`
    keeps a file, by its name and content, and tells what an ingest of it would take. `source` is
    what serves, None before the first ingest.
    """

    reports: Reports
    archive: Archive
    now: Callable[[], AnyAssistant]
    with_lessons: Callable[[Sequence[Lesson]], Awaitable[AnyAssistant]]
    with_source: Callable[[Origin], AbstractAsyncContextManager[AnyAssistant]]
    with_confidence: Callable[[float], AnyAssistant]
    ingest: Callable[[Origin], Awaitable[str]]
    upload: Callable[[str, AsyncIterable[bytes]], Awaitable[DryRun]]
    source: Callable[[], Awaitable[Generation | None]]

    async def compare(
        self, asked: Sequence[ReplayCase], after: AnyAssistant
    ) -> AsyncGenerator[Comparison]:
        """Ask every question on both sides, one after the other.

        Raises:
            FaqbotError: one of them cannot be asked.
        """
        before = self.now()
        for one in asked:
            yield compared(one, await outcome_of(before, one), await outcome_of(after, one))


async def last_asked(reports: Reports, archive: Archive, last: int = LAST) -> list[ReplayCase]:
    """Return the last questions, each once, with their conversation and what people thought.

    Raises:
        StorageError: they cannot be read.
    """
    turns = await reports.latest(last, before=datetime.now(UTC) + timedelta(days=1))
    opinions = await archive.opinions([turn.question.id for turn in turns])
    liked: dict[str, bool] = {}
    for one in opinions:
        liked[one.question_id] = liked.get(one.question_id, True) and one.helpful
    found: dict[tuple[str, str], ReplayCase] = {}
    before: dict[str, list[Turn]] = {}
    for turn in reversed(turns):
        past = before.setdefault(turn.question.session, [])
        opinion = liked.get(turn.question.id)
        history = tuple(
            Exchange(one.question.text, one.answer, one.sources) for one in past[-_REMEMBERED:]
        )
        key = (turn.question.text, history[-1].user if history else "")
        if turn.state is not TurnState.STOPPED and (key not in found or opinion is not None):
            found[key] = ReplayCase(
                turn.question.text, history, liked=opinion, sources=turn.sources
            )
        past.append(turn)
    return list(found.values())
