"""Rasa's channel for the door, behind Rasa's own server (Sanic) on a free port: an answer or an honest error."""

import asyncio
import socket
import time
import uuid
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from bot.internal import HEADER, REQUEST_ID_HEADER, internal_token
from bot.logs import REQUEST_ID
from bot.settings import read_settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa imports is old
    from rasa.core.channels.channel import UserMessage, register
    from sanic import Sanic, response

    from bot.nlu.door_channel import FIRST_MESSAGES, BadMessage, DoorChannel, read_message
    from bot.nlu.lock_store import FairLockStore
    from bot.nlu.turn import TURN, AnsweredBefore, StoreAway

pytestmark = pytest.mark.filterwarnings("ignore")  # Rasa's own

SECRET = "a secret of the tests, long enough to be one"
TOKEN = {HEADER: internal_token(SECRET)}
BODY: dict[str, Any] = {"sender": "someone", "message": "hello", "message_id": "m1"}
REPLY_SECONDS = 1.0
CANARY = "Wilhelmina Kitesworth"


class Empty:
    """A tracker store without a conversation."""

    async def retrieve(self, _sender_id: str) -> None:
        """Find none."""


class Away:
    """A tracker store whose database is away."""

    async def retrieve(self, _sender_id: str) -> None:
        """Fail as ours does."""
        raise StoreAway


@dataclass
class Agent:
    """What stands in for Rasa behind the channel: it answers a message as told, and notes what it was given."""

    answer: Callable[[UserMessage], Awaitable[Any]]
    heard: list[UserMessage] = field(default_factory=list)
    parsed: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    action_endpoint: Any = None
    tracker_store: Any = None
    lock_store: Any = None
    is_loaded: bool = True

    async def handle_message(self, message: UserMessage) -> None:
        """Answer a message."""
        self.heard.append(message)
        try:
            await self.answer(message)
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise
        self.ended.append("done")

    async def parse_message(self, text: str) -> None:
        """Note what is parsed."""
        self.parsed.append(text)

    def is_ready(self) -> bool:
        """Tell whether a model is there."""
        return self.is_loaded


def says(*texts: str, after: float = 0.0) -> Callable[[UserMessage], Awaitable[None]]:
    async def answer(message: UserMessage) -> None:
        await asyncio.sleep(after)
        for text in texts:
            await message.output_channel.send_text_message(message.sender_id, text)

    return answer


def ends_with(error: BaseException) -> Callable[[UserMessage], Awaitable[None]]:
    async def answer(_message: UserMessage) -> None:
        raise error

    return answer


@pytest.fixture
def channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DoorChannel:
    """The channel, with a secret of the tests and a short time to answer."""
    (tmp_path / "secret").write_text(SECRET)
    environ = {"BOT_SECRET_FILE": str(tmp_path / "secret"), "BOT_REPLY_TIMEOUT_SECONDS": str(REPLY_SECONDS)}
    monkeypatch.setattr("bot.nlu.door_channel.read_settings", lambda: read_settings(environ))
    monkeypatch.setattr("bot.nlu.door_channel.set_up_logs", lambda: None)  # the test's own logs stay
    monkeypatch.setattr(Sanic, "test_mode", True)  # it rewrites its own classes at each start, and now each time anew
    return DoorChannel()


