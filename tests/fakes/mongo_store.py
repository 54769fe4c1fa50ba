"""What the test MongoDB keeps, and the few commands that faqbot may use on it.

Stricter than the real one where that catches mistakes: an operator that faqbot has no business
with is an error, and so is a query that no index serves (as with the server's `notablescan`) or a
sort that no index gives.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice, product, takewhile
from operator import ge, gt, le, lt
from typing import Any

import bson
from bson.codec_options import CodecOptions

Document = dict[str, Any]

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
_REPLY_BYTES = 16_000_000
_FIRST_BATCH = 101
AWARE = CodecOptions(tz_aware=True, tzinfo=UTC)
_MISSING = object()
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"$lt": lt, "$lte": le, "$gt": gt, "$gte": ge}
_AFTER_ALL = (9,)  # sorts behind every value
_LARGE = 50_000  # documents, from which on a find goes by an index, as on a real server
# https://www.mongodb.com/docs/manual/core/index-partial/ lists what may choose the documents.
_PARTIAL = {"$eq", "$exists", "$gt", "$gte", "$lt", "$lte", "$type", "$in"}
SHARD_KEYS = {"inbox": "session", "turns": "session", "sessions": "_id", "feedback": "question_id"}
"""The shard key of each collection that docs/storage.md shards."""
_ID_INDEX: Document = {"name": "_id_", "key": {"_id": 1}, "unique": True}


class CommandError(Exception):
    """An answer with `ok: 0`.

    Codes: https://www.mongodb.com/docs/manual/reference/error-codes/
    """

    def __init__(self, code: int, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.reply: Document = {"ok": 0.0, "code": code, "errmsg": message, **extra}


@dataclass
class Collection:
    """Documents in the order of insertion, and the indexes with their options.

    `examined` is how many documents were read by an index so far, as `explain` counts them.
    """

    documents: list[Document] = field(default_factory=list)
    indexes: list[Document] = field(default_factory=lambda: [_ID_INDEX])
    examined: int = 0
    _ordered: dict[str, tuple[list[tuple[Any, ...]], list[Document]]] = field(default_factory=dict)

    def changed(self) -> None:
        """Forget how the documents lie in the indexes."""
        self._ordered.clear()

    def is_sorted(self, index: Document) -> bool:
        """Return whether the order of an index is known since the last change."""
        return index["name"] in self._ordered

    def ordered(self, index: Document) -> tuple[list[tuple[Any, ...]], list[Document]]:
        """Return the keys of an index in ascending order, and its documents in that order."""
        name = index["name"]
        if name not in self._ordered:
            partial = index.get("partialFilterExpression", {})
            rows = [row for row in self.documents if _matches(row, partial)]
            pairs = [(key, row) for row in rows for key in _index_keys(index, row)]
            pairs.sort(key=lambda pair: pair[0])
            self._ordered[name] = [key for key, _ in pairs], [row for _, row in pairs]
        return self._ordered[name]


class MongoStore:
    """Databases, by `database.collection`; every command is atomic."""

    def __init__(self) -> None:
        self.collections: dict[str, Collection] = {}
        self._cursors: dict[int, tuple[str, Iterator[Document]]] = {}

    def run(self, name: str, command: Document) -> Document:
        """The reply to a command.

        Raises:
            CommandError: the command failed as a whole.
        """
        handler = getattr(self, f"_{name}", None)
        if handler is None:
            raise CommandError(59, f"no such command: '{name}'")
        return {**handler(command, f"{command['$db']}.{command[name]}"), "ok": 1.0}

    def _of(self, namespace: str) -> Collection:
        return self.collections.setdefault(namespace, Collection())

    def _find(self, command: Document, namespace: str) -> Document:
        collection = self._of(namespace)
        sort = command.get("sort", {})
        found = _found(collection, command.get("filter", {}), sort, abs(command.get("limit", 0)))
        rows = iter([_projected(row, command.get("projection")) for row in found])
        first = list(_batch(rows, command.get("batchSize", _FIRST_BATCH)))
        cursor = 0
        if len(first) < len(found) and not command.get("singleBatch"):
            cursor = len(self._cursors) + 1
            self._cursors[cursor] = (namespace, iter(list(rows)))
        return {"cursor": {"firstBatch": first, "id": bson.Int64(cursor), "ns": namespace}}

    def _getMore(self, command: Document, _: str) -> Document:  # noqa: N802 - MongoDB's name
        cursor = command["getMore"]
        if cursor not in self._cursors:
            raise CommandError(43, f"cursor id {cursor} not found")
        namespace, rows = self._cursors[cursor]
        batch = list(_batch(rows, command.get("batchSize", 1_000_000)))
        rest = list(rows)
        self._cursors[cursor] = (namespace, iter(rest))
        if not rest:
            del self._cursors[cursor]
        identity = bson.Int64(cursor if rest else 0)
        return {"cursor": {"nextBatch": batch, "id": identity, "ns": namespace}}

    def _killCursors(self, command: Document, _: str) -> Document:  # noqa: N802
        for cursor in command["cursors"]:
            self._cursors.pop(cursor, None)
        return {"cursorsKilled": command["cursors"]}

    def _insert(self, command: Document, namespace: str) -> Document:
        collection = self._of(namespace)

        def insert(document: Document) -> int:
            _put(collection, None, document)
            return 1

        return _written(command["documents"], insert, ordered=command.get("ordered", True))

    def _update(self, command: Document, namespace: str) -> Document:
        collection = self._of(namespace)
        upserted: list[Document] = []
        modified = 0

        def update(statement: Document) -> int:
            nonlocal modified
            _check_update(statement["u"], namespace)
            found = _found(collection, statement["q"], {})
            if not found and statement.get("upsert"):
                fresh = _upserted(collection, statement["q"], statement["u"])
                upserted.append({"index": len(upserted), "_id": fresh["_id"]})
                return 1
            found = found if statement.get("multi") else found[:1]
            for document in found:
                changed = _changed(document, statement["u"], fresh=False)
                modified += changed != document
                _put(collection, document, changed)
            return len(found)

        reply = _written(command["updates"], update, ordered=command.get("ordered", True))
        reply["nModified"] = modified
        if upserted:
            reply["upserted"] = upserted
        return reply

    def _delete(self, command: Document, namespace: str) -> Document:
        collection = self._of(namespace)

        def delete(statement: Document) -> int:
            found = _found(collection, statement["q"], {})
            found = found[:1] if statement["limit"] == 1 else found
            gone = {id(document) for document in found}
            collection.documents = [row for row in collection.documents if id(row) not in gone]
            collection.changed()
            return len(found)

        return _written(command["deletes"], delete, ordered=command.get("ordered", True))

    def _findAndModify(self, command: Document, namespace: str) -> Document:  # noqa: N802
        collection = self._of(namespace)
        _check_update(command.get("update", {}), namespace)
        found = _found(collection, command.get("query", {}), command.get("sort", {}))
        if found:
            before = found[0]
            after = _changed(before, command["update"], fresh=False)
            _put(collection, before, after)
        elif command.get("upsert"):
            before = None
            after = _upserted(collection, command["query"], command["update"])
        else:
            return {"value": None, "lastErrorObject": {"n": 0, "updatedExisting": False}}
        value = after if command.get("new") else before
        last = {"n": 1, "updatedExisting": before is not None}
        return {
            "value": value and _projected(value, command.get("fields")),
            "lastErrorObject": last,
        }

    def _createIndexes(self, command: Document, namespace: str) -> Document:  # noqa: N802
        collection = self._of(namespace)
        before = len(collection.indexes)
        for index in command["indexes"]:
            same = [known for known in collection.indexes if known["name"] == index["name"]]
            if same and same[0] != index:
                raise CommandError(86, f"index {index['name']} exists with other options")
            _check_index(index)
            if not same:
                collection.indexes.append(index)
        return {"numIndexesBefore": before, "numIndexesAfter": len(collection.indexes)}


def _written(
    statements: list[Document], write: Callable[[Document], int], *, ordered: bool
) -> Document:
    """Run each statement; a duplicate key or an oversized document is a write error."""
    total, errors = 0, []
    for number, statement in enumerate(statements):
        try:
            total += write(statement)
        except CommandError as error:
            if error.reply["code"] not in {11000, 10334}:
                raise
            errors.append({**error.reply, "index": number})
            if ordered:
                break
    return {"n": total, **({"writeErrors": errors} if errors else {})}


def _put(collection: Collection, before: Document | None, after: Document) -> None:
    """Take `after` for `before`, or add it, if every unique index and the size allow."""
    if (size := len(bson.encode(after))) > MAX_DOCUMENT_BYTES:
        raise CommandError(10334, f"BSONObj size: {size} is invalid")
    for index in collection.indexes:
        if not index.get("unique") or not _matches(after, index.get("partialFilterExpression", {})):
            continue
        key = [after.get(name) for name in index["key"]]
        for row in collection.documents:
            if row is before or not _matches(row, index.get("partialFilterExpression", {})):
                continue
            if [row.get(name) for name in index["key"]] == key:
                message = f"E11000 duplicate key error index: {index['name']}"
                raise CommandError(11000, message, keyPattern=index["key"])
    if before is None:
        collection.documents.append(after)
    else:
        place = next(n for n, row in enumerate(collection.documents) if row is before)
        collection.documents[place] = after
    collection.changed()


def _upserted(collection: Collection, query: Document, update: Document) -> Document:
    equal = {name: value for name, value in query.items() if not _is_operators(value)}
    fresh = _changed(equal, update, fresh=True)
    fresh.setdefault("_id", bson.ObjectId())
    _put(collection, None, fresh)
    return fresh


def _found(
    collection: Collection, query: Document, sort: Document, limit: int = 0
) -> list[Document]:
    serving = [one for one in collection.indexes if _serves(one, query, sort)]
    if not serving:
        raise CommandError(291, f"no index serves the query {query!r} sorted by {sort!r}")
    index = max(serving, key=lambda one: _equal(one, query))
    if len(collection.documents) < _LARGE and not collection.is_sorted(index):
        found = [row for row in collection.documents if _matches(row, query)]
        for name, direction in reversed(sort.items()):
            found.sort(key=lambda row: _sort_key(row.get(name)), reverse=direction == -1)
        return found[:limit] if limit else found
    rows = _examined(collection, _by_index(collection, index, query, sort))
    return list(islice((row for row in rows if _matches(row, query)), limit or None))


def _examined(collection: Collection, rows: Iterator[Document]) -> Iterator[Document]:
    for row in rows:
        collection.examined += 1
        yield row


def _by_index(
    collection: Collection, index: Document, query: Document, sort: Document
) -> Iterator[Document]:
    """Yield what an index narrows a query down to, in the order of the sort."""
    keys, rows = collection.ordered(index)
    equal = list(index["key"])[: _equal(index, query)]
    prefix = tuple(_sort_key(query[name]) for name in equal)
    low, high = bisect_left(keys, prefix), bisect_left(keys, (*prefix, _AFTER_ALL))
    names = list(index["key"])
    wanted = {name: sort[name] for name in sort if name not in names[: len(prefix)]}
    bounds = query.get(names[len(prefix)]) if len(prefix) < len(names) else None
    if _is_operators(bounds) and "$in" in bounds and not wanted:
        for value in bounds["$in"]:
            key = (*prefix, _sort_key(value))
            yield from rows[bisect_left(keys, key) : bisect_left(keys, (*key, _AFTER_ALL))]
        return
    for operator, operand in bounds.items() if _is_operators(bounds) else ():
        at = (*prefix, _sort_key(operand))
        if operator in ("$lt", "$lte"):
            high = min(high, bisect_left(keys, (*at, _AFTER_ALL)))
        if operator in ("$gt", "$gte"):
            low = max(low, bisect_left(keys, at))
    if len(wanted) < 2:  # the index has this order, forwards or backwards
        backwards = -1 in wanted.values()
        yield from (
            rows[at] for at in (range(high - 1, low - 1, -1) if backwards else range(low, high))
        )
        return
    found = rows[low:high]
    for name, direction in reversed(wanted.items()):
        found.sort(key=lambda row: _sort_key(row.get(name)), reverse=direction == -1)
    yield from found


def _serves(index: Document, query: Document, sort: Document) -> bool:
    for name, value in index.get("partialFilterExpression", {}).items():
        implied = query.get(name, _MISSING)
        if implied != value and not (value == {"$exists": True} and implied is not _MISSING):
            return False
    keys = list(index["key"].items())
    equal = _equal(index, query)
    if not sort:
        return equal > 0 or keys[0][0] in query
    fixed = {name for name, _ in keys[:equal]}
    wanted = [(name, direction) for name, direction in sort.items() if name not in fixed]
    rest = keys[equal:][: len(wanted)]
    backwards = [(name, -direction) for name, direction in rest]
    return wanted in (rest, backwards)


def _equal(index: Document, query: Document) -> int:
    """Count the first fields of an index of which a query wants one value."""
    names = takewhile(lambda name: not _is_operators(query.get(name, {"$": 0})), index["key"])
    return sum(1 for _ in names)


def _matches(row: Document, query: Document) -> bool:
    return all(_field_matches(row, name, wanted) for name, wanted in query.items())


def _field_matches(row: Document, name: str, wanted: Any) -> bool:
    if name.startswith("$") or "." in name:
        raise CommandError(2, f"{name} is not for faqbot")
    value = row.get(name, _MISSING)
    if not _is_operators(wanted):
        if isinstance(value, list) and wanted in value:  # a list is found by each of its members
            return True
        return value == wanted or (wanted is None and value is _MISSING)
    return all(_holds(value, operator, operand) for operator, operand in wanted.items())


def _holds(value: Any, operator: str, operand: Any) -> bool:
    match operator:
        case "$exists":
            return (value is not _MISSING) == operand
        case "$in":  # a list is found by each of its members
            return any(one in operand for one in (value if isinstance(value, list) else [value]))
        case "$ne":
            return value != operand
        case "$regex":
            return isinstance(value, str) and re.search(operand, value) is not None
        case "$lt" | "$lte" | "$gt" | "$gte":
            # MongoDB compares only values of one type.
            return type(value) is type(operand) and _COMPARE[operator](value, operand)
    raise CommandError(2, f"{operator} is not for faqbot")


def _check_index(index: Document) -> None:
    """Refuse what MongoDB does: https://www.mongodb.com/docs/manual/core/index-partial/."""
    some = index.get("partialFilterExpression")
    if some is not None and index.get("sparse"):
        raise CommandError(67, "cannot mix partialFilterExpression and sparse options")
    for bounds in (some or {}).values():
        if _is_operators(bounds) and not _PARTIAL.issuperset(bounds):
            raise CommandError(67, f"unsupported expression in a partial index: {bounds!r}")


