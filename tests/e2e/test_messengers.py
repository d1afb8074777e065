"""The messengers at a really started door with real Rasa behind it; a recording server stands in for the providers."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from messenger_calls import (
    FACEBOOK_SECRET,
    FACEBOOK_VERIFY,
    NAMES,
    PUBLIC_URL,
    SLACK_SECRET,
    TELEGRAM_SECRET,
    TWILIO_TOKEN,
    body_of,
    signed,
)
from recording_api import Api, listening, text_of
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import open_engine
from bot.ports import free_port
from bot.records.tables import EventRecord, InboxRecord
from bot.serve import Stack
from bot.settings import Clinic
from bot.supervisor import Part, Supervisor, is_well

pytestmark = pytest.mark.stack

QUESTION = "Does the HSG hurt?"
SIGN = "I have soaked a pad every hour since this morning"
PHONE = "0151 555 0188"
WITHIN_SECONDS = 60


@dataclass
class Door:
    """A door that serves every messenger, and what it sent to their providers."""

    url: str
    api: Api

    def receive(self, channel: str, text: str, message_id: str | None = None) -> int:
        """Let a provider call; return the status that it is answered with."""
        body = body_of(channel, text, message_id or uuid.uuid4().hex[:16])
        with httpx.Client(trust_env=False, timeout=10) as client:
            url = f"{self.url}/webhooks/{channel}"
            return client.post(url, content=body, headers=signed(channel, body, time.time())).status_code

    def said(self, least: int, quiet_seconds: float = 3.0) -> list[str]:
        """Return the texts sent since the last call, when at least so many came and no more follow."""
        deadline = time.monotonic() + WITHIN_SECONDS
        while len(self.api.sent) < least and time.monotonic() < deadline:
            time.sleep(0.1)
        before = -1
        while before != len(self.api.sent):
            before = len(self.api.sent)
            time.sleep(quiet_seconds)
        texts = [str(text_of(one.body)) for one in self.api.sent]
        self.api.sent.clear()
        return texts


@pytest.fixture(scope="module")
def door(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One more door beside that of the stack, with every messenger set up."""
    folder, port = tmp_path_factory.mktemp("messengers"), free_port()
    with listening() as api:
        environ = {
            **stack.parts["door"].environ,
            "PORT": str(port),
            "BOT_PUBLIC_URL": PUBLIC_URL,
            "BOT_REPLY_TIMEOUT_SECONDS": "10",
            "TWILIO_ACCOUNT_SID": "AC00",
            "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "TWILIO_NUMBER": "+15005550001",
            "TWILIO_API_URL": api.url,
            "TELEGRAM_ACCESS_TOKEN": "123:abc",
            "TELEGRAM_SECRET_TOKEN": TELEGRAM_SECRET,
            "TELEGRAM_API_URL": api.url,
            "FACEBOOK_PAGE_ACCESS_TOKEN": "page-token",
            "FACEBOOK_SECRET": FACEBOOK_SECRET,
            "FACEBOOK_VERIFY": FACEBOOK_VERIFY,
            "FACEBOOK_API_URL": api.url,
            "SLACK_TOKEN": "xoxb-1",
            "SLACK_SIGNING_SECRET": SLACK_SECRET,
            "SLACK_API_URL": api.url,
        }
        supervisor = Supervisor(folder)
        supervisor.parts["door"] = Part(stack.parts["door"].command, environ, f"http://127.0.0.1:{port}/healthz")
        supervisor.begin("door")
        try:
            _wait_for(supervisor, folder)
            yield Door(f"http://127.0.0.1:{port}", api)
        finally:
            supervisor.stop()


@pytest.mark.parametrize("channel", NAMES)
def test_patient_is_answered_on_every_messenger(channel: str, door: Door, clinic: Clinic) -> None:
    assert door.receive(channel, f"{QUESTION} This is Mary Johnson, ring me on {PHONE}.") == 200
    consent, *answer = door.said(least=2)
    assert clinic.name in consent
    told = "\n".join(answer)
    assert "HSG" in told
    assert "Source: " in told
    assert [mark for mark in ("{", "}", "**", "<", '"kind"') if mark in told] == []


def test_retry_of_a_provider_is_answered_once(door: Door) -> None:
    for _ in range(3):
        assert door.receive("twilio", QUESTION, "SMthesame") == 200
    assert len([text for text in door.said(least=1) if text.count("Source: ")]) == 1


def test_burst_of_short_messages_is_one_question(door: Door) -> None:
    for text in ("hi", "can i ask", "does the hsg", "hurt?"):
        assert door.receive("telegram", text) == 200
    told = door.said(least=1)
    assert sum("Source: " in text for text in told) == 1


def test_warning_sign_is_answered_first_on_a_messenger(door: Door, clinic: Clinic) -> None:
    assert door.receive("facebook", SIGN) == 200
    assert clinic.emergency_number in door.said(least=1)[0]


def test_phone_numbers_lie_nowhere_in_the_records(door: Door, stack: Stack) -> None:
    assert door.receive("twilio", f"Ring me on {PHONE}, does the HSG hurt?") == 200
    assert door.said(least=1)
    engine = open_engine(f"sqlite:///{stack.folder / 'conversations.db'}")
    with Session(engine) as session:
        kept = list(session.scalars(select(EventRecord.data)))
        inbox = session.scalars(select(InboxRecord).where(InboxRecord.channel == "twilio")).all()
    engine.dispose()
    assert inbox
    assert [row for row in inbox if row.text or row.address] == []
    assert [row for row in kept if PHONE in row or PHONE.replace(" ", "") in row or "15005550006" in row] == []


@pytest.mark.parametrize("channel", NAMES)
def test_forged_call_is_refused(channel: str, door: Door) -> None:
    body = body_of(channel, QUESTION)
    response = httpx.post(f"{door.url}/webhooks/{channel}", content=body, trust_env=False)
    assert response.status_code == 403


def _wait_for(supervisor: Supervisor, folder: Path) -> None:
    deadline = time.monotonic() + 120
    while not is_well(supervisor.parts["door"].health):
        if supervisor.ended() or time.monotonic() > deadline:
            raise TimeoutError((folder / "door.log").read_text(encoding="utf-8"))
        time.sleep(0.3)
