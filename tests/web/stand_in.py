"""A stand-in for Rasa behind the door, and the shapes that the door promises."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.testclient import TestClient

from bot.reply import Reply

CHAT = "/api/chat"
JSON = {"content-type": "application/json"}
NOW = 1_800_000_000
HOUR = 3600
Answer = Callable[[httpx.Request], httpx.Response]
OpenDoor = Callable[..., TestClient]

FULL_REPLY: dict[str, Any] = {
    "text": "Kites fly on windy days.",
    "more": "They need a tail.",
    "kind": "answer",
    "language": "en",
    "topic": "kites",
    "procedure": "hsg",
    "level": None,
    "rules": ["hsg-kites-clinic"],
    "sources": [{"id": "T1", "title": "Book of kites", "section": "Page 1", "url": None}],
    "dates": None,
    "buttons": [{"title": "And lanterns?", "message": "What about lanterns?"}],
    "files": [],
    "terms": [],
}


class Clock:
    """The time that session tokens are signed with. Units: seconds."""

    now = NOW


def sends(*messages: dict[str, Any]) -> Answer:
    """Return a Rasa that sends these messages."""
    return lambda _request: httpx.Response(200, json=list(messages))


def fails(error: Exception) -> Answer:
    """Return a Rasa whose connection fails."""

    def fail(_request: httpx.Request) -> httpx.Response:
        raise error

    return fail


SAYS_HELLO = sends({"recipient_id": "x", "text": "Hello."})


@dataclass
class Rasa:
    """Stands in for the network between door and Rasa; keeps what it was asked."""

    answer: Answer = SAYS_HELLO
    asked: list[dict[str, Any]] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.requests.append(request)
        if request.method == "POST":
            self.asked.append(json.loads(request.content))
        return self.answer(request)

    @property
    def messages(self) -> list[str]:
        """The texts that reached Rasa."""
        return [asked["message"] for asked in self.asked]

    @property
    def senders(self) -> list[str]:
        """The sender ids that reached Rasa."""
        return [asked["sender"] for asked in self.asked]


def says(door: TestClient, message: str, session: str | None = None) -> dict[str, Any]:
    """Send a message, and return the answer, having checked that it has the shape of the contract."""
    response = door.post(CHAT, json={"message": message, "session": session})
    assert response.status_code == 200, response.text
    check_replies(response.json())
    body: dict[str, Any] = response.json()
    return body


def check_replies(body: dict[str, Any]) -> list[Reply]:
    """Return the replies of an answer, having checked that it has the shape of the contract."""
    assert body.keys() == {"session", "replies"}
    assert isinstance(body["session"], str)
    assert body["replies"]
    for reply in body["replies"]:
        assert reply.keys() == Reply.model_fields.keys()
    return [Reply.model_validate(reply) for reply in body["replies"]]


def check_error(body: dict[str, Any]) -> dict[str, Any]:
    """Return what an error says, having checked that it has the shape of the contract."""
    assert body.keys() == {"error"}
    error: dict[str, Any] = body["error"]
    assert error.keys() in ({"code", "message"}, {"code", "message", "phones"})
    assert isinstance(error["code"], str)
    assert error["code"]
    assert isinstance(error["message"], str)
    assert error["message"]
    return error
