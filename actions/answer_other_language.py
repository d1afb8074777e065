"""Say, in the language of the message, that it cannot be answered in it, and whom to call."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.shared import assistant_for, other_languages, send


class ActionAnswerOtherLanguage(Action):
    """Gives the clinic's phones and the emergency number."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_answer_other_language"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Send the sentence of the message's language."""
        said = str(tracker.latest_message.get("language"))
        send(dispatcher, tracker, assistant_for(tracker).in_another_language(other_languages(), said))
        return []
