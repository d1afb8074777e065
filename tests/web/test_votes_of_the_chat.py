"""The vote on a reply, and what the door counts for the desk: kept, changed, and never in the way of a message."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from stand_in import CHAT, FULL_REPLY, JSON, OpenDoor, check_error, says
from starlette.testclient import TestClient

from bot.clock import moment_at
from bot.messages import MOST_CHARACTERS
from bot.records.conversations import Conversations
from bot.records.tables import MissedRecord, VoteRecord, open_records
from bot.records.tally import Tally
from bot.safety.lone_watch import LoneWatch
from bot.settings import Clinic, Settings, read_settings
from bot.web.app import create_app
from bot.web.chat import MOST_BYTES
from bot.wording import Wording

VOTE = "/api/vote"
URGENT = {"text": "Call now.", "kind": "urgent", "level": "emergency"}
REJECTED = {"text": "I do not know.", "kind": "not_covered"}
NOT_COVERED = {"text": "Nobody could tell.", "kind": "not_covered", "topic": "kites", "rules": ["no-kites"]}


class KeepingRasa:
    """Stands in for Rasa: says `replies`, and writes the conversation down as Rasa does."""

    def __init__(self, records: Engine) -> None:
        self.records = records
        self.replies: list[dict[str, Any]] = [FULL_REPLY]
        self.is_away = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one message."""
        if self.is_away:
            return httpx.Response(500)
        sent = json.loads(request.content)
        now = time.time()  # what has an old time is deleted as soon as the door is open
        said = [{"event": "bot", "timestamp": now, "data": {"custom": reply}} for reply in self.replies]
        user = {"event": "user", "timestamp": now, "text": sent["message"], "message_id": sent["message_id"]}
        Conversations(self.records).add(sent["sender"], [user, *said], kept=0)
        return httpx.Response(200, json=[{"custom": reply} for reply in self.replies])


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Engine]:
    """The records of this test."""
    engine = open_records(f"sqlite:///{tmp_path / 'records.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def behind(records: Engine) -> KeepingRasa:
    """What stands behind the door."""
    return KeepingRasa(records)


@pytest.fixture
def own_settings(tmp_path: Path) -> Settings:
    """Settings without a limit."""
    return read_settings({"BOT_SECRET_FILE": str(tmp_path / "var" / "secret"), "BOT_RATE_LIMIT": "off"})


@pytest.fixture
def door(
    own_settings: Settings,
    wording: Wording,
    engine: Engine,
    lone_watch: LoneWatch,
    behind: KeepingRasa,
    records: Engine,
    request: pytest.FixtureRequest,
) -> Iterator[TestClient]:
    """A door with records; the parameter holds settings that differ."""
    settings = replace(own_settings, **getattr(request, "param", {}))
    app = create_app(settings, wording, engine, lone_watch, str, httpx.MockTransport(behind), records)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def asks(door: TestClient, text: str = "Do kites fly?", message_id: str = "m1") -> str:
    """Ask, and return the session."""
    response = door.post(CHAT, json={"message": text, "id": message_id})
    assert response.status_code == 200, response.text
    return str(response.json()["session"])


def vote(door: TestClient, session: str, /, **changes: Any) -> httpx.Response:
    """Vote on the first reply to the first message."""
    body = {"session": session, "id": "m1", "place": 0, "helpful": True} | changes
    response: httpx.Response = door.post(VOTE, json=body)
    return response


def kept(records: Engine) -> list[tuple[int, bool]]:
    with Session(records) as session:
        return [(one.place, one.helpful) for one in session.scalars(select(VoteRecord))]


def counts(records: Engine, clinic: Clinic) -> dict[tuple[str, str], int]:
    today = moment_at(clinic).date()
    return {(one.what, one.key): one.count for one in Tally(records).between(today, today)}


# Voting


def test_vote_is_kept_and_changed(door: TestClient, records: Engine) -> None:
    session = asks(door)
    response = vote(door, session)
    assert (response.status_code, response.json()) == (200, {"helpful": True})
    assert vote(door, session, helpful=False).json() == {"helpful": False}
    assert kept(records) == [(0, False)]


def test_what_is_voted_down_reaches_the_missed_questions(door: TestClient, records: Engine) -> None:
    vote(door, asks(door, "Do kites fly?"), helpful=False)
    with Session(records) as session:
        (missed,) = session.scalars(select(MissedRecord).where(MissedRecord.why == "voted_down"))
        assert (missed.text, missed.topic, missed.procedure) == ("Do kites fly?", "kites", "hsg")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"id": "m2"}, id="no such message"),
        pytest.param({"place": 1}, id="no such reply"),
    ],
)
def test_what_is_no_reply_of_the_conversation_has_no_vote(
    door: TestClient, records: Engine, changes: dict[str, Any]
) -> None:
    response = vote(door, asks(door), **changes)
    assert response.status_code == 404
    assert check_error(response.json())["code"] == "no_such_reply"
    assert kept(records) == []


def test_message_of_another_conversation_has_no_vote(door: TestClient, records: Engine) -> None:
    asks(door)
    other = asks(door, message_id="m2")
    assert vote(door, other).status_code == 404
    assert kept(records) == []


