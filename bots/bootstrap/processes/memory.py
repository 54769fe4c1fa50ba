"""The settings of a process's memory allocators and of NumPy, so that they keep little."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

# https://man7.org/linux/man-pages/man3/mallopt.3.html
_M_ARENA_MAX: Final = -8
_ARENAS: Final = 2
# Larger blocks are returned as soon as they are free. Without this, the C library learns from the
# first large block that was freed to keep them all, and a start leaves holes of some 10 MB.
_M_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 4 * 2**20
# Kiwi brings an allocator of its own, which reads its options when Kiwi is imported.
# https://microsoft.github.io/mimalloc/environment.html
_MIMALLOC: Final = {"MIMALLOC_PURGE_DELAY": "0", "MIMALLOC_ARENA_EAGER_COMMIT": "0"}
# NumPy's threads wait for each other without sleeping: on a busy machine, the product of a matrix
# and a vector took ten times as long with two of them. Each keeps a buffer, too.
# https://github.com/OpenMathLib/OpenBLAS#setting-the-number-of-threads-using-environment-variables
_OPENBLAS: Final = {"OPENBLAS_NUM_THREADS": "1"}


def keep_little() -> None:
    """Let this process, and those that it starts, keep little free memory and few threads.

    It works on what is loaded afterwards. A variable that is set already stays as it is.
    """
    for name, value in (_MIMALLOC | _OPENBLAS).items():
        os.environ.setdefault(name, value)
    if libc := _glibc():
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Return to the system what the C library has free, as after a start."""
    if libc := _glibc():
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """Return the C library where it is glibc, which alone has these functions."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") else None
