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
    from rasa.shared.core.events import BotUttered, SessionStarted, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.nlu.tracker_store import FORGET, FORGOTTEN, ConversationStore
    from bot.nlu.turn import MOST_CHARACTERS, TURN, AnsweredBefore, NoAnswer, StoreAway, Turn
    from bot.records.conversations import EVENTS_A_CHECKPOINT

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


class Broker:
    """Notes what is published."""

    def __init__(self) -> None:
        self.published: list[dict[str, Any]] = []

    def publish(self, event: dict[str, Any]) -> None:
        """Note an event."""
        self.published.append(event)


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

    monkeypatch.setattr(type(store._conversations), "window", fail)
    with pytest.raises(StoreAway):
        talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))


def test_slow_database_ends_the_turn_in_time_and_holds_up_nobody(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(store._conversations), "window", lambda *_: time.sleep(1.5))

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


def test_answer_without_end_is_not_kept(store: ConversationStore) -> None:
    with pytest.raises(NoAnswer):
        talk(store, turn_of("m1", "a" * (MOST_CHARACTERS + 1)))
    assert kept(store) == []


def test_message_that_another_process_answered_meanwhile_gets_the_same_answer(store: ConversationStore) -> None:
    """Both have read the empty conversation; the one that comes second finds the id taken."""
    shell = FailSafeTrackerStore(store)

    async def work() -> None:
        late = DialogueStateTracker("one", store.domain.slots)
        message = UserUttered("hello", input_channel="door")
        message.message_id = "m1"
        late.update(message)
        late.update(BotUttered("Late."))
        await shell.save(late)

    talk(store, turn_of("m1", "First."), BotUttered("First."))
    with pytest.raises(AnsweredBefore) as before:
        in_turn(turn_of("m1", "Late."), work)
    assert before.value.messages == [{"text": "First."}]
    assert kept(store) == ["user", "bot"]


def test_conversation_is_read_since_its_session_began(store: ConversationStore) -> None:
    talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))
    talk(store, turn_of("m2", "Again."), SessionStarted(), BotUttered("Again."))

    async def work() -> list[str]:
        tracker = await store.retrieve("one")
        return [event.type_name for event in tracker.events] if tracker else []

    assert in_turn(turn_of("m3"), work) == ["session_started", "bot"]


def test_whole_conversation_is_read_with_all_its_sessions(store: ConversationStore) -> None:
    talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))
    talk(store, turn_of("m2", "Again."), SessionStarted(), BotUttered("Again."))
    tracker = asyncio.run(store.retrieve_full_tracker("one"))
    assert tracker is not None
    assert [event.type_name for event in tracker.events] == ["user", "bot", "user", "session_started", "bot"]


def test_conversation_that_is_new_is_none(store: ConversationStore) -> None:
    assert in_turn(turn_of("m1"), lambda: store.retrieve("nobody")) is None


def test_nobody_lists_conversations_through_rasa(store: ConversationStore) -> None:
    talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))
    assert [*asyncio.run(FailSafeTrackerStore(store).keys())] == []


def test_slots_come_back_from_the_events(store: ConversationStore) -> None:
    talk(store, turn_of("m1", "Hello."), SlotSet("topic", "timing"), BotUttered("Hello."))

    async def work() -> Any:
        tracker = await store.retrieve("one")
        return tracker.get_slot("topic") if tracker else None

    assert in_turn(turn_of("m2"), work) == "timing"


def test_conversation_begins_empty_after_she_was_forgotten(store: ConversationStore) -> None:
    talk(store, turn_of("m1", "Hello."), SlotSet("topic", "timing"), BotUttered("Hello."))
    talk(store, turn_of("m2", "Gone."), SlotSet(FORGET, True), BotUttered("Gone."))
    talk(store, turn_of("m3", "Hello."), BotUttered("Hello."))
    assert kept(store) == ["user", "bot"]


# A database that fails while keeping


@pytest.mark.parametrize("call", ["add", "forget"])
def test_turn_that_cannot_be_kept_ends(store: ConversationStore, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr(type(store._conversations), call, fail)
    with pytest.raises(StoreAway):
        talk(store, turn_of("m1", "Hello."), BotUttered("Hello."), SlotSet(FORGET, call == "forget"))


def test_error_of_the_database_stands_in_the_log_without_its_words(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("insert into kites values (:text)", {"text": "Wilhelmina"}, Exception("Wilhelmina"))

    monkeypatch.setattr(type(store._conversations), "add", fail)
    with pytest.raises(StoreAway):
        talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))
    assert "the records cannot be reached: OperationalError" in caplog.text
    assert "Wilhelmina" not in caplog.text


