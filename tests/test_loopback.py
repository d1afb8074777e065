"""What httpx tells over aiohttp's connections is what it tells over its own."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.loopback import Loopback

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LATE_SECONDS = 0.2


def with_server(handler: Handler, use: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    """Return what is made of a server that answers so."""

    async def run() -> T:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        async with TestServer(app) as server, client(str(server.make_url("/"))) as asked:
            return await use(asked)

    return asyncio.run(run())


def client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=LATE_SECONDS, transport=Loopback(), trust_env=False)


async def echo(request: web.Request) -> web.Response:
    assert request.transport is not None
    headers = {
        "X-Was": request.headers.get("X-Internal-Token", ""),
        "X-Peer": str(request.transport.get_extra_info("peername")),
    }
    return web.Response(status=207, body=await request.read(), headers=headers, content_type="application/json")


def test_body_and_headers_go_there_and_back() -> None:
    sent = {"message": "does it hurt? 疼吗"}
    answer = with_server(echo, lambda asked: asked.post("/webhook", json=sent, headers={"X-Internal-Token": "t"}))
    assert (answer.status_code, answer.json(), answer.headers["X-Was"]) == (207, sent, "t")


def test_connection_is_kept_for_the_next_request() -> None:
    async def twice(asked: httpx.AsyncClient) -> set[str]:
        return {(await asked.get("/")).headers["X-Peer"] for _ in range(3)}

    assert len(with_server(echo, twice)) == 1


def test_compressed_answer_is_read() -> None:
    async def packed(_request: web.Request) -> web.Response:
        answer = web.json_response(["kites"] * 100)
        answer.enable_compression(web.ContentCoding.gzip)
        return answer

    assert with_server(packed, lambda asked: asked.get("/")).json() == ["kites"] * 100


def test_redirection_is_not_followed() -> None:
    async def away(_request: web.Request) -> web.Response:
        raise web.HTTPFound("/elsewhere")

    assert with_server(away, lambda asked: asked.get("/")).status_code == 302


def test_server_that_is_late_is_told() -> None:
    async def late(_request: web.Request) -> web.Response:
        await asyncio.sleep(5 * LATE_SECONDS)
        return web.Response()

    with pytest.raises(httpx.ReadTimeout):
        with_server(late, lambda asked: asked.get("/"))


def test_server_that_hangs_up_is_told() -> None:
    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    with pytest.raises(httpx.RemoteProtocolError):
        with_server(hang_up, lambda asked: asked.post("/"))


def test_server_that_is_not_there_is_told() -> None:
    async def ask() -> None:
        async with client("http://127.0.0.1:9") as asked:
            await asked.get("/")

    with pytest.raises(httpx.ConnectError):
        asyncio.run(ask())
