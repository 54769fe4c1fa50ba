"""A sample's SQL with its blanks filled, and the question's conditions added to it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from core.errors import ConfigError
from core.skills.data.blanks import Blanks, Condition
from core.skills.data.book import QueryBook, Sample
from core.skills.data.database import DatabaseSchema, Link
from core.skills.data.errors import QueryRefusedError

_SHOWN_GROUPS: Final = 10
_SHOWN_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes queries for one database."""

    book: QueryBook
    schema: DatabaseSchema
    dialect: str

    def compose(self, sample: Sample, blanks: Blanks, today: date) -> str:
        """Return the SQL of a sample for one question.

        Raises:
            ConfigError: the sample's SQL is unusable.
            QueryRefusedError: a condition is on a table that has no link to those of the sample.
        """
        try:
            text = _filled(sample, blanks, self.book, today)
            tree = sqlglot.parse_one(text, dialect=self.dialect)
        except (KeyError, SqlglotError) as error:
            raise ConfigError(
                f"the sample {sample.questions[0]!r} cannot be used: {error}"
            ) from error
        if blanks.period and sample.period:
            alias, _, column = sample.period.partition(".")
            select = _select_with(tree, alias)
            inside = (
                f"{alias}.{column} >= '{blanks.period.start.isoformat()}' "
                f"AND {alias}.{column} < '{blanks.period.end.isoformat()}'"
            )
            select.where(inside, copy=False, dialect=self.dialect)
        for condition in blanks.conditions:
            if condition.word not in sample.words:
                _add(tree, condition, self.schema, self.dialect)
        return tree.sql(dialect=self.dialect, pretty=True)


def _filled(sample: Sample, blanks: Blanks, book: QueryBook, today: date) -> str:
    parts = {**book.parts, "year": today.year, "number": sample.number}
    if blanks.number is not None:
        parts["number"] = blanks.number
    series = sample.by != ""
    if sample.grouped:
        grouping = blanks.groupings[0]
        series = grouping.series
        select = grouping.select.format(year=today.year)
        parts |= {"by": f'{select} AS "{grouping.name}"', "key": grouping.key or "1"}
    order = "ASC" if blanks.fewest else "DESC"
    limit = blanks.limit or (_SHOWN_STEPS if series else _SHOWN_GROUPS)
    by = f"2 {order}, 1" if blanks.ranked or not series else "1"
    return sample.sql.format(**parts, ranking=f"ORDER BY {by} LIMIT {limit}")


def _add(tree: exp.Expr, condition: Condition, schema: DatabaseSchema, dialect: str) -> None:
    """Add a condition where its table is, or along the links that lead there.

    Links are followed by `IN (SELECT …)`, which counts no row twice, as a join could.
    """
    for select in tree.find_all(exp.Select):
        tables = {table.name: table.alias_or_name for table in _tables(select)}
        if alias := tables.get(condition.table):
            where = _qualified(condition, alias, schema, dialect)
            if not _replaced(select, where):
                select.where(where, copy=False)
            return
    for select in tree.find_all(exp.Select):
        tables = {table.name: table.alias_or_name for table in _tables(select)}
        if path := _path(set(tables), condition.table, schema):
            start, _ = _ends(path[0], set(tables))
            where = _qualified(condition, "", schema, dialect)
            select.where(_chain(path, tables[start], start, where), copy=False)
            return
    raise QueryRefusedError(f"{condition.say} cannot restrict this question")


def _replaced(select: exp.Select, where: exp.Expr) -> bool:
    """Put an equality in the place of one on the same column: the sample's own was a default."""
    present = select.args.get("where")
    if not isinstance(where, exp.EQ) or present is None:
        return False
    for equality in present.find_all(exp.EQ):
        if equality.this == where.this and isinstance(equality.expression, exp.Literal):
            equality.replace(where)
            return True
    return False


def _chain(path: list[Link], alias: str, start: str, where: exp.Expr) -> exp.Expr:
    """Return `alias.column IN (SELECT key FROM next WHERE …)`, link by link."""
    if not path:
        return where
    link, *rest = path
    mine, other, table = (
        (link.column, link.key, link.target)
        if link.table == start
        else (link.key, link.column, link.table)
    )
    inner = exp.select(exp.column(_name(other))).from_(exp.Table(this=_name(table)))
    inner.where(_chain(rest, "", table, where), copy=False)
    return exp.column(_name(mine), table=alias or None).isin(query=inner)


def _name(name: str) -> exp.Identifier:
    """Return a name as the database has it: unquoted, most take capitals for small letters."""
    return exp.to_identifier(name, quoted=name != name.lower())


def _path(tables: set[str], target: str, schema: DatabaseSchema) -> list[Link]:
    """Return the fewest links from any of the tables to the target."""
    waiting: deque[tuple[str, list[Link]]] = deque((table, []) for table in sorted(tables))
    seen = set(tables)
    while waiting:
        table, path = waiting.popleft()
        for link in schema.links:
            if table not in (link.table, link.target):
                continue
            following = link.target if link.table == table else link.table
            if following == target:
                return [*path, link]
            if following not in seen:
                seen.add(following)
                waiting.append((following, [*path, link]))
    return []


def _ends(link: Link, tables: set[str]) -> tuple[str, str]:
    return (link.table, link.target) if link.table in tables else (link.target, link.table)


def _select_with(tree: exp.Expr, alias: str) -> exp.Select:
    for select in tree.find_all(exp.Select):
        if any(table.alias_or_name == alias for table in _tables(select)):
            return select
    raise ConfigError(f"no table of the sample is called {alias}")


def _tables(select: exp.Select) -> list[exp.Table]:
    return [t for t in select.find_all(exp.Table) if t.find_ancestor(exp.Select) is select]


def _qualified(condition: Condition, alias: str, schema: DatabaseSchema, dialect: str) -> exp.Expr:
    """Return a condition on a table's columns, by the name that the table has in the query."""
    where = sqlglot.parse_one(condition.where, dialect=dialect)
    for column in where.find_all(exp.Column):
        if column.name in schema.columns.get(condition.table, {}):
            column.set("this", _name(column.name))
        if alias and not column.table:
            column.set("table", exp.to_identifier(alias))
    return where
