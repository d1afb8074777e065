"""Post to a provider's API, and tell what may be tried again from what is refused for good.

No provider is known here.
"""

from typing import Any

import httpx

from bot.messengers.shapes import NotDelivered

TIMEOUT_SECONDS = 8.0
MAY_PASS = frozenset({401, 408, 409, 425, 429})  # a token that is being changed counts among them


def open_client(api_url: str) -> httpx.AsyncClient:
    """Return a client of an API; a proxy of the machine leads to what is outside alone."""
    return httpx.AsyncClient(base_url=api_url, timeout=TIMEOUT_SECONDS, trust_env=api_url.startswith("https://"))


async def post(client: httpx.AsyncClient, path: str, **sent: Any) -> Any:
    """Return what the API answers to a request; null where that is no JSON.

    Raises:
        NotDelivered: no connection, no answer in time, or an answer that refuses.
    """
    try:
        response = await client.post(path, **sent)
    except httpx.HTTPError as error:
        raise NotDelivered(type(error).__name__, may_retry=True) from error
    if not response.is_success:
        status = response.status_code
        raise NotDelivered(f"status {status}", may_retry=status in MAY_PASS or status >= 500)
    try:
        return response.json()
    except ValueError:
        return None
