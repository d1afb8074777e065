"""What is sent to each side, and which responses are no answers."""

import json
from typing import Any

import pytest

from bot.bench.talk import PATHS, Conversation, Way, body_of, fault_of

ANSWERS: dict[Way, Any] = {
    "stock": [{"recipient_id": "anna", "text": "Kites fly."}],
    "door": {"session": "token", "replies": [{"text": "Kites fly.", "kind": "answer"}]},
    "rasa": [{"recipient_id": "anna", "custom": {"text": "Kites fly.", "kind": "answer"}}, {"text": "Yes."}],
}


def fault(way: Way, found: Any, status: int = 200) -> str | None:
    return fault_of(way, Conversation("anna"), status, json.dumps(found).encode())


@pytest.mark.parametrize("way", PATHS)
def test_answer_has_no_fault(way: Way) -> None:
    assert fault(way, ANSWERS[way]) is None


@pytest.mark.parametrize("way", PATHS)
def test_other_status_is_a_fault_whatever_is_said(way: Way) -> None:
    assert fault(way, ANSWERS[way], 503) == "status 503"


@pytest.mark.parametrize(("way", "found"), [("stock", []), ("rasa", []), ("door", {"session": "token", "replies": []})])
def test_silence_is_a_fault(way: Way, found: Any) -> None:
    assert fault(way, found) == "no reply"


@pytest.mark.parametrize(
    ("way", "found"),
    [
        ("stock", [{"text": "Kites fly."}, {"text": " "}]),
        ("stock", [{"text": None}]),
        ("rasa", [{"custom": {"text": ""}}]),
        ("door", {"session": "token", "replies": [{"text": ""}]}),
    ],
)
def test_empty_text_is_a_fault(way: Way, found: Any) -> None:
    assert fault(way, found) == "empty text"


@pytest.mark.parametrize(("way", "found"), [("stock", [{}]), ("stock", {}), ("door", []), ("door", {}), ("rasa", [1])])
def test_other_shape_is_a_fault(way: Way, found: Any) -> None:
    assert fault(way, found) in ("of another shape", "no reply")


def test_what_is_no_json_is_a_fault() -> None:
    assert fault_of("stock", Conversation("anna"), 200, b"<html>") == "of another shape"


def test_session_of_the_door_is_sent_along_next_time() -> None:
    conversation = Conversation("anna")
    assert body_of("door", conversation, "Do kites fly?")["session"] is None
    fault_of("door", conversation, 200, json.dumps(ANSWERS["door"]).encode())
    assert body_of("door", conversation, "Why?") == {"message": "Why?", "session": "token"}


def test_message_to_rasa_alone_has_an_id_of_its_own() -> None:
    conversation = Conversation("anna")
    assert [body_of("rasa", conversation, "Why?")["message_id"] for _ in range(2)] == ["anna-1", "anna-2"]


def test_message_to_rasa_as_it_is_released_names_who_sends_it() -> None:
    assert body_of("stock", Conversation("anna"), "Why?") == {"sender": "anna", "message": "Why?"}
