"""Warning signs at the door: answered whatever fails behind it, and never answered without the urgent reply first."""

import json
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from stand_in import (
    CHAT,
    FULL_REPLY,
    HOUR,
    JSON,
    Clock,
    OpenDoor,
    Rasa,
    check_error,
    check_replies,
    fails,
    says,
    sends,
)
from starlette.testclient import TestClient

from bot.messages import MOST_CHARACTERS
from bot.reply import Reply
from bot.settings import Clinic

SIGN = "I cannot breathe and my chest hurts."
NO_SIGN = ["hello", "no fever and no pain", "what if I get a fever?", "which warning signs are there?"]
FILLER = "I went to the garden and read a book there. "
LONG = FILLER * (2 * MOST_CHARACTERS // len(FILLER))
AWAY = fails(httpx.ConnectError("refused"))
URGENT = FULL_REPLY | {"kind": "urgent", "level": "emergency", "text": "Call now.", "buttons": []}


def alarms(why: str) -> float:
    return REGISTRY.get_sample_value("bot_door_alarms_total", {"why": why}) or 0.0


def answer(door: TestClient, message: str, **asked: Any) -> list[Reply]:
    response = door.post(CHAT, json={"message": message, **asked})
    assert response.status_code == 200, response.text
    return check_replies(response.json())


def refusal(door: TestClient, message: str) -> tuple[int, str]:
    response = door.post(CHAT, json={"message": message})
    return response.status_code, check_error(response.json())["code"]


# Rasa is away


@pytest.mark.parametrize(
    "away",
    [AWAY, fails(httpx.ReadTimeout("late")), sends(), lambda _request: httpx.Response(500)],
    ids=["no connection", "no answer in time", "no reply", "an error"],
)
def test_sign_is_answered_although_nothing_behind_the_door_answers(
    door: TestClient, rasa: Rasa, clinic: Clinic, away: Any
) -> None:
    rasa.answer = away
    before = alarms("away")
    (reply,) = answer(door, SIGN)
    assert (reply.kind, reply.level) == ("urgent", "emergency")
    assert clinic.emergency_number in reply.text
    assert alarms("away") == before + 1


@pytest.mark.parametrize("message", NO_SIGN)
def test_message_without_a_sign_is_a_503_while_rasa_is_away(door: TestClient, rasa: Rasa, message: str) -> None:
    rasa.answer = AWAY
    assert refusal(door, message) == (503, "away")


def test_answer_of_the_door_keeps_the_session(door: TestClient, rasa: Rasa) -> None:
    rasa.answer = AWAY
    token = door.post(CHAT, json={"message": SIGN}).json()["session"]
    rasa.answer = sends({"custom": FULL_REPLY})
    answer(door, "hello", session=token)
    assert len(set(rasa.senders)) == 1


@pytest.mark.parametrize(
    ("today", "phone"),
    [("2026-03-08", "Nurse on call"), ("2026-02-17", "Nurse on call")],
    ids=["a Sunday", "a public holiday"],
)
def test_phone_is_that_of_the_day(open_door: OpenDoor, rasa: Rasa, today: str, phone: str) -> None:
    rasa.answer = AWAY
    (reply,) = answer(open_door(test_clock=True), SIGN, today=today)
    assert phone in reply.text
    assert "Front desk" not in reply.text.split("\n\n")[1]


@pytest.mark.parametrize(
    "message", ["I c\u200ban not bre\u200bathe", "I can not brea\ud800the", "I\u00a0can not\u00a0breathe"]
)
def test_sign_is_seen_through_characters_that_cannot_be_read(door: TestClient, rasa: Rasa, message: str) -> None:
    rasa.answer = AWAY
    response = door.post(CHAT, content=json.dumps({"message": message}).encode(), headers=JSON)
    assert response.status_code == 200, response.text
    (reply,) = check_replies(response.json())
    assert reply.kind == "urgent"


# The message is too long


@pytest.mark.parametrize("message", [f"{SIGN} {LONG}", f"{LONG}{SIGN}"], ids=["sign at the start", "sign at the end"])
def test_sign_in_a_message_that_is_too_long_is_answered_with_a_notice(
    door: TestClient, rasa: Rasa, message: str
) -> None:
    before = alarms("message_too_long")
    urgent, notice = answer(door, message)
    assert (urgent.kind, notice.kind) == ("urgent", "notice")
    assert "too long" in notice.text
    assert rasa.asked == []
    assert alarms("message_too_long") == before + 1


def test_long_message_without_a_sign_is_a_413(door: TestClient) -> None:
    assert refusal(door, LONG) == (413, "message_too_long")


# Too many messages


def test_sign_in_one_message_too_many_is_answered(open_door: OpenDoor, rasa: Rasa) -> None:
    door = open_door(rate_limit="1/minute")
    answer(door, "hello")
    before = alarms("too_many_messages")
    (reply,) = answer(door, SIGN)
    assert reply.kind == "urgent"
    assert rasa.messages == ["hello"]
    assert alarms("too_many_messages") == before + 1


def test_one_message_too_many_without_a_sign_is_a_429(open_door: OpenDoor) -> None:
    door = open_door(rate_limit="1/minute")
    answer(door, "hello")
    assert refusal(door, "hello") == (429, "too_many_messages")


# The session is not valid


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c"])
def test_sign_in_a_session_that_is_not_valid_is_answered_in_a_new_session(
    door: TestClient, rasa: Rasa, token: str
) -> None:
    before = alarms("bad_session")
    body = says(door, SIGN, token)
    (reply,) = check_replies(body)
    assert (reply.kind, reply.level) == ("urgent", "emergency")
    assert rasa.asked == []
    assert alarms("bad_session") == before + 1
    says(door, "hello", body["session"])
    assert rasa.messages == ["hello"]


def test_sign_in_a_session_that_has_expired_is_answered(open_door: OpenDoor, clock: Clock) -> None:
    door = open_door(session_hours=2)
    token = says(door, "hello")["session"]
    clock.now += 2 * HOUR + 1
    (reply,) = answer(door, SIGN, session=token)
    assert reply.kind == "urgent"


@pytest.mark.parametrize("message", NO_SIGN)
def test_message_without_a_sign_in_a_session_that_is_not_valid_is_a_403(door: TestClient, message: str) -> None:
    response = door.post(CHAT, json={"message": message, "session": "nonsense"})
    assert (response.status_code, check_error(response.json())["code"]) == (403, "bad_session")


# Rasa answers


def test_what_the_watch_behind_the_door_decides_holds(door: TestClient, rasa: Rasa) -> None:
    rasa.answer = sends({"custom": FULL_REPLY})
    assert answer(door, SIGN) == [Reply.model_validate(FULL_REPLY)]


@pytest.mark.parametrize("replies", [[URGENT], [URGENT, FULL_REPLY]], ids=["alone", "with an answer"])
def test_urgent_reply_from_behind_the_door_is_passed_on_alone(
    door: TestClient, rasa: Rasa, replies: list[dict[str, Any]]
) -> None:
    rasa.answer = sends(*({"custom": reply} for reply in replies))
    assert answer(door, SIGN) == [Reply.model_validate(reply) for reply in replies]


@pytest.mark.parametrize("message", NO_SIGN)
def test_message_without_a_sign_is_answered_as_it_comes(door: TestClient, rasa: Rasa, message: str) -> None:
    rasa.answer = sends({"custom": FULL_REPLY})
    assert answer(door, message) == [Reply.model_validate(FULL_REPLY)]


def test_sign_reaches_rasa_too(door: TestClient, rasa: Rasa) -> None:
    answer(door, SIGN)
    assert rasa.messages == [SIGN]


def test_urgent_reply_of_the_door_is_counted_by_its_kind(door: TestClient, rasa: Rasa) -> None:
    rasa.answer = AWAY
    before = REGISTRY.get_sample_value("bot_replies_total", {"kind": "urgent"}) or 0.0
    answer(door, SIGN)
    assert REGISTRY.get_sample_value("bot_replies_total", {"kind": "urgent"}) == before + 1
