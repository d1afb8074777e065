"""A server on the loopback that records what it is sent, in place of the providers' APIs."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass
class Sent:
    """What the API was sent."""

    path: str
    headers: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]


@dataclass
class Api:
    """Stands in for every provider's API. `statuses` are given first, one a request; afterwards all is well."""

    url: str = ""
    sent: list[Sent] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """The texts that were sent, in order, whichever provider it was."""
        return [str(text_of(one.body)) for one in self.sent]

    async def answer(self, request: Request) -> Response:
        """Record a request and answer as a provider does."""
        form = request.headers["content-type"].startswith("application/x-www-form-urlencoded")
        body = dict(await request.form()) if form else json.loads(await request.body())
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            query = dict(request.query_params)
            self.sent.append(Sent(request.url.path, dict(request.headers), query, body))  # type: ignore[arg-type]
        return JSONResponse({"ok": True, "sid": "SM1"}, status_code=status)


def text_of(body: dict[str, Any]) -> Any:
    """Return the text in what a provider was sent."""
    return body.get("Body") or body.get("text") or body["message"]["text"]


@contextmanager
def listening() -> Iterator[Api]:
    """Listen on a free port while the block runs."""
    found = Api()
    app = Starlette(routes=[Route("/{path:path}", found.answer, methods=["POST"])])
    listener = socket.create_server(("127.0.0.1", 0))
    found.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield found
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
