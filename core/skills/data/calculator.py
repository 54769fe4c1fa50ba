"""The SQL of a calculation over what a sample measures, and which sentence says its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

import sqlglot
from sqlglot import exp

from core.skills.data.blanks import Blanks
from core.skills.data.book import Grouping
from core.skills.data.compose import (
    SHOWN_GROUPS,
    SHOWN_STEPS,
    Composer,
    drop_default,
    path_to,
    qualified,
    tables_of,
)
from core.skills.data.conditions import Condition
from core.skills.data.errors import QueryRefusedError
from core.skills.data.metrics import Metric, Metrics, is_count
from core.skills.data.spans import Period

_BOUNDS: Final = {">=": exp.GTE, "<=": exp.LTE, ">": exp.GT, "<": exp.LT, "=": exp.EQ}


@dataclass(frozen=True, slots=True)
class Calculated:
    """A query and how its result is said: the name of the sentence, and what stands in it.

    `scope` are the days and conditions that all of it is restricted to.
    """

    sql: str
    sentence: str
    said: dict[str, Any] = field(default_factory=dict)
    series: bool = False
    scope: Blanks | None = None
    fewest: bool = False


@dataclass(frozen=True, slots=True)
class Calculator:
    """Writes the queries of calculations for one database. All methods raise QueryRefusedError."""

    composer: Composer
    metrics: Metrics

    def calculate(self, metric: Metric, blanks: Blanks, today: date) -> Calculated:
        """Return the query of a calculation over what was measured, for one question.

        Raises:
            QueryRefusedError: it cannot be calculated, or would not be what was asked.
        """
        found = self._found(self.metrics.today(metric.sample, today), blanks, today)
        return replace(found, scope=found.scope or blanks, fewest=blanks.fewest)

    def _found(self, metric: Metric, blanks: Blanks, today: date) -> Calculated:
        wanted = blanks.calculation
        match wanted.kind:
            case "never" | "times":
                return self._entities(metric, blanks, today)
            case "share" if wanted.parts:
                return self._share(metric, blanks)
            case "share":
                return self._grouped(metric, blanks, today, share=True)
        if wanted.kind == "per" and wanted.entity:
            metric = self._per(metric, wanted.entity, today)
        if blanks.against or (blanks.compared and not wanted.adds_up):
            return self._compared(metric, blanks)
        if wanted.groupings:
            return self._grouped(metric, blanks, today)
        measured = {column.name for column in metric.value.find_all(exp.Column)}
        if any(one.of in measured for one in blanks.amounts):
            raise QueryRefusedError("the value itself is what the number is said of")
        tree = metric.tree.copy()
        self._restrict(tree, metric, blanks.period, self._conditions(blanks))
        return Calculated(self._sql(tree), "value", {"what": metric.name})

    def _per(self, metric: Metric, entity: Grouping, today: date) -> Metric:
        """Return the mean of a metric over those that have any of it."""
        if not metric.adds_up:
            raise QueryRefusedError("only a sum or a number is divided")
        tree = metric.tree.copy()
        _, key = self.metrics.group(metric, tree, entity, today)
        number = exp.Count(this=exp.Distinct(expressions=[key]))
        name = self.composer.texts["per"].format(by=entity.name, what=metric.name)
        mean = exp.func("ROUND", _times(metric.value, "1.0") / number, exp.Literal.number(2))
        tree.set("expressions", [_named(mean, name)])
        return Metric(metric.sample, tree, metric.key, metric.rows)

    def _share(self, metric: Metric, blanks: Blanks) -> Calculated:
        """Return which share of a metric the conditions on the part have."""
        parts = blanks.calculation.parts
        if not metric.adds_up or blanks.against or blanks.calculation.groupings:
            raise QueryRefusedError("there is no share of this")
        part = [one for one in blanks.conditions if one.column in parts]
        whole = [one for one in blanks.conditions if one.column not in parts]
        if not part or any(one in blanks.compared for one in whole):
            raise QueryRefusedError("the part is not said")
        of_part, of_all = metric.tree.copy(), metric.tree.copy()
        for one in part:
            drop_default(of_all, one, self.composer)
        self._restrict(of_all, metric, blanks.period, whole)
        self._restrict(of_part, metric, blanks.period, [*whole, *_together(part)])
        share = _share_of(of_part.subquery(), of_all.subquery())
        title = f"{self.composer.texts['share_of']}(%)"
        sql = self._sql(exp.select(_named(share, title)))
        names = " · ".join(one.say for one in part)
        scope = replace(blanks, conditions=tuple(whole))
        return Calculated(sql, "share", {"what": metric.name, "part": names}, scope=scope)

    def _grouped(
        self, metric: Metric, blanks: Blanks, today: date, *, share: bool = False
    ) -> Calculated:
        """Return a metric by one way to group or by two, of which the second may be ranked."""
        groupings = blanks.calculation.groupings
        if not 1 <= len(groupings) <= 2 or (share and (len(groupings) > 1 or not metric.adds_up)):
            raise QueryRefusedError("too many ways to group, or none")
        if any(one.fixes(by) for one in blanks.conditions for by in groupings):
            raise QueryRefusedError("the question names one group alone")
        tree, conditions = metric.tree.copy(), self._conditions(blanks)
        value, name = metric.value, metric.name
        if share:
            whole = metric.tree.copy()
            self._restrict(whole, metric, blanks.period, conditions)
            value = _share_of(value, whole.subquery())
            name = f"{name} {self.composer.texts['share_of']}(%)"
        groups = [self.metrics.group(metric, tree, by, today) for by in groupings]
        self._restrict(tree, metric, blanks.period, conditions)
        shown = [_named(one, by.name) for (one, _), by in zip(groups, groupings, strict=True)]
        tree.set("expressions", [*shown, _named(value.copy(), name)])
        tree.group_by(*(key.copy() for _, key in groups), copy=False)
        last = groupings[-1]
        if any(self.counts(metric, by) for by in groupings):
            raise QueryRefusedError("each would be counted once")
        said = {"what": name, "by": last.name, "each": [by.name for by in groupings]}
        if len(groups) == 2 and blanks.ranked:
            tree = _firsts(tree, blanks)
            return Calculated(self._sql(tree), "firsts", said)
        order = "ASC" if blanks.fewest else "DESC"
        if len(groups) == 2:
            tree.order_by("1", f"3 {order}", copy=False)
            return Calculated(self._sql(tree.limit(SHOWN_STEPS)), "each_of", said)
        is_in_order = last.series and not blanks.ranked
        tree.order_by(*(("1",) if is_in_order else (f"2 {order}", "1")), copy=False)
        most = blanks.limit or (SHOWN_STEPS if last.series else SHOWN_GROUPS)
        sentence = "first" if blanks.ranked else "each_of"
        return Calculated(self._sql(tree.limit(most)), sentence, said, series=last.series)

    def _compared(self, metric: Metric, blanks: Blanks) -> Calculated:
        """Return a metric of two spans of days, or of the values of one column."""
        wanted, compared = blanks.calculation, blanks.compared
        columns = {one.column for one in compared}
        named = dict.fromkeys((*wanted.groupings, *blanks.groupings))
        groupings = [by for by in named if not any(one.is_on(by) for one in compared)]
        if groupings or (blanks.against and compared) or len(columns) > 1:
            raise QueryRefusedError("too much is compared at once")
        others = [one for one in blanks.conditions if one not in compared]
        labels: list[tuple[str, Period | None, list[Condition]]] = []
        if blanks.against and blanks.period:
            if not metric.sample.period:
                raise QueryRefusedError("the sample has no days")
            spans = sorted((blanks.period, blanks.against), key=lambda one: one.start)
            labels = [(span.label, span, others) for span in spans]
        else:
            labels = [(one.say, blanks.period, [*others, one]) for one in compared]
        queries: list[exp.Query] = []
        for label, period, conditions in labels:
            tree = metric.tree.copy()
            self._restrict(tree, metric, period, conditions)
            what = _named(exp.Literal.string(label), self.composer.texts["compared_by"])
            tree.set("expressions", [what, *tree.selects])
            queries.append(tree)
        united = queries[0]
        for query in queries[1:]:
            united = exp.union(united, query, distinct=False, copy=False)
        if blanks.against:
            scope = replace(blanks, period=None)
            return Calculated(
                self._sql(united), "change", {"what": metric.name}, series=True, scope=scope
            )
        united = united.order_by(f"2 {'ASC' if blanks.fewest else 'DESC'}")
        scope = replace(blanks, conditions=tuple(others))
        return Calculated(self._sql(united), "compared", {"what": metric.name}, scope=scope)

    def _entities(self, metric: Metric, blanks: Blanks, today: date) -> Calculated:
        """Return those that are in no row of a metric, or in so many; or their number."""
        wanted = blanks.calculation
        if wanted.entity is None or wanted.groupings or blanks.compared or blanks.against:
            raise QueryRefusedError("this cannot be asked of those who did not")
        key = self.metrics.parsed(wanted.entity.key, today)
        alias = str(key.table) if isinstance(key, exp.Column) else ""
        table = self.metrics.table(alias)
        own = [one for one in blanks.conditions if one.table == table]
        other = [one for one in blanks.conditions if one.table != table]
        inner = metric.tree.copy()
        if table == tables_of(inner)[0].name or (blanks.period and not metric.sample.period):
            raise QueryRefusedError("those are what is measured itself")
        found = self._key_in(inner, table, key)
        self._restrict(inner, metric, blanks.period, other)
        inner.set("expressions", [found])
        inner.where(exp.Not(this=exp.Is(this=found.copy(), expression=exp.Null())), copy=False)
        if wanted.bound:
            sign, number = wanted.bound
            inner.group_by(found.copy(), copy=False)
            limit = exp.Literal.number(number)
            inner.having(_BOUNDS[sign](this=metric.value.copy(), expression=limit), copy=False)
        tree = exp.select().from_(exp.alias_(exp.to_table(table), alias, table=True))
        among = exp.In(this=key.copy(), query=inner.subquery())
        tree.where(among if wanted.bound else exp.Not(this=among), copy=False)
        dialect, schema = self.composer.dialect, self.composer.schema
        for one in own:
            where = qualified(one, alias, schema, dialect)
            tree.where(exp.Not(this=where) if one.leaves_out else where, copy=False)
        said: dict[str, Any] = {"what": metric.name, "by": wanted.entity.name}
        if wanted.bound:
            bound = self.composer.texts["bounds"][wanted.bound[0]]
            said["bound"] = bound.format(n=wanted.bound[1])
        if wanted.counts:
            tree.select(_named(exp.Count(this=exp.Star()), wanted.entity.name), copy=False)
        else:
            shown = self.metrics.parsed(wanted.entity.select, today)
            tree.select(_named(shown, wanted.entity.name), copy=False)
            tree.order_by("1", copy=False)
        said["counts"] = wanted.counts
        return Calculated(self._sql(tree), wanted.kind, said)

    def _key_in(self, tree: exp.Select, table: str, key: exp.Expr) -> exp.Expr:
        """Return what names a row of the table in the rows of a metric."""
        present = {one.name: one.alias_or_name for one in tables_of(tree)}
        if table in present:
            return exp.column(key.name, table=present[table])
        path = path_to(set(present), table, self.composer.schema)
        if len(path) != 1 or path[0].target != table or path[0].key != key.name:
            raise QueryRefusedError(f"no link leads to {table}")
        return exp.column(path[0].column, table=present[path[0].table])

    def usual_count(self, metric: Metric, entity: Grouping) -> Metric:
        """Return the metric that counts what happened in the same rows, and not who did it.

        Raises:
            QueryRefusedError: there is none, or several.
        """
        if is_count(metric) and not self.counts(metric, entity):
            return metric
        found = [
            one
            for one in self.metrics.over(metric.rows)
            if is_count(one) and not self.counts(one, entity)
        ]
        if len(found) != 1:
            raise QueryRefusedError("it is not clear what is counted")
        return found[0]

    def counts(self, metric: Metric, entity: Grouping) -> bool:
        """Return whether a metric counts the entities themselves."""
        if not entity.key or not is_count(metric):
            return False
        key = sqlglot.parse_one(entity.key, dialect=self.composer.dialect)
        table = self.metrics.table(str(key.table)) if isinstance(key, exp.Column) else ""
        counted = [*metric.value.find_all(exp.Column)]
        links = {
            (one.table, one.column) for one in self.composer.schema.links if one.target == table
        }
        return any(
            column == key or (self.metrics.table(column.table), column.name) in links
            for column in counted
        )

    def _conditions(self, blanks: Blanks) -> Sequence[Condition]:
        """Return the conditions, of which those on one column are met by any of them."""
        if blanks.compared and not blanks.calculation.adds_up:
            raise QueryRefusedError("no row meets two conditions on one column")
        others = [one for one in blanks.conditions if one not in blanks.compared]
        return [*others, *_together(blanks.compared)]

    def _restrict(
        self,
        tree: exp.Select,
        metric: Metric,
        period: Period | None,
        conditions: Sequence[Condition],
    ) -> None:
        if period and not metric.sample.period:
            raise QueryRefusedError("the sample has no days")
        first = tables_of(tree)[0].name
        if any(one.is_amount and one.table != first for one in conditions):
            raise QueryRefusedError("the number may be of something else")
        for one in conditions:
            if " OR " in one.where:
                drop_default(tree, one, self.composer)
        self.composer.restrict(tree, metric.sample, period, conditions)

    def _sql(self, tree: exp.Query) -> str:
        return tree.sql(dialect=self.composer.dialect, pretty=True)


def _together(conditions: Sequence[Condition]) -> list[Condition]:
    """Return one condition for each column, which is met where any of its conditions is."""
    columns: dict[tuple[str, str], list[Condition]] = {}
    outs = [one for one in conditions if one.leaves_out]
    for one in conditions:
        if not one.leaves_out:
            columns.setdefault(one.column, []).append(one)
    joined = [
        Condition(
            table,
            " OR ".join(f"({one.where})" for one in ones) if len(ones) > 1 else ones[0].where,
            " + ".join(one.say for one in ones),
            ones[0].word,
            of,
        )
        for (table, of), ones in columns.items()
    ]
    return [*joined, *outs]


def _firsts(tree: exp.Select, blanks: Blanks) -> exp.Select:
    """Return the first groups of the second kind in each of the first kind."""
    names = [one.alias for one in tree.selects]
    each, _, value = tree.selects
    order = exp.Ordered(this=value.unalias().copy(), desc=not blanks.fewest)
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[each.unalias().copy()],
        order=exp.Order(expressions=[order, exp.Ordered(this=tree.selects[1].unalias().copy())]),
    )
    tree.select(exp.alias_(place, "place"), copy=False)
    columns = [exp.column(exp.to_identifier(name, quoted=True), table="t") for name in names]
    return (
        exp.select(*columns)
        .from_(tree.subquery("t"))
        .where(
            exp.LTE(
                this=exp.column("place", table="t"),
                expression=exp.Literal.number(blanks.limit or 1),
            )
        )
        .order_by("1", f"3 {'ASC' if blanks.fewest else 'DESC'}")
        .limit(SHOWN_STEPS)
    )


def _share_of(part: exp.Expr, whole: exp.Expr) -> exp.Expr:
    percent = _times(part, "100.0") / exp.func("NULLIF", whole, exp.Literal.number(0))
    return exp.func("ROUND", percent, exp.Literal.number(1))


def _times(value: exp.Expr, number: str) -> exp.Expr:
    return exp.Mul(this=exp.Literal.number(number), expression=exp.paren(value.copy()))


def _named(value: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(value, name, quoted=True)
