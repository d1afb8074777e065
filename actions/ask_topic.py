"""Ask which topic is meant when none stands out; once in a row, then offer a person."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import assistant, likely_questions, remember, send


class ActionAskTopic(Action):
    """Asks back with the likeliest topics as buttons."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_ask_topic"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Ask which of the likeliest topics is meant, or decline when that was asked just before."""
        if tracker.get_slot("asked_back"):
            send(dispatcher, tracker, assistant().reject())
            return [SlotSet("asked_back", False)]
        questions = likely_questions(tracker)
        reply = assistant().did_you_mean(questions)
        send(dispatcher, tracker, reply)
        return [*remember(questions[:1], [reply]), SlotSet("asked_back", True)]