def test_save_outside_a_turn_adds_what_is_new(store: ConversationStore) -> None:
    talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))

    async def work() -> None:
        tracker = await store.retrieve("one")
        assert tracker is not None
        tracker.update(SlotSet("topic", "timing"))
        await store.save(tracker)

    asyncio.run(work())
    assert kept(store) == ["user", "bot", "slot"]


# What the event broker is told


@pytest.fixture
def broker(store: ConversationStore) -> Broker:
    """A broker behind the store."""
    store.event_broker = Broker()
    return store.event_broker


def test_broker_is_told_what_is_new(store: ConversationStore, broker: Broker) -> None:
    talk(store, turn_of("m1", "Hello."), BotUttered("Hello."))
    talk(store, turn_of("m2", "Again."), BotUttered("Again."))
    assert [(event["sender_id"], event["event"]) for event in broker.published] == [
        ("one", "user"),
        ("one", "bot"),
    ] * 2


def test_broker_is_told_nothing_of_what_was_not_kept(store: ConversationStore, broker: Broker) -> None:
    with pytest.raises(NoAnswer):
        talk(store, turn_of("m1"))
    assert broker.published == []


def test_broker_is_told_that_a_conversation_was_forgotten_and_nothing_else(
    store: ConversationStore, broker: Broker
) -> None:
    talk(store, turn_of("m1", "Gone."), SlotSet(FORGET, True), BotUttered("Gone."))
    assert broker.published == [{"sender_id": "one", "event": FORGOTTEN}]


def test_what_the_database_took_is_published_though_the_turn_was_given_up(
    store: ConversationStore, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = type(store._conversations).add

    def slow(*arguments: Any) -> Any:
        time.sleep(0.2)
        return add(*arguments)

    monkeypatch.setattr(type(store._conversations), "add", slow)

    async def work() -> None:
        tracker = DialogueStateTracker("one", store.domain.slots)
        tracker.update(BotUttered("Hello."))
        saving = asyncio.ensure_future(store.save(tracker))
        await asyncio.sleep(0.05)
        saving.cancel()
        await asyncio.sleep(0.4)

    in_turn(turn_of("m1", "Hello."), work)
    assert kept(store) == ["bot"]
    assert [event["event"] for event in broker.published] == ["bot"]


# A long conversation


def long_talk(store: ConversationStore, messages: int) -> list[int]:
    """Hold a conversation; return how many events Rasa is given for each message."""
    given = []
    for number in range(messages):
        turn = turn_of(f"m{number}", "Hello.")
        talk(store, turn, BotUttered("Hello."), SlotSet("topic", f"topic-{number}"), SlotSet("procedure", "hsg"))
        given.append(turn.kept)
    return given


def test_message_of_a_long_conversation_reads_no_more_events_than_one_of_a_short(store: ConversationStore) -> None:
    given = long_talk(store, 200)
    assert max(given) <= 2 * EVENTS_A_CHECKPOINT + 2 * 4
    assert max(given[150:]) == max(given[50:150])


def test_nothing_of_a_long_conversation_is_lost(store: ConversationStore) -> None:
    long_talk(store, 100)
    names = kept(store)
    assert (names.count("user"), names.count("bot"), names.count("slot")) == (100, 100, 200)
    tracker = asyncio.run(store.retrieve_full_tracker("one"))
    assert tracker is not None
    assert sum(isinstance(event, UserUttered) for event in tracker.events) == 100


def test_what_she_said_long_ago_is_still_known(store: ConversationStore) -> None:
    talk(store, turn_of("first", "Hello."), BotUttered("Hello."), SlotSet("phase", "after"))
    long_talk(store, 100)
    tracker = in_turn(turn_of("last"), lambda: store.retrieve("one"))
    assert (tracker.get_slot("phase"), tracker.get_slot("topic")) == ("after", "topic-99")
    assert sum(isinstance(event, UserUttered) for event in tracker.events) >= EVENTS_A_CHECKPOINT // 4


def test_old_message_sent_again_gets_its_answer_and_is_kept_once(store: ConversationStore) -> None:
    talk(store, turn_of("old", "The first answer."), BotUttered("The first answer."))
    long_talk(store, 100)
    with pytest.raises(AnsweredBefore) as before:
        talk(store, turn_of("old", "Another."), BotUttered("Another."))
    assert before.value.messages == [{"text": "The first answer."}]
    assert kept(store).count("user") == 101


def test_new_session_begins_after_every_checkpoint(store: ConversationStore) -> None:
    long_talk(store, 100)
    talk(store, turn_of("new", "Hello."), SessionStarted(), BotUttered("Hello."))
    tracker = in_turn(turn_of("next"), lambda: store.retrieve("one"))
    assert [event.type_name for event in tracker.events] == ["session_started", "bot"]