@asynccontextmanager
async def serving(channel: DoorChannel, agent: Agent | None) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the channel as Rasa does, beside the health of an action server."""
    app = Sanic(f"channel-{uuid.uuid4().hex}", configure_logging=False)
    register([channel], app, "/webhooks/")
    app.add_route(lambda _request: response.json({"status": "ok"}), "/health")
    app.ctx.agent = agent
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        await server.startup()
        try:
            async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client:
                yield client
        finally:
            server.close()
            await server.wait_closed()


def post(channel: DoorChannel, agent: Agent, body: Any = None, headers: dict[str, str] = TOKEN) -> httpx.Response:
    async def run() -> httpx.Response:
        async with serving(channel, agent) as client:
            return await client.post("/webhooks/door/webhook", json=BODY if body is None else body, headers=headers)

    return asyncio.run(run())


# What is read


def test_message_is_read_with_what_belongs_to_it() -> None:
    metadata = {"today": "2026-03-10", "language": "zh", "request": "r1", "slots": "none of ours", "extra": 5}
    message = read_message({**BODY, "channel": "telegram", "metadata": metadata})
    assert (message.text, message.sender_id, message.message_id) == ("hello", "someone", "m1")
    assert message.input_channel == "door"
    assert message.metadata == {"today": "2026-03-10", "language": "zh", "request": "r1", "channel": "telegram"}


@pytest.mark.parametrize("metadata", [None, {}, {"today": None, "language": 5}])
def test_message_is_read_without_what_may_be_missing(metadata: Any) -> None:
    assert read_message({**BODY, "metadata": metadata}).metadata == {"channel": "door"}


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("hello", "hello"),
        ("  hello ", "hello"),
        ("/restart", "restart"),
        ("///restart", "restart"),
        (" / /restart", "restart"),
        ("/\n/\t/restart", "restart"),
        ("\u00a0/restart", "restart"),
        ("\u3000/\u2003/restart", "restart"),
        ("\r/restart", "restart"),
        ("and/or", "and/or"),
        ('/ask_timing{"procedure": "hsg"}', 'ask_timing{"procedure": "hsg"}'),
    ],
)
def test_text_is_never_an_order_to_rasa(sent: str, text: str) -> None:
    assert read_message({**BODY, "message": sent}).text == text


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "hello",
        {},
        *({**BODY, "sender": value} for value in (None, 5, "", "default", "a" * 65, "two words", "../etc", "a\n", "é")),
        *({**BODY, "message_id": value} for value in (None, 5, "", "a" * 65, "a b", "m1\n")),
        *({**BODY, "channel": value} for value in (None, "", "Telegram", "a" * 17, "a-b")),
        *({**BODY, "message": value} for value in (None, 5, "", " ", "/", " / / ", "\u00a0", ["hello"])),
        *({**BODY, "metadata": value} for value in (5, "text", ["list"])),
    ],
    ids=repr,
)
def test_message_of_another_shape_is_refused(body: Any) -> None:
    with pytest.raises(BadMessage):
        read_message(body)


# Who is heard


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: "guessed"}, {HEADER: internal_token("another")}])
def test_nobody_without_the_token_is_heard(channel: DoorChannel, headers: dict[str, str]) -> None:
    agent = Agent(says("Hello."))
    assert post(channel, agent, headers=headers).status_code == 403
    assert agent.heard == []


def test_bad_message_is_refused_before_rasa_sees_it(channel: DoorChannel) -> None:
    agent = Agent(says("Hello."))
    assert post(channel, agent, {**BODY, "sender": "default"}).status_code == 400
    assert agent.heard == []


# What is answered


def test_everything_that_was_said_is_sent_back(channel: DoorChannel) -> None:
    found = post(channel, Agent(says("One.", "Two.")))
    assert found.status_code == 200
    assert [message["text"] for message in found.json()] == ["One.", "Two."]


def test_what_was_said_before_is_sent_again(channel: DoorChannel) -> None:
    found = post(channel, Agent(ends_with(AnsweredBefore([{"text": "One."}]))))
    assert (found.status_code, found.json()) == (200, [{"text": "One."}])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (says(), "NoAnswer"),
        (says("a" * 200_001), "NoAnswer"),
        (says("One.", after=3 * REPLY_SECONDS), "Late"),
        (ends_with(StoreAway()), "StoreAway"),
        (ends_with(ValueError(CANARY)), "NoAnswer"),
        (ends_with(asyncio.CancelledError()), "Late"),
    ],
    ids=["silence", "without end", "too late", "store away", "an error", "ended from within"],
)
def test_turn_without_an_answer_is_an_honest_error(channel: DoorChannel, answer: Any, why: str) -> None:
    found = post(channel, Agent(answer))
    assert (found.status_code, found.json()) == (503, {"error": why})


def test_turn_ends_before_the_door_gives_up(channel: DoorChannel) -> None:
    agent = Agent(says("One.", after=3 * REPLY_SECONDS))
    began = time.monotonic()
    post(channel, agent)
    assert time.monotonic() - began < REPLY_SECONDS + 0.5  # a machine under load gets some more
    assert agent.ended == ["cancelled"]


def test_turn_knows_its_message_and_its_request(channel: DoorChannel) -> None:
    known: list[Any] = []

    async def answer(message: UserMessage) -> None:
        turn = TURN.get()
        known.extend([turn.message_id if turn else None, REQUEST_ID.get()])
        await says("Hello.")(message)

    post(channel, Agent(answer), headers={**TOKEN, REQUEST_ID_HEADER: "request-1"})
    assert known == ["m1", "request-1"]


def test_turn_ends_with_the_doors_waiting_for_it(channel: DoorChannel) -> None:
    agent = Agent(says("One.", after=0.6 * REPLY_SECONDS))

    async def run() -> None:
        async with serving(channel, agent) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.post("/webhooks/door/webhook", json=BODY, headers=TOKEN, timeout=0.2)
            await asyncio.sleep(REPLY_SECONDS)

    asyncio.run(run())
    assert agent.ended == ["cancelled"]


def test_error_of_a_turn_stands_in_the_log_without_its_message(
    channel: DoorChannel, caplog: pytest.LogCaptureFixture
) -> None:
    post(channel, Agent(ends_with(ValueError("broken"))), {**BODY, "message": CANARY})
    assert [record.getMessage() for record in caplog.records if record.name == "bot.nlu.door_channel"] == [
        "a turn failed"
    ]
    assert CANARY not in caplog.text


# What is ready


def ready(channel: DoorChannel, parts: dict[str, Any], times: int = 1) -> tuple[httpx.Response, Agent]:
    """Ask what is ready: everything is, but for the parts given."""

    async def run() -> tuple[httpx.Response, Agent]:
        agent = Agent(says("Hello."), tracker_store=Empty())
        async with serving(channel, agent) as client:
            agent.action_endpoint = SimpleNamespace(url=f"{client.base_url}/webhook")
            for name, part in parts.items():
                setattr(agent, name, part)
            for _ in range(times):
                found = await client.get("/webhooks/door/ready")
            return found, agent

    return asyncio.run(run())


def away_locks(monkeypatch: pytest.MonkeyPatch) -> FairLockStore:
    environ = {"BOT_REDIS_URL": "redis://127.0.0.1:9/0"}
    monkeypatch.setattr("bot.nlu.lock_store.read_settings", lambda: read_settings(environ))
    return FairLockStore()


EVERYTHING = {"model": True, "actions": True, "records": True, "locks": True}


def test_everything_that_a_turn_needs_is_there(channel: DoorChannel) -> None:
    found, _ = ready(channel, {})
    assert (found.status_code, found.json()) == (200, EVERYTHING)


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ({"is_loaded": False}, "model"),
        ({"action_endpoint": SimpleNamespace(url="http://127.0.0.1:9/webhook")}, "actions"),
        ({"tracker_store": Away()}, "records"),
    ],
    ids=["model", "actions", "records"],
)
def test_part_that_is_missing_is_named(channel: DoorChannel, parts: dict[str, Any], missing: str) -> None:
    found, _ = ready(channel, parts)
    assert (found.status_code, found.json()) == (503, {**EVERYTHING, missing: False})


def test_locks_that_are_missing_are_named(channel: DoorChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = ready(channel, {"lock_store": away_locks(monkeypatch)})
    assert (found.status_code, found.json()) == (503, {**EVERYTHING, "locks": False})


def test_rasa_without_a_model_is_not_ready(channel: DoorChannel) -> None:
    async def run() -> httpx.Response:
        async with serving(channel, None) as client:
            return await client.get("/webhooks/door/ready")

    found = asyncio.run(run())
    assert (found.status_code, found.json()) == (503, {"model": False})


def test_first_messages_of_all_are_our_own(channel: DoorChannel) -> None:
    _, agent = ready(channel, {}, times=3)
    assert agent.parsed == [*FIRST_MESSAGES]
