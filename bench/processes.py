"""Runs the real command as a process of its own, and functions away from this one's memory."""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from config.resources import ROOT

Result = TypeVar("Result")

_WATCH_INTERVAL_S = 0.02
_TIMEOUT_S = 900


@dataclass(frozen=True, slots=True)
class Ran:
    """A process that ended: seconds from its start and on the CPU, its largest resident size."""

    seconds: float
    cpu_s: float
    first_byte_s: float
    peak_mb: float
    stdout: str
    stderr: str


def faqbot(*arguments: str, data_dir: Path) -> Ran:
    """Return the command `faqbot ARGUMENTS` with its state in `data_dir`.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    return run([str(Path(sys.executable).with_name("faqbot")), *arguments], data_dir)


def run(command: Sequence[str], data_dir: Path) -> Ran:
    """Start a process in the project's folder, wait for it, and watch its memory."""
    environment = {**os.environ, "FAQBOT_DATA_DIR": str(data_dir), "PYTHONUTF8": "1"}
    errors: list[bytes] = []
    peak = [0.0]
    before = _children_cpu_s()
    started = perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own command line
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None  # noqa: S101 - for readers and type checkers
        assert process.stderr is not None  # noqa: S101
        threads = [
            threading.Thread(target=lambda pipe: errors.append(pipe.read()), args=[process.stderr]),
            threading.Thread(target=_watch, args=[process, peak]),
        ]
        for thread in threads:
            thread.start()
        first = process.stdout.read(1)
        first_byte_s = perf_counter() - started
        output = (first + process.stdout.read()).decode()
        process.wait(_TIMEOUT_S)
        seconds = perf_counter() - started
        for thread in threads:
            thread.join()
    stderr = b"".join(errors).decode(errors="replace")
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {stderr.strip()}")
    return Ran(seconds, _children_cpu_s() - before, first_byte_s, peak[0], output, stderr)


def isolated(function: Callable[..., Result], *arguments: object) -> Result:
    """Call a module's function in a fresh process, so that its memory is only its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *arguments).result()


def resident_mb(process: int | str = "self", field: str = "VmRSS") -> float:
    """Resident memory of a process (`VmHWM`: the most it ever had), 0 where Linux does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith(field)]
    return int(lines[0].split()[1]) / 1000 if lines else 0.0


def cpu_s(process: int) -> float:
    """Return the processor time that all threads of a process have taken, 0 if Linux does not say.

    It is counted in hundredths of a second.
    """
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    user, system = status.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    """Read the high-water mark until the end; a process's own rusage includes its parent's."""
    while process.poll() is None:
        peak[0] = max(peak[0], resident_mb(process.pid, "VmHWM"))
        threading.Event().wait(_WATCH_INTERVAL_S)
