"""Conversations with a person at the door: the assistant is silent, signs are flagged; updates and call-backs."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from stand_in import CHAT, FULL_REPLY, NOW, Clock, Rasa, check_error, says, sends
from starlette.testclient import TestClient

from bot.database import open_engine
from bot.records.addresses import build_phones
from bot.records.conversations import now_utc
from bot.records.hand_offs import HandOffs
from bot.records.tables import UserRecord, open_records
from bot.safety.lone_watch import LoneWatch
from bot.secret import read_secret
from bot.settings import Settings, read_settings
from bot.web.app import create_app
from bot.web.updates import number_of
from bot.wording import Wording

URGENT = FULL_REPLY | {"kind": "urgent", "level": "clinic_now", "text": "Call the clinic now."}
SIGN = "I have soaked a pad every hour since this morning"
PHONE = "021 5550 0123"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The default settings, with a secret of their own and no limit."""
    return read_settings({"BOT_SECRET_FILE": str(tmp_path / "secret"), "BOT_RATE_LIMIT": "off"})


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Engine]:
    """Records with a clerk."""
    engine = open_records(f"sqlite:///{tmp_path / 'records.db'}")
    user = {"full_name": "Mei Lin", "role": "clerk", "password_hash": "", "failures": 0, "created_at": now_utc()}
    with engine.begin() as connection:
        connection.execute(UserRecord.__table__.insert().values(name="mei", **user))  # type: ignore[attr-defined]
    yield engine
    engine.dispose()


@pytest.fixture
def hand_offs(records: Engine) -> HandOffs:
    """The hand-offs behind the door."""
    return HandOffs(records)


@pytest.fixture
def door(
    settings: Settings, wording: Wording, engine: Engine, lone_watch: LoneWatch, rasa: Rasa, records: Engine
) -> TestClient:
    """A door with records; nothing that runs by itself is begun."""
    app = create_app(settings, wording, engine, lone_watch, str, httpx.MockTransport(rasa), records)
    return TestClient(app, raise_server_exceptions=False)


def person(rasa: Rasa) -> list[str | None]:
    return [asked["metadata"].get("person") for asked in rasa.asked]


