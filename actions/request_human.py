"""Put the conversation into the queue for a person, and tell what comes next."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import ask_for_person, send


class ActionRequestHuman(Action):
    """Asks the desk to take the conversation over; where that cannot be, gives the clinic's phones and hours."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_request_human"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Send what comes next."""
        send(dispatcher, tracker, ask_for_person(tracker))
        return []
