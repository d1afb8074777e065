"""Give the ways to reach a person."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import assistant_for, send


class ActionRequestHuman(Action):
    """Gives the clinic's phones and hours."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_request_human"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Send the ways to reach a person."""
        send(dispatcher, tracker, assistant_for(tracker).hand_off())
        return []
