"""One message in trouble: its patient hangs up, its conversation cannot be read, or it never came from the door."""

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from patients import FOLLOW_UP, PAIN_OF_HSG, TIMING_OF_HYSTEROSCOPY, UNRELATED, Sending, Told, begin, send
from worlds import World

from bot.internal import HEADER, internal_token
from bot.secret import read_secret

pytestmark = [pytest.mark.stack, pytest.mark.faults]

LATE_SECONDS, HANGS_UP_AFTER_SECONDS = 2.0, 0.7
KEPT_WITHIN_SECONDS = 20.0
BACK_WITHIN_SECONDS = 60.0
LAST_EVENT = "(SELECT max(id) FROM conversation_event WHERE sender_id = :sender)"
LAST_SESSION = "(SELECT max(id) FROM conversation_event WHERE sender_id = :sender AND type = 'session_started')"
UNKNOWN_EVENT = json.dumps({"event": "an_event_of_the_future", "timestamp": 1.0})
BROKEN_ROWS = {
    "cut off": (f"UPDATE conversation_event SET data = substr(data, 1, 20) WHERE id = {LAST_EVENT}", {}),
    "no JSON": (f"UPDATE conversation_event SET data = 'None' WHERE id = {LAST_EVENT}", {}),
    "no object": (f"UPDATE conversation_event SET data = '[1]' WHERE id = {LAST_EVENT}", {}),
    "unknown event": (f"UPDATE conversation_event SET data = :event WHERE id = {LAST_EVENT}", {"event": UNKNOWN_EVENT}),
    "session is broken": (f"UPDATE conversation_event SET data = '' WHERE id = {LAST_SESSION}", {}),
}
BAD_SENDERS: dict[str, object] = {
    "NUL": "a\0b",
    "surrogate": "\ud800",
    "empty": "",
    "the one of all who have none": "default",
    "null": None,
    "whole number": 7,
    "list": ["a"],
    "object": {"a": 1},
    "true": True,
    "300 characters": "x" * 300,
    "path": "../../etc/passwd",
    "SQL": "' OR 1=1 --",
}
BAD_BODIES = {
    "nothing": b"",
    "null": b"null",
    "list": b"[]",
    "text": b'"a"',
    "cut off": b'{"sender": "a',
    "latin-1": b'{"sender": "\xe9"}',
    "too deep": b"[" * 100_000,
}


# The patient hangs up


@pytest.fixture(scope="module")
def hung_up(alone: World) -> tuple[Sending, Told, int]:
    """Send a message whose action is late, hang up, send it again when it is kept; also: actions called for that."""
    url = alone.stack.url
    sending = Sending(FOLLOW_UP, begin(url))
    with alone.proxy.late(LATE_SECONDS):
        post_and_hang_up(alone.stack.door_port, sending)
        deadline = time.monotonic() + KEPT_WITHIN_SECONDS
        while not alone.kept()[sending.id]:
            assert time.monotonic() < deadline, "the message was never kept"
            time.sleep(0.2)
    calls = alone.proxy.calls
    return sending, send(url, sending), alone.proxy.calls - calls


