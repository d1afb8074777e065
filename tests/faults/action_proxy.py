"""A small proxy that stands in front of the action server of a tested stack: it is late or answers nonsense on demand.

It knows nothing of actions; what it is not told to spoil it passes on as it is.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PASS_ON_WITHIN_SECONDS = 60


class ActionProxy(ThreadingHTTPServer):
    """Passes requests on to the action server at `target`, a port of the loopback."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = 0
        self.calls = 0
        self.delay = 0.0
        self.spoilt: tuple[int, bytes] | None = None
        self.lifted = threading.Event()

    @property
    def url(self) -> str:
        """The address that Rasa is told to be the action server's."""
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def serving(self) -> Iterator["ActionProxy"]:
        """Serve in a thread."""
        thread = threading.Thread(target=self.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.lifted.set()
            self.shutdown()
            self.server_close()
            thread.join()

    @contextmanager
    def late(self, seconds: float) -> Iterator[None]:
        """Pass each action on after so many seconds."""
        self.lifted.clear()
        self.delay = seconds
        try:
            yield
        finally:
            self.delay = 0.0
            self.lifted.set()

    @contextmanager
    def answering(self, status: int, body: bytes) -> Iterator[None]:
        """Answer each action with this instead of passing it on."""
        self.spoilt = (status, body)
        try:
            yield
        finally:
            self.spoilt = None

    def handle_error(self, *_: Any) -> None:
        """Say nothing: that who asked has gone is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: ActionProxy

    def do_GET(self) -> None:
        """Pass on, whatever is spoilt: a server that spoils its actions is up."""
        self._pass_on(b"")

    def do_POST(self) -> None:
        """Pass on or spoil."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls += 1
        if self.server.delay:
            self.server.lifted.wait(self.server.delay)
        if self.server.spoilt is None:
            self._pass_on(body)
        else:
            self._answer(*self.server.spoilt)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _pass_on(self, body: bytes) -> None:
        connection = HTTPConnection("127.0.0.1", self.server.target, timeout=PASS_ON_WITHIN_SECONDS)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            self._answer(response.status, response.read())
        except (OSError, HTTPException):
            self.close_connection = True  # without an answer, as a server that is away
        finally:
            connection.close()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
