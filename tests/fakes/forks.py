"""Commands as forks of a process that has loaded what they need: that is half of their time.

All workers of a run of the tests share that process. It ends when the last of them has.
"""

import atexit
import fcntl
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_MOST_BYTES = 1_000_000  # of arguments and environment
_WITHIN_S = 120
_STREAMS = (  # as Python opens them
    (0, "r", "strict", -1),
    (1, "w", "strict", -1),
    (2, "w", "backslashreplace", 1),
)


class Fork:
    """A command under way: what of `subprocess.Popen` the tests use."""

    def __init__(self, request, streams):
        """`request` is what `_become` takes; `streams` are three descriptors, which stay open."""
        told, tell = os.pipe()
        socket.send_fds(_connected(), [json.dumps(request).encode()], [*streams, tell])
        os.close(tell)
        self._told = os.fdopen(told, encoding="utf-8")
        self._pid = int(self._told.readline())

    def wait(self, timeout=None):
        """Return its exit code, negative for a signal."""
        if not select.select([self._told], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("faqbot", timeout)
        return int(self._told.readline())

    def kill(self):
        """End it, unless it has ended, and forget it."""
        with self._told, suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)


class Piped(Fork):
    """A command or a script under way whose output is read as it comes.

    A script also reads what is written to `stdin`.
    """

    def __init__(self, arguments=(), *, script="", cwd=_ROOT, env):
        (asks, asked), (said, says), (complained, complains) = (os.pipe() for _ in range(3))
        self.stdin = os.fdopen(asked, "wb", buffering=0)
        self.stdout, self.stderr = os.fdopen(said, "rb"), os.fdopen(complained, "rb")
        request = {"arguments": arguments, "script": script, "cwd": str(cwd), "env": env}
        super().__init__(request, [asks, says, complains])
        for end in (asks, says, complains):
            os.close(end)
        if not script:
            self.stdin.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stdin.close()
        self.stdout.close()
        self.stderr.close()
        self.kill()

    def send_signal(self, number):
        os.kill(self._pid, number)


def run(arguments=(), *, script="", stdin="", cwd=_ROOT, env):
    """Run `faqbot` with these arguments, or a script in its place, as `subprocess.run` would."""
    with ThreadPoolExecutor(2) as readers:
        theirs, ours = zip(os.pipe(), *(os.pipe()[::-1] for _ in range(2)), strict=True)
        output = [readers.submit(_read, end) for end in ours[1:]]
        fork = Fork({"arguments": arguments, "script": script, "cwd": str(cwd), "env": env}, theirs)
        for end in theirs:
            os.close(end)
        with suppress(BrokenPipeError), os.fdopen(ours[0], "w", encoding="utf-8") as typed:
            typed.write(stdin)
        stdout, stderr = (text.result() for text in output)
        status = fork.wait()
        fork.kill()
    return subprocess.CompletedProcess(arguments, status, stdout, stderr)


def _read(end):
    with os.fdopen(end, encoding="utf-8", errors="strict", newline="\n") as stream:
        return stream.read()


@cache
def _connected():
    """Return the connection to the server, which is started by the first who needs it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", os.getpid())
    address = Path(tempfile.gettempdir()) / f"faqbot-forks-{run}"
    ours = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with address.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not address.exists():
            _start(address)
        ours.connect(str(address))
    atexit.register(ours.close)
    return ours


def _start(address):
    """Start the server; it may be connected to at once."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(address))
        listener.listen()
        process = subprocess.Popen(
            [sys.executable, "-c", f"from fakes.forks import serve; serve({listener.fileno()})"],
            pass_fds=[listener.fileno()],
            env=os.environ | {"PYTHONPATH": os.pathsep.join((str(_ROOT), str(_ROOT / "tests")))},
        )

    def end():  # our own connection is closed before, as that was registered later
        process.wait()
        address.unlink()
        address.with_suffix(".lock").unlink()

    atexit.register(end)


