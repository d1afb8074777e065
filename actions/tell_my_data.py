"""Tell a patient what is kept of her."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import assistant_for, read_kept, retention_days, send
from bot.my_data import tell_my_data


class ActionTellMyData(Action):
    """Says what is kept, for how long, and how it is deleted."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_tell_my_data"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Send what is kept."""
        send(dispatcher, tracker, tell_my_data(read_kept(tracker), assistant_for(tracker).wording, retention_days()))
        return []
