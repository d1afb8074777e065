"""httpx over aiohttp's connections, for what is asked at each message: half the processor time of httpx's own."""

import aiohttp
import httpx

IDLE_SECONDS = 4.0  # less than the 5 after which Rasa's server closes a connection that it does not need


class Loopback(httpx.AsyncBaseTransport):
    """Sends requests inside the machine or its network; connections are kept for the next ones."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to a request.

        Raises:
            httpx.TransportError: there is none; its kind says why.
        """
        limits = request.extensions.get("timeout", {})
        timeout = aiohttp.ClientTimeout(None, None, limits.get("read"), limits.get("connect"))
        try:
            async with self._open().request(
                request.method,
                str(request.url),
                headers=request.headers,
                data=await request.aread(),
                allow_redirects=False,
                timeout=timeout,
            ) as answer:
                return httpx.Response(answer.status, headers=answer.headers, content=await answer.read())
        except aiohttp.ConnectionTimeoutError as error:
            raise httpx.ConnectTimeout(str(error), request=request) from error
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error), request=request) from error
        except aiohttp.ClientConnectorError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        except aiohttp.ServerDisconnectedError as error:
            raise httpx.RemoteProtocolError(str(error), request=request) from error
        except aiohttp.ClientError as error:
            raise httpx.ReadError(str(error), request=request) from error

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        """Return the connections, which belong to the event loop that runs."""
        if self._session is None:
            connector = aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS)
            cookies = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=cookies, auto_decompress=False)
        return self._session
