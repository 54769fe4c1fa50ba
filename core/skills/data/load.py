"""Puts the parts together: a book, a database and what reads Korean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from core.ports import Vectors
from core.skills.data.answerer import DataAnswerer
from core.skills.data.blanks import BlankReader
from core.skills.data.book import load_book
from core.skills.data.database import Database
from core.skills.data.matcher import Matcher
from core.skills.data.metrics import Metrics

# The books of the example shop, by their language.
EXAMPLE_BOOKS: Final = {
    language: Path(__file__).with_name(name)
    for language, name in (("ko", "queries.toml"), ("en", "queries.en.toml"))
}


def load_answerer(
    url: str,
    queries: Path,
    *,
    terms: Callable[[str], Sequence[str]],
    embed: Callable[[Sequence[str]], Vectors],
) -> DataAnswerer:
    """Open a database by its URL, and read the book of its queries. Blocks.

    Raises:
        ConfigError: the book is unusable.
        DataError: the database cannot be read, or lacks a table of the book.
    """
    book = load_book(queries)
    database = Database.open(url)
    schema = database.schema(book.tables)
    reader = BlankReader(book, database.values(schema, personal=book.personal))
    metrics = Metrics(book, schema, database.dialect)
    matcher = Matcher(book, reader, terms=terms, embed=embed, metrics=metrics)
    return DataAnswerer(book, database, metrics, matcher, reader)
