"""One turn of a conversation with the action server: what Rasa sends an action, and what comes back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

Slots = dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """What an action sent, the events it returned, and the slots after them."""

    sent: list[dict[str, Any]]
    events: list[EventType]
    slots: Slots

    @property
    def replies(self) -> list[dict[str, Any]]:
        """The replies as the door gets them."""
        return [message["custom"] for message in self.sent]

    @property
    def reply(self) -> dict[str, Any]:
        """The only reply."""
        (reply,) = self.replies
        return reply

    @property
    def set_slots(self) -> Slots:
        """The slots that the action set."""
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}


Act = Callable[..., Turn]


def tracker(
    intent: str,
    *entities: tuple[str, str],
    slots: Slots | None = None,
    channel: str = "door",
    ranking: tuple[str, ...] = (),
) -> Tracker:
    """Return the tracker of a conversation whose latest message has this intent and these entities."""
    return Tracker(
        sender_id="someone",
        slots=slots or {},
        latest_message={
            "text": "made up",
            "intent": {"name": intent, "confidence": 0.9},
            "intent_ranking": [{"name": name, "confidence": 0.4} for name in (intent, *ranking)],
            "entities": [{"entity": kind, "value": value, "start": 0, "end": 1} for kind, value in entities],
        },
        events=[{"event": "user", "input_channel": channel}, {"event": "slot", "name": "topic", "value": None}],
        paused=False,
        followup_action=None,
        active_loop={},
        latest_action_name="action_listen",
    )


def take_turn(action: Action, latest: Tracker) -> Turn:
    """Run an action as the action server does."""
    dispatcher = CollectingDispatcher()
    events = action.run(dispatcher, latest, {})
    slots = dict(latest.slots)
    for event in events:
        if event["event"] == "reset_slots":
            slots = {}
        elif event["event"] == "slot":
            slots[event["name"]] = event["value"]
    return Turn(dispatcher.messages, events, slots)
