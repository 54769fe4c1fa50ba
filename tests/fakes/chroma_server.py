"""A Chroma server on a free port, from the package itself, behind a proxy that wants a token."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def chroma_server(folder: Path, port: int = 0) -> Iterator[int]:
    """The port, `port` or a free one, of a `chroma run` that keeps its data in `folder`."""
    port = port or free_port()
    with chroma_process(folder, port):
        yield port


@contextmanager
def chroma_process(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The process of a `chroma run` that answers on `port`, killed at the end."""
    chroma = Path(sys.executable).with_name("chroma")
    command = [chroma, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _await_answer(process, port)
            yield process
        finally:
            process.kill()


def _await_answer(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        with suppress(OSError), closing(http.client.HTTPConnection("127.0.0.1", port)) as client:
            client.request("GET", "/api/v2/heartbeat")
            if client.getresponse().status == http.HTTPStatus.OK:
                return
    raise AssertionError(f"chroma run ended with {process.returncode}")


@contextmanager
def token_proxy(port: int, token: str) -> Iterator[int]:
    """The port of a proxy to `port` that answers 401 to whoever does not bear the token."""

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Authorization") != f"Bearer {token}":
                self._answer(http.HTTPStatus.UNAUTHORIZED, b"{}")
                return
            with closing(http.client.HTTPConnection("127.0.0.1", port)) as client:
                kind = {"Content-Type": self.headers.get("Content-Type", "application/json")}
                client.request(self.command, self.path, body, kind)
                answer = client.getresponse()
                self._answer(answer.status, answer.read())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        do_GET = do_POST = do_PUT = do_DELETE = _forward  # noqa: N815 - names of the library

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
