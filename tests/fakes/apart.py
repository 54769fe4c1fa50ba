"""Work for a process of its own, which imports it by this name."""

import os
import signal

from core.errors import SourceError


def its_number(_settings):
    """Return the number of the process."""
    return os.getpid()


def fails(_settings):
    """Raise what an ingest raises."""
    raise SourceError("faq.csv: there is no such file")


def is_killed(_settings):
    """End as a process does that the system kills."""
    os.kill(os.getpid(), signal.SIGKILL)


def waits(settings):
    """Note the number of the process, and wait until it is ended."""
    part = settings.data_dir / "part"
    part.write_text(str(os.getpid()))
    part.rename(settings.data_dir / "number")
    signal.pause()
