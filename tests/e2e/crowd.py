"""Patients of a cluster: conversations with known answers, sent through nginx or straight to both Rasa servers.

A message that gets a 503 is sent again with the same id until it is answered, as every client of ours does.
"""

import asyncio
import math
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import httpx

from bot.cluster.cluster import Cluster
from bot.internal import HEADER, internal_token
from bot.secret import read_secret
from bot.web.chat import SESSION_HEADER
from bot.web.sessions import open_sessions

MOST_TRIES = 60
PAUSE_SECONDS = 0.5
WAIT_SECONDS = 30.0
SMALLTALK = ("smalltalk", None, None)

Answer = tuple[str, str | None, str | None]  # kind, topic, procedure
Step = tuple[str, Answer]

# The second of two lines with "And" can only be answered with the first one remembered.
SCRIPTS: tuple[tuple[Step, ...], ...] = (
    (
        ("hello", SMALLTALK),
        ("Does the HSG hurt?", ("answer", "pain", "hsg")),
        ("And hysteroscopy?", ("answer", "pain", "hysteroscopy")),
    ),
    (
        ("How long does the HSG take?", ("answer", "duration", "hsg")),
        ("And hysteroscopy?", ("answer", "duration", "hysteroscopy")),
        ("Thank you", SMALLTALK),
    ),
    (
        ("What is an HSG?", ("answer", "definition", "hsg")),
        ("And a hysteroscopy?", ("answer", "definition", "hysteroscopy")),
    ),
    (
        ("Which days of my cycle are right for the HSG?", ("answer", "timing", "hsg")),
        ("And for hysteroscopy?", ("answer", "timing", "hysteroscopy")),
        ("Does a hysteroscopy hurt?", ("answer", "pain", "hysteroscopy")),
        ("And the HSG?", ("answer", "pain", "hsg")),
    ),
)


@dataclass(frozen=True)
class Try:
    """One request: when it ended, what came back and after how long. Units: seconds."""

    status: int
    seconds: float
    ended: float
    phones: bool


@dataclass
class Message:
    """A message, its tries, and the texts that it was answered with."""

    id: str
    text: str
    expected: Answer
    tries: list[Try] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


@dataclass
class Conversation:
    """A conversation as its patient sees it; `id` is what it is kept under."""

    messages: list[Message]
    id: str = ""


def conversations(count: int, length: int, name: str) -> list[Conversation]:
    """Return conversations to hold: the scripts in turn, each begun at another."""
    return [
        Conversation(
            [
                Message(f"{name}-{number}-{place}-{uuid.uuid4().hex[:8]}", text, expected)
                for place, (text, expected) in enumerate(islice(_steps(number), length))
            ]
        )
        for number in range(count)
    ]


def _steps(first: int) -> Iterable[Step]:
    for script in islice(cycle(SCRIPTS), first % len(SCRIPTS), None):
        yield from script


async def hold(cluster: Cluster, crowd: Sequence[Conversation], at_a_time: int, answered: Callable[[], None]) -> None:
    """Hold conversations through nginx, each from an address of its own, so many at a time."""
    places = asyncio.Semaphore(at_a_time)
    sessions = open_sessions(cluster.secret_file, hours=1)

    async def one(number: int, conversation: Conversation) -> None:
        address = f"127.0.{1 + number // 250}.{1 + number % 250}"
        transport = httpx.AsyncHTTPTransport(local_address=address, verify=False)
        async with (
            places,
            httpx.AsyncClient(
                base_url=cluster.url, transport=transport, timeout=WAIT_SECONDS, trust_env=False
            ) as client,
        ):
            session = None
            for message in conversation.messages:
                body = {"message": message.text, "session": session, "id": message.id}
                told = await _until_answered(message, client, "/api/chat", body)
                session = told["session"]
                _note(message, told["replies"])
                answered()
            conversation.id = sessions.open(session or "")

    await asyncio.gather(*(one(number, conversation) for number, conversation in enumerate(crowd)))


async def send_at_once(cluster: Cluster, sender: str, pair: tuple[Message, Message]) -> None:
    """Send two messages of one sender at the same instant, one to each Rasa server."""
    token = internal_token(read_secret(cluster.secret_file))
    async with httpx.AsyncClient(
        headers={HEADER: token}, timeout=WAIT_SECONDS, trust_env=False, verify=False
    ) as client:

        async def send(message: Message, server: str) -> None:
            url = f"{cluster.address(cluster.ports[server])}/webhooks/door/webhook"
            body = {
                "sender": sender,
                "message": message.text,
                "message_id": message.id,
                "channel": "door",
                "metadata": {},
            }
            told = await _until_answered(message, client, url, body)
            _note(message, [one.get("custom") or {"kind": "notice", **one} for one in told])

        await asyncio.gather(*(send(message, f"rasa-{place}") for place, message in enumerate(pair, 1)))


async def _until_answered(message: Message, client: httpx.AsyncClient, url: str, body: dict[str, Any]) -> Any:
    for _ in range(MOST_TRIES):
        began = time.monotonic()
        try:
            response = await client.post(url, json=body)
        except httpx.HTTPError:
            message.tries.append(Try(0, time.monotonic() - began, time.monotonic(), phones=False))
            await asyncio.sleep(PAUSE_SECONDS)
            continue
        ended = time.monotonic()
        phones = response.status_code == 503 and "phones" in response.text
        if phones and "session" in body:
            body["session"] = body["session"] or response.headers[SESSION_HEADER]
        message.tries.append(Try(response.status_code, ended - began, ended, phones))
        if response.status_code != 503:
            response.raise_for_status()
            return response.json()
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError(f"{message.id} was not answered in {MOST_TRIES} tries")


def _note(message: Message, replies: Sequence[dict[str, Any]]) -> None:
    message.answers = [(one["kind"], one.get("topic"), one.get("procedure")) for one in replies]
    message.texts = [one["text"] for one in replies]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, math.floor(share * len(values)))]
