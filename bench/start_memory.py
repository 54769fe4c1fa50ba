"""The memory of a process that serves the page, after a first start, a restart, and with models."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.openai import local_openai
from bench.processes import resident_mb
from bench.sources import Sources
from bench.tables import table
from config.resources import ROOT

_WANTED_MB = 350
_QUESTIONS = 20
_ANSWER_S = 300  # the longest that the page lets a client wait


def main(sources: Sources) -> None:
    """Measure and print."""
    data = sources.folder / "served"
    rows = [
        _row("a first start, which ingests", sources, data, {}),
        _row("a restart", sources, data, {}),
    ]
    with local_openai() as (url, _):
        models = {"OPENAI_API_KEY": "sk-bench", "OPENAI_BASE_URL": url}
        rows.append(_row("a restart with models", sources, data, models))
    faq = "the real FAQ" if sources.real else "the sample FAQ (NOT RUN on the real one: absent)"
    table(
        f"start: resident memory of `faqbot run` with {faq}",
        [
            "",
            "it is open",
            "of it not from files",
            f"after {_QUESTIONS} questions",
            "of it not from files",
            "the most it had",
            "wanted",
        ],
        rows,
    )


def _row(name: str, sources: Sources, data: Path, settings: Mapping[str, str]) -> tuple[str, ...]:
    with _serving(sources, data, settings) as (process, address):
        opened = _memory(process)
        for question, _ in sources.asked[:_QUESTIONS]:
            _ask(address, question)
        seen = (*opened, *_memory(process), resident_mb(process, "VmHWM"))
    return (name, *(f"{size:.0f} MB" for size in seen), f"{_WANTED_MB} MB")


def _memory(process: int) -> tuple[float, float]:
    """Return the resident memory of a process, and what of it the system cannot drop."""
    return resident_mb(process), resident_mb(process, "RssAnon")


@contextmanager
def _serving(
    sources: Sources, data: Path, settings: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    """Run the real command; yield its process's number and the page's address."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")},
        "FAQBOT_DATA_DIR": str(data),
        "FAQBOT_SOURCE": str(sources.faq),
        "FAQBOT_WEB": "on",
        "FAQBOT_WEB_PORT": "0",
        "FAQBOT_WEB_OPEN": "false",
        "FAQBOT_WEB_PEOPLE_PER_ADDRESS": "0",
        "FAQBOT_OPS_PORT": "0",
        "FAQBOT_USER_PER_MINUTE": "0",
        "PYTHONUTF8": "1",
        **settings,
    }
    command = [str(Path(sys.executable).with_name("faqbot")), "run"]
    with subprocess.Popen(  # noqa: S603 - our own command line
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            opened = next(line for line in process.stdout or () if " open http" in line)
            yield process.pid, opened.split(" open ")[1].split()[0]
        finally:
            process.terminate()


def _ask(address: str, question: str) -> None:
    body = json.dumps({"text": question}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/api/v1/questions?wait={_ANSWER_S}", body, headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=_ANSWER_S + 10) as answer:  # noqa: S310
        answer.read()


if __name__ == "__main__":
    from bench.sources import open_sources

    with open_sources() as found:
        main(found)
