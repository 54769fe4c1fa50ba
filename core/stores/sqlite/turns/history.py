"""The `History` port on SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

from core.stores.records import as_stored, check_text
from core.stores.sqlite.database import SqliteFile, from_ms, to_ms
from core.stores.sqlite.turns.counters import count_turn
from core.stores.tags import tags_of
from core.stores.trace_records import trace_of, trace_record
from core.stores.turn_records import (
    dialogue_of,
    dialogue_record,
    mentions_of,
    passage_of,
    passage_record,
)
from core.types import Label, Question, SessionId, Turn, TurnState, Usage

_INSERT: Final = """
    INSERT INTO turns (
        question_id, session, text, asker, asked_at_ms, reply_to, state, answer,
        sources, followups, label, model, finished_at_ms, timings_ms, prompt, usage, passages,
        dialogue, withheld, trace
    ) VALUES (
        :question_id, :session, :text, :asker, :asked_at_ms, :reply_to, :state, :answer,
        :sources, :followups, :label, :model, :finished_at_ms, :timings_ms, :prompt, :usage,
        :passages, :dialogue, :withheld, :trace
    ) ON CONFLICT (question_id) DO NOTHING
"""
LISTED: Final = """
    question_id, session, text, asker, asked_at_ms, reply_to, state, answer, sources, followups,
    label, model, finished_at_ms, timings_ms, prompt, usage, dialogue, withheld,
    '[]' AS passages, 'null' AS trace
"""
_TAG: Final = """
    INSERT INTO turn_tags (tag, ended_at_ms, seq)
    SELECT ?, ?, seq FROM turns WHERE question_id = ?
"""
RECENT: Final = "SELECT * FROM turns WHERE session = ? ORDER BY seq DESC LIMIT ?"

_TOUCH: Final = """
    INSERT INTO sessions (session, last_at_ms) VALUES (:session, :finished_at_ms)
    ON CONFLICT (session) DO UPDATE SET last_at_ms = max(last_at_ms, excluded.last_at_ms)
"""


class SqliteHistory:
    """The `History` port on the SQLite file.

    A turn that `append` has acknowledged survives the death of the process and of the machine.
    """

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Self]:
        """Open only the history in the file at `path`; see `SqliteFile.open`."""
        async with SqliteFile.open(path) as file:
            yield cls(file)

    async def append(self, turn: Turn) -> bool:
        """Store a turn; False, and nothing changed, if that question id is already there.

        Times are kept in UTC, truncated to milliseconds.

        Raises:
            ValueError: a time without a zone.
            StorageError: the turn holds text that no store keeps (NUL, a lone surrogate, more than
                16 MB in all), or the file cannot be written. Nothing was stored.
        """
        storing = partial(insert, turn=as_stored(turn), zone=self._file.zone)
        return await self._file.write(storing)

    async def recent(self, session: SessionId, limit: int) -> list[Turn]:
        """Return the last `limit` turns of a session, oldest first; none if `limit` is below 1.

        Raises:
            StorageError: the file cannot be read, or `session` is text that no store keeps.
        """
        check_text("the session", session)
        return await self._file.read(partial(_select, session=session, limit=limit))


def insert(db: sqlite3.Connection, turn: Turn, zone: tzinfo) -> bool:
    """Store a turn as it is kept, list its session and count it; False if its id is there."""
    stored = insert_row(db, turn)
    if stored:
        count_turn(db, turn, zone)
    return stored


def insert_row(db: sqlite3.Connection, turn: Turn) -> bool:
    """Store a turn as it is kept with its tags, uncounted; False if its id is there."""
    row = _row(turn)
    stored = db.execute(_INSERT, row).rowcount == 1
    if stored:
        db.execute(_TOUCH, row)
        tags = [(tag, row["finished_at_ms"], turn.question.id) for tag in tags_of(turn)]
        db.executemany(_TAG, tags)
    return stored


def _select(db: sqlite3.Connection, session: SessionId, limit: int) -> list[Turn]:
    # SQLite takes a negative limit for none at all.
    rows = db.execute(RECENT, (session, max(limit, 0))).fetchall()
    return [turn_of(row) for row in reversed(rows)]


def _row(turn: Turn) -> dict[str, str | int | None]:
    question = turn.question
    return {
        "question_id": question.id,
        "session": question.session,
        "text": question.text,
        "asker": question.asker,
        "asked_at_ms": to_ms(question.asked_at),
        "reply_to": question.reply_to,
        "state": turn.state.value,
        "answer": turn.answer,
        "sources": json.dumps(turn.sources, ensure_ascii=False),
        "followups": json.dumps(turn.followups, ensure_ascii=False),
        "label": turn.label.value,
        "model": turn.model,
        "finished_at_ms": to_ms(turn.finished_at),
        "timings_ms": json.dumps(turn.timings_ms, ensure_ascii=False),
        "prompt": turn.prompt,
        "usage": json.dumps(asdict(turn.usage)),
        "passages": json.dumps([passage_record(one) for one in turn.passages], ensure_ascii=False),
        "dialogue": json.dumps(dialogue_record(turn.dialogue), ensure_ascii=False),
        "withheld": turn.withheld,
        "trace": json.dumps(trace_record(turn.trace), ensure_ascii=False),
    }


def question_of(row: sqlite3.Row) -> Question:
    """Return the question of a row of any table; one of `turns` has no mentions."""
    mentions = row["mentions"] if "mentions" in row.keys() else "[]"  # noqa: SIM118 - a row's own
    return Question(
        id=row["question_id"],
        session=SessionId(row["session"]),
        text=row["text"],
        asker=row["asker"],
        asked_at=from_ms(row["asked_at_ms"]),
        reply_to=row["reply_to"],
        mentions=mentions_of(_parsed(mentions)),
    )


def turn_of(row: sqlite3.Row) -> Turn:
    return Turn(
        question=question_of(row),
        state=TurnState(row["state"]),
        answer=row["answer"],
        sources=tuple(_parsed(row["sources"])),
        followups=tuple(_parsed(row["followups"])),
        label=Label(row["label"]),
        model=row["model"],
        finished_at=from_ms(row["finished_at_ms"]),
        timings_ms=_parsed(row["timings_ms"]),
        prompt=row["prompt"],
        usage=Usage(**_parsed(row["usage"])),
        passages=tuple(map(passage_of, _parsed(row["passages"]))),
        dialogue=dialogue_of(_parsed(row["dialogue"])),
        withheld=row["withheld"],
        trace=trace_of(_parsed(row["trace"])),
    )


def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what JSON holds; most columns of most turns hold nothing, which is known at sight."""
    match text:
        case "[]":
            return []
        case "null":
            return None
        case _:
            return json.loads(text)
