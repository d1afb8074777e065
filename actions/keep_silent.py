"""Stay silent while a person answers her, and say so."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import assistant_for, send


class ActionKeepSilent(Action):
    """Tells that the message was passed on, and leaves the conversation as it is."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_keep_silent"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Send the notice."""
        send(dispatcher, tracker, assistant_for(tracker).passed_on())
        return []
