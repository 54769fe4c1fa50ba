"""The result of a calculation in words, in the language of the book."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.skills.data.calculator import Calculated
from core.skills.data.database import Rows
from core.text.sections import escaped


def sentence(found: Calculated, rows: Rows, texts: Mapping[str, Any], scope: str) -> str:
    """Return what was found in words; `scope` are the days and names that it is restricted to."""
    said: dict[str, Any] = {"scope": texts["scope"].format(scope=scope) if scope else ""}
    values = [row[-1] for row in rows.rows]
    if all(value is None for value in values):
        return str(texts["nothing"].format(**said))
    said |= {name: value for name, value in found.said.items() if isinstance(value, str)}
    said["what"] = escaped(str(said["what"]))
    if each := found.said.get("each"):
        said["each"] = " ".join(texts["each"].format(by=name.removesuffix("별")) for name in each)
    said["extreme"] = texts["extreme"][int(found.fewest)]
    first = rows.rows[0]
    said |= {"label": shown(first[0]), "value": shown(first[-1])}
    if found.sentence in ("never", "times") and not found.said["counts"]:
        said["value"] = shown(len(rows.rows))
    if found.sentence == "change":
        said |= _change(values)
        said["rows"] = " → ".join(f"{shown(row[0])} {shown(row[-1])}" for row in rows.rows)
    more = texts["cut"].format(rows=len(rows.rows)) if rows.cut else ""
    return f"{texts['calculated'][found.sentence].format(**said)} {more}".strip()


def shown(value: object) -> str:
    """Return a value as people read it, in which nothing is markup."""
    return f"{value:,}" if isinstance(value, int | float) else escaped(str(value))


def _change(values: list[Any]) -> dict[str, str]:
    """Return by how much the last value is more than the first, and by how many percent."""
    first, last = (value or 0 for value in (values[0], values[-1]))
    by = round(last - first, 2)
    percent = f", {100 * by / first:+,.1f}%" if first else ""
    return {"change": f"{by:+,}{percent}"}
