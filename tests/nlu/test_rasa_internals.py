"""What our stores, channel and broker rely on in Rasa's own code; a new release of Rasa fails here first."""

import asyncio
import inspect
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.parts import CHANNEL, CREDENTIALS, ENDPOINTS, EVENT_BROKER, LOCK_STORE, TRACKER_STORE, write_endpoints
from bot.settings import Settings, read_settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa imports is old
    from rasa.core.agent import Agent
    from rasa.core.brokers.broker import EventBroker
    from rasa.core.brokers.pika import PikaEventBroker
    from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage, register
    from rasa.core.lock_store import LockStore
    from rasa.core.run import create_http_input_channels
    from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.core.domain import Domain

    from bot.nlu.door_channel import DoorChannel
    from bot.nlu.event_broker import PatientEventBroker
    from bot.nlu.lock_store import FairLockStore
    from bot.nlu.tracker_store import ConversationStore
    from bot.nlu.turn import StoreAway

pytestmark = pytest.mark.filterwarnings("ignore")  # Rasa's own


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of the test, for everything that Rasa builds."""
    found = read_settings(
        {
            "BOT_SECRET_FILE": str(tmp_path / "secret"),
            "BOT_RECORDS_URL": f"sqlite:///{tmp_path / 'records.db'}",
            "BOT_BROKER_URL": "amqp://someone:hidden@127.0.0.1:9",
        }
    )
    for module in ("door_channel", "lock_store", "tracker_store"):
        monkeypatch.setattr(f"bot.nlu.{module}.read_settings", lambda: found)
    monkeypatch.setattr("bot.nlu.door_channel.set_up_logs", lambda: None)
    (tmp_path / "secret").write_text("a secret of the tests, long enough to be one")
    return found


def parameters(function: Callable[..., Any]) -> list[str]:
    return [*inspect.signature(function).parameters]


class Failing(TrackerStore):
    """A tracker store that fails with what it is given."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(Domain.empty(), None)
        self.error = error

    async def retrieve(self, sender_id: str) -> Any:  # noqa: ARG002  the signature is Rasa's
        """Fail."""
        raise self.error

    async def save(self, tracker: Any) -> None:  # noqa: ARG002
        """Fail."""
        raise self.error


# What Rasa builds from the two files


def test_rasa_builds_our_tracker_store_from_the_endpoints(settings: Settings) -> None:
    assert settings
    endpoints = AvailableEndpoints.read_endpoints(str(ENDPOINTS))
    assert endpoints.tracker_store.type == TRACKER_STORE
    store = TrackerStore.create(endpoints.tracker_store, Domain.empty())
    assert isinstance(store, ConversationStore)


def test_rasa_builds_our_lock_store_from_the_endpoints(settings: Settings) -> None:
    assert settings
    endpoints = AvailableEndpoints.read_endpoints(str(ENDPOINTS))
    assert endpoints.lock_store.type == LOCK_STORE
    assert isinstance(LockStore.create(endpoints.lock_store), FairLockStore)


def test_rasa_builds_our_channel_from_the_credentials(settings: Settings) -> None:
    assert settings
    (channel,) = create_http_input_channels(None, str(CREDENTIALS))
    assert isinstance(channel, DoorChannel)
    assert f"{type(channel).__module__}.{type(channel).__name__}" == CHANNEL


def test_rasa_builds_our_event_broker_from_the_written_endpoints(settings: Settings) -> None:
    async def run() -> EventBroker | None:
        broker = await EventBroker.create(AvailableEndpoints.read_endpoints(written).event_broker)
        if isinstance(broker, PatientEventBroker):
            for task in broker._background_tasks:
                task.cancel()
        return broker

    written = str(write_endpoints(settings))
    assert AvailableEndpoints.read_endpoints(written).event_broker.type == EVENT_BROKER
    broker = asyncio.run(run())
    assert isinstance(broker, PatientEventBroker)
    assert (broker.host, broker.port, broker.username, broker.password) == ("127.0.0.1", 9, "someone", "hidden")


