"""The settings of a process's memory allocators, so that they keep little free memory."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

# https://man7.org/linux/man-pages/man3/mallopt.3.html
_M_ARENA_MAX: Final = -8
_ARENAS: Final = 2
# Kiwi brings an allocator of its own, which reads its options when Kiwi is imported.
# https://microsoft.github.io/mimalloc/environment.html
_MIMALLOC: Final = {"MIMALLOC_PURGE_DELAY": "0", "MIMALLOC_ARENA_EAGER_COMMIT": "0"}


def keep_little() -> None:
    """Let the allocators of this process, and of those that it starts, keep little free memory.

    It works on what is loaded afterwards. A variable that is set already stays as it is.
    """
    for name, value in _MIMALLOC.items():
        os.environ.setdefault(name, value)
    if libc := _glibc():
        libc.mallopt(_M_ARENA_MAX, _ARENAS)


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
