"""The real command line, run on a data folder."""

import os
import pty
import select
import termios
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from fakes import forks

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = 20


def environment(data, **more):
    """That of the tests, with the state in `data` and none of the settings of who runs them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FAQBOT_")}
    usual = {"FAQBOT_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}
    return kept | usual | {"FAQBOT_PROFILE": "smartstore"} | more


class Cli:
    """Runs the real command on a data folder, in a folder without `.env`."""

    def __init__(self, data, cwd):
        self.data = data
        self.cwd = cwd

    def __call__(self, *arguments, stdin="", **more):
        return forks.run(
            [*map(str, arguments)],
            stdin=stdin,
            cwd=self.cwd,
            env=environment(self.data, **more),
        )

    def start(self, *arguments, **more):
        """Start it with pipes for stdout and stderr, to be read and signalled."""
        return forks.Piped([*map(str, arguments)], cwd=self.cwd, env=environment(self.data, **more))

    @contextmanager
    def terminal(self, *arguments, script=""):
        """Start it, or a script in its place, in a terminal of its own."""
        master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (30, 100))
        env = environment(self.data, TERM="xterm-256color", LC_ALL="C.UTF-8")
        request = {"arguments": arguments, "script": script, "terminal": True}
        process = forks.Fork(request | {"cwd": str(self.cwd), "env": env}, [slave] * 3)
        os.close(slave)
        try:
            yield Terminal(process, master)
        finally:
            process.kill()
            os.close(master)


class Terminal:
    """A process that has a pseudo-terminal, 100 columns wide, for all its streams."""

    def __init__(self, process, master):
        self.process = process
        self.seen = ""
        self._master = master
        self._bytes = b""

    def type(self, text):
        os.write(self._master, text.encode())

    def wait_for(self, text, timeout_s=30):
        """Read until `text` has appeared after what was waited for before; return what was read."""
        deadline = time.monotonic() + timeout_s
        while text not in self.seen:
            left = deadline - time.monotonic()
            assert left > 0, f"no {text!r} within {timeout_s} s in: {self.seen!r}"
            if not select.select([self._master], [], [], left)[0]:
                continue
            try:
                read = os.read(self._master, 65536)
            except OSError:  # Linux's way to say that the other side is gone
                read = b""
            assert read, f"it ended without {text!r}: {self.seen!r}"
            self._bytes += read
            self.seen += self._decoded()
        before, found, self.seen = self.seen.partition(text)
        return before + found

    def press_until(self, key, text):
        """Press a key until `text` appears, as a person would.

        A signal that arrives between Python's look for signals and its wait for input is noticed
        with the next key only.
        """
        for _ in range(5):
            self.type(key)
            with suppress(AssertionError):
                return self.wait_for(text, timeout_s=5)
        return self.wait_for(text, timeout_s=5)

    def _decoded(self):
        """What is whole of the bytes: a syllable may come in two reads."""
        for cut in range(4):
            end = len(self._bytes) - cut
            try:
                text = self._bytes[:end].decode()
            except UnicodeDecodeError:
                continue
            self._bytes = self._bytes[end:]
            return text
        raise AssertionError(self._bytes)