def test_rasa_sends_the_token_of_the_written_endpoints(settings: Settings) -> None:
    action = AvailableEndpoints.read_endpoints(str(write_endpoints(settings))).action
    assert action.url == f"{settings.actions_url}/webhook"
    assert [*action.headers] == ["X-Internal-Token"]


# How Rasa calls what it built


def test_rasa_takes_the_lock_of_the_sender_around_each_message() -> None:
    done: list[str] = []

    @asynccontextmanager
    async def lock(conversation: str) -> AsyncIterator[None]:
        done.append(f"lock {conversation}")
        yield
        done.append("release")

    async def handle(message: UserMessage) -> None:
        done.append(f"handle {message.text}")

    agent = SimpleNamespace(
        is_ready=lambda: True, lock_store=SimpleNamespace(lock=lock), processor=SimpleNamespace(handle_message=handle)
    )
    asyncio.run(Agent.handle_message(agent, UserMessage("hello", sender_id="one")))
    assert done == ["lock one", "handle hello", "release"]


def test_rasa_calls_the_lock_with_the_conversation_first() -> None:
    assert parameters(LockStore.lock)[:2] == parameters(FairLockStore.lock)[:2] == ["self", "conversation_id"]


def test_rasa_goes_on_with_an_empty_memory_after_an_exception() -> None:
    shell = FailSafeTrackerStore(Failing(ValueError("swallowed")))
    assert asyncio.run(shell.retrieve("one")) is None


def test_rasa_keeps_in_memory_what_an_exception_did_not_let_it_save() -> None:
    saved: list[Any] = []

    async def remember(tracker: Any) -> None:
        saved.append(tracker)

    memory = SimpleNamespace(save=remember)
    shell = FailSafeTrackerStore(Failing(ValueError("swallowed")), fallback_tracker_store=memory)
    asyncio.run(shell.save("a tracker"))
    assert saved == ["a tracker"]


@pytest.mark.parametrize("call", ["retrieve", "save"])
def test_rasa_does_not_swallow_the_end_of_a_turn(call: str) -> None:
    shell = FailSafeTrackerStore(Failing(StoreAway()))
    with pytest.raises(StoreAway):
        asyncio.run(getattr(shell, call)("one"))


def test_rasa_puts_its_fail_safe_shell_around_any_tracker_store() -> None:
    store = Failing(StoreAway())
    shell = Agent._create_tracker_store(store, Domain.empty())
    assert isinstance(shell, FailSafeTrackerStore)
    assert shell._tracker_store is store


def test_rasa_strips_a_text_so_that_a_space_does_not_hide_an_order() -> None:
    assert UserMessage("\u00a0/restart").text == "/restart"


def test_rasa_registers_a_channel_under_its_name() -> None:
    registered: list[str] = []
    app = SimpleNamespace(
        blueprint=lambda _blueprint, url_prefix: registered.append(url_prefix), ctx=SimpleNamespace(agent=None)
    )

    class Named(InputChannel):
        """A channel with a name."""

        @classmethod
        def name(cls) -> str:
            """Return it."""
            return "door"

        def blueprint(self, _on_new_message: Any) -> None:
            """Have no routes."""

    register([Named()], app, "/webhooks/")
    assert registered == ["/webhooks/door"]


def test_collecting_channel_holds_what_was_said_in_a_list() -> None:
    channel = CollectingOutputChannel()
    asyncio.run(channel.send_text_message("one", "Hello."))
    asyncio.run(channel.send_custom_json("one", {"kind": "answer"}))
    assert [message.get("text") or message.get("custom") for message in channel.messages] == [
        "Hello.",
        {"kind": "answer"},
    ]


def test_broker_of_rasa_has_what_ours_reaches_into() -> None:
    async def run() -> PikaEventBroker:
        return PikaEventBroker("127.0.0.1", "someone", "hidden", queues=["one"], connection_attempts=1)

    broker = asyncio.run(run())
    assert (broker._exchange, broker._connection, [*broker._unpublished_events]) == (None, None, [])
    assert broker._background_tasks == set()
    assert broker.is_ready() is False
    assert parameters(PikaEventBroker.publish) == parameters(PatientEventBroker.publish) == ["self", "event", "headers"]
