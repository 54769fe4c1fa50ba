"""The note of a fine-tuning job, from which any later command goes on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import StorageError


@dataclass(frozen=True, slots=True)
class JobNote:
    """A note of the latest job: each field is "" until that step is done."""

    base: str
    export: str
    training_file: str = ""
    validation_file: str = ""
    job: str = ""
    status: str = ""
    tuned: str = ""


def read_note(path: Path) -> JobNote | None:
    """Return the note in a file; None if there is none.

    Raises:
        StorageError: it is unreadable.
    """
    try:
        return JobNote(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise StorageError(f"{path} is unreadable ({error}); delete it") from error


def write_note(path: Path, note: JobNote) -> None:
    """Replace the note in a file in one step.

    Raises:
        StorageError: it cannot be written.
    """
    partial = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(asdict(note), indent=2), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
