"""The limits by address: what counts as one address, and which pages are counted."""

import pytest
from stand_in import CHAT, OpenDoor
from starlette.testclient import TestClient


def status(door: TestClient, address: str, method: str, path: str) -> int:
    client = TestClient(door.app, client=(address, 50_000), raise_server_exceptions=False)
    return client.request(method, path, json={"message": "hello"} if method == "POST" else None).status_code


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::9", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_limit_counts_an_address_or_a_network_of_ipv6(
    open_door: OpenDoor, first: str, second: str, is_one: bool
) -> None:
    door = open_door(rate_limit="1/minute")
    assert status(door, first, "POST", CHAT) == 200
    assert status(door, second, "POST", CHAT) == (429 if is_one else 200)


@pytest.mark.parametrize("path", ["/sources", "/leaflets/none.pdf", "/calendar/none.ics"])
def test_page_that_costs_something_is_counted(open_door: OpenDoor, path: str) -> None:
    door = open_door(rate_limit="1/minute")
    assert status(door, "192.0.2.1", "GET", path) in (200, 404)
    assert status(door, "192.0.2.1", "GET", path) == 429
    assert status(door, "192.0.2.1", "POST", CHAT) == 200
