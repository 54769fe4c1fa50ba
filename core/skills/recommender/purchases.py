"""Purchases as a table: a column for each feature of a buyer, and what was bought."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import SourceError

Floats = NDArray[np.float32]

_MOST_CATEGORIES: Final = 50
_MOST_PRODUCTS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Feature:
    """A column, and how its values become numbers of about the same size.

    A number is moved by `mean` and divided by `spread`. A column of words has `categories`, each a
    number of its own that is 1 or 0.
    """

    name: str
    mean: float = 0.0
    spread: float = 1.0
    categories: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Return how many inputs of the network it takes."""
        return len(self.categories) or 1

    def scaled(self, values: Sequence[str | float]) -> Floats:
        """Return the values as inputs, of shape (len(values), width).

        Raises:
            SourceError: a value is no number, or a word that is not known.
        """
        if self.categories:
            places = [self._place(str(value)) for value in values]
            return np.eye(self.width, dtype=np.float32)[places]
        try:
            numbers = np.array([float(value) for value in values], np.float32)
        except ValueError as error:
            raise SourceError(f"{self.name}: {error}") from error
        return ((numbers - self.mean) / self.spread).astype(np.float32)[:, None]

    def _place(self, value: str) -> int:
        if value not in self.categories:
            raise SourceError(f"{self.name}: {value!r} is none of {', '.join(self.categories)}")
        return self.categories.index(value)


@dataclass(frozen=True, slots=True)
class Purchases:
    """A table that was read: `inputs` (rows, width) are scaled, `bought` indexes `products`."""

    features: tuple[Feature, ...]
    products: tuple[str, ...]
    inputs: Floats
    bought: NDArray[np.int64]


def read_purchases(path: Path) -> Purchases:
    """Read a CSV whose last column is the product, and all others features of the buyer.

    Raises:
        SourceError: it cannot be read, or does not have that form; the line says where.
    """
    header, rows = _table(path)
    columns = [*zip(*rows, strict=True)]
    features = tuple(map(_feature, header[:-1], columns[:-1]))
    products = tuple(sorted(set(columns[-1])))
    if not 1 < len(products) <= _MOST_PRODUCTS:
        raise SourceError(
            f"{path}: the last column, {header[-1]!r}, has {len(products):,} different products; "
            f"2 to {_MOST_PRODUCTS:,} can be told apart"
        )
    places = {product: place for place, product in enumerate(products)}
    return Purchases(
        features,
        products,
        scaled(features, columns[:-1]),
        np.array([places[product] for product in columns[-1]], np.int64),
    )


def scaled(features: Sequence[Feature], columns: Iterable[Sequence[str | float]]) -> Floats:
    """Return the columns as inputs of a network, of shape (rows, width).

    Raises:
        SourceError: a value does not fit its feature.
    """
    pairs = zip(features, columns, strict=True)
    return np.concatenate([feature.scaled(values) for feature, values in pairs], axis=1)


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [[cell.strip() for cell in line] for line in csv.reader(file) if any(line)]
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{path} is not a CSV file in UTF-8: {error}") from error
    if len(lines) < 3 or len(lines[0]) < 2:
        raise SourceError(f"{path} needs a header, at least two rows, a feature and a product")
    header, *rows = lines
    if len(set(header)) != len(header):
        raise SourceError(f"{path}: two columns have the same name")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header) or not all(row):
            raise SourceError(f"{path}:{number} needs {len(header)} values, none of them empty")
    return header, rows


def _feature(name: str, values: Sequence[str]) -> Feature:
    try:
        numbers = np.array([float(value) for value in values])
    except ValueError:
        categories = tuple(sorted(set(values)))
        if len(categories) > _MOST_CATEGORIES:
            raise SourceError(
                f"the column {name!r} has {len(categories):,} different words, "
                f"more than {_MOST_CATEGORIES}: leave it out, or group them"
            ) from None
        return Feature(name, categories=categories)
    if not np.isfinite(numbers).all():
        raise SourceError(f"the column {name!r} has a value that is no finite number")
    return Feature(name, float(numbers.mean()), float(numbers.std()) or 1.0)
