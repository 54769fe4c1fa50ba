"""A sample's SQL with its blanks filled, and the question's conditions added to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from core.errors import ConfigError
from core.skills.data.blanks import Blanks
from core.skills.data.book import QueryBook, Sample
from core.skills.data.conditions import Condition
from core.skills.data.database import DatabaseSchema, Link
from core.skills.data.errors import QueryRefusedError
from core.skills.data.spans import Period

SHOWN_GROUPS: Final = 10
SHOWN_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes queries for one database."""

    book: QueryBook
    schema: DatabaseSchema
    dialect: str

    @property
    def texts(self) -> Mapping[str, Any]:
        """The sentences of the book."""
        return self.book.texts

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
        self.restrict(tree, sample, blanks.period, blanks.conditions)
        return tree.sql(dialect=self.dialect, pretty=True)

    def restrict(
        self,
        tree: exp.Expr,
        sample: Sample,
        period: Period | None,
        conditions: Iterable[Condition],
    ) -> None:
        """Add a span of days and conditions to the query of a sample.

        Raises:
            QueryRefusedError: a condition is on a table that has no link to those of the sample.
        """
        if period and sample.period:
            alias, _, column = sample.period.partition(".")
            select = _select_with(tree, alias)
            inside = (
                f"{alias}.{column} >= '{period.start.isoformat()}' "
                f"AND {alias}.{column} < '{period.end.isoformat()}'"
            )
            select.where(inside, copy=False, dialect=self.dialect)
        for condition in conditions:
            if not condition.is_in(sample.words):
                _add(tree, condition, self.schema, self.dialect)


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
    limit = blanks.limit or (SHOWN_STEPS if series else SHOWN_GROUPS)
    by = f"2 {order}, 1" if blanks.ranked or not series else "1"
    return sample.sql.format(**parts, ranking=f"ORDER BY {by} LIMIT {limit}")


def _add(tree: exp.Expr, condition: Condition, schema: DatabaseSchema, dialect: str) -> None:
    """Add a condition where its table is, or along the links that lead there.

    Links are followed by `IN (SELECT …)`, which counts no row twice, as a join could.
    """
    for select in tree.find_all(exp.Select):
        tables = {table.name: table.alias_or_name for table in tables_of(select)}
        if alias := tables.get(condition.table):
            where = _turned(qualified(condition, alias, schema, dialect), condition)
            if not _replaced(select, where):
                select.where(where, copy=False)
            return
    for select in tree.find_all(exp.Select):
        tables = {table.name: table.alias_or_name for table in tables_of(select)}
        if path := path_to(set(tables), condition.table, schema):
            start, _ = _ends(path[0], set(tables))
            where = qualified(condition, "", schema, dialect)
            chain = _turned(_chain(path, tables[start], start, where), condition)
            select.where(chain, copy=False)
            return
    raise QueryRefusedError(f"{condition.say} cannot restrict this question")


def _turned(where: exp.Expr, condition: Condition) -> exp.Expr:
    """Return a condition, or that it is not met where it leaves out what meets it."""
    return exp.not_(where) if condition.leaves_out else where


def _replaced(select: exp.Select, where: exp.Expr) -> bool:
    """Put an equality in the place of one on the same column: the sample's own was a default."""
    present = select.args.get("where")
    said = where.this.unnest() if isinstance(where, exp.Not) else where
    if not isinstance(said, exp.EQ) or present is None:
        return False
    for equality in _defaults(present, [said.this]):
        equality.replace(where)
        return True
    return False


def _defaults(present: exp.Expr, columns: list[exp.Expr]) -> list[exp.EQ]:
    """Return the equalities on some columns; what is left out is none of them."""
    return [
        equality
        for equality in present.find_all(exp.EQ)
        if equality.this in columns
        and isinstance(equality.expression, exp.Literal)
        and equality.find_ancestor(exp.Not) is None
    ]


def drop_default(tree: exp.Select, condition: Condition, composer: Composer) -> None:
    """Take away the sample's own equality on a column: a whole is of all its values."""
    present = tree.args.get("where")
    tables = {table.name: table.alias_or_name for table in tables_of(tree)}
    alias = tables.get(condition.table)
    if present is None or alias is None:
        return
    said = qualified(condition, alias, composer.schema, composer.dialect)
    for equality in _defaults(present, [*said.find_all(exp.Column)]):
        equality.replace(exp.true())


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
    inner = exp.select(exp.column(name_of(other))).from_(exp.Table(this=name_of(table)))
    inner.where(_chain(rest, "", table, where), copy=False)
    return exp.column(name_of(mine), table=alias or None).isin(query=inner)


def name_of(name: str) -> exp.Identifier:
    """Return a name as the database has it: unquoted, most take capitals for small letters."""
    return exp.to_identifier(name, quoted=name != name.lower())


def path_to(tables: set[str], target: str, schema: DatabaseSchema) -> list[Link]:
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
        if any(table.alias_or_name == alias for table in tables_of(select)):
            return select
    raise ConfigError(f"no table of the sample is called {alias}")


def tables_of(select: exp.Select) -> list[exp.Table]:
    return [t for t in select.find_all(exp.Table) if t.find_ancestor(exp.Select) is select]


def qualified(condition: Condition, alias: str, schema: DatabaseSchema, dialect: str) -> exp.Expr:
    """Return a condition on a table's columns, by the name that the table has in the query."""
    where = sqlglot.parse_one(condition.where, dialect=dialect)
    for column in where.find_all(exp.Column):
        if column.name in schema.columns.get(condition.table, {}):
            column.set("this", name_of(column.name))
        if alias and not column.table:
            column.set("table", exp.to_identifier(alias))
    return where
