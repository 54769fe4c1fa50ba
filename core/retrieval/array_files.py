"""Files of arrays: the models that ship, and the caches. They are `.npz` files as NumPy has them.

What is written here is not compressed, and each array begins where its numbers are aligned, so that
a file can be mapped into memory: the system reads what is used of it, and can drop it again.
"""

from __future__ import annotations

import mmap
import secrets
import struct
import zlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO, Any, Final, TypeVar
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

from core.errors import ConfigError

Arrays = dict[str, NDArray[np.generic]]

_T = TypeVar("_T")

_ALIGNMENT: Final = 64  # as NumPy aligns numbers in a `.npy` file
# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7: a local header ends with the
# lengths of the name and of the extra field; 4.5: an extra field has an id and a length.
_LOCAL_HEADER: Final = struct.Struct("<26xHH")
_EXTRA: Final = struct.Struct("<HH")
_PADDING_ID: Final = 0xD935


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write arrays to a file atomically: readers see the old file or the whole new one.

    Raises:
        OSError: the file cannot be written.
        ValueError: an array holds Python objects.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may write at the same time, so each writes a temporary file of its own.
    partial = path.with_suffix(f".{secrets.token_hex(4)}.partial")
    try:
        with partial.open("wb") as file, ZipFile(file, "w", ZIP_STORED) as archive:
            for name, array in arrays.items():
                with archive.open(_aligned(f"{name}.npy", file.tell()), "w") as member:
                    npy.write_array(member, np.asarray(array), allow_pickle=False)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _aligned(name: str, offset: int) -> ZipInfo:
    """Return a member whose content is aligned if its header begins at `offset`."""
    member = ZipInfo(name)
    padding = -(offset + _LOCAL_HEADER.size + len(name.encode()) + _EXTRA.size) % _ALIGNMENT
    member.extra = _EXTRA.pack(_PADDING_ID, padding) + bytes(padding)
    return member


def read_arrays(path: Path, only: Collection[str] = ()) -> Arrays:
    """Return the arrays of a file, every one or `only` some; none of them is unpickled.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is empty, truncated, damaged or of another type.
        KeyError: the file has no such array.
    """
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in only or arrays}
        except (BadZipFile, zlib.error, EOFError, TypeError) as error:
            raise ValueError(str(error)) from error


def map_arrays(path: Path) -> Arrays:
    """Return all arrays of a file, mapped into memory where they are not compressed, to read only.

    The content is checked once, without the memory that it would take to keep it.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is empty, truncated, damaged or of another type.
    """
    try:
        with path.open("rb") as file, ZipFile(file) as archive:
            if damaged := archive.testzip():
                raise ValueError(f"{damaged} is damaged")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return {
                member.filename.removesuffix(".npy"): _mapped(member, file, mapped)
                if member.compress_type == ZIP_STORED
                else npy.read_array(archive.open(member), allow_pickle=False)
                for member in archive.infolist()
            }
    except (BadZipFile, zlib.error, EOFError, struct.error) as error:
        raise ValueError(str(error)) from error


def _mapped(member: ZipInfo, file: IO[bytes], mapped: mmap.mmap) -> NDArray[Any]:
    """Return one array of a file, in its memory."""
    file.seek(member.header_offset)
    lengths = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    file.seek(sum(lengths), 1)
    npy.read_magic(file)
    shape, in_columns, dtype = npy.read_array_header_1_0(file)
    if dtype.hasobject:
        raise ValueError(f"{member.filename} holds Python objects")
    size = int(np.prod(shape, dtype=np.int64))
    flat = np.frombuffer(mapped, dtype, size, file.tell()) if size else np.zeros(0, dtype)
    return flat.reshape(shape, order="F" if in_columns else "C")


def as_type(array: NDArray[np.generic], dtype: DTypeLike) -> NDArray[Any]:
    """Return an array with numbers of a type: the array itself where they are of that type."""
    return array.astype(dtype, copy=False)


def read_model(path: Path, of: Callable[[Arrays], _T], *, only: Collection[str] = ()) -> _T:
    """Return what `of` builds from a model file of the project, or from `only` some arrays of it.

    Raises:
        ConfigError: the file is missing or is not a model of this version.
    """
    try:
        return of(read_arrays(path, only) if only else map_arrays(path))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigError(
            f"cannot load the model {path}: {error}. Restore the file from the repository"
        ) from error
