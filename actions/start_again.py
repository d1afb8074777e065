"""Forget what was talked about and begin afresh."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import assistant_for, intent_of, send


class ActionStartAgain(Action):
    """Forgets topic, procedure and conditions."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_start_again"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Say so and reset every slot."""
        send(dispatcher, tracker, assistant_for(tracker).small_talk(intent_of(tracker)))
        return [AllSlotsReset()]
