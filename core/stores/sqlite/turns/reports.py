"""The `Reports` port on SQLite: what the console and its commands read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Final

from core.stores.records import check_text
from core.stores.sqlite.database import SqliteFile, from_ms, to_ms
from core.stores.sqlite.turns.counters import count_opinion, count_turn
from core.stores.sqlite.turns.history import LISTED, turn_of
from core.stores.sqlite.turns.opinions import feedback_of
from core.stores.times import in_utc
from core.types import (
    AuditEvent,
    EntryReview,
    EntryUse,
    Feedback,
    ReviewRequest,
    Span,
    Traffic,
    Turn,
    TurnState,
)

TRAFFIC: Final = """
    SELECT * FROM traffic WHERE span = ? AND start_ms >= ? ORDER BY start_ms, platform
"""
ENTRIES: Final = "SELECT * FROM entry_use ORDER BY title"
_LATEST: Final = "SELECT {columns} FROM turns WHERE {which} ORDER BY finished_at_ms DESC LIMIT ?"
LATEST: Final = _LATEST.format(columns=LISTED, which="finished_at_ms < ?")
LATEST_IN_STATE: Final = _LATEST.format(columns=LISTED, which="state = ? AND finished_at_ms < ?")
LATEST_WITH_TAG: Final = f"""
    SELECT {LISTED} FROM turn_tags CROSS JOIN turns USING (seq)
    WHERE tag = ? AND ended_at_ms < ? ORDER BY ended_at_ms DESC LIMIT ?
"""  # noqa: S608 - only columns
RATED: Final = "SELECT * FROM feedback WHERE helpful = ? ORDER BY given_at_ms DESC LIMIT ?"
CLOSED: Final = """
    SELECT question_id FROM closed_gaps WHERE question_id IN (SELECT value FROM json_each(?))
"""
AUDIT: Final = "SELECT * FROM audit ORDER BY seq DESC LIMIT ?"
REVIEW: Final = """
    INSERT OR REPLACE INTO entry_reviews (title, who, at_ms, due_at_ms) VALUES (?, ?, ?, ?)
