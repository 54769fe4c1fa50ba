"""Lets through one query that reads allowed tables, and masks what is personal in it."""

from __future__ import annotations

from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from core.skills.data.database import DatabaseSchema
from core.skills.data.errors import QueryRefusedError

# Expressions that write, change, attach or run something; a plain SELECT has none of them.
_NEVER: Final = (
    exp.DML,
    exp.DDL,
    exp.Command,
    exp.Pragma,
    exp.Set,
    exp.SessionParameter,
    exp.Into,
    exp.Lock,
    exp.Attach,
    exp.Detach,
    exp.Use,
    exp.Transaction,
    exp.Drop,
    exp.Alter,
)
# Functions that make a text of any length in one step, in which no time limit is looked at.
_ENDLESS: Final = (exp.Format, exp.Pad, exp.Repeat, exp.Space)
# Where a personal column may stand by itself, as it is.
_ALONE: Final = (exp.Group, exp.Ordered, exp.Count, exp.Distinct)
# Functions that sqlglot knows are harmless; of those that it does not know, these are.
_FUNCTIONS: Final = frozenset({"strftime", "date", "datetime", "julianday", "total"})


def checked(
    sql: str, *, schema: DatabaseSchema, personal: frozenset[str], dialect: str
) -> exp.Query:
    """Return the query as a tree, with its names resolved and personal columns masked.

    Raises:
        QueryRefusedError: it is not one query, does more than read, or reads what it may not.
    """
    try:
        statements = sqlglot.parse(sql, dialect=dialect)
        if len(statements) != 1 or not isinstance(tree := statements[0], exp.Query):
            raise QueryRefusedError("only one SELECT may be run")
        if not tree.selects:
            raise QueryRefusedError("the query selects nothing")
        _check(tree, schema)
        columns: dict[str, object] = {t: dict(rows) for t, rows in schema.columns.items()}
        # To SQLite a name is the same in capitals; others have it as it was created.
        is_same = dialect == "sqlite"
        known = MappingSchema(columns, dialect=dialect, normalize=is_same)
        tree = qualify(tree, schema=known, dialect=dialect, quote_identifiers=True)
    except SqlglotError as error:
        raise QueryRefusedError(f"the query cannot be understood: {error}") from error
    if any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)):
        raise QueryRefusedError("it is not known what the columns of * are")
    _mask(tree, frozenset(map(str.lower, personal)))
    return tree


def _check(tree: exp.Query, schema: DatabaseSchema) -> None:
    for node in tree.walk():
        if isinstance(node, _NEVER) and not isinstance(node, exp.Query):
            raise QueryRefusedError(f"{type(node).__name__} is no reading")
        unknown = isinstance(node, exp.Anonymous) and node.name.lower() not in _FUNCTIONS
        if unknown or isinstance(node, _ENDLESS):
            raise QueryRefusedError(f"the function {node.name or node.key} is not allowed")
    named = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.name in named and not table.db:
            continue
        if table.name not in schema.columns or table.db:
            raise QueryRefusedError(f"the table {table.sql()} is not allowed")


def _mask(tree: exp.Query, personal: frozenset[str]) -> None:
    """Show the first letter of personal data, and refuse conditions on it; `personal` is lower.

    A condition would tell by its rows whether somebody is in the table. Counting and grouping by
    the column alone reveal nothing about a person; a comparison would.
    """
    for column in [*tree.find_all(exp.Column)]:
        if f"{_table_of(column)}.{column.name}".lower() not in personal:
            continue
        if column.find_ancestor(exp.Where, exp.Having, exp.Join, exp.Case, exp.If):
            raise QueryRefusedError(f"{column.name} is personal: no condition may look at it")
        if isinstance(column.parent, _ALONE):
            continue
        first = exp.Substring(
            this=column.copy(), start=exp.Literal.number(1), length=exp.Literal.number(1)
        )
        column.replace(exp.DPipe(this=first, expression=exp.Literal.string("**")))


def _table_of(column: exp.Column) -> str:
    """Return the table behind a column's alias, in the query that the column stands in."""
    scope = column.find_ancestor(exp.Select)
    while scope is not None:
        for table in scope.find_all(exp.Table):
            if table.alias_or_name == column.table and table.find_ancestor(exp.Select) is scope:
                return str(table.name)
        scope = scope.find_ancestor(exp.Select)
    return ""
