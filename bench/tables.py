"""The output of benchmarks: machine and date, tables, and what was not run."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from config.resources import ROOT

_PIPE_COLUMNS = 110  # rich takes 80 for a pipe, and a table wrapped in the middle of a cell is lost

console = Console(highlight=False)
if not console.is_terminal:
    console = Console(highlight=False, width=_PIPE_COLUMNS)


def header() -> None:
    """Machine, date and commit: a number without them means nothing."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    versions = ", ".join(f"{name} {version(name)}" for name in ("chromadb", "kiwipiepy", "numpy"))
    console.print(f"faqbot benchmarks, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_commit()}")
    console.print(
        f"{_cpu()}, {len(os.sched_getaffinity(0))} cores, {_memory_gb():.0f} GB, "
        f"load {load} before the first, Python {platform.python_version()}, {versions}",
        soft_wrap=True,
    )


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, its first column to the left and the others to the right."""
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        grid.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in rows:
        grid.add_row(*row)
    console.print(f"\n{title}", soft_wrap=True, style="bold")
    console.print(grid)


def note(text: str) -> None:
    """A line below a table."""
    console.print(text, soft_wrap=True)


def not_run(name: str, why: str) -> None:
    """Say by name what was left out."""
    console.print(f"\nNOT RUN: {name}: {why}", soft_wrap=True)


def p50(values: Sequence[float]) -> float:
    """The median."""
    return float(np.percentile(values, 50))


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return float(np.percentile(values, 99))


def ms(seconds: float) -> str:
    """Seconds as milliseconds."""
    return f"{seconds * 1000:.2f} ms"


def _commit() -> str:
    git = ["git", "-C", str(ROOT)]
    try:
        commit = _output([*git, "rev-parse", "--short", "HEAD"])
        changed = _output([*git, "status", "--porcelain", "--untracked-files=no"])
    except (OSError, subprocess.CalledProcessError):
        return "not a git checkout"
    return f"commit {commit}" + (" with uncommitted changes" if changed else "")


def _output(command: Sequence[str]) -> str:
    ran = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - git
    return ran.stdout.strip()


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
