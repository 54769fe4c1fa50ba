"""Files that keep what takes long to compute."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from core.retrieval.array_files import Arrays, read_arrays, write_arrays

logger = logging.getLogger(__name__)


class _HasArrays(Protocol):
    def arrays(self) -> Arrays: ...


T = TypeVar("T", bound=_HasArrays | None)


def cached(path: Path, of: Callable[[Arrays], T], compute: Callable[[], T]) -> T:
    """Return what `of` reads from the arrays of a file; without it, compute and write it.

    A None is not written. Nobody is stopped by a file that cannot be read or written.
    """
    try:
        return of(read_arrays(path))
    except (OSError, ValueError, KeyError):
        computed = compute()
    if computed is not None:
        try:
            write_arrays(path, computed.arrays())
        except OSError as error:  # without it, the next start computes it again
            logger.warning("cannot write the cache %s: %s", path, error)
    return computed
