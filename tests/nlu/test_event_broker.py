"""The event broker: a RabbitMQ that is away holds up nothing, and what was kept is published once, in order."""

import asyncio
import time
import warnings
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa imports is old
    from rasa.utils.endpoints import EndpointConfig

    from bot.nlu.event_broker import PatientEventBroker

pytestmark = pytest.mark.filterwarnings("ignore")  # Rasa's own

PASSWORD = "kites-and-lanterns"
ENDPOINT = {"username": "someone", "password": PASSWORD, "port": 9, "queues": ["conversations"]}


class Exchange:
    """An exchange that takes events, or refuses as many as told."""

    def __init__(self, refused: int = 0) -> None:
        self.taken: list[bytes] = []
        self.refused = refused

    async def publish(self, message: Any, _routing_key: str) -> None:
        """Take an event."""
        if self.refused:
            self.refused -= 1
            raise ConnectionError("gone")
        self.taken.append(message.body)


def with_broker(use: Callable[[PatientEventBroker], Awaitable[Any]]) -> Any:
    """Use a broker that is still connecting to where nothing listens; end its tasks."""

    async def run() -> Any:
        broker = await PatientEventBroker.from_endpoint_config(EndpointConfig("127.0.0.1", **ENDPOINT))
        assert broker is not None
        try:
            return await use(broker)
        finally:
            for task in {*broker._background_tasks}:
                task.cancel()

    return asyncio.run(run())


def connected(broker: PatientEventBroker, exchange: Exchange) -> None:
    broker._exchange = exchange
    broker._connection = SimpleNamespace(is_closed=False)


async def published() -> None:
    """Let the tasks that publish run."""
    for _ in range(5):
        await asyncio.sleep(0)


def event(number: int) -> dict[str, Any]:
    return {"event": "user", "number": number}


def numbers(events: Any) -> list[int]:
    return [one["number"] for one in events]


def test_start_does_not_wait_for_a_broker_that_is_away() -> None:
    async def use(_broker: PatientEventBroker) -> float:
        return time.monotonic() - began

    began = time.monotonic()
    assert with_broker(use) < 1


def test_no_broker_is_built_where_none_is_wished() -> None:
    assert asyncio.run(PatientEventBroker.from_endpoint_config(None)) is None


def test_broker_that_is_away_is_tried_again_and_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.nlu.event_broker.RETRY_SECONDS", 0.05)
    tries: list[int] = []

    async def connect(self: PatientEventBroker) -> None:
        tries.append(self.port)
        raise ConnectionError(f"amqp://someone:{PASSWORD}@127.0.0.1:9")

    monkeypatch.setattr(PatientEventBroker, "connect", connect)

    async def use(_broker: PatientEventBroker) -> None:
        await asyncio.sleep(0.3)

    with_broker(use)
    assert len(tries) > 1
    assert "cannot be reached: ConnectionError" in caplog.text
    assert PASSWORD not in caplog.text


def test_event_is_kept_while_the_broker_is_away() -> None:
    async def use(broker: PatientEventBroker) -> list[int]:
        for number in range(3):
            broker.publish(event(number))
        return numbers(broker._unpublished_events)

    assert with_broker(use) == [0, 1, 2]


def test_no_more_events_are_kept_than_fit_and_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.nlu.event_broker.MOST_KEPT", 2)

    async def use(broker: PatientEventBroker) -> list[int]:
        for number in range(5):
            broker.publish(event(number))
        return numbers(broker._unpublished_events)

    assert with_broker(use) == [3, 4]


def test_kept_events_are_published_once_and_in_order_when_the_broker_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exchange = Exchange()

    async def connect(self: PatientEventBroker) -> None:
        connected(self, exchange)

    monkeypatch.setattr(PatientEventBroker, "connect", connect)

    async def use(broker: PatientEventBroker) -> list[int]:
        for number in range(3):
            broker.publish(event(number))
        await published()
        return numbers(broker._unpublished_events)

    assert with_broker(use) == []
    assert [body.decode() for body in exchange.taken] == [
        f'{{"event": "user", "number": {number}}}' for number in range(3)
    ]


def test_event_goes_out_at_once_when_the_broker_is_there() -> None:
    exchange = Exchange()

    async def use(broker: PatientEventBroker) -> None:
        connected(broker, exchange)
        broker.publish(event(1))
        await published()

    with_broker(use)
    assert len(exchange.taken) == 1


@pytest.mark.parametrize("closed", [True, False], ids=["connection closed", "no exchange"])
def test_event_is_kept_when_the_connection_is_lost(closed: bool) -> None:
    async def use(broker: PatientEventBroker) -> list[int]:
        connected(broker, Exchange())
        if closed:
            broker._connection.is_closed = True
        else:
            broker._exchange = None
        broker.publish(event(1))
        await published()
        return numbers(broker._unpublished_events)

    assert with_broker(use) == [1]


def test_event_that_was_refused_is_kept_and_published_after_the_next_connection() -> None:
    exchange = Exchange(refused=1)

    async def use(broker: PatientEventBroker) -> tuple[list[int], list[int]]:
        connected(broker, exchange)
        broker.publish(event(1))
        await published()
        kept = numbers(broker._unpublished_events)
        broker._publish_unpublished_messages(broker._connection)
        await published()
        return kept, numbers(broker._unpublished_events)

    assert with_broker(use) == ([1], [])
    assert len(exchange.taken) == 1


def test_publishing_what_was_kept_ends_while_the_broker_is_away() -> None:
    async def use(broker: PatientEventBroker) -> list[int]:
        for number in range(3):
            broker.publish(event(number))
        broker._publish_unpublished_messages()
        return numbers(broker._unpublished_events)

    assert with_broker(use) == [0, 1, 2]
