"""The action server: who is heard, how long an action may take, and that nothing of a conversation leaks."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset, SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection
from starlette.testclient import TestClient

from actions.server import MOST_AT_A_TIME, Actions, create_action_app, only_changes
from bot.files import ROOT, read_yaml
from bot.internal import HEADER, REQUEST_ID_HEADER, internal_token
from bot.logs import REQUEST_ID, JsonFormatter
from bot.settings import Settings, read_settings

SECRET = "a secret of the tests, long enough to be one"
TOKEN = {HEADER: internal_token(SECRET)}
CANARY = "Wilhelmina Kitesworth"
REPLY_SECONDS = 1.0
Run = Callable[[CollectingDispatcher, Tracker, dict[str, Any]], Any]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a secret of the tests and a short time to answer."""
    (tmp_path / "secret").write_text(SECRET)
    environ = {"BOT_SECRET_FILE": str(tmp_path / "secret"), "BOT_REPLY_TIMEOUT_SECONDS": str(REPLY_SECONDS)}
    return read_settings(environ)


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """What the slow action waits for; set at the end, so that no thread stays."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def seen() -> list[str]:
    """What the actions of the test have seen."""
    return []


@pytest.fixture(autouse=True)
def _actions_of_the_test(monkeypatch: pytest.MonkeyPatch, released: threading.Event, seen: list[str]) -> None:
    """Register actions that say, wait, fail and refuse, beside the project's own."""

    def say(dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]) -> list[dict[str, Any]]:
        seen.append(REQUEST_ID.get())
        dispatcher.utter_message(text=f"Hello, {tracker.sender_id}.")
        return [{"event": "slot", "name": "topic", "value": "timing", "timestamp": None}]

    def wait(_dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: dict[str, Any]) -> None:
        released.wait(30)

    def fail(_dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]) -> None:
        raise ValueError(f"broken: {tracker.latest_message['text']}")

    def refuse(_dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: dict[str, Any]) -> None:
        raise ActionExecutionRejection("refuse")

    register = ActionExecutor.register_package

    def register_more(self: ActionExecutor, package: str) -> None:
        register(self, package)
        more: dict[str, Run] = {"say": say, "wait": wait, "fail": fail, "refuse": refuse}
        for name, run in more.items():
            self.register_function(name, run)

    monkeypatch.setattr(ActionExecutor, "register_package", register_more)


@pytest.fixture
def client(settings: Settings) -> TestClient:
    """A client of the server; nothing is warmed up."""
    return TestClient(create_action_app(settings), raise_server_exceptions=False)


def call(action: str, **message: Any) -> dict[str, Any]:
    latest = {"text": CANARY, "intent": {"name": "greet"}, "entities": [], **message}
    tracker = {"sender_id": "someone", "slots": {"name": CANARY}, "latest_message": latest, "events": []}
    return {"next_action": action, "sender_id": "someone", "tracker": tracker, "domain": {}}


def post(client: TestClient, action: str, headers: dict[str, str] = TOKEN, **message: Any) -> Any:
    return client.post("/webhook", json=call(action, **message), headers=headers)


def logged(records: list[logging.LogRecord]) -> str:
    """Return what stands in the log of a process."""
    return "\n".join(JsonFormatter().format(record) for record in records)


# Who is heard


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: "guessed"}, {HEADER: internal_token("another")}])
def test_nobody_without_the_token_is_heard(client: TestClient, seen: list[str], headers: dict[str, str]) -> None:
    found = post(client, "say", headers)
    assert (found.status_code, found.json()) == (403, {"error": "forbidden"})
    assert seen == []


# What is answered


def test_answer_holds_what_the_action_says_and_its_events(client: TestClient) -> None:
    found = post(client, "say")
    assert found.status_code == 200
    assert [said["text"] for said in found.json()["responses"]] == ["Hello, someone."]
    assert [event["name"] for event in found.json()["events"]] == ["topic"]


def test_every_action_of_the_domain_is_there(settings: Settings) -> None:
    declared = read_yaml(ROOT / "domain.yml")["actions"]
    assert declared
    assert set(declared) <= set(Actions(settings)._executor.actions)


def test_action_that_is_not_there_is_named(client: TestClient) -> None:
    found = post(client, "action_nowhere")
    assert (found.status_code, found.json()) == (404, {"error": "no such action", "action_name": "action_nowhere"})


def test_action_that_refuses_is_named(client: TestClient) -> None:
    found = post(client, "refuse")
    assert (found.status_code, found.json()) == (400, {"error": "rejected", "action_name": "refuse"})


