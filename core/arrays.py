"""Arrays in files, read without trusting them."""

from __future__ import annotations

import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray


def read_arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    """Every array of an `.npz` file, none of them unpickled.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is empty, cut off, damaged or no such file at all.
    """
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return dict(arrays)
        except (BadZipFile, zlib.error, EOFError, TypeError) as error:
            raise ValueError(str(error)) from error
