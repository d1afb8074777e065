"""How a test visits the desk: the password of everybody, and a form sent as its page sends it."""

from collections.abc import Callable
from typing import Any

import httpx
from starlette.testclient import TestClient

PASSWORD = "a long enough password"
ComesIn = Callable[..., TestClient]


def token_of(browser: TestClient) -> str:
    """Return what each form of a logged-in browser brings along."""
    page = browser.get("/desk/").text
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def send(browser: TestClient, path: str, **fields: Any) -> httpx.Response:
    """Send a form as the page does."""
    answer: httpx.Response = browser.post(path, data={"csrf": token_of(browser), **fields})
    return answer
