"""The chat API: what it answers, every error of its contract, and what reaches Rasa."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import TimestampSigner
from stand_in import CHAT, FULL_REPLY, Answer, OpenDoor, Rasa, check_error, check_replies, fails, sends
from starlette.testclient import TestClient

from bot.settings import Clinic
from bot.web.chat import MOST_BYTES
from bot.web.messages import MOST_CHARACTERS
from bot.web.sessions import open_sessions

JSON = {"content-type": "application/json"}
HOUR = 3600
NOW = 1_800_000_000
fuzzed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
any_text = st.text(st.characters(exclude_categories=()), max_size=60)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


class Clock:
    """The time that session tokens are signed with. Units: seconds."""

    now = NOW


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: clock.now)
    return clock


def says(door: TestClient, message: str, session: str | None = None) -> dict[str, Any]:
    response = door.post(CHAT, json={"message": message, "session": session})
    assert response.status_code == 200, response.text
    check_replies(response.json())
    body: dict[str, Any] = response.json()
    return body


# What is answered


def test_answer_holds_a_session_and_the_replies(door: TestClient) -> None:
    (reply,) = check_replies(door.post(CHAT, json={"message": "hello"}).json())
    assert reply.text == "Hello."


def test_reply_of_an_action_is_passed_on_whole(door: TestClient, rasa: Rasa) -> None:
    rasa.answer = sends({"recipient_id": "x", "custom": FULL_REPLY})
    assert says(door, "kites?")["replies"] == [FULL_REPLY]


def test_replies_keep_their_order(door: TestClient, rasa: Rasa) -> None:
    texts = ["first", "second", "third"]
    rasa.answer = sends(*({"custom": FULL_REPLY | {"text": text}} for text in texts))
    assert [reply["text"] for reply in says(door, "kites?")["replies"]] == texts


def test_text_alone_is_a_notice(door: TestClient) -> None:
    assert says(door, "hello")["replies"][0]["kind"] == "notice"


def test_message_without_a_session_key_is_answered(door: TestClient) -> None:
    assert door.post(CHAT, json={"message": "hello"}).status_code == 200


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_taken_however_its_type_is_written(door: TestClient, kind: str) -> None:
    assert door.post(CHAT, content=b'{"message": "hello"}', headers={"content-type": kind}).status_code == 200


def test_longest_message_is_answered(door: TestClient, rasa: Rasa) -> None:
    says(door, "x" * MOST_CHARACTERS)
    assert rasa.messages == ["x" * MOST_CHARACTERS]


# What is refused


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        (b"", "bad_json", ""),
        (b"{", "bad_json", ""),
        (b"hello", "bad_json", ""),
        (b'{"message": "hello"', "bad_json", ""),
        (b"\xff\xfe\xff", "bad_json", ""),
        (b'{"message": "\xff"}', "bad_json", ""),
        (b"7" * 9000, "bad_json", ""),
        (b"[" * 10_000, "bad_json", ""),
        (b'{"message": ' * 2000, "bad_json", ""),
        (b"null", "bad_request", "body"),
        (b"7", "bad_request", "body"),
        (b'"hello"', "bad_request", "body"),
        (b'["hello"]', "bad_request", "body"),
        (b"[" * 500 + b"]" * 500, "bad_request", "body"),
        (b"{}", "bad_request", "message"),
        (b'{"session": null}', "bad_request", "message"),
        (b'{"message": null}', "bad_request", "message"),
        (b'{"message": 7}', "bad_request", "message"),
        (b'{"message": true}', "bad_request", "message"),
        (b'{"message": NaN}', "bad_request", "message"),
        (b'{"message": ["hello"]}', "bad_request", "message"),
        (b'{"message": {"text": "hello"}}', "bad_request", "message"),
        (b'{"message": ' + b"[" * 500 + b"]" * 500 + b"}", "bad_request", "message"),
        (b'{"message": "hello", "session": 7}', "bad_request", "session"),
        (b'{"message": "hello", "session": ["a"]}', "bad_request", "session"),
        (b'{"message": "hello", "session": "' + b"a" * 513 + b'"}', "bad_request", "session"),
        (b'{"message": "hello", "today": "tomorrow"}', "bad_request", "today"),
        (b'{"message": "hello", "today": "2026-02-30"}', "bad_request", "today"),
        (b'{"message": "hello", "today": ["2026-02-03"]}', "bad_request", "today"),
        (b'{"message": "hello", "sender": "someone"}', "bad_request", "sender"),
        (b'{"message": "hello", "metadata": {}}', "bad_request", "metadata"),
        (b'{"message": ""}', "empty_message", ""),
        (b'{"message": " \\n\\t "}', "empty_message", ""),
        (b'{"message": "/"}', "empty_message", ""),
        (b'{"message": "// /"}', "empty_message", ""),
        (b'{"message": "\\u0000\\u0007"}', "empty_message", ""),
        (b'{"message": "\\u200b\\ufeff"}', "empty_message", ""),
        (b'{"message": "\\ud800"}', "empty_message", ""),
        (b'{"message": "hello", "today": "2026-03-10"}', "no_test_clock", "today"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_unreadable_request_is_a_400_that_names_the_place(
    door: TestClient, rasa: Rasa, body: bytes, code: str, named: str
) -> None:
    response = door.post(CHAT, content=body, headers=JSON)
    error = check_error(response.json())
    assert (response.status_code, error["code"]) == (400, code)
    assert named in error["message"]
    assert rasa.asked == []


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "a.b.c",
        "a..b",
        "ÿ.ÿ.ÿ",
        "A" * 22,
        "IkFBQUFBQUFBQUFBQUFBQUFBQUFBQUEi.aaaaaa.AAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_forged_session_is_a_403(door: TestClient, rasa: Rasa, token: str) -> None:
    response = door.post(CHAT, json={"message": "hello", "session": token})
    assert (response.status_code, check_error(response.json())["code"]) == (403, "bad_session")
    assert rasa.asked == []


@pytest.mark.parametrize("part", [0, 1, 2], ids=["id", "time", "signature"])
def test_altered_session_is_a_403(door: TestClient, part: int) -> None:
    parts = says(door, "hello")["session"].split(".")
    parts[part] = ("B" if parts[part][0] != "B" else "C") + parts[part][1:]
    response = door.post(CHAT, json={"message": "hello", "session": ".".join(parts)})
    assert (response.status_code, check_error(response.json())["code"]) == (403, "bad_session")


def test_session_signed_with_another_secret_is_a_403(door: TestClient, tmp_path: Path) -> None:
    others = open_sessions(tmp_path / "another", hours=1)
    response = door.post(CHAT, json={"message": "hello", "session": others.seal(others.new())})
    assert (response.status_code, check_error(response.json())["code"]) == (403, "bad_session")


def test_expired_session_is_a_403_that_says_so(open_door: OpenDoor, clock: Clock) -> None:
    door = open_door(session_hours=2)
    token = says(door, "hello")["session"]
    clock.now += 2 * HOUR + 1
    response = door.post(CHAT, json={"message": "hello", "session": token})
    error = check_error(response.json())
    assert (response.status_code, error["code"]) == (403, "bad_session")
    assert "expired" in error["message"]


def test_message_one_character_too_long_is_a_413(door: TestClient, rasa: Rasa) -> None:
    response = door.post(CHAT, json={"message": "x" * (MOST_CHARACTERS + 1)})
    error = check_error(response.json())
    assert (response.status_code, error["code"]) == (413, "message_too_long")
    assert str(MOST_CHARACTERS) in error["message"]
    assert rasa.asked == []


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 100_000, 5_000_000])
def test_huge_body_is_a_413(door: TestClient, rasa: Rasa, size: int) -> None:
    body = b'{"message": "' + b"x" * size + b'"}'
    response = door.post(CHAT, content=body, headers=JSON)
    assert (response.status_code, check_error(response.json())["code"]) == (413, "body_too_large")
    assert rasa.asked == []


def test_huge_body_of_unknown_length_is_a_413(door: TestClient) -> None:
    response = door.post(CHAT, content=(b" " * 1000 for _ in range(100)), headers=JSON)
    assert (response.status_code, check_error(response.json())["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", ""]
)
def test_body_of_another_type_is_a_415(door: TestClient, rasa: Rasa, kind: str) -> None:
    response = door.post(CHAT, content=b'{"message": "hello"}', headers={"content-type": kind})
    assert (response.status_code, check_error(response.json())["code"]) == (415, "not_json")
    assert rasa.asked == []


def test_body_without_a_type_is_a_415(door: TestClient) -> None:
    assert door.post(CHAT, content=b'{"message": "hello"}').status_code == 415


def test_wrong_type_is_told_before_the_body_is_read(door: TestClient) -> None:
    response = door.post(CHAT, content=b"x" * 100_000, headers={"content-type": "text/plain"})
    assert response.status_code == 415


# Too many messages


def at(door: TestClient, address: str) -> TestClient:
    """Return the same door, come to from another address."""
    return TestClient(door.app, client=(address, 50_000))


def test_message_over_the_limit_is_a_429_with_retry_after(open_door: OpenDoor, rasa: Rasa) -> None:
    door = open_door(rate_limit="2/minute")
    token = says(door, "one")["session"]
    says(door, "two", token)
    response = door.post(CHAT, json={"message": "three", "session": token})
    assert (response.status_code, check_error(response.json())["code"]) == (429, "too_many_messages")
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert rasa.messages == ["one", "two"]


def test_message_is_answered_again_after_the_time_of_retry_after(
    open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = open_door(rate_limit="1/minute")
    says(door, "one")
    wait = int(door.post(CHAT, json={"message": "two"}).headers["retry-after"])
    real, passed = time.time, wait
    monkeypatch.setattr(time, "time", lambda: real() + passed)
    says(door, "three")


def test_limit_follows_a_session_to_another_address(open_door: OpenDoor) -> None:
    door = open_door(rate_limit="2/minute")
    token = says(at(door, "192.0.2.1"), "one")["session"]
    says(at(door, "192.0.2.1"), "two", token)
    response = at(door, "192.0.2.2").post(CHAT, json={"message": "three", "session": token})
    assert response.status_code == 429


def test_limit_of_one_session_leaves_another_alone(open_door: OpenDoor) -> None:
    door = open_door(rate_limit="2/minute")
    token = says(at(door, "192.0.2.1"), "one")["session"]
    says(at(door, "192.0.2.2"), "two", token)
    assert at(door, "192.0.2.3").post(CHAT, json={"message": "three", "session": token}).status_code == 429
    assert at(door, "192.0.2.3").post(CHAT, json={"message": "hello"}).status_code == 200


def test_new_sessions_do_not_get_round_the_limit_of_an_address(open_door: OpenDoor) -> None:
    door = open_door(rate_limit="2/minute")
    says(door, "one")
    says(door, "two")
    assert door.post(CHAT, json={"message": "three"}).status_code == 429


def test_refused_session_does_not_use_up_a_share(open_door: OpenDoor) -> None:
    door = open_door(rate_limit="1/minute")
    assert door.post(CHAT, json={"message": "hello", "session": "forged"}).status_code == 403
    says(door, "hello")


# Nothing behind the door

NONSENSE: list[tuple[str, Answer]] = [
    ("nothing listens", fails(httpx.ConnectError("refused"))),
    ("no answer in time", fails(httpx.ReadTimeout("late"))),
    ("no connection in time", fails(httpx.ConnectTimeout("late"))),
    ("connection cut off", fails(httpx.RemoteProtocolError("cut off"))),
    ("HTTP 500", lambda _request: httpx.Response(500, text="Traceback")),
    ("HTTP 404", lambda _request: httpx.Response(404, json={"status": "failure"})),
    ("HTTP 302", lambda _request: httpx.Response(302, headers={"location": "/elsewhere"})),
    ("no reply", sends()),
    ("unknown reply", sends({"custom": {"words": "hello"}})),
    ("unknown kind", sends({"custom": FULL_REPLY | {"kind": "poem"}})),
    ("unknown key", sends({"custom": FULL_REPLY | {"mood": "gay"}})),
    ("empty text", sends({"text": ""})),
    ("neither text nor reply", sends({"image": "kite.png"})),
    ("one bad reply of two", sends({"custom": FULL_REPLY}, {"custom": None})),
    ("no list", lambda _request: httpx.Response(200, json={"text": "hello"})),
    ("a list of texts", lambda _request: httpx.Response(200, json=["hello"])),
    ("null", lambda _request: httpx.Response(200, json=None)),
    ("no JSON", lambda _request: httpx.Response(200, text="<html>")),
    ("an empty body", lambda _request: httpx.Response(200, content=b"")),
]


@pytest.mark.parametrize("answer", [answer for _, answer in NONSENSE], ids=[name for name, _ in NONSENSE])
def test_silence_and_nonsense_of_rasa_are_a_503_with_the_phones(
    door: TestClient, rasa: Rasa, clinic: Clinic, answer: Answer
) -> None:
    rasa.answer = answer
    response = door.post(CHAT, json={"message": "hello"})
    error = check_error(response.json())
    assert (response.status_code, error["code"]) == (503, "away")
    assert error["phones"] == [{"label": phone.label, "number": phone.number} for phone in clinic.phones]


def test_503_says_what_to_do_in_an_emergency_and_when_to_come_back(
    door: TestClient, rasa: Rasa, clinic: Clinic
) -> None:
    rasa.answer = sends()
    response = door.post(CHAT, json={"message": "hello"})
    assert f"call {clinic.emergency_number}" in response.json()["error"]["message"]
    assert int(response.headers["retry-after"]) >= 1


def test_errors_other_than_503_carry_no_phones(door: TestClient) -> None:
    assert "phones" not in door.post(CHAT, json={"message": ""}).json()["error"]


def test_door_waits_no_longer_for_rasa_than_the_settings_say(open_door: OpenDoor, rasa: Rasa) -> None:
    says(open_door(reply_timeout_seconds=3.0), "hello")
    assert set(rasa.requests[0].extensions["timeout"].values()) == {3.0}


# Sessions


def test_session_is_kept(door: TestClient, rasa: Rasa) -> None:
    token = says(door, "one")["session"]
    token = says(door, "two", token)["session"]
    says(door, "three", token)
    assert len(rasa.senders) == 3
    assert len(set(rasa.senders)) == 1


def test_session_is_renewed_with_each_answer(open_door: OpenDoor, clock: Clock, rasa: Rasa) -> None:
    door = open_door(session_hours=2)
    first = says(door, "one")["session"]
    clock.now += HOUR + HOUR // 2
    second = says(door, "two", first)["session"]
    clock.now += HOUR
    assert door.post(CHAT, json={"message": "three", "session": first}).status_code == 403
    says(door, "three", second)
    assert len(set(rasa.senders)) == 1


def test_session_survives_a_restart_of_the_door(open_door: OpenDoor, rasa: Rasa) -> None:
    token = says(open_door(), "one")["session"]
    says(open_door(), "two", token)
    assert len(set(rasa.senders)) == 1


def test_two_sessions_never_share_a_sender_id(door: TestClient, rasa: Rasa) -> None:
    for _ in range(40):
        says(door, "hello")
    assert len(rasa.senders) == len(set(rasa.senders)) == 40


def test_sender_id_is_long_and_plain(door: TestClient, rasa: Rasa) -> None:
    says(door, "hello")
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", rasa.senders[0])


# What reaches Rasa


def test_rasa_is_asked_on_the_channel_of_the_door(door: TestClient, rasa: Rasa) -> None:
    says(door, "hello")
    assert [(request.method, request.url.path) for request in rasa.requests] == [("POST", "/webhooks/door/webhook")]


def test_today_is_passed_on_with_the_test_clock(open_door: OpenDoor, rasa: Rasa) -> None:
    response = open_door(test_clock=True).post(CHAT, json={"message": "hello", "today": "2026-03-10"})
    assert response.status_code == 200
    assert rasa.asked[0]["metadata"] == {"today": "2026-03-10"}


def test_no_day_is_passed_on_when_none_is_given(open_door: OpenDoor, rasa: Rasa) -> None:
    says(open_door(test_clock=True), "hello")
    assert rasa.asked[0]["metadata"] == {}


@pytest.mark.parametrize(
    ("message", "passed_on"),
    [
        ("/restart", "restart"),
        ("//restart", "restart"),
        ("  /restart", "restart"),
        ("/ / restart", "restart"),
        ("\n/\t/restart", "restart"),
        ("\u200b/restart", "restart"),
        ("/\u200b/restart", "restart"),
        ("\u3000/restart", "restart"),
        ("/\u00a0/restart", "restart"),
        ("/\u3000/restart", "restart"),
        ("/\u2028/restart", "restart"),
        ('/ask_timing{"procedure": "hsg"}', 'ask_timing{"procedure": "hsg"}'),
        ("on 12/03/2026?", "on 12/03/2026?"),
    ],
    ids=ascii,
)
def test_slash_order_reaches_rasa_as_plain_text(door: TestClient, rasa: Rasa, message: str, passed_on: str) -> None:
    says(door, message)
    assert rasa.messages == [passed_on]


@pytest.mark.parametrize(
    ("message", "passed_on"),
    [
        ("Does it\x00 hurt\x07?", "Does it hurt?"),
        ("Does it hurt?\x1b[31m", "Does it hurt?[31m"),
        ("Does it\r\nhurt?", "Does it\nhurt?"),
        ("Does it \ud800hurt?", "Does it hurt?"),
        ("Does it hurt? \U0001f62c", "Does it hurt? \U0001f62c"),
        ("\u0647\u0644 \u064a\u0624\u0644\u0645\u061f", "\u0647\u0644 \u064a\u0624\u0644\u0645\u061f"),
        ("Does it \u202ehurt\u202c?", "Does it hurt?"),
        ("\u4f1a\u75db\u5417\uff1f", "\u4f1a\u75db\u5417\uff1f"),
        ("cafe\u0301", "caf\u00e9"),
    ],
    ids=ascii,
)
def test_unreadable_characters_are_dropped_and_the_rest_is_kept(
    door: TestClient, rasa: Rasa, message: str, passed_on: str
) -> None:
    response = door.post(CHAT, content=json.dumps({"message": message}).encode(), headers=JSON)
    assert response.status_code == 200, response.text
    assert rasa.messages == [passed_on]


# Whatever is sent


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
    assert response.status_code == 403


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
