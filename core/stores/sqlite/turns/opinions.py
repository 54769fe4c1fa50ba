"""The rows of opinions on answers: written, counted, and taken back."""

from __future__ import annotations

import sqlite3
from datetime import tzinfo
from typing import Final

from core.stores.sqlite.database import from_ms, to_ms
from core.stores.sqlite.turns.counters import count_opinion
from core.stores.sqlite.turns.history import turn_of
from core.types import Feedback

FIND: Final = "SELECT * FROM turns WHERE question_id = ?"
OPINION: Final = "SELECT * FROM feedback WHERE question_id = ? AND user = ?"
OPINIONS: Final = "SELECT * FROM feedback WHERE question_id = ? ORDER BY user"
_GIVE: Final = """
    INSERT INTO feedback (question_id, user, helpful, given_at_ms, reason, expected)
    SELECT question_id, :user, :helpful, :given_at_ms, :reason, :expected
    FROM turns WHERE question_id = :question_id
    ON CONFLICT (question_id, user) DO UPDATE
    SET helpful = excluded.helpful, given_at_ms = excluded.given_at_ms,
        reason = excluded.reason, expected = excluded.expected
"""
_WITHDRAW: Final = "DELETE FROM feedback WHERE question_id = ? AND user = ?"


def give(db: sqlite3.Connection, opinion: Feedback, zone: tzinfo) -> bool:
    """Store an opinion and count it, in the place of the one before; False without its turn."""
    found = db.execute(FIND, (opinion.question_id,)).fetchone()
    if found is None:
        return False
    turn = turn_of(found)
    before = db.execute(OPINION, (opinion.question_id, opinion.user)).fetchone()
    if before:
        count_opinion(db, turn, feedback_of(before), zone, factor=-1)
    row: dict[str, str | int] = {
        "question_id": opinion.question_id,
        "user": opinion.user,
        "helpful": opinion.helpful,
        "given_at_ms": to_ms(opinion.given_at),
        "reason": opinion.reason,
        "expected": opinion.expected,
    }
    db.execute(_GIVE, row)
    count_opinion(db, turn, opinion, zone)
    return True


def withdraw(db: sqlite3.Connection, question_id: str, user: str, zone: tzinfo) -> bool:
    """Delete an opinion, and count it no more; False if there is none."""
    before = db.execute(OPINION, (question_id, user)).fetchone()
    if before is None:
        return False
    found = db.execute(FIND, (question_id,)).fetchone()
    if found:
        count_opinion(db, turn_of(found), feedback_of(before), zone, factor=-1)
    db.execute(_WITHDRAW, (question_id, user))
    return True


def feedback_of(row: sqlite3.Row) -> Feedback:
    """Return the opinion that a row holds."""
    return Feedback(
        row["question_id"],
        row["user"],
        bool(row["helpful"]),
        from_ms(row["given_at_ms"]),
        row["reason"],
        row["expected"],
    )
