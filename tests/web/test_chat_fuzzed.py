"""The chat API: whatever is sent to it, it answers or refuses by its contract."""

import json
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stand_in import (
    CHAT,
    JSON,
    Rasa,
    check_error,
    check_replies,
)
from starlette.testclient import TestClient

fuzzed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
any_text = st.text(st.characters(exclude_categories=()), max_size=60)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


def check_contract(response: httpx.Response) -> None:
    if response.status_code == 200:
        check_replies(response.json())
    else:
        assert 400 <= response.status_code < 500, response.text
        check_error(response.json())


@fuzzed
@given(message=any_text)
def test_any_text_is_answered_or_refused_by_the_contract(door: TestClient, message: str) -> None:
    check_contract(door.post(CHAT, content=json.dumps({"message": message}).encode(), headers=JSON))


@fuzzed
@given(message=any_text, session=any_text)
def test_any_session_text_is_refused_by_the_contract(door: TestClient, message: str, session: str) -> None:
    body = json.dumps({"message": message, "session": session}).encode()
    response = door.post(CHAT, content=body, headers=JSON)
    check_contract(response)
    assert response.status_code in (400, 403)  # 400: half a surrogate pair is no text


@fuzzed
@given(message=st.text(max_size=60), session=st.text(max_size=60))
def test_any_readable_session_text_is_a_403(door: TestClient, message: str, session: str) -> None:
    assert door.post(CHAT, json={"message": message, "session": session}).status_code == 403


@fuzzed
@given(body=any_json)
def test_any_json_is_refused_by_the_contract(door: TestClient, body: Any) -> None:
    check_contract(door.post(CHAT, content=json.dumps(body).encode(), headers=JSON))


@fuzzed
@given(values=st.dictionaries(st.sampled_from(["message", "session", "today", "x"]), any_json))
def test_any_values_of_the_known_keys_are_handled_by_the_contract(door: TestClient, values: dict[str, Any]) -> None:
    check_contract(door.post(CHAT, content=json.dumps(values).encode(), headers=JSON))


@fuzzed
@given(body=st.binary(max_size=200))
def test_any_bytes_are_refused_by_the_contract(door: TestClient, body: bytes) -> None:
    check_contract(door.post(CHAT, content=body, headers=JSON))


@fuzzed
@given(message=st.text("/ \t\n\u00a0\u2003\u2028\u3000\u200ba", max_size=12))
def test_no_text_reaches_rasa_as_an_order(door: TestClient, rasa: Rasa, message: str) -> None:
    rasa.asked.clear()
    response = door.post(CHAT, json={"message": message})
    assert response.status_code == (200 if "a" in message else 400)
    # Rasa strips the text before it looks for the mark of an order.
    assert not any(text.strip().startswith("/") for text in rasa.messages)