def _check_update(update: Document, namespace: str) -> None:
    """Refuse what MongoDB does: two changes of a field, and a change of an id or of a shard key.

    A dot would lead into a field, and faqbot changes none so.
    https://www.mongodb.com/docs/manual/reference/operator/update/
    https://www.mongodb.com/docs/manual/core/sharding-change-shard-key-value/
    """
    names = [name for fields in update.values() for name in fields]
    if twice := {name for name in names if names.count(name) > 1}:
        raise CommandError(40, f"updating {twice} would create a conflict")
    fixed = {"_id", SHARD_KEYS.get(namespace.rpartition(".")[2], "_id")}
    at_first = update.get("$setOnInsert", {})
    changed = [name for name in names if name not in at_first]
    if odd := [name for name in changed if name in fixed or "." in name or name.startswith("$")]:
        raise CommandError(66, f"{odd} are no fields of faqbot's to change")


def _changed(before: Document, update: Document, *, fresh: bool) -> Document:
    after = dict(before)
    for operator, fields in update.items():
        for name, value in fields.items():
            match operator:
                case "$set":
                    after[name] = value
                case "$setOnInsert":
                    if fresh:
                        after[name] = value
                case "$unset":
                    after.pop(name, None)
                case "$inc":
                    after[name] = after.get(name, 0) + value
                case "$max":
                    after[name] = max(after.get(name, value), value)
                case _:
                    raise CommandError(9, f"{operator} is not for faqbot")
    return after


