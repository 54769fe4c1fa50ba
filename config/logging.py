"""Logs: one line a record on stderr; the libraries are quiet unless something is wrong."""

from __future__ import annotations

import logging
import sys

_OURS = ("bots", "core", "ingest", "config")
# They report their own start, every request, or telemetry that was turned off.
_NOISY = ("chromadb", "posthog", "kiwipiepy", "httpx", "urllib3", "asyncio")


def configure_logging(level: str) -> None:
    """Log to stderr; `level` is one of `Settings.log_level`, and DEBUG shows tracebacks."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine(tracebacks=level == "DEBUG"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)


class _OneLine(logging.Formatter):
    """`12:03:04 WARNING core.assistant: …`, whatever line breaks the message has."""

    def __init__(self, *, tracebacks: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%H:%M:%S")
        self._tracebacks = tracebacks

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        line = " ".join(self.formatMessage(record).splitlines())
        if record.exc_info and record.exc_info[1]:
            if self._tracebacks:
                return f"{line}\n{self.formatException(record.exc_info)}"
            error = record.exc_info[1]
            line += " ".join(f" ({type(error).__name__}: {error})".splitlines())
        return line
