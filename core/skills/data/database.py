"""A database that is only ever read: its schema, its columns' values, and rows within limits."""

from __future__ import annotations

import logging
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from core.skills.data.errors import DataError, QueryRefusedError, QueryTooSlowError

logger = logging.getLogger(__name__)

_TEXT: Final = "TEXT"
_MOST_VALUES: Final = 500  # columns with more values are not read for names
_STEPS_BETWEEN_LOOKS: Final = 10_000  # steps of SQLite's machine between two looks at the clock
# Of one value. SQLite looks at the clock between its steps, and a value of 900 MB is one step.
_MOST_BYTES: Final = 1_000_000
_READING: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_NEVER: Final = frozenset({"load_extension", "readfile", "writefile", "fts3_tokenizer"})
# How other databases are told, for all of a connection, that it only reads; SQLite has its own
# means below. https://www.postgresql.org/docs/current/sql-set-transaction.html
# https://dev.mysql.com/doc/refman/8.4/en/set-transaction.html
_READS_ONLY: Final[Mapping[str, str]] = {
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}
# How they are told how long a query may take. https://mariadb.com/kb/en/aborting-statements/
_TIME_LIMIT: Final[Mapping[str, str]] = {
    "postgresql": "SET LOCAL statement_timeout = {ms}",
    "mysql": "SET SESSION max_execution_time = {ms}",
    "mariadb": "SET SESSION max_statement_time = {s}",
}
_DIALECTS: Final[Mapping[str, str]] = {"postgresql": "postgres", "mariadb": "mysql"}


@dataclass(frozen=True, slots=True)
class Link:
    """A foreign key: `column` of `table` names a row of `target` by its `key`."""

    table: str
    column: str
    target: str
    key: str


@dataclass(frozen=True, slots=True)
class DatabaseSchema:
    """The allowed tables with their columns (name to type) and the links between them."""

    columns: Mapping[str, Mapping[str, str]]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a query; `cut` if there were more."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cut: bool = False


class Database:
    """Reads one database. `most_rows` and `most_s` are the limits of a query."""

    def __init__(self, engine: Engine, *, most_rows: int = 200, most_s: float = 5.0) -> None:
        self._engine = engine
        self._most_rows = most_rows
        self._most_s = most_s

    @classmethod
    def open(cls, url: str, *, most_rows: int = 200, most_s: float = 5.0) -> Database:
        """Open a database by SQLAlchemy's URL; SQLite's file has to be there.

        Raises:
            DataError: the URL or the driver is unusable.
        """
        try:
            parsed = make_url(url)
            engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _other(parsed)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
            raise DataError(f"FAQBOT_DATA_URL cannot be used: {error}") from None
        return cls(engine, most_rows=most_rows, most_s=most_s)

    @property
    def dialect(self) -> str:
        """The dialect, as sqlglot names it."""
        name = self._engine.dialect.name
        return _DIALECTS.get(name, name)

    @property
    def most_rows(self) -> int:
        """The rows that a query may return."""
        return self._most_rows

    def schema(self, tables: frozenset[str]) -> DatabaseSchema:
        """Return the columns of the tables, and the links between them.

        Raises:
            DataError: a table is missing, or the database cannot be read.
        """
        with _translated():
            inspector = sa.inspect(self._engine)
            present = {*inspector.get_table_names(), *inspector.get_view_names()}
            if missing := tables - present:
                raise DataError(f"the database has no table {', '.join(sorted(missing))}")
            columns = {
                table: {c["name"]: _kind(c["type"]) for c in inspector.get_columns(table)}
                for table in sorted(tables)
            }
            links = tuple(
                Link(table, key["constrained_columns"][0], target, key["referred_columns"][0])
                for table in sorted(tables)
                for key in inspector.get_foreign_keys(table)
                if (target := key["referred_table"]) in tables
            )
        return DatabaseSchema(columns, links)

    def values(
        self, schema: DatabaseSchema, *, personal: frozenset[str]
    ) -> dict[str, tuple[str, str]]:
        """Return the texts that stand in columns, each with its (table, column).

        Columns with more than 500 different texts, or with personal data, are left out.

        Raises:
            DataError: the database cannot be read.
        """
        found: dict[str, tuple[str, str]] = {}
        with _translated(), self._engine.connect() as connection:
            for table, columns in schema.columns.items():
                for column, kind in columns.items():
                    if kind != _TEXT or f"{table}.{column}" in personal:
                        continue
                    query: sa.Select[Any] = sa.select(sa.column(column)).distinct()
                    limited = query.select_from(sa.table(table)).limit(_MOST_VALUES + 1)
                    texts = [row[0] for row in connection.execute(limited)]
                    if len(texts) <= _MOST_VALUES:
                        found |= {text: (table, column) for text in texts if text}
        return found

    def read(self, sql: str) -> Rows:
        """Run one query that was checked before.

        Raises:
            QueryRefusedError: the database itself says that it does more than read.
            QueryTooSlowError: it took too long.
            DataError: it fails.
        """
        with _translated(), self._engine.connect() as connection:
            with self._limited(connection):
                # Without parameters: "%" stands in dates and in LIKE, and is no placeholder.
                result = connection.execution_options(no_parameters=True).exec_driver_sql(sql)
                rows = result.fetchmany(self._most_rows + 1)
            columns = tuple(map(str, result.keys()))
            shown = tuple(tuple(map(_plain, row)) for row in rows[: self._most_rows])
            return Rows(columns, shown, cut=len(rows) > self._most_rows)

    @contextmanager
    def _limited(self, connection: Connection) -> Iterator[None]:
        raw = connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            deadline = time.monotonic() + self._most_s
            raw.set_authorizer(_authorized)
            raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES)
            raw.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
        if statement := _TIME_LIMIT.get(_product(self._engine)):
            limit = statement.format(ms=round(self._most_s * 1_000), s=self._most_s)
            connection.exec_driver_sql(limit)
        yield


