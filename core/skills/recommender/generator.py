"""Made-up purchases of home appliances, of which the best possible accuracy is known."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import StorageError

# The features of a buyer: name, least and greatest value. All values are equally likely.
FEATURES: Final = (
    ("age", 20, 70),
    ("budget", 5, 200),  # in 10,000 won
    ("home_size", 6, 50),  # in pyeong
    ("household", 1, 6),
    ("hours_home", 2, 22),  # a day
    ("meals_cooked", 0, 21),  # a week
)
# The typical buyer of each product, each feature between its least and its greatest value.
_TYPICAL: Final = {
    "가습기": (0.3, 0.1, 0.3, 0.4, 0.7, 0.3),
    "공기청정기": (0.5, 0.4, 0.5, 0.7, 0.7, 0.4),
    "로봇청소기": (0.3, 0.5, 0.8, 0.3, 0.2, 0.2),
    "무선청소기": (0.6, 0.4, 0.7, 0.6, 0.5, 0.7),
    "스탠드조명": (0.1, 0.1, 0.2, 0.1, 0.4, 0.1),
    "식기세척기": (0.5, 0.7, 0.6, 0.9, 0.4, 0.8),
    "안마의자": (0.9, 0.9, 0.7, 0.3, 0.8, 0.5),
    "에어프라이어": (0.2, 0.2, 0.4, 0.5, 0.4, 0.7),
    "전기밥솥": (0.8, 0.2, 0.4, 0.6, 0.6, 0.9),
    "커피머신": (0.4, 0.6, 0.3, 0.2, 0.8, 0.1),
}


@dataclass(frozen=True, slots=True)
class Generated:
    """Purchases as columns, and the accuracy of somebody who knows the rule."""

    columns: tuple[NDArray[np.int64], ...]
    products: tuple[str, ...]
    best_accuracy: float


def generate(rows: int, *, noise: float, seed: int) -> Generated:
    """Make purchases: each buyer takes the product whose typical buyer is the most like them.

    A share `noise` of them takes any other product by chance, which nobody can foresee: the rule
    itself is right for all others, and nothing is right more often.
    """
    random = np.random.default_rng(seed)
    columns = tuple(
        random.integers(least, greatest, size=rows, endpoint=True)
        for _, least, greatest in FEATURES
    )
    places = np.stack(
        [
            (column - least) / (greatest - least)
            for column, (_, least, greatest) in zip(columns, FEATURES, strict=True)
        ],
        axis=1,
    )
    typical = np.array([*_TYPICAL.values()])
    nearest = ((places[:, None] - typical) ** 2).sum(axis=2).argmin(axis=1)
    astray = random.random(rows) < noise
    others = (nearest + random.integers(1, len(_TYPICAL), size=rows)) % len(_TYPICAL)
    bought = np.where(astray, others, nearest)
    names = [*_TYPICAL]
    return Generated(columns, tuple(names[place] for place in bought), float(1 - astray.mean()))


def write(generated: Generated, path: Path) -> None:
    """Write the purchases as CSV, and what is known of them beside it.

    Raises:
        StorageError: the file cannot be written.
    """
    header: Sequence[str] = [name for name, _, _ in FEATURES]
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow([*header, "product"])
            lines.writerows(zip(*generated.columns, generated.products, strict=True))
        note = json.dumps({"best_accuracy": generated.best_accuracy})
        note_of(path).write_text(note, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error


def best_accuracy(path: Path) -> float | None:
    """Return the best accuracy that is possible on a table; None where nobody knows it."""
    try:
        return float(json.loads(note_of(path).read_text(encoding="utf-8"))["best_accuracy"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_of(path: Path) -> Path:
    """Return the file in which that is noted."""
    return path.with_suffix(".known.json")