def _projected(row: Document, projection: Document | None) -> Document:
    if not projection:
        return row
    leaves_out = not any(projection.values())
    return {
        name: value
        for name, value in row.items()
        if projection.get(name, leaves_out or name == "_id")
    }


def _batch(rows: Iterator[Document], most: int) -> Iterator[Document]:
    """At most `most` documents, and no more than one reply holds."""
    size = 0
    for _, row in zip(range(most), rows, strict=False):
        yield row
        size += len(bson.encode(row))
        if size > _REPLY_BYTES:
            return


def _is_operators(value: Any) -> bool:
    return isinstance(value, dict) and any(name.startswith("$") for name in value)


def _index_keys(index: Document, row: Document) -> Iterator[tuple[Any, ...]]:
    """Yield the keys of a document in an index: one for each member of a list."""
    values = [row.get(name) for name in index["key"]]
    lists = [value if isinstance(value, list) else [value] for value in values]
    for combined in product(*lists):
        yield tuple(map(_sort_key, combined))


def _sort_key(value: Any) -> tuple[int, Any]:
    """Missing values first; text by its bytes, as without a collation."""
    if value is None:
        return (0, 0)
    if isinstance(value, datetime):
        return (3, value)
    return (2, value.encode()) if isinstance(value, str) else (1, value)
