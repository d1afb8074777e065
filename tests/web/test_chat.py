"""The chat API: what it answers, the sessions it keeps, and what reaches Rasa."""

import json
import re

import pytest
from stand_in import (
    CHAT,
    FULL_REPLY,
    HOUR,
    JSON,
    Clock,
    OpenDoor,
    Rasa,
    check_replies,
    says,
    sends,
)
from starlette.testclient import TestClient

from bot.messages import MOST_CHARACTERS

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
    assert rasa.asked[0]["metadata"]["today"] == "2026-03-10"


def test_no_day_is_passed_on_when_none_is_given(open_door: OpenDoor, rasa: Rasa) -> None:
    says(open_door(test_clock=True), "hello")
    assert rasa.asked[0]["metadata"].keys() == {"request"}


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


# What reaches Rasa


def test_text_is_masked_before_it_goes_on(open_door: OpenDoor, rasa: Rasa) -> None:
    door = open_door(mask=lambda text: text.replace("Mary", "[name]"))
    says(door, "I am Mary. Does it hurt?")
    assert rasa.messages == ["I am [name]. Does it hurt?"]


def test_message_goes_on_with_the_id_that_it_was_sent_with(door: TestClient, rasa: Rasa) -> None:
    assert door.post(CHAT, json={"message": "hello", "id": "my-id_1"}).status_code == 200
    assert rasa.asked[0]["message_id"] == "my-id_1"


def test_message_without_an_id_gets_one_of_its_own(door: TestClient, rasa: Rasa) -> None:
    says(door, "hello"), says(door, "hello")
    assert len({asked["message_id"] for asked in rasa.asked}) == 2


@pytest.mark.parametrize("message_id", ["", "a" * 65, "with space", "ä", "a/b"])
def test_id_of_another_shape_is_refused(door: TestClient, message_id: str) -> None:
    assert door.post(CHAT, json={"message": "hello", "id": message_id}).status_code == 400
