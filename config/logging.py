"""Logs: one line a record on stderr; the libraries are quiet unless something is wrong.

Personal data is masked in every record, whichever library wrote it.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import orjson

from core.text.safety.personal_data import mask

_OURS = ("bots", "core", "ingest", "config")
# They report their own start, every request, or telemetry that was turned off.
# A terminal takes what follows ESC for a command. Line breaks are dealt with before.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160))}
_NOISY = ("chromadb", "posthog", "kiwipiepy", "httpx", "urllib3", "asyncio")


def configure_logging(level: str, *, json: bool = False) -> None:
    """Log to stderr; `level` is one of `Settings.log_level`, and DEBUG shows tracebacks.

    With `json` a record is an object: `time` (with its zone), `level`, `logger`, `message`, and
    whatever the record has in `fields`.
    """
    handler = logging.StreamHandler(sys.stderr)
    tracebacks = level == "DEBUG"
    handler.setFormatter(_Json() if json else _OneLine(tracebacks=tracebacks))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)


class _OneLine(logging.Formatter):
    """`2026-11-29T12:03:04+0900 WARNING core.assistant: …`, whatever line breaks it has.

    Control characters are shown, so that no record rules the terminal on which it is read.
    """

    def __init__(self, *, tracebacks: bool) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z"
        )
        self._tracebacks = tracebacks

    def format(self, record: logging.LogRecord) -> str:
        return self._written(record).translate(_CONTROLS)

    def _written(self, record: logging.LogRecord) -> str:
        record.message = mask(record.getMessage())
        record.asctime = self.formatTime(record, self.datefmt)
        line = " ".join(self.formatMessage(record).splitlines())
        if record.exc_info and record.exc_info[1]:
            if self._tracebacks:
                return f"{line}\n{mask(self.formatException(record.exc_info))}"
            error = record.exc_info[1]
            line += " ".join(mask(f" ({type(error).__name__}: {error})").splitlines())
        return line


class _Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": mask(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = mask(self.formatException(record.exc_info))
        fields = getattr(record, "fields", {})
        return orjson.dumps(line | fields, default=str).decode()
