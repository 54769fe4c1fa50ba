"""The process's limit of open files, which limits its connections, too."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Final

_UNBOUNDED: Final = 4_096  # used where the system has no limit, or does not report it
_ENOUGH: Final = 65_536


def most_open_files() -> int:
    """Return the number of files that this process may have open now."""
    if sys.platform == "win32":
        return _UNBOUNDED
    import resource  # noqa: PLC0415 - there is none on Windows

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _UNBOUNDED if soft == resource.RLIM_INFINITY else soft


def raise_open_files() -> None:
    """Raise the limit as far as the system allows it without privileges."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - there is none on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # some systems grant less than they report
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
