"""Commands as forks of a process that has loaded what they need: that is half of their time."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
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


def run(arguments, *, stdin, cwd, env):
    """Run `faqbot` with these arguments, as `subprocess.run` would; one command at a time."""
    with ThreadPoolExecutor(2) as readers:
        theirs, ours = zip(os.pipe(), *(os.pipe()[::-1] for _ in range(2)), strict=True)
        output = [readers.submit(_read, end) for end in ours[1:]]
        request = json.dumps({"arguments": arguments, "cwd": str(cwd), "env": env}).encode()
        server = _server()
        socket.send_fds(server, [request], theirs)
        for end in theirs:
            os.close(end)
        with suppress(BrokenPipeError), os.fdopen(ours[0], "w", encoding="utf-8") as typed:
            typed.write(stdin)
        status = os.waitstatus_to_exitcode(int(server.recv(100)))
        stdout, stderr = (text.result() for text in output)
    return subprocess.CompletedProcess(arguments, status, stdout, stderr)


def _read(end):
    with os.fdopen(end, encoding="utf-8", errors="strict", newline="\n") as stream:
        return stream.read()


@cache
def _server():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-c", f"from fakes.forks import serve; serve({theirs.fileno()})"],
        pass_fds=[theirs.fileno()],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(_ROOT), str(_ROOT / "tests")))},
    )
    theirs.close()

    def end():
        ours.close()  # it ends by itself then
        process.wait()

    atexit.register(end)
    return ours


def serve(descriptor):
    """Fork for each request: arguments, environment, and three descriptors for its streams."""
    import chromadb.api.rust  # noqa: F401, PLC0415 - what takes longest to import
    from kiwipiepy import Kiwi  # noqa: PLC0415

    import bots.bootstrap.assistant  # noqa: PLC0415
    import bots.bootstrap.index.ingestion  # noqa: F401, PLC0415
    from core.text import korean  # noqa: PLC0415

    # Kiwi begins its threads with the first text: until then, a fork may have it.
    kiwi = Kiwi(load_multi_dict=False)
    korean.Kiwi = lambda *, load_multi_dict: kiwi
    requests = socket.socket(fileno=descriptor)
    while True:
        message, streams, _, _ = socket.recv_fds(requests, _MOST_BYTES, 3)
        if not message:
            return
        child = os.fork()
        if not child:
            requests.close()
            _become(json.loads(message), streams)
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        requests.send(str(status).encode())


def _become(request, streams):
    """Be the command, in its folder, with its environment and its streams."""
    from bots.cli.app import main  # noqa: PLC0415

    signal.alarm(_WITHIN_S)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", errors=errors, buffering=buffering, closefd=False)  # noqa: SIM115
        for number, mode, errors, buffering in _STREAMS
    )
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.exit(main(request["arguments"]))
