"""Rasa's tracker store over `bot.records.conversations`: off the event loop, with a deadline, never in memory instead.

A conversation with a broken event begins anew and the events are set aside; a message that was answered before is not
taken again; a turn that said nothing is not kept; who asks to be forgotten is, with the turn in which she asks.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event as RasaEvent
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import SQLAlchemyError

from bot.nlu.turn import TURN, AnsweredBefore, NoAnswer, StoreAway, Turn, message_of, messages_after
from bot.records.conversations import (
    CHECKPOINT,
    EVENTS_A_CHECKPOINT,
    BrokenEvents,
    Conversations,
    Event,
    TakenBefore,
    Window,
    now_utc,
)
from bot.records.tables import open_records
from bot.settings import read_settings

FORGET = "forget_me"  # the slot with which she asks to be forgotten
FORGOTTEN = "conversation_forgotten"  # what consumers of the event broker are told
MOST_AT_A_TIME = 16
Result = TypeVar("Result")
log = logging.getLogger("bot.nlu.tracker_store")


class ConversationStore(TrackerStore):
    """Keeps conversations in the records' database."""

    def __init__(
        self, domain: Domain | None = None, event_broker: EventBroker | None = None, host: str | None = None, **_: Any
    ) -> None:
        settings = read_settings()
        self._seconds = settings.deadlines.sql
        self._conversations = Conversations(open_records(host or settings.records_url, self._seconds))
        self._threads = ThreadPoolExecutor(MOST_AT_A_TIME, thread_name_prefix="records")
        super().__init__(domain, event_broker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation since its session began; null where there is none.

        Raises:
            StoreAway: the database did not answer in time.
            AnsweredBefore: the message of this turn is already in it.
        """
        turn = TURN.get()
        try:
            window = await self._run(self._conversations.window, sender_id)
            events = _carried_over(window) + window.events
            tracker = self._tracker(sender_id, events)
        except BrokenEvents as error:
            log.error("a conversation cannot be read and begins anew: %s", error)
            await self._run(self._conversations.quarantine, sender_id, now_utc())
            return None
        if turn is not None:
            turn.kept, turn.unchecked = len(events), window.unchecked
            said = messages_after(events, turn.message_id)
            if said is not None:
                raise AnsweredBefore(said)
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Return a conversation with all its sessions; null where there is none."""
        found = await self._run(self._conversations.export, conversation_id)
        return self._tracker(conversation_id, [event for event in found if event["event"] != CHECKPOINT])

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep what is new in a conversation, or forget it where she asks for that; tell the event broker.

        Raises:
            StoreAway: the database did not answer in time.
            NoAnswer: nothing, or far too much, was said to the message of this turn.
            AnsweredBefore: another process answered the message of this turn meanwhile.
        """
        turn = TURN.get()
        if turn is not None and _is_unanswered(turn, tracker):
            raise NoAnswer
        await asyncio.shield(self._keep(tracker, turn))  # what the database took is published, whoever gives up

    async def _keep(self, tracker: DialogueStateTracker, turn: Turn | None) -> None:
        if tracker.get_slot(FORGET):
            await self._run(self._conversations.forget, tracker.sender_id)
            self._publish([{"event": FORGOTTEN}], tracker.sender_id)
            return
        events = [event.as_dict() for event in tracker.events]
        kept = await self._kept(tracker, turn)
        unchecked = len(events) - kept + (turn.unchecked if turn is not None else 0)
        checkpoint = _slots(tracker) if unchecked >= EVENTS_A_CHECKPOINT else None
        try:
            new = await self._run(self._conversations.add, tracker.sender_id, events, kept, checkpoint)
        except TakenBefore:
            if turn is None:
                raise
            said = await self._run(self._conversations.said_to, tracker.sender_id, turn.message_id)
            raise AnsweredBefore([message_of(event) for event in said]) from None
        self._publish(new, tracker.sender_id)

    async def keys(self) -> Iterable[str]:
        """Return no conversation: nobody may list them through Rasa."""
        return []

    async def _kept(self, tracker: DialogueStateTracker, turn: Turn | None) -> int:
        if turn is not None:
            return turn.kept
        window = await self._run(self._conversations.window, tracker.sender_id)
        return len(_carried_over(window)) + len(window.events)

    def _tracker(self, sender_id: str, events: list[Event]) -> DialogueStateTracker | None:
        if not events:
            return None
        try:
            return DialogueStateTracker.from_events(sender_id, [_event(one) for one in events], self.domain.slots)
        except Exception as error:  # whatever Rasa cannot make of it
            raise BrokenEvents(type(error).__name__) from error

    async def _run(self, call: Callable[..., Result], *arguments: Any) -> Result:
        """Call the database in a thread.

        Raises:
            StoreAway: it failed or did not answer in time.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(2 * self._seconds):
                return await loop.run_in_executor(self._threads, call, *arguments)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("the records cannot be reached: %s", type(error).__name__)
            if TURN.get() is None:
                raise
            raise StoreAway from error

    def _publish(self, events: Iterable[Event], sender_id: str) -> None:
        if self.event_broker is None:
            return
        for event in events:
            self.event_broker.publish({"sender_id": sender_id, **event})


@lru_cache
def _kind(name: str) -> Any:
    """Return the class of a kind of event. Rasa goes through all of them for each event: 3 ms a message."""
    return RasaEvent.resolve_by_type(name)


def _event(event: Event) -> RasaEvent:
    return _kind(event["event"])._from_parameters(event)


def _is_unanswered(turn: Turn, tracker: DialogueStateTracker) -> bool:
    """Tell whether the message of a turn is about to be kept without an answer that can be told."""
    latest = tracker.latest_message
    return latest is not None and latest.message_id == turn.message_id and not turn.has_answer


def _carried_over(window: Window) -> list[Event]:
    """Return the slots where a window begins, as the events that set them."""
    return [{"event": "slot", "name": name, "value": value} for name, value in window.slots.items()]


def _slots(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return the slots of a conversation that are not as they were at its beginning."""
    return {
        name: slot.value
        for name, slot in tracker.slots.items()
        if slot.value is not None and slot.value != slot.initial_value
    }
