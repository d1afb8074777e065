"""The webhooks: what is forged is refused and counted, what is taken is acknowledged at once, and only once."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from messenger_calls import FACEBOOK_VERIFY, NAMES, as_json, body_of, credentials, signed, slack_event
from prometheus_client import REGISTRY
from records_of_messengers import empty_records
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from bot.messengers.build import build_messengers
from bot.messengers.courier import Ask
from bot.messengers.credentials import Credentials
from bot.records.inbox import Inbox
from bot.reply import Reply
from bot.sent import Sent
from bot.web.chat import Door
from bot.web.problems import Problem, show_problem
from bot.web.webhooks import MOST_BYTES, answer_of, webhooks_router
from bot.wording import Wording

SECRET = "a secret of the tests, long enough to be one"


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Engine]:
    """Empty records."""
    with empty_records("sqlite", tmp_path) as engine:
        yield engine


def app_of(records: Engine, wording: Wording, set_up: Credentials) -> FastAPI:
    async def answer(_ask: Ask) -> list[Reply]:
        raise NotImplementedError

    messengers = build_messengers(
        set_up,
        public_url="https://chat.clinic.example",
        retention_days=30,
        secret=SECRET,
        records=records,
        wordings={"en": wording},
        mask=str,
        readable=str,
        urgent=lambda _text: None,
        answer=answer,
    )
    app = FastAPI()
    app.add_exception_handler(Problem, show_problem)
    app.include_router(webhooks_router(messengers.reception))
    return app


@pytest.fixture
def client(records: Engine, wording: Wording) -> TestClient:
    """A door at which every messenger is set up; nothing of it is answered."""
    return TestClient(app_of(records, wording, Credentials(**credentials("http://127.0.0.1:9"))))


def post(client: TestClient, name: str, body: bytes, headers: dict[str, str] | None = None) -> Any:
    sent = signed(name, body, time.time()) if headers is None else headers
    return client.post(f"/webhooks/{name}", content=body, headers=sent)


def kept(records: Engine) -> int:
    with records.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM inbox_message").scalar() or 0)


def refused(name: str, reason: str) -> float:
    return REGISTRY.get_sample_value("bot_webhook_refused_total", {"channel": name, "reason": reason}) or 0.0


def counted(name: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("bot_messenger_messages_total", {"channel": name, "outcome": outcome}) or 0.0


@pytest.mark.parametrize("name", NAMES)
def test_valid_call_is_acknowledged_kept_and_counted(client: TestClient, records: Engine, name: str) -> None:
    before = counted(name, "new")
    response = post(client, name, body_of(name))
    assert (response.status_code, kept(records), counted(name, "new") - before) == (200, 1, 1)


@pytest.mark.parametrize("name", NAMES)
def test_same_call_again_is_acknowledged_and_not_kept_again(client: TestClient, records: Engine, name: str) -> None:
    before = counted(name, "repeated")
    answers = [post(client, name, body_of(name)).status_code for _ in range(3)]
    assert (answers, kept(records), counted(name, "repeated") - before) == ([200] * 3, 1, 2)


@pytest.mark.parametrize("name", NAMES)
def test_call_without_a_signature_is_refused_and_counted(client: TestClient, records: Engine, name: str) -> None:
    before = refused(name, "missing")
    response = post(client, name, body_of(name), {})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "forged")
    assert (kept(records), refused(name, "missing") - before) == (0, 1)


@pytest.mark.parametrize("name", NAMES)
def test_call_with_a_wrong_signature_is_refused_and_counted(client: TestClient, records: Engine, name: str) -> None:
    before = refused(name, "wrong")
    headers = {key: value[:-1] + "0=" for key, value in signed(name, body_of(name), time.time()).items()}
    headers["x-slack-request-timestamp"] = str(int(time.time()))
    assert post(client, name, body_of(name), headers).status_code == 403
    assert (kept(records), refused(name, "wrong") - before) == (0, 1)


@pytest.mark.parametrize("name", ["twilio", "facebook", "slack"])
def test_altered_body_is_refused(client: TestClient, records: Engine, name: str) -> None:
    body = body_of(name)
    headers = signed(name, body, time.time())
    assert post(client, name, body.replace(b"test", b"tent"), headers).status_code == 403
    assert kept(records) == 0


def test_old_call_of_slack_is_refused_as_a_replay(client: TestClient, records: Engine) -> None:
    before, body = refused("slack", "old"), body_of("slack")
    assert post(client, "slack", body, signed("slack", body, time.time() - 301)).status_code == 403
    assert (kept(records), refused("slack", "old") - before) == (0, 1)


def test_repeat_of_slack_is_taken_once(client: TestClient, records: Engine) -> None:
    body = as_json(slack_event({"text": "x"}))
    headers = signed("slack", body, time.time())
    again = {**headers, "x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"}
    assert [post(client, "slack", body, one).status_code for one in (headers, again)] == [200, 200]
    assert kept(records) == 1


def test_challenge_of_slack_is_answered(client: TestClient) -> None:
    body = as_json({"type": "url_verification", "challenge": "abc"})
    response = post(client, "slack", body)
    assert (response.status_code, response.json()) == (200, {"challenge": "abc"})


def test_handshake_of_meta_is_answered(client: TestClient) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": FACEBOOK_VERIFY}
    response = client.get("/webhooks/facebook", params=query)
    assert (response.status_code, response.text) == (200, "1158201444")
    assert response.headers["content-type"].startswith("text/plain")


def test_handshake_with_another_word_is_refused_and_counted(client: TestClient) -> None:
    before = refused("facebook", "wrong")
    query = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "another"}
    assert client.get("/webhooks/facebook", params=query).status_code == 403
    assert refused("facebook", "wrong") - before == 1


@pytest.mark.parametrize("name", ["twilio", "telegram", "slack"])
def test_others_make_no_handshake(client: TestClient, name: str) -> None:
    assert client.get(f"/webhooks/{name}").status_code == 405


@pytest.mark.parametrize("name", ["whatsapp", "door", "rest", "..%2fx"])
def test_unknown_channel_is_not_found(client: TestClient, name: str) -> None:
    assert client.post(f"/webhooks/{name}", content=b"{}").status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_messenger_that_is_not_set_up_is_not_found(records: Engine, wording: Wording, name: str) -> None:
    door = TestClient(app_of(records, wording, Credentials()))
    assert post(door, name, body_of(name)).status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_body_that_is_too_large_is_refused(client: TestClient, name: str) -> None:
    assert post(client, name, b"x" * (MOST_BYTES + 1)).status_code == 413


@pytest.mark.parametrize("name", ["telegram", "facebook", "slack"])
def test_signed_body_that_cannot_be_read_is_refused(client: TestClient, name: str) -> None:
    response = post(client, name, b"{")
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")


@pytest.mark.parametrize("name", NAMES)
def test_provider_is_asked_to_send_again_while_the_records_are_away(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def away(*_given: Any) -> bool:
        raise OperationalError("insert", {}, Exception("away"))

    monkeypatch.setattr(Inbox, "take", away)
    response = post(client, name, body_of(name))
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")


def test_webhooks_are_not_in_the_schema(client: TestClient) -> None:
    assert client.get("/openapi.json").json()["paths"] == {}


class AnsweringDoor:
    """Stands in for the door behind the webhooks."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []

    async def answer_or_say_why(self, sent: Sent) -> list[Reply]:
        """Keep what is asked, and answer it."""
        self.sent.append(sent)
        return [Reply(text="Kites.", kind="answer")]


def test_question_of_a_messenger_is_asked_as_one_of_the_door() -> None:
    door = AnsweringDoor()
    ask = Ask(conversation="c", text="kites?", message_id="m", channel="slack", address_key="a", language="zh")
    replies = asyncio.run(answer_of(cast(Door, door))(ask))
    assert [reply.text for reply in replies] == ["Kites."]
    assert door.sent == [Sent("c", "a", "kites?", "m", channel="slack", language="zh")]
