"""The fields that stand above the text of a page: front matter, and properties of Notion."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Final

from bs4 import BeautifulSoup

from ingest.sources.records.yaml_text import yaml_texts
from ingest.sources.tables.headers import header
from ingest.sources.tables.lines import TableLine
from ingest.sources.tables.withheld import state_columns, state_of

_FRONT_MATTER: Final = re.compile(
    r"\A(?P<mark>---|\+\+\+)[ \t]*\n(?P<text>.*?)\n(?:(?P=mark)|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL
)
_PAIR: Final = re.compile(r"^([\w가-힣][\w가-힣 ./-]{0,40}):[ \t]+(.+?)[ \t]*$")
_MOST_CHARS: Final = 20_000
_OTHER_NAMES: Final = {"tags": "category", "dated": "updated"}


class WithheldPageError(Exception):
    """A page that says of itself that it is not for readers."""


def without_front_matter(text: str) -> tuple[str, dict[str, object]]:
    """Return a page without the fields above its text, and these fields; lines keep their numbers.

    Raises:
        WithheldPageError: Its fields say that it is a draft, or the like.
    """
    match = _FRONT_MATTER.match(text)
    if not match:
        return text, {}
    values = _values(match["mark"], match["text"][:_MOST_CHARS])
    _check_shown(values)
    return "\n" * match[0].count("\n") + text[match.end() :], _fields(values)


def without_properties(text: str) -> tuple[str, dict[str, object]]:
    """Return a Notion page without the properties of its row below its title, and these.

    Raises:
        WithheldPageError: They say that it is a draft, or the like.
    """
    lines = text.split("\n")
    start = next((index for index, line in enumerate(lines) if line.startswith("# ")), None)
    if start is None or any(line.strip() for line in lines[:start]):
        return text, {}
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or _PAIR.match(lines[end])):
        end += 1
    values = _pairs(lines[start + 1 : end])
    _check_shown(values)
    found = _fields(values)
    stated = state_columns(list(values), [TableLine(1, list(values.values()))])
    if not stated and not found.keys() & {"category", "updated", "url", "answer"}:
        return text, {}
    lines[start + 1 : end] = [""] * (end - start - 1)
    return "\n".join(lines), found


def taken_properties(soup: BeautifulSoup) -> dict[str, object]:
    """Take the table of properties out of a page that Notion exported as HTML, and return them.

    Raises:
        WithheldPageError: They say that it is a draft, or the like.
    """
    table = soup.select_one("article header table.properties, article > table.properties")
    if table is None:
        return {}
    rows = [(row.find("th"), row.find("td")) for row in table.find_all("tr")]
    values: dict[str, object] = {
        name.get_text(" ", strip=True): value.get_text(" ", strip=True)
        for name, value in rows
        if name and value
    }
    table.decompose()
    _check_shown(values)
    return _fields(values)


def _check_shown(values: Mapping[str, object]) -> None:
    line = TableLine(1, list(values.values()))
    if state := state_of(line, state_columns(list(values), [line])):
        raise WithheldPageError(state)


def _values(mark: str, text: str) -> dict[str, object]:
    """The names and values of front matter; as far as lines show them, if it is malformed."""
    try:
        found = tomllib.loads(text) if mark == "+++" else yaml_texts(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return {str(name): value for name, value in found.items()}
    return _pairs(text.split("\n"))


def _pairs(lines: list[str]) -> dict[str, object]:
    matches = (match for line in lines if (match := _PAIR.match(line)))
    return {match[1]: match[2].strip("\"'[] ") for match in matches}


def _fields(values: Mapping[str, object]) -> dict[str, object]:
    """The fields of an entry among names and values; a plain category counts more than tags."""
    found: dict[str, object] = {}
    for name, value in values.items():
        field = header(name).field
        if field and (field not in _OTHER_NAMES or _OTHER_NAMES[field] not in found):
            first = next(iter(value), None) if isinstance(value, list) else value
            found[_OTHER_NAMES.get(field, field)] = first if field != "questions" else value
    return found
