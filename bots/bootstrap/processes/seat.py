"""The name of a process, which stays the same after a restart and is unique."""

from __future__ import annotations

import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


@contextmanager
def seated(data_dir: Path) -> Iterator[str]:
    """Take the first free seat of this machine, such as `host-1`, until leaving.

    A seat is a lock on a file, which the system frees if the process dies: the next process
    sits there, and takes back what was claimed under that name.
    """
    folder = data_dir / "seats"
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        name = f"{socket.gethostname()}-{number}"
        with (folder / f"{name}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield name
            return