def updates(door: TestClient, session: str, **query: Any) -> dict[str, Any]:
    answer = door.get("/api/updates", headers={"X-Session": session}, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    return body


def begun(door: TestClient, rasa: Rasa, hand_offs: HandOffs, *, out_of_hours: bool = False) -> tuple[str, str]:
    """Begin a conversation that waits; return its token and its id."""
    session = says(door, "Hello")["session"]
    sender = rasa.senders[-1]
    hand_offs.begin(sender, "door", now_utc(), out_of_hours=out_of_hours)
    return session, sender


# Silent


def test_rasa_is_told_that_a_person_answers_while_one_does(door: TestClient, rasa: Rasa, hand_offs: HandOffs) -> None:
    session, sender = begun(door, rasa, hand_offs)
    says(door, "And I?", session)
    one = hand_offs.of(sender)
    assert one is not None
    hand_offs.take(one.id, "mei", now_utc(), "taken", [])
    says(door, "Thanks", session)
    says(door, "Another's")
    hand_offs.hand_back(one.id, "mei", "back", [], now_utc())
    says(door, "And now?", session)
    assert person(rasa) == [None, None, "1", None, None]


def test_records_that_are_away_leave_the_assistant_as_it_is(
    settings: Settings, wording: Wording, engine: Engine, lone_watch: LoneWatch, rasa: Rasa, tmp_path: Path
) -> None:
    away = open_engine(f"sqlite:///{tmp_path / 'none' / 'records.db'}")
    app = create_app(settings, wording, engine, lone_watch, str, httpx.MockTransport(rasa), away)
    door = TestClient(app, raise_server_exceptions=False)
    session = says(door, "Hello")["session"]
    assert person(rasa) == [None]
    answer = door.get("/api/updates", headers={"X-Session": session})
    assert answer.status_code == 503
    assert check_error(answer.json())["phones"]


# Signs


@pytest.mark.parametrize("is_taken", [False, True])
def test_sign_is_flagged_where_a_person_is_waited_for_or_answers(
    door: TestClient, rasa: Rasa, hand_offs: HandOffs, is_taken: bool
) -> None:
    session, sender = begun(door, rasa, hand_offs)
    if is_taken:
        hand_offs.take(1, "mei", now_utc(), "taken", [])
    rasa.answer = sends({"custom": URGENT})
    says(door, SIGN, session)
    found = hand_offs.of(sender)
    assert found is not None
    assert found.sign_level == "clinic_now"


def test_sign_is_flagged_though_nothing_behind_the_door_answers(
    door: TestClient, rasa: Rasa, hand_offs: HandOffs
) -> None:
    session, sender = begun(door, rasa, hand_offs)
    rasa.answer = lambda _request: httpx.Response(500)
    assert says(door, SIGN, session)["replies"][0]["kind"] == "urgent"
    found = hand_offs.of(sender)
    assert found is not None
    assert found.sign_level is not None


# Updates


def test_nothing_waits(door: TestClient) -> None:
    found = updates(door, says(door, "Hello")["session"])
    assert (found["state"], found["place"], found["by"], found["messages"]) == ("none", None, None, [])
    assert not found["may_leave_number"]


def test_what_a_person_writes_is_told_from_where_one_has_read(
    door: TestClient, rasa: Rasa, hand_offs: HandOffs
) -> None:
    session, _ = begun(door, rasa, hand_offs)
    assert updates(door, session)["state"] == "waiting"
    hand_offs.take(1, "mei", now_utc(), "Mei is here", [])
    hand_offs.say(1, "mei", "Hello <you>", [], now_utc())
    found = updates(door, session)
    assert (found["state"], found["by"], found["may_leave_number"]) == ("taken", "Mei Lin", True)
    notice, said = found["messages"]
    assert (notice["by"], said["by"], said["text"]) == (None, "Mei Lin", "Hello <you>")
    assert said["at"].endswith("Z")
    assert [one["text"] for one in updates(door, session, after=notice["id"])["messages"]] == ["Hello <you>"]
    hand_offs.hand_back(1, "mei", "The assistant is back", [], now_utc())
    found = updates(door, session, after=said["id"])
    assert (found["state"], [one["text"] for one in found["messages"]]) == ("none", ["The assistant is back"])


def test_nobody_reads_another_conversation(door: TestClient, rasa: Rasa, hand_offs: HandOffs) -> None:
    begun(door, rasa, hand_offs)
    hand_offs.take(1, "mei", now_utc(), "secret", [])
    assert updates(door, says(door, "Hello")["session"])["messages"] == []


@pytest.mark.parametrize("headers", [{}, {"X-Session": "x"}, {"X-Session": "a" * 5000}])
def test_updates_without_a_session_are_refused(door: TestClient, headers: dict[str, str]) -> None:
    answer = door.get("/api/updates", headers=headers)
    assert (answer.status_code, check_error(answer.json())["code"]) == (403, "bad_session")


def test_session_that_has_expired_is_refused(door: TestClient, clock: Clock) -> None:
    session = says(door, "Hello")["session"]
    clock.now = NOW + 13 * 3600
    assert door.get("/api/updates", headers={"X-Session": session}).status_code == 403


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 40, "1e3", "\u0663"])
def test_odd_place_to_read_from_is_the_beginning(door: TestClient, rasa: Rasa, hand_offs: HandOffs, after: str) -> None:
    session, _ = begun(door, rasa, hand_offs)
    hand_offs.take(1, "mei", now_utc(), "taken", [])
    assert len(updates(door, session, after=after)["messages"]) == 1


