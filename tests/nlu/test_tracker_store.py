"""Rasa's tracker store of ours, in Rasa's own fail-safe shell: nothing is swallowed, kept twice or in memory."""

import asyncio
import time
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.files import ROOT
from bot.settings import read_settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa imports is old
    from rasa.core.tracker_store import FailSafeTrackerStore
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.nlu.tracker_store import FORGET, ConversationStore
    from bot.nlu.turn import TURN, AnsweredBefore, NoAnswer, StoreAway, Turn

pytestmark = pytest.mark.filterwarnings("ignore")  # Rasa's own


@pytest.fixture(scope="module")
def domain() -> Domain:
    """The assistant's domain."""
    return Domain.load(ROOT / "domain.yml")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, domain: Domain) -> ConversationStore:
    """The store over a new database."""
    environ = {"BOT_RECORDS_URL": f"sqlite:///{tmp_path / 'records.db'}", "BOT_REPLY_TIMEOUT_SECONDS": "1"}
    monkeypatch.setattr("bot.nlu.tracker_store.read_settings", lambda: read_settings(environ))
    return ConversationStore(domain)


def turn_of(message_id: str, *said: str) -> Turn:
    turn = Turn(message_id)
    turn.said.messages.extend({"text": text} for text in said)
    return turn


def in_turn(turn: Turn, work: Callable[[], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        TURN.set(turn)
        return await work()

    return asyncio.run(run())


def talk(store: ConversationStore, turn: Turn, *events: Any) -> None:
    """Take one turn as Rasa does: retrieve, add, save, through its fail-safe shell."""
    shell = FailSafeTrackerStore(store)

    async def work() -> None:
        tracker = await shell.retrieve("one") or DialogueStateTracker("one", store.domain.slots)
        for event in (UserUttered("hello", input_channel="door"), *events):
            if isinstance(event, UserUttered):
                event.message_id = turn.message_id
            tracker.update(event)
        await shell.save(tracker)

    in_turn(turn, work)


def kept(store: ConversationStore) -> list[str]:
    return [event["event"] for event in store._conversations.export("one")]


def test_turn_is_kept_with_its_answer(store: ConversationStore) -> None:
    talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))
    talk(store, turn_of("m2", "Again."), BotUttered("Again."))
    assert kept(store) == ["user", "bot", "user", "bot"]


def test_message_that_was_answered_before_gets_the_same_answer(store: ConversationStore) -> None:
    talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))
    with pytest.raises(AnsweredBefore) as before:
        talk(store, turn_of("m1", "Something else."), BotUttered("Something else."))
    assert before.value.messages == [{"text": "Hello."}]
    assert kept(store) == ["user", "bot"]


def test_turn_in_which_nothing_was_said_is_not_kept(store: ConversationStore) -> None:
    with pytest.raises(NoAnswer):
        talk(store, turn_of("m1"))
    assert kept(store) == []


def test_who_asks_to_be_forgotten_is(store: ConversationStore) -> None:
    talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))
    talk(store, turn_of("m2", "Gone."), BotUttered("Gone."), SlotSet(FORGET, True))
    assert kept(store) == []


def test_failing_database_ends_the_turn_and_is_not_swallowed(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(type(store._conversations), "latest_events", fail)
    with pytest.raises(StoreAway):
        talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))


def test_slow_database_ends_the_turn_in_time_and_holds_up_nobody(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(store._conversations), "latest_events", lambda *_: time.sleep(1.5))

    async def work() -> int:
        waiting = asyncio.ensure_future(store.retrieve("one"))
        ticks = 0
        while not waiting.done():
            await asyncio.sleep(0.01)
            ticks += 1
        with pytest.raises(StoreAway):
            waiting.result()
        return ticks

    assert in_turn(turn_of("m1"), work) > 10


def test_broken_conversation_begins_anew(store: ConversationStore) -> None:
    store._conversations.add("one", [{"event": "kites", "timestamp": 1.0}], kept=0)
    talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))
    assert [event["event"] for event in store._conversations.latest_events("one")] == ["user", "bot"]
