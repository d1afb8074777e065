"""Patients of a tested stack: what each sends through the door, what comes back and after how long."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

FIRST = "Which days of my cycle are right for the HSG?"
FOLLOW_UP = "And for hysteroscopy?"  # can only be answered with the first one remembered
UNRELATED = "Does the HSG hurt?"
WARNING_SIGN = "I have soaked a pad every hour since this morning"
GIVE_UP_SECONDS = 30.0
TRUST = False  # plain HTTP: to read the machine's certificates for each message takes longer than its answer


@dataclass(frozen=True)
class Told:
    """What a patient was told to a message. A status of 0: nothing answered. Units: seconds."""

    id: str
    status: int
    seconds: float
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def session(self) -> str:
        """The token to send next time."""
        return str(self.body["session"])

    @property
    def replies(self) -> list[dict[str, Any]]:
        """The replies; none where there was an error."""
        return list(self.body.get("replies", []))

    @property
    def answers(self) -> list[tuple[str, str | None, str | None]]:
        """The kind, topic and procedure of each reply."""
        return [(one["kind"], one["topic"], one["procedure"]) for one in self.replies]

    @property
    def texts(self) -> list[str]:
        """Everything that she reads."""
        if "error" in self.body:
            return [str(self.body["error"]["message"])]
        return [text for one in self.replies for text in (one["text"], one["more"]) if text]


TIMING_OF_HSG = [("answer", "timing", "hsg")]
TIMING_OF_HYSTEROSCOPY = [("answer", "timing", "hysteroscopy")]
PAIN_OF_HSG = [("answer", "pain", "hsg")]


@dataclass(frozen=True)
class Sending:
    """One message on its way."""

    text: str
    session: str | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


def send(url: str, sending: Sending) -> Told:
    """Send a message to a door and wait for what comes back."""
    began = time.monotonic()
    body = {"message": sending.text, "session": sending.session, "id": sending.id}
    try:
        response = httpx.post(f"{url}/api/chat", json=body, timeout=GIVE_UP_SECONDS, trust_env=False, verify=TRUST)
    except httpx.HTTPError:
        return Told(sending.id, 0, time.monotonic() - began)
    return Told(sending.id, response.status_code, time.monotonic() - began, response.json())


def send_together(url: str, sendings: list[Sending]) -> list[Told]:
    """Send messages at the same time."""
    with ThreadPoolExecutor(len(sendings)) as threads:
        return list(threads.map(lambda one: send(url, one), sendings))


def begin(url: str) -> str:
    """Begin a conversation that has something to remember; return its session."""
    told = send(url, Sending(FIRST))
    assert told.answers == TIMING_OF_HSG, told
    return told.session