@pytest.mark.parametrize("reply", [URGENT, {"text": "Hello.", "kind": "smalltalk"}, {"text": "So.", "kind": "notice"}])
def test_what_is_no_answer_is_not_voted_on(door: TestClient, behind: KeepingRasa, reply: dict[str, Any]) -> None:
    behind.replies = [reply]
    assert vote(door, asks(door)).status_code == 404


@pytest.mark.parametrize("session", ["", "x.y.z", "a" * 512])
def test_session_that_is_not_ours_is_refused(door: TestClient, session: str) -> None:
    asks(door)
    response = vote(door, session)
    assert response.status_code == 403
    assert check_error(response.json())["code"] == "bad_session"


@pytest.mark.parametrize(
    "changes",
    [
        {"helpful": "true"},
        {"helpful": 1},
        {"helpful": None},
        {"place": "0"},
        {"place": -1},
        {"place": 0.5},
        {"place": True},
        {"place": 10**30},
        {"id": ""},
        {"id": "a b"},
        {"id": None},
        {"session": None},
        {"session": "a" * 513},
        {"why": "because"},
    ],
)
def test_vote_of_another_shape_is_refused(door: TestClient, records: Engine, changes: dict[str, Any]) -> None:
    response = vote(door, asks(door), **changes)
    assert response.status_code == 400
    check_error(response.json())
    assert kept(records) == []


def test_body_that_is_no_json_or_too_large_is_refused(door: TestClient) -> None:
    assert door.post(VOTE, content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    assert door.post(VOTE, data={"helpful": "true"}).status_code == 415
    assert door.post(VOTE, content=b"{", headers=JSON).status_code == 400
    assert door.post(VOTE, content=b" " * (MOST_BYTES + 1), headers=JSON).status_code == 413


@pytest.mark.parametrize("door", [{"rate_limit": "3/minute"}], indirect=True)
def test_votes_are_limited_and_take_nothing_from_the_messages(door: TestClient) -> None:
    session = asks(door)
    codes = [vote(door, session).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert says(door, "And lanterns?")["replies"]


def test_records_that_are_away_are_told_kindly(door: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    session = asks(door)
    monkeypatch.setattr("bot.records.votes.Votes.cast", _away)
    response = vote(door, session)
    assert response.status_code == 503
    error = check_error(response.json())
    assert (error["code"], "Thank you" in error["message"]) == ("vote_not_kept", True)
    assert response.headers["retry-after"] == "5"


def test_door_without_records_says_that_it_keeps_no_vote(open_door: OpenDoor) -> None:
    door = open_door()
    assert vote(door, says(door, "Do kites fly?")["session"]).status_code == 503


def test_vote_is_described_and_is_not_cached(door: TestClient) -> None:
    assert VOTE in door.get("/openapi.json").json()["paths"]
    assert vote(door, asks(door)).headers["cache-control"] == "no-store"


def _away(*_: object) -> None:
    raise OperationalError("insert", {}, Exception("away"))


# Counting


def test_messages_replies_and_votes_are_counted_when_the_door_closes(
    door: TestClient, behind: KeepingRasa, records: Engine, clinic: Clinic
) -> None:
    behind.replies = [FULL_REPLY, URGENT, REJECTED, NOT_COVERED]
    session = asks(door)
    vote(door, session)
    vote(door, session, helpful=False)
    vote(door, session, place=3)
    door.__exit__()
    assert counts(records, clinic) == {
        ("messages", "door"): 1,
        ("replies", "answer"): 1,
        ("replies", "urgent"): 1,
        ("replies", "not_covered"): 2,
        ("topics", "kites"): 1,
        ("urgent", "emergency"): 1,
        ("rejected", ""): 1,
        ("votes", "no"): 1,
        ("votes", "yes"): 1,
    }


def test_message_that_nothing_answers_is_counted_and_one_that_is_refused_is_not(
    door: TestClient, behind: KeepingRasa, records: Engine, clinic: Clinic
) -> None:
    behind.is_away = True
    assert door.post(CHAT, json={"message": "Do kites fly?"}).status_code == 503
    assert door.post(CHAT, json={"message": "x" * (MOST_CHARACTERS + 1)}).status_code == 413
    door.__exit__()
    assert counts(records, clinic) == {("messages", "door"): 1, ("unanswered", "door"): 1}


def test_counts_are_written_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch, door: TestClient, records: Engine, clinic: Clinic
) -> None:
    written = threading.Event()
    add_all = Tally.add_all

    def add_and_tell(tally: Tally, added: Any) -> None:
        add_all(tally, added)
        written.set()

    monkeypatch.setattr("bot.web.counting.EVERY_SECONDS", 0.01)
    monkeypatch.setattr(Tally, "add_all", add_and_tell)
    asks(door)
    assert written.wait(20)
    assert counts(records, clinic)["messages", "door"] == 1


def test_counts_that_cannot_be_written_are_kept_for_the_next_time(
    monkeypatch: pytest.MonkeyPatch, door: TestClient, records: Engine, clinic: Clinic
) -> None:
    tried = threading.Event()

    def fail(*_: object) -> None:
        tried.set()
        _away()

    with monkeypatch.context() as patched:
        patched.setattr(Tally, "add_all", fail)
        asks(door)
        assert tried.wait(20)
        assert says(door, "And lanterns?")["replies"]
    door.__exit__()
    assert counts(records, clinic)["messages", "door"] == 2
