"""A history file as an older faqbot has left it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from core.stores.sqlite.schema import STEPS


def turn_back(path: Path, version: int) -> None:
    """Put a file of an earlier schema in the place of `path`, with what it can hold of the rows."""
    old = path.with_suffix(".old")
    with closing(sqlite3.connect(old)) as db:
        for statement in (statement for step in STEPS[:version] for statement in step):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {version}")
        db.commit()
        db.execute("ATTACH ? AS new", (str(path),))
        made = (
            "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        )
        for (table,) in db.execute(made).fetchall():
            known = _columns(db, "main", table) & _columns(db, "new", table)
            names = ", ".join(sorted(known))
            db.execute(f"DELETE FROM main.{table}")  # noqa: S608 - our own names
            db.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new.{table}")  # noqa: S608
        db.commit()
    old.replace(path)
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)


def _columns(db: sqlite3.Connection, schema: str, table: str) -> set[str]:
    return {row[1] for row in db.execute(f"PRAGMA {schema}.table_info({table})")}