def post_and_hang_up(port: int, sending: Sending) -> None:
    """Send a message as a browser does that is closed before the answer comes."""
    body = json.dumps({"message": sending.text, "session": sending.session, "id": sending.id}).encode()
    head = (
        f"POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(f"{head}\r\n\r\n".encode() + body)
        time.sleep(HANGS_UP_AFTER_SECONDS)


def test_message_of_a_patient_who_hangs_up_is_kept_once(alone: World, hung_up: tuple[Sending, Told, int]) -> None:
    sending, _, _ = hung_up
    assert alone.kept()[sending.id] == 1


def test_patient_who_hung_up_gets_the_answer_when_she_sends_again(hung_up: tuple[Sending, Told, int]) -> None:
    _, told, calls = hung_up
    assert told.answers == TIMING_OF_HYSTEROSCOPY
    assert calls == 0


# The conversation cannot be read


@pytest.mark.parametrize("what", BROKEN_ROWS)
def test_conversation_that_cannot_be_read_begins_anew_and_its_events_are_set_aside(what: str, alone: World) -> None:
    url, pid = alone.stack.url, alone.pid("rasa")
    broken, whole = begin(url), begin(url)
    statement, values = BROKEN_ROWS[what]
    sender = alone.sender(broken)
    assert alone.change_records(statement, sender=sender, **values) == 1
    told = send(url, Sending(UNRELATED, broken))
    assert told.answers == PAIN_OF_HSG
    aside = "UPDATE conversation_event SET quarantined_at = quarantined_at WHERE sender_id = :sender AND quarantined_at"
    assert alone.change_records(f"{aside} IS NOT NULL", sender=sender) > 3
    assert send(url, Sending("And hysteroscopy?", broken)).answers == [("answer", "pain", "hysteroscopy")]
    assert send(url, Sending(FOLLOW_UP, whole)).answers == TIMING_OF_HYSTEROSCOPY
    assert alone.pid("rasa") == pid


# What the door never sends


@pytest.fixture(scope="module")
def post(alone: World) -> Callable[..., int]:
    """Send straight to Rasa's channel, with the token or with what else is given; return the status."""
    token = internal_token(read_secret(alone.stack.folder / "secret"))

    def send_bytes(body: bytes, given: str | None = token) -> int:
        url = f"http://127.0.0.1:{alone.stack.rasa_port}/webhooks/door/webhook"
        headers = {"Content-Type": "application/json"} | ({HEADER: given} if given is not None else {})
        return httpx.post(url, content=body, headers=headers, timeout=20, trust_env=False).status_code

    return send_bytes


@pytest.fixture
def goes_on(alone: World) -> Iterator[None]:
    """Rasa is the same process before and after, and answers as ever."""
    pid = alone.pid("rasa")
    yield
    assert send(alone.stack.url, Sending(UNRELATED)).answers == PAIN_OF_HSG
    assert alone.pid("rasa") == pid


def body_with(**changes: object) -> bytes:
    fields: dict[str, Any] = {"sender": "somebody", "message": UNRELATED, "message_id": "one", "metadata": {}}
    return json.dumps({**fields, **changes}).encode()


@pytest.mark.usefixtures("goes_on")
@pytest.mark.parametrize("sender", BAD_SENDERS)
def test_sender_that_the_door_never_names_is_refused_by_rasa(sender: str, post: Callable[..., int]) -> None:
    assert post(body_with(sender=BAD_SENDERS[sender])) == 400


@pytest.mark.usefixtures("goes_on")
@pytest.mark.parametrize("body", BAD_BODIES)
def test_body_that_the_door_never_sends_is_refused_by_rasa(body: str, post: Callable[..., int]) -> None:
    assert post(BAD_BODIES[body]) == 400


@pytest.mark.usefixtures("goes_on")
@pytest.mark.parametrize("token", ["", "wrong", None])
def test_who_has_no_token_is_refused_by_rasa(token: str | None, post: Callable[..., int]) -> None:
    assert post(body_with(), token) == 403


def test_message_without_a_sender_reaches_no_shared_conversation(alone: World, post: Callable[..., int]) -> None:
    body = json.loads(body_with())
    del body["sender"]
    assert post(json.dumps(body).encode()) == 400
    shared = "UPDATE conversation_event SET type = type WHERE sender_id IN ('default', 'None', '')"
    assert alone.change_records(shared) == 0


# The door itself


def test_door_that_is_killed_comes_back_and_conversations_go_on(alone: World) -> None:
    url, pid = alone.stack.url, alone.pid("door")
    session = begin(url)
    alone.signal("door", signal.SIGKILL)
    deadline = time.monotonic() + max(BACK_WITHIN_SECONDS, alone.started_after)
    while not (told := send(url, Sending(FOLLOW_UP, session))).status:
        assert time.monotonic() < deadline, "the door did not come back"
        time.sleep(0.3)
    assert told.answers == TIMING_OF_HYSTEROSCOPY
    assert alone.pid("door") != pid


# What all of it leaves in the logs


def test_no_log_holds_what_patients_wrote(alone: World) -> None:
    logs = {path.name: path.read_text(errors="replace") for path in alone.stack.folder.glob("*.log")}
    assert logs.keys() == {"actions.log", "rasa.log", "door.log"}
    words = (FOLLOW_UP, UNRELATED, "soaked a pad", "cycle are right")
    assert [(name, word) for name, log in logs.items() for word in words if word in log] == []