@pytest.mark.parametrize(("language", "words"), [("en", "at"), ("zh", "\u661f\u671f"), ("xx", "")])
def test_closed_clinic_tells_when_it_opens(
    door: TestClient, rasa: Rasa, hand_offs: HandOffs, language: str, words: str
) -> None:
    session, _ = begun(door, rasa, hand_offs)
    found = updates(door, session, language=language)
    assert found["is_open"] is (found["opens"] is None)
    if found["opens"] is not None:
        assert found["opens"].endswith("08:00")
        assert found["place"] is None
        assert found["may_leave_number"]
        assert language != "zh" or words in found["opens"]
    else:
        assert found["place"] == 1


# To be called


def calls_back(door: TestClient, **sent: Any) -> httpx.Response:
    answer: httpx.Response = door.post("/api/call-back", json=sent)
    return answer


def test_number_is_kept_sealed_and_only_its_end_is_told(
    door: TestClient, rasa: Rasa, hand_offs: HandOffs, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    session, _ = begun(door, rasa, hand_offs)
    answer = calls_back(door, session=session, phone=PHONE, consent=True)
    assert (answer.status_code, answer.json()) == (200, {"ends_in": "0123"})
    sealed = hand_offs.wished_phone(1)
    assert sealed is not None
    assert build_phones(read_secret(settings.secret_file)).unseal(sealed) == "+862155500123"
    assert "0123" not in sealed
    assert "0123" not in caplog.text
    assert "0123" not in str(rasa.asked)
    found = updates(door, session)
    assert (found["may_leave_number"], found["has_left_number"]) == (False, True)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"consent": False}, 400, "no_consent"),
        ({"consent": "true"}, 400, "bad_request"),
        ({"consent": None}, 400, "bad_request"),
        ({"phone": "12"}, 400, "bad_number"),
        ({"phone": "call me"}, 400, "bad_number"),
        ({"phone": ""}, 400, "bad_request"),
        ({"phone": "1" * 60}, 400, "bad_request"),
        ({"session": "x"}, 403, "bad_session"),
        ({"name": "Ada"}, 400, "bad_request"),
    ],
)
def test_bad_wish_is_refused_and_nothing_kept(
    door: TestClient, rasa: Rasa, hand_offs: HandOffs, changes: dict[str, Any], status: int, code: str
) -> None:
    session, _ = begun(door, rasa, hand_offs)
    answer = calls_back(door, **{"session": session, "phone": PHONE, "consent": True} | changes)
    assert (answer.status_code, check_error(answer.json())["code"]) == (status, code)
    assert hand_offs.wished_phone(1) is None


def test_wish_without_having_asked_for_a_person_is_refused(door: TestClient) -> None:
    answer = calls_back(door, session=says(door, "Hello")["session"], phone=PHONE, consent=True)
    assert (answer.status_code, check_error(answer.json())["code"]) == (409, "no_hand_off")


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("021 5550 0123", "CN", "+862155500123"),
        ("+44 20 7946 0018", "CN", "+442079460018"),
        ("(020) 7946-0018", "GB", "+442079460018"),
        ("138 0013 8000", "CN", "+8613800138000"),
        ("120", "CN", None),
        ("my number", "CN", None),
        ("", "CN", None),
        ("\u0000", "CN", None),
    ],
)
def test_number_is_read_in_the_clinics_country(written: str, country: str, number: str | None) -> None:
    assert number_of(written, country) == number


def test_what_is_asked_too_often_is_refused(
    settings: Settings, wording: Wording, engine: Engine, lone_watch: LoneWatch, rasa: Rasa, records: Engine
) -> None:
    limited = replace(settings, rate_limit="3/minute")
    app = create_app(limited, wording, engine, lone_watch, str, httpx.MockTransport(rasa), records)
    door = TestClient(app, raise_server_exceptions=False)
    session = door.post(CHAT, json={"message": "Hello", "session": None}).json()["session"]
    codes = [door.get("/api/updates", headers={"X-Session": session}).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    codes = [calls_back(door, session=session, phone=PHONE, consent=True).status_code for _ in range(4)]
    assert codes == [409, 409, 409, 429]
