"""What the samples measure, each as one value over its tables, and where its groups come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from core.skills.data.book import Grouping, QueryBook, Sample
from core.skills.data.compose import name_of, path_to, tables_of
from core.skills.data.database import DatabaseSchema
from core.skills.data.errors import QueryRefusedError

_ANY_DAY: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Metric:
    """What a sample measures: the query of one value, without groups.

    Samples with the same `key` measure the same thing, those with the same `rows` over the same.
    """

    sample: Sample
    tree: exp.Select
    key: str
    rows: str

    @property
    def value(self) -> exp.Expr:
        """What is calculated."""
        return self.tree.selects[0].unalias()

    @property
    def name(self) -> str:
        """The name of what is calculated."""
        return str(self.tree.selects[0].alias_or_name)

    @property
    def adds_up(self) -> bool:
        """Return whether it is a number of things or a sum, no average or share."""
        return isinstance(self.value, exp.Sum | exp.Count)


class Metrics:
    """The metrics of a book, and the tables behind its aliases."""

    def __init__(self, book: QueryBook, schema: DatabaseSchema, dialect: str) -> None:
        self._book = book
        self.schema = schema
        self._dialect = dialect
        self._periods = {sample.period for sample in book.samples if sample.period}
        found = [(sample, self._metric(sample, _ANY_DAY)) for sample in book.samples]
        self._of = {id(sample): metric for sample, metric in found if metric}
        self._aliases: dict[str, str] = {}
        for metric in self._of.values():
            for table in tables_of(metric.tree):
                self._aliases.setdefault(table.alias_or_name, table.name)

        self._aliases |= self._guessed()

    def _guessed(self) -> dict[str, str]:
        """Return the tables behind aliases that groupings alone use, by their columns and names."""
        used: dict[str, set[str]] = {}
        for grouping in self._book.groupings:
            for sql in filter(None, (grouping.select, grouping.key)):
                for column in _columns(self.parsed(sql, _ANY_DAY)):
                    used.setdefault(column.table, set()).add(column.name)
        found = {
            alias: [
                table
                for table, columns in self.schema.columns.items()
                if names <= columns.keys() and table.startswith(alias)
            ]
            for alias, names in used.items()
            if alias not in self._aliases
        }
        return {alias: tables[0] for alias, tables in found.items() if len(tables) == 1}

    def of(self, sample: Sample) -> Metric | None:
        """Return what a sample measures; None if that is no single value."""
        return self._of.get(id(sample))

    def today(self, sample: Sample, today: date) -> Metric:
        """Return what a sample measures on a day."""
        metric = self._metric(sample, today)
        if metric is None:
            raise QueryRefusedError("the sample measures no single value")
        return metric

    def over(self, rows: str) -> list[Metric]:
        """Return all metrics over the same rows, each once."""
        found = {m.key: m for m in self._of.values() if m.rows == rows}
        return [*found.values()]

    def of_entity(self, entity: Grouping) -> list[Metric]:
        """Return the metrics over the table of those whom a grouping tells apart."""
        alias = entity.key.partition(".")[0]
        table = self._aliases.get(alias)
        return [m for m in self._of.values() if tables_of(m.tree)[0].name == table]

    def table(self, alias: str) -> str:
        """Return the table behind an alias.

        Raises:
            QueryRefusedError: no sample has it.
        """
        if alias not in self._aliases:
            raise QueryRefusedError(f"no sample has a table {alias}")
        return self._aliases[alias]

    def parsed(self, sql: str, today: date) -> exp.Expr:
        """Return an expression of the book."""
        return sqlglot.parse_one(sql.format(year=today.year), dialect=self._dialect)

    def group(
        self, metric: Metric, tree: exp.Select, grouping: Grouping, today: date
    ) -> tuple[exp.Expr, exp.Expr]:
        """Return what is shown of each group and what tells groups apart; tables are joined to it.

        Raises:
            QueryRefusedError: the groups cannot be told apart in the metric's tables.
        """
        shown = self.parsed(grouping.select, today)
        key = self.parsed(grouping.key, today) if grouping.key else shown.copy()
        for one in (shown, key):
            self._on_own_days(metric, one)
        self.join(tree, (column.table for one in (shown, key) for column in _columns(one)))
        return shown, key

    def _on_own_days(self, metric: Metric, expression: exp.Expr) -> None:
        """Let months and days be those of the metric: reviews by the day on which one was written.

        Raises:
            QueryRefusedError: the metric has no days.
        """
        for column in _columns(expression):
            if f"{column.table}.{column.name}" in self._periods:
                alias, _, name = metric.sample.period.partition(".")
                if not alias:
                    raise QueryRefusedError("the sample has no days")
                column.set("table", exp.to_identifier(alias))
                column.set("this", name_of(name))

    def join(self, tree: exp.Select, aliases: Iterable[str]) -> None:
        """Join the tables of aliases that a query lacks, each row to one of theirs.

        Raises:
            QueryRefusedError: a row has none or several there.
        """
        for alias in dict.fromkeys(aliases):
            present = {table.name: table.alias_or_name for table in tables_of(tree)}
            if alias in present.values():
                continue
            target = self.table(alias)
            if target in present:
                raise QueryRefusedError(f"{target} has another name in the sample")
            at = ""
            for link in path_to(set(present), target, self.schema):
                if link.table not in present and link.table != at:
                    raise QueryRefusedError(f"a row has several of {target}")
                mine = present.get(link.table, link.table)
                at = link.target
                name = alias if at == target else self._alias_of(at)
                on = f"{name}.{link.key} = {mine}.{link.column}"
                table = exp.alias_(exp.Table(this=name_of(at)), name, table=True)
                tree.join(table, on=on, copy=False, dialect=self._dialect)
                present[at] = name
            if alias not in present.values():
                raise QueryRefusedError(f"no link leads to {target}")

    def _alias_of(self, table: str) -> str:
        return next((a for a, name in self._aliases.items() if name == table), table)

    def _metric(self, sample: Sample, today: date) -> Metric | None:
        if sample.by or sample.number is not None or "{number}" in sample.sql:
            return None
        blank = {"by": "NULL", "key": "1", "ranking": "", "year": today.year}
        try:
            text = sample.sql.format(**{**self._book.parts, **blank})
            tree = sqlglot.parse_one(text, dialect=self._dialect)
        except (KeyError, SqlglotError):
            return None
        if not isinstance(tree, exp.Select):
            return None
        values = tree.selects[1:] if sample.grouped else tree.selects
        if sample.grouped:
            tree.set("group", None)
        if not values or not _is_one_value(tree, values[0]):
            return None
        tree.set("expressions", [values[0]])
        tree.set("order", None)
        tree.set("limit", None)
        first = tables_of(tree)[0]
        where = tree.args.get("where")
        rows = f"{first.sql()} {where.sql() if where else ''}"
        return Metric(sample, tree, f"{values[0].unalias().sql()} {rows}", rows)


def _is_one_value(tree: exp.Select, value: exp.Expr) -> bool:
    if tree.args.get("group") or tree.args.get("having") or tree.find(exp.Subquery, exp.Window):
        return False
    return value.find(exp.AggFunc) is not None


def _columns(expression: exp.Expr) -> Sequence[exp.Column]:
    found = [*expression.find_all(exp.Column)]
    return found if not isinstance(expression, exp.Column) else [expression]


def is_count(metric: Metric) -> bool:
    """Return whether a metric counts rows or things."""
    return isinstance(metric.value, exp.Count)
