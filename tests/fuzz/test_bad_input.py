"""The chat in this process under thousands of bad inputs: answered or refused by the contract, and never an order."""

from collections.abc import Iterator

import httpx
import pytest
from bad_input import (
    CHAT,
    IMITATIONS,
    INTENTS,
    JSON,
    NASTY_BODIES,
    Behind,
    Tally,
    bodies,
    body_of,
    messages,
    orders,
    tokens,
)
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from bot.messages import MOST_CHARACTERS

fuzzed = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    """Counts over the whole file; the figures stand in docs/security.md."""
    counted = Tally()
    yield counted
    print(f"\nin process: {counted}")  # noqa: T201


def send(door: TestClient, tally: Tally, body: bytes) -> int:
    return answer(door, tally, body).status_code


def answer(door: TestClient, tally: Tally, body: bytes) -> httpx.Response:
    response = door.post(CHAT, content=body, headers=JSON)
    tally.check(response.status_code, response.text, response.elapsed.total_seconds())
    return response


@settings(fuzzed, max_examples=1500)
@given(message=messages)
def test_any_message_is_answered_or_refused(door: TestClient, behind: Behind, tally: Tally, message: str) -> None:
    behind.asked.clear()
    status = send(door, tally, body_of(message))
    assert status in (200, 400, 413)
    # Rasa strips the text before it looks for the mark of an order.
    assert not any(asked["message"].strip().startswith("/") for asked in behind.asked)


@settings(fuzzed, max_examples=1500)
@given(body=bodies)
def test_any_body_is_answered_or_refused(door: TestClient, tally: Tally, body: bytes) -> None:
    assert send(door, tally, body) in (200, 400, 403, 413)


@settings(fuzzed, max_examples=500)
@given(token=tokens, message=messages)
def test_any_forged_session_is_refused(
    door: TestClient, behind: Behind, tally: Tally, token: str, message: str
) -> None:
    behind.asked.clear()
    response = answer(door, tally, body_of(message, token))
    assert behind.asked == []
    if response.status_code == 200:  # a warning sign is answered whoever tells of it
        assert [reply["kind"] for reply in response.json()["replies"]] == ["urgent"]
    else:
        assert response.status_code in (400, 403, 413)  # 400: half a surrogate pair is no text; 413: a long message


@pytest.mark.parametrize("name", NASTY_BODIES)
def test_nasty_body_is_answered_or_refused(door: TestClient, tally: Tally, name: str) -> None:
    assert send(door, tally, NASTY_BODIES[name]) in (200, 400, 403, 413)


@settings(fuzzed, max_examples=500)
@given(order=orders)
def test_order_is_told_on_as_the_text_without_its_mark(
    door: TestClient, behind: Behind, tally: Tally, order: str
) -> None:
    behind.asked.clear()
    send(door, tally, body_of(order))
    assert all(not asked["message"].lstrip().startswith("/") for asked in behind.asked)
    assert all(asked["metadata"].keys() <= {"request"} for asked in behind.asked)


@pytest.mark.parametrize("intent", INTENTS)
def test_every_wish_given_as_an_order_is_told_on_as_text(
    door: TestClient, behind: Behind, tally: Tally, intent: str
) -> None:
    behind.asked.clear()
    assert send(door, tally, body_of(f'/{intent}{{"procedure": "hsg"}}')) == 200
    assert [asked["message"] for asked in behind.asked] == [f'{intent}{{"procedure": "hsg"}}']


@pytest.mark.parametrize("text", [text for text in IMITATIONS if text.isprintable()])
def test_text_that_imitates_something_else_is_told_on_as_it_stands(
    door: TestClient, behind: Behind, tally: Tally, text: str
) -> None:
    behind.asked.clear()
    assert send(door, tally, body_of(text)) == 200
    assert [asked["message"] for asked in behind.asked] == [text]


@pytest.mark.parametrize(
    "today", [0, 0.0, 1e9, "0", "1234567890", "20260310", "2026-W10-1", "2026-03-10T00:00:00", True]
)
def test_what_is_no_written_day_is_refused(door: TestClient, tally: Tally, today: object) -> None:
    assert send(door, tally, body_of("hello", today=today)) == 400


@pytest.mark.parametrize("size", [MOST_CHARACTERS + 1, 30_000])
def test_error_is_short_however_long_the_request(door: TestClient, size: int) -> None:
    for body in (body_of("x" * size), NASTY_BODIES["a huge key"], b'{"message": "x", "' + b"k" * size + b'": 1}'):
        assert len(door.post(CHAT, content=body, headers=JSON).text) < 500
