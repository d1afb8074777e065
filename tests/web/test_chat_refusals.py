"""The chat API: every error of its contract."""

import time
from pathlib import Path

import httpx
import pytest
from stand_in import (
    CHAT,
    FULL_REPLY,
    HOUR,
    JSON,
    SAYS_HELLO,
    Answer,
    Clock,
    OpenDoor,
    Rasa,
    check_error,
    fails,
    says,
    sends,
)
from starlette.testclient import TestClient

from bot.deadlines import deadlines_within
from bot.messages import MOST_CHARACTERS
from bot.settings import Clinic
from bot.web.chat import MOST_BYTES
from bot.web.sessions import open_sessions

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


def test_first_message_that_is_refused_goes_on_in_its_conversation_when_sent_again(
    open_door: OpenDoor, rasa: Rasa
) -> None:
    door = open_door(rate_limit="2/minute")
    rasa.answer = sends()
    session = door.post(CHAT, json={"message": "hello", "id": "one"}).headers["x-session"]
    rasa.answer = SAYS_HELLO
    says(door, "hello", session)
    assert len({asked["sender"] for asked in rasa.asked}) == 1
    assert "x-session" in door.post(CHAT, json={"message": "hello"}).headers  # too many
    assert "x-session" not in door.post(CHAT, json={"message": "hello", "session": session}).headers


def test_errors_other_than_503_carry_no_phones(door: TestClient) -> None:
    assert "phones" not in door.post(CHAT, json={"message": ""}).json()["error"]


def test_door_waits_no_longer_for_rasa_than_the_settings_say(open_door: OpenDoor, rasa: Rasa) -> None:
    says(open_door(deadlines=deadlines_within(3.0)), "hello")
    assert set(rasa.requests[0].extensions["timeout"].values()) == {3.0}