def test_action_that_fails_is_an_error_without_the_conversation(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    found = post(client, "fail")
    assert (found.status_code, found.json()) == (500, {"error": "failed"})
    lines = logged(caplog.records)
    assert "an action failed" in lines
    assert "ValueError" in lines
    assert CANARY not in lines


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b'{"next_action": "say"}', "é".encode("latin-1")])
def test_body_of_another_shape_is_an_error_and_nothing_more(
    client: TestClient, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    found = client.post("/webhook", content=body, headers=TOKEN)
    assert (found.status_code, found.json()) == (500, {"error": "failed"})
    assert "an action failed" in caplog.text


# How long an action may take


def test_action_that_is_late_is_given_up_in_time(client: TestClient) -> None:
    began = time.monotonic()
    found = post(client, "wait")
    assert (found.status_code, found.json()) == (504, {"error": "late"})
    assert time.monotonic() - began < REPLY_SECONDS


def test_slow_action_holds_up_no_other(settings: Settings) -> None:
    async def run() -> float:
        actions = Actions(settings)
        slow = asyncio.create_task(actions.run(call("wait")))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await actions.run(call("say"))
        took = time.monotonic() - began
        with pytest.raises(TimeoutError):
            await slow
        return took

    assert asyncio.run(run()) < settings.deadlines.action / 2


def test_server_whose_threads_are_all_lost_says_so_until_they_come_back(
    settings: Settings, released: threading.Event
) -> None:
    async def run() -> tuple[bool, bool]:
        actions = Actions(settings)
        waits = [actions.run(call("wait")) for _ in range(MOST_AT_A_TIME)]
        ends = await asyncio.gather(*waits, return_exceptions=True)
        assert [type(end) for end in ends] == [TimeoutError] * MOST_AT_A_TIME
        stuck = actions.is_ready
        released.set()
        async with asyncio.timeout(5):
            while actions.lost:
                await asyncio.sleep(0.01)
        return stuck, actions.is_ready

    assert asyncio.run(run()) == (False, True)


# The id of the request


@pytest.mark.parametrize(
    ("metadata", "headers", "request_id"),
    [
        ({"request": "from-the-message"}, {}, "from-the-message"),
        ({"request": "from-the-message"}, {REQUEST_ID_HEADER: "from-the-header"}, "from-the-message"),
        ({}, {REQUEST_ID_HEADER: "from-the-header"}, "from-the-header"),
        (None, {}, ""),
        ({"request": "a" * 100}, {}, "a" * 64),
    ],
    ids=["message", "both", "header", "none", "long"],
)
def test_action_knows_the_request_that_it_belongs_to(
    client: TestClient, seen: list[str], metadata: Any, headers: dict[str, str], request_id: str
) -> None:
    post(client, "say", {**TOKEN, **headers}, metadata=metadata)
    assert seen == [request_id]


# What operators see


def test_health_is_told_to_anyone(client: TestClient) -> None:
    found = client.get("/health")
    assert (found.status_code, found.json()) == (200, {"status": "ok"})


def test_stuck_server_is_unwell(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Actions, "is_ready", False)
    found = client.get("/health")
    assert (found.status_code, found.json()) == (503, {"status": "stuck"})


@pytest.mark.parametrize(
    ("action", "outcome"), [("say", "ok"), ("fail", "failed"), ("wait", "late")], ids=["ok", "failed", "late"]
)
def test_calls_are_counted_by_their_outcome(client: TestClient, action: str, outcome: str) -> None:
    def count() -> float:
        lines = client.get("/metrics").text.splitlines()
        counted = f'bot_action_calls_total{{outcome="{outcome}"}} '
        return sum(float(line.removeprefix(counted)) for line in lines if line.startswith(counted))

    before = count()
    post(client, action)
    assert count() == before + 1


def test_metrics_hold_nothing_of_a_conversation(client: TestClient) -> None:
    post(client, "fail")
    assert CANARY not in client.get("/metrics").text


def test_server_serves_when_everything_is_read(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed: list[str] = []
    monkeypatch.setattr("actions.server.warm_up", lambda: warmed.append("warm"))
    with TestClient(create_action_app(settings)) as client:
        assert warmed == ["warm"]
        assert client.get("/health").json() == {"status": "ok"}


def test_address_of_nothing_else_is_served(client: TestClient) -> None:
    assert {path: client.get(path).status_code for path in ("/", "/actions", "/docs")} == {
        "/": 404,
        "/actions": 404,
        "/docs": 404,
    }


def test_answer_is_json_that_rasa_can_read(client: TestClient) -> None:
    assert set(json.loads(post(client, "say").text)) == {"events", "responses"}


@pytest.mark.parametrize(
    ("events", "left"),
    [
        pytest.param([("topic", "pain"), ("procedure", "hsg")], [("topic", "pain")], id="one is as it was"),
        pytest.param([("topic", "pain"), ("topic", "timing")], [], id="as it was in the end"),
        pytest.param([("conditions", []), ("asked_back", False), ("phase", None)], [], id="nothing stays nothing"),
        pytest.param(
            [("procedure", None), ("asked_back", True)], [("procedure", None), ("asked_back", True)], id="both"
        ),
    ],
)
def test_only_slots_that_change_are_sent(events: list[tuple[str, Any]], left: list[tuple[str, Any]]) -> None:
    slots = {"topic": "timing", "procedure": "hsg", "conditions": None, "asked_back": None}
    found = only_changes([SlotSet(name, value) for name, value in events], slots)
    assert [(event["name"], event["value"]) for event in found] == left


def test_slots_that_are_set_after_a_reset_are_all_sent() -> None:
    events = [AllSlotsReset(), SlotSet("topic", "timing")]
    assert only_changes(events, {"topic": "timing"}) == events
