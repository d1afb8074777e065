"""Answer a greeting, a thank-you and the like with a fixed sentence."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import assistant_for, intent_of, send


class ActionMakeSmallTalk(Action):
    """Says the sentence that belongs to the intent."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_make_small_talk"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Say the sentence of the intent."""
        send(dispatcher, tracker, assistant_for(tracker).small_talk(intent_of(tracker)))
        return []
