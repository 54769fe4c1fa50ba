"""The book of an API, a TOML file: the operations that may be asked for, and in which words.

Several books are a folder of such files.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from core.skills.api.document import Document, load_document
from core.skills.api.operations import Operation
from core.skills.api.patterns import is_used, patterns_in
from core.skills.api.schemas import check_schema


@dataclass(frozen=True, slots=True)
class Allowed:
    """An operation that may be asked for.

    `asks` has the question for a parameter, and `finds` the pattern by whose first group it is
    found in a message. `answer` is how what comes back is said, with its fields in braces.
    """

    operation: Operation
    examples: tuple[str, ...]
    asks: Mapping[str, str] = field(default_factory=dict)
    finds: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    answer: str = ""

    @property
    def unused(self) -> list[tuple[str, str]]:
        """The patterns that nothing is held to, as they may take long, each with its parameter."""
        named = [
            (one.name, form)
            for one in self.operation.parameters
            for form in patterns_in(one.schema)
        ]
        named += [(name, form.pattern) for name, form in self.finds.items()]
        return [(name, form) for name, form in named if not is_used(form)]


@dataclass(frozen=True, slots=True)
class ToolServer:
    """A server of the Model Context Protocol: at an address, or a command that is one.

    A command finds its credential in the environment, in the variable `token_variable`.
    """

    address: str = ""
    command: tuple[str, ...] = ()
    token_variable: str = ""

    def __str__(self) -> str:
        return self.address or " ".join(self.command)


@dataclass(frozen=True, slots=True)
class Book:
    """An API with the operations of it that may be asked for; `server` has no slash at its end.

    `name` tells it from other books, and `tools` is where its operations are tools.
    """

    name: str
    document: Document
    server: str
    allowed: Mapping[str, Allowed]
    tools: ToolServer | None = None


def find_books(path: Path) -> list[Path]:
    """Return the books at a path: itself, or all in it where it is a folder.

    Raises:
        ConfigError: the folder has none.
    """
    if not path.is_dir():
        return [path]
    if found := sorted(path.glob("*.toml")):
        return found
    raise ConfigError(f"there is no book of an API (*.toml) in {path}")


def load_book(path: Path, list_tools: Callable[[ToolServer], Document]) -> Book:
    """Read a book, and the document or the server of tools that it names. Blocks.

    `list_tools` returns the tools of a server of the Model Context Protocol.

    Raises:
        ConfigError: something in it cannot be used; says what.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        tools = _tool_server(table, path)
        if tools:
            document = list_tools(tools)
        else:
            wanted = {str(entry["id"]) for entry in table.get("operation", [])}
            document = load_document(path.parent / table["document"], wanted)
        named = [_allowed(entry, document) for entry in table.get("operation", [])]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"the book of the API, {path}, cannot be read: {error}") from error
    except KeyError as error:
        raise ConfigError(f"{path}: {error} is missing") from None
    server = str(table.get("server") or document.server).rstrip("/")
    if not server.startswith(("http://", "https://")) and not (tools and tools.command):
        raise ConfigError(f'{path}: name the API\'s server: server = "https://…"')
    if not named:
        raise ConfigError(f"{path} allows no operation: add [[operation]] with id and examples")
    by_id = {one.operation.id: one for one in named}
    return Book(path.stem, document, server, by_id, tools)


def _tool_server(table: Mapping[str, Any], path: Path) -> ToolServer | None:
    match table.get("mcp"):
        case None:
            return None
        case str(address) if address:
            return ToolServer(address)
        case [str(), *_] as command if all(isinstance(word, str) for word in command):
            return ToolServer(command=(*command,), token_variable=table.get("mcp_token", ""))
    raise ConfigError(f'{path}: mcp is an address, or a command: mcp = ["uvx", "…"]')


def _allowed(entry: Mapping[str, Any], document: Document) -> Allowed:
    name = entry["id"]
    operation = document.operations.get(name)
    if operation is None:
        known = ", ".join(sorted(document.known))
        raise ConfigError(f"the API has no operation {name!r}; it has: {known}")
    for one in operation.parameters:
        try:
            check_schema(one.schema)
        except ConfigError as error:
            why = f"{name}: the schema of {one.name} cannot be used: {error}"
            raise ConfigError(why) from None
    parameters = {one.name for one in operation.parameters}
    asks, finds = entry.get("ask", {}), entry.get("find", {})
    if unknown := (asks.keys() | finds.keys()) - parameters:
        raise ConfigError(f"{name} takes no {', '.join(sorted(unknown))}")
    try:
        patterns = {key: re.compile(form) for key, form in finds.items()}
    except re.error as error:
        raise ConfigError(f"{name}: a pattern cannot be used: {error}") from None
    return Allowed(operation, tuple(entry["examples"]), asks, patterns, entry.get("answer", ""))
