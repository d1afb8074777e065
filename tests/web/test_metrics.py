"""What the door counts: kinds and codes, never a text, a session or an address."""

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from stand_in import CHAT, FULL_REPLY, Rasa, sends
from starlette.testclient import TestClient

TEXT = "xylophonic-question"
SESSION = "zither-session"


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize(
    ("message", "outcome"), [("hello", "ok"), ("", "empty_message"), ("x" * 2001, "message_too_long")]
)
def test_each_request_is_counted_by_how_it_ended(door: TestClient, message: str, outcome: str) -> None:
    before = value("bot_chat_requests_total", outcome=outcome)
    door.post(CHAT, json={"message": message})
    assert value("bot_chat_requests_total", outcome=outcome) == before + 1


def test_each_reply_is_counted_by_its_kind(door: TestClient, rasa: Rasa) -> None:
    rasa.answer = sends({"custom": FULL_REPLY}, {"custom": FULL_REPLY})
    before = value("bot_replies_total", kind="answer")
    door.post(CHAT, json={"message": "hello"})
    assert value("bot_replies_total", kind="answer") == before + 2


def test_each_request_is_timed(door: TestClient) -> None:
    before = value("bot_chat_seconds_count")
    door.post(CHAT, json={"message": "hello"})
    assert value("bot_chat_seconds_count") == before + 1


def test_metrics_are_shown_in_the_format_of_prometheus(door: TestClient) -> None:
    door.post(CHAT, json={"message": "hello"})
    response = door.get("/metrics")
    assert response.status_code == 200
    names = {family.name for family in text_string_to_metric_families(response.text)}
    assert {"bot_chat_requests", "bot_replies", "bot_chat_seconds"} <= names


def test_metrics_hold_no_text_session_or_address(door: TestClient, rasa: Rasa) -> None:
    token = door.post(CHAT, json={"message": TEXT}).json()["session"]
    door.post(CHAT, json={"message": TEXT, "session": token})
    door.post(CHAT, json={"message": TEXT, "session": SESSION})
    door.post(CHAT, json={"message": TEXT, TEXT: TEXT})
    shown = door.get("/metrics").text
    told = [TEXT, SESSION, token, *rasa.senders, "testclient"]
    assert len(told) == 6
    assert [secret for secret in told if secret in shown] == []


def test_labels_of_our_metrics_tell_outcomes_and_kinds_alone(door: TestClient) -> None:
    door.post(CHAT, json={"message": "hello"})
    families = text_string_to_metric_families(door.get("/metrics").text)
    ours = [sample for family in families if family.name.startswith("bot_") for sample in family.samples]
    assert {label for sample in ours for label in sample.labels} <= {
        "outcome",
        "kind",
        "why",
        "le",
        "level",
        "stage",
        "channel",
        "reason",
        "error",
        "state",
    }