def _sqlite(url: URL) -> Engine:
    """Open the file read-only: SQLite itself then refuses to write."""
    path = quote(url.database or "", safe="/:")

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)

    return sa.create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _other(url: URL) -> Engine:
    """Open a server whose every transaction only reads."""
    engine = sa.create_engine(url, poolclass=NullPool)  # questions are rare: none stays open
    statement = _READS_ONLY.get(engine.dialect.name)
    if statement is None:
        logger.warning(
            "%s is not told to read only: use an account that can do no more", engine.dialect.name
        )
        return engine

    def connected(raw: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = raw.cursor()
        cursor.execute(statement)
        cursor.close()
        raw.commit()

    sa.event.listen(engine, "connect", connected)
    return engine


def _product(engine: Engine) -> str:
    """Return which server it is: MariaDB answers to the name of MySQL, too."""
    return "mariadb" if getattr(engine.dialect, "is_mariadb", False) else engine.dialect.name


def _kind(column: sa.types.TypeEngine[Any]) -> str:
    """Return the type of a column; whatever holds words is a text, such as an enumeration."""
    return _TEXT if isinstance(column, sa.String) else str(column)


def _plain(value: object) -> object:
    """Return a value as SQLite would give it: a sum or an average is a number like others."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _authorized(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Let SQLite read and nothing else.

    https://www.sqlite.org/c3ref/c_alter_table.html
    """
    function = action == sqlite3.SQLITE_FUNCTION and (second or first or "").lower() in _NEVER
    return sqlite3.SQLITE_OK if action in _READING and not function else sqlite3.SQLITE_DENY


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        said = str(error.orig)
        if re.search("interrupted|timeout", said):
            raise QueryTooSlowError("the query took too long") from error
        if re.search("not authorized|read[- ]?only", said, re.IGNORECASE):
            raise QueryRefusedError(f"the database refused the query: {said}") from error
        raise DataError(f"the database cannot be read: {said}") from error
    except sa.exc.SQLAlchemyError as error:
        raise DataError(f"the database cannot be read: {error}") from error
