"""The door as a whole: health, readiness, its description, and the shape of every other error."""

import re
from typing import Any

import httpx
import pytest
from openapi_pydantic import OpenAPI, Operation
from stand_in import CHAT, Answer, OpenDoor, Rasa, check_error, fails
from starlette.testclient import TestClient

from bot.reply import Reply

ERRORS = {"400", "403", "413", "415", "429", "503"}


@pytest.fixture
def described(door: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = door.get("/openapi.json").json()
    return found


@pytest.fixture
def chat(described: dict[str, Any]) -> Operation:
    paths = OpenAPI.model_validate(described).paths
    assert paths is not None
    chat = paths[CHAT].post
    assert chat is not None
    return chat


# Health


def test_healthz_tells_that_the_door_is_up_without_asking_rasa(door: TestClient, rasa: Rasa) -> None:
    response = door.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert rasa.requests == []


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (lambda _request: httpx.Response(200, json={"model": True}), 200, {"rasa": "ready", "missing": []}),
        (
            lambda _request: httpx.Response(503, json={"model": True, "records": False}),
            503,
            {"rasa": "away", "missing": ["rasa", "records"]},
        ),
        (lambda _request: httpx.Response(404), 503, {"rasa": "away", "missing": ["rasa"]}),
        (lambda _request: httpx.Response(500), 503, {"rasa": "away", "missing": ["rasa"]}),
        (fails(httpx.ConnectError("refused")), 503, {"rasa": "away", "missing": ["rasa"]}),
        (fails(httpx.ReadTimeout("late")), 503, {"rasa": "away", "missing": ["rasa"]}),
    ],
    ids=["ready", "a part is away", "no channel", "broken", "refused", "late"],
)
def test_readyz_tells_whether_rasa_would_answer(
    door: TestClient, rasa: Rasa, answer: Answer, status: int, body: dict[str, Any]
) -> None:
    rasa.answer = answer
    response = door.get("/readyz")
    assert (response.status_code, response.json()) == (status, body)


# Other errors


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/static/nowhere.js", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("POST", "/webhooks/rest/webhook", 404, "not_found"),
        ("GET", "/api/chat", 405, "wrong_method"),
        ("DELETE", "/api/chat", 405, "wrong_method"),
        ("POST", "/healthz", 405, "wrong_method"),
    ],
)
def test_other_addresses_and_methods_are_errors_of_the_same_shape(
    door: TestClient, rasa: Rasa, method: str, path: str, status: int, code: str
) -> None:
    response = door.request(method, path)
    assert (response.status_code, check_error(response.json())["code"]) == (status, code)
    assert rasa.requests == []


def test_unforeseen_failure_is_an_error_of_the_same_shape(door: TestClient, rasa: Rasa) -> None:
    rasa.answer = fails(RuntimeError("a kite broke"))
    response = door.post(CHAT, json={"message": "hello"})
    assert response.status_code >= 500
    assert "application/json" in response.headers["content-type"]
    assert "kite" not in str(check_error(response.json()))


def test_door_closes_its_connections(open_door: OpenDoor) -> None:
    with TestClient(open_door().app) as door:
        assert door.get("/healthz").status_code == 200
    # Its lifespan is over, so the client behind it takes no more requests.
    assert TestClient(door.app, raise_server_exceptions=False).get("/readyz").status_code >= 500


# Description


def test_openapi_is_valid(described: dict[str, Any]) -> None:
    assert OpenAPI.model_validate(described).openapi.startswith("3.1")


def test_openapi_describes_the_public_addresses(described: dict[str, Any]) -> None:
    files = {"/calendar/{token}.ics", "/leaflets/{name}.pdf"}
    assert described["paths"].keys() == {CHAT, "/api/vote", *files, "/healthz", "/readyz"}


def test_openapi_describes_the_request_of_the_chat(described: dict[str, Any]) -> None:
    body = described["paths"][CHAT]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert body["required"] is True
    assert schema["properties"].keys() == {"message", "session", "id", "language", "today"}
    assert (schema["required"], schema["additionalProperties"]) == (["message"], False)


def test_openapi_describes_the_answer_of_the_chat(described: dict[str, Any]) -> None:
    answered = described["paths"][CHAT]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    schemas = described["components"]["schemas"]
    assert answered == {"$ref": "#/components/schemas/ChatResponse"}
    assert schemas["ChatResponse"]["required"] == ["session", "replies"]
    assert schemas["ChatResponse"]["properties"]["replies"]["items"] == {"$ref": "#/components/schemas/Reply"}
    assert schemas["Reply"]["properties"].keys() == Reply.model_fields.keys()


def test_openapi_describes_every_error_of_the_chat_and_no_other(chat: Operation) -> None:
    assert chat.responses is not None
    assert chat.responses.keys() == {"200", *ERRORS}


@pytest.mark.parametrize("status", sorted(ERRORS))
def test_openapi_gives_each_error_of_the_chat_its_body_and_a_reason(described: dict[str, Any], status: str) -> None:
    response = described["paths"][CHAT]["post"]["responses"][status]
    assert response["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ErrorBody"}
    assert response["description"]


def test_openapi_names_no_schema_that_is_missing(door: TestClient, described: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/(\w+)"', door.get("/openapi.json").text))
    assert {"ChatResponse", "Reply", "ErrorBody", "ErrorDetail"} <= named
    assert named <= described["components"]["schemas"].keys()