"""
REVIEWS: Final = "SELECT * FROM entry_reviews ORDER BY title"
REQUEST: Final = "INSERT OR REPLACE INTO review_requests (title, at_ms, after_s) VALUES (?, ?, ?)"
REQUESTS: Final = "SELECT * FROM review_requests ORDER BY title"
_AT_ONCE: Final = 500


class SqliteReports:
    """The `Reports` port, which reads the SQLite file."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def traffic(self, span: Span, since: datetime) -> list[Traffic]:
        """Return the counts of the periods since `since`, oldest first, by platform."""
        values = (span.value, to_ms(in_utc(since)))
        rows = await self._file.read(lambda db: db.execute(TRAFFIC, values).fetchall())
        return [
            Traffic(from_ms(row["start_ms"]), row["platform"], json.loads(row["counts"]))
            for row in rows
        ]

    async def entry_uses(self) -> list[EntryUse]:
        """Return how often each entry was used, liked, disliked, or only nearest, by title."""
        rows = await self._file.read(lambda db: db.execute(ENTRIES).fetchall())
        return [EntryUse(**dict(row)) for row in rows]

    async def review(self, review: EntryReview) -> None:
        """Keep who has reviewed an entry, in the place of the review before."""
        check_text("the entry's title", review.title)
        check_text("who reviewed it", review.who)
        at, due_at = to_ms(in_utc(review.at)), to_ms(in_utc(review.due_at))
        row = (review.title, review.who, at, due_at)
        await self._file.write(lambda db: db.execute(REVIEW, row).rowcount)

    async def reviews(self) -> list[EntryReview]:
        """Return the last review of each entry that has one, by the entry's title."""
        rows = await self._file.read(lambda db: db.execute(REVIEWS).fetchall())
        return [
            EntryReview(row["title"], row["who"], from_ms(row["at_ms"]), from_ms(row["due_at_ms"]))
            for row in rows
        ]

    async def request_review(self, request: ReviewRequest) -> None:
        """Keep when the owner of an entry was asked, in the place of the request before."""
        check_text("the entry's title", request.title)
        after_s = int(request.after.total_seconds())
        row = (request.title, to_ms(in_utc(request.at)), after_s)
        await self._file.write(lambda db: db.execute(REQUEST, row).rowcount)

    async def review_requests(self) -> list[ReviewRequest]:
        """Return the last request for each entry that has one, by the entry's title."""
        rows = await self._file.read(lambda db: db.execute(REQUESTS).fetchall())
        return [
            ReviewRequest(row["title"], from_ms(row["at_ms"]), timedelta(seconds=row["after_s"]))
            for row in rows
        ]

    async def latest(
        self, limit: int, *, before: datetime, state: TurnState | None = None, tag: str = ""
    ) -> list[Turn]:
        """Return turns that ended before a moment, the latest first; see `Reports.latest`."""
        check_text("the tag", tag)
        until = (to_ms(in_utc(before)), max(limit, 0))
        statement: str = LATEST
        values: tuple[str | int, ...] = until
        if tag:
            statement, values = LATEST_WITH_TAG, (tag, *until)
        elif state:
            statement, values = LATEST_IN_STATE, (state.value, *until)
        rows = await self._file.read(lambda db: db.execute(statement, values).fetchall())
        return [turn_of(row) for row in rows]

    async def rated(self, limit: int, *, helpful: bool) -> list[Feedback]:
        """Return opinions of one kind (it helped, or it did not), the latest first."""
        rows = await self._file.read(lambda db: db.execute(RATED, (helpful, limit)).fetchall())
        return [feedback_of(row) for row in rows]

    async def close_gaps(self, question_ids: Sequence[str], at: datetime) -> None:
        """Note that these questions are answered by now."""
        rows = [(question_id, to_ms(in_utc(at))) for question_id in question_ids]
        statement = "INSERT OR REPLACE INTO closed_gaps (question_id, closed_at_ms) VALUES (?, ?)"
        await self._file.write(lambda db: db.executemany(statement, rows).rowcount)

    async def closed_gaps(self, question_ids: Sequence[str]) -> set[str]:
        """Return those of the questions whose gap was noted as closed."""
        for question_id in question_ids:
            check_text("the question's id", question_id)
        ids = (json.dumps(list(question_ids)),)
        rows = await self._file.read(lambda db: db.execute(CLOSED, ids).fetchall())
        return {row["question_id"] for row in rows}

    async def note(self, event: AuditEvent) -> None:
        """Add a change to the audit log, of which nothing is ever removed."""
        for name in ("who", "action", "detail"):
            check_text(f"the audit's {name}", getattr(event, name))
        row = (to_ms(in_utc(event.at)), event.who, event.action, event.detail)
        statement = "INSERT INTO audit (at_ms, who, action, detail) VALUES (?, ?, ?, ?)"
        await self._file.write(lambda db: db.execute(statement, row).rowcount)

    async def audit(self, limit: int) -> list[AuditEvent]:
        """Return the changes made in the console, the latest first."""
        rows = await self._file.read(lambda db: db.execute(AUDIT, (limit,)).fetchall())
        return [
            AuditEvent(from_ms(row["at_ms"]), row["who"], row["action"], row["detail"])
            for row in rows
        ]

    async def switches(self) -> dict[str, str]:
        """Return the switches that differ from the settings, by name."""
        rows = await self._file.read(lambda db: db.execute("SELECT * FROM switches").fetchall())
        return {row["name"]: row["value"] for row in rows}

    async def switch(self, name: str, value: str | None) -> None:
        """Set a switch; None removes it, so that the settings decide again."""
        check_text("the switch", value or "")

        def put(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM switches WHERE name = ?", (name,))
            if value is not None:
                db.execute("INSERT INTO switches (name, value) VALUES (?, ?)", (name, value))

        await self._file.write(put)

    async def recount(self) -> int:
        """Count all turns that are kept anew; how many there are."""
        await self._file.write(_forget_counts)
        place = counted = 0
        while True:
            last, some = await self._file.write(
                partial(_count_some, place=place, zone=self._file.zone)
            )
            if not some:
                return counted
            place, counted = last, counted + some


def _forget_counts(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM traffic")
    db.execute("DELETE FROM entry_use")


def _count_some(db: sqlite3.Connection, place: int, zone: tzinfo) -> tuple[int, int]:
    rows = db.execute(
        "SELECT * FROM turns WHERE seq > ? ORDER BY seq LIMIT ?", (place, _AT_ONCE)
    ).fetchall()
    for row in rows:
        turn = turn_of(row)
        count_turn(db, turn, zone)
        opinions = db.execute(
            "SELECT * FROM feedback WHERE question_id = ?", (turn.question.id,)
        ).fetchall()
        for opinion in opinions:
            count_opinion(db, turn, feedback_of(opinion), zone)
    return (rows[-1]["seq"] if rows else place), len(rows)