def serve(descriptor):
    """Fork for each request: it comes with descriptors for three streams and for what is told.

    `descriptor` is that of the socket at which those who ask connect.
    """
    _load()
    gc.collect()
    gc.freeze()  # a fork that ends need not look at what it shares, and copy it by that
    listener = socket.socket(fileno=descriptor)
    asking = {listener.accept()[0]}
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    tell_of = {}  # by process id
    while asking:
        ready, _, _ = select.select([listener, woken, *asking], [], [])
        if woken in ready:
            os.read(woken, _MOST_BYTES)
            _tell_of_ends(tell_of)
        if listener in ready:
            asking.add(listener.accept()[0])
        for requests in asking.intersection(ready):
            message, descriptors, _, _ = socket.recv_fds(requests, _MOST_BYTES, 4)
            if not message:
                asking.remove(requests)
                requests.close()
                continue
            *streams, tell = descriptors
            child = os.fork()
            if not child:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for connection in (listener, *asking):
                    connection.close()
                _become(json.loads(message), streams)
            for stream in streams:
                os.close(stream)
            os.write(tell, f"{child}\n".encode())
            tell_of[child] = tell


def _tell_of_ends(tell_of):
    """Tell the exit code of each child that has ended."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            child, status = ended
            tell = tell_of.pop(child)
            with suppress(BrokenPipeError):
                os.write(tell, f"{os.waitstatus_to_exitcode(status)}\n".encode())
            os.close(tell)


def _load():
    """Load what commands need, for all forks."""
    import chromadb.api.rust  # noqa: F401, PLC0415 - what takes longest to import
    import holidays.countries  # noqa: F401, PLC0415
    import typer.rich_utils  # noqa: F401, PLC0415
    from fakes import models_once  # noqa: PLC0415

    import bots.bootstrap.assistant  # noqa: PLC0415
    import bots.bootstrap.index.ingestion  # noqa: F401, PLC0415
    import core.stores.mongo.inbox.inbox  # noqa: PLC0415
    import core.stores.sqlite.inbox.inbox  # noqa: F401, PLC0415
    from bots.bootstrap.search import load_synonyms  # noqa: PLC0415
    from config.resources import (  # noqa: PLC0415
        ENCODER,
        GUARDRAIL,
        ORDERS,
        SMALL_TALK,
        load_everyday,
        load_loanwords,
    )
    from core.assistant.guardrails.guardrail import GuardrailModel  # noqa: PLC0415
    from core.assistant.guardrails.wording import WordingModel  # noqa: PLC0415
    from core.embeddings.kiwi import KiwiEncoder  # noqa: PLC0415
    from core.text.korean import Analyzer  # noqa: PLC0415

    analyzer = Analyzer(_kiwi_without_threads(), load_loanwords())
    load_synonyms(analyzer, "smartstore")  # five thousand texts, which it remembers
    Analyzer.load = lambda *_: analyzer
    for model in models_once.CLASSES:
        model.load = models_once.once(model.load)
    encoder = KiwiEncoder.load(ENCODER, analyzer)
    encoder.embed(load_everyday())  # it remembers the words, and the analyzer the texts
    GuardrailModel.load(GUARDRAIL)
    for path in (ORDERS, SMALL_TALK):
        WordingModel.load(path)


def _kiwi_without_threads():
    """Kiwi, ready to analyse, in a form that a fork may have: no fork has its parent's threads."""
    from kiwipiepy import Kiwi  # noqa: PLC0415

    from config.resources import ENCODER  # noqa: PLC0415
    from core.embeddings.kiwi import known_nouns  # noqa: PLC0415
    from core.text.kiwi import add_names  # noqa: PLC0415

    class Single(Kiwi):
        def tokenize(self, text, *args, **options):
            if isinstance(text, str):
                return super().tokenize(text, *args, **options)
            return (self.tokenize(one, *args, **options) for one in text)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 0 meant all cores before 0.21
        kiwi = Single(load_multi_dict=False, load_default_dict=False, num_workers=0)
    add_names(kiwi, known_nouns(ENCODER))
    kiwi.tokenize("첫 문장")  # it prepares itself with the first text, for a second
    return kiwi


def _become(request, streams):
    """Be the command, in its folder, with its environment and its streams."""
    from bots.cli.app import main  # noqa: PLC0415

    signal.alarm(_WITHIN_S)
    # A run of the tests in the background of a script ignores Ctrl-C, and so would its forks.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    if request.get("terminal"):  # Ctrl-C is a signal to the foreground group of a terminal
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", errors=errors, buffering=buffering, closefd=False)  # noqa: SIM115
        for number, mode, errors, buffering in _STREAMS
    )
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    if script := request.get("script"):
        exec(script, {"__name__": "__main__"})  # noqa: S102 - a test's own
        sys.exit()
    sys.exit(main(request["arguments"]))
